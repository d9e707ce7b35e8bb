//! Where files lie that keep secrets: below the home directory, or where a variable says.

use std::collections::BTreeMap;
use std::env::split_paths;
use std::fs;
use std::path::{Path, PathBuf};

use super::form::Form;

/// A directory of such files.
struct Place {
    /// Where it is below the home directory, or nothing where it is only where its variable says.
    directory: Option<&'static str>,
    /// The variable that says where it is.
    variable: &'static str,
    /// The files in it; `*` stands for the names of all.
    files: &'static [(&'static str, Form)],
}

static PLACES: [Place; 8] = [
    Place {
        directory: Some(""),
        variable: "HOME",
        files: &[
            (".kube/config", Form::Named),
            (".aws/credentials", Form::Named),
            (".aws/sso/cache/*", Form::Named),
            (".aws/cli/cache/*", Form::Named),
            (".npmrc", Form::Named),
            (".yarnrc.yml", Form::Named),
            (".pypirc", Form::Named),
            (".pip/pip.conf", Form::Addresses),
            (".gem/credentials", Form::Named),
            (".composer/auth.json", Form::Named),
            (".my.cnf", Form::Named),
            (".s3cfg", Form::Named),
            (".boto", Form::Named),
            (".databrickscfg", Form::Named),
            (".terraformrc", Form::Named),
            (".terraform.d/credentials.tfrc.json", Form::Named),
            (".netrc", Form::Netrc),
            (".pgpass", Form::LastColumn),
            (".git-credentials", Form::Addresses),
            (".vault-token", Form::Whole),
        ],
    },
    Place {
        directory: Some(".config"),
        variable: "XDG_CONFIG_HOME",
        files: &[
            ("gh/hosts.yml", Form::Named),
            ("glab-cli/config.yml", Form::Named),
            ("containers/auth.json", Form::Named),
            ("helm/registry/config.json", Form::Named),
            ("argocd/config", Form::Named),
            ("doctl/config.yaml", Form::Named),
            ("hcloud/cli.toml", Form::Named),
            ("rclone/rclone.conf", Form::Named),
            ("pip/pip.conf", Form::Addresses),
            ("git/credentials", Form::Addresses),
        ],
    },
    Place { directory: None, variable: "XDG_RUNTIME_DIR", files: &[("containers/auth.json", Form::Named)] },
    Place { directory: Some(".docker"), variable: "DOCKER_CONFIG", files: &[("config.json", Form::Named)] },
    Place { directory: None, variable: "GH_CONFIG_DIR", files: &[("hosts.yml", Form::Named)] },
    Place {
        directory: Some(".config/gcloud"),
        variable: "CLOUDSDK_CONFIG",
        files: &[
            ("application_default_credentials.json", Form::Named),
            ("credentials.db", Form::Database),
            ("access_tokens.db", Form::Database),
        ],
    },
    Place {
        directory: Some(".azure"),
        variable: "AZURE_CONFIG_DIR",
        files: &[
            ("msal_token_cache.json", Form::Named),
            ("accessTokens.json", Form::Named),
            ("service_principal_entries.json", Form::Named),
        ],
    },
    Place {
        directory: Some(".cargo"),
        variable: "CARGO_HOME",
        files: &[("credentials.toml", Form::Named), ("credentials", Form::Named)],
    },
];

/// Variables that name such a file, or several with colons between them.
const VARIABLES: [(&str, Form); 7] = [
    ("KUBECONFIG", Form::Named),
    ("AWS_SHARED_CREDENTIALS_FILE", Form::Named),
    ("GOOGLE_APPLICATION_CREDENTIALS", Form::Named),
    ("NPM_CONFIG_USERCONFIG", Form::Named),
    ("PIP_CONFIG_FILE", Form::Addresses),
    ("NETRC", Form::Netrc),
    ("PGPASSFILE", Form::LastColumn),
];

/// The files that a session with these variables may have.
pub(super) fn of(environment: &BTreeMap<String, String>) -> impl Iterator<Item = (PathBuf, Form)> {
    let home = environment.get("HOME").map(PathBuf::from);
    let placed = PLACES.iter().flat_map(move |place| {
        let usual = home.as_ref().and_then(|home| Some(home.join(place.directory?)));
        let named =
            environment.get(place.variable).map(PathBuf::from).filter(|named| !named.as_os_str().is_empty());
        let named = named.filter(|named| usual.as_ref() != Some(named));
        usual.into_iter().chain(named).flat_map(|directory| place.files_in(directory))
    });
    let named = VARIABLES.iter().filter_map(|(name, form)| Some((environment.get(*name)?, *form)));
    let named = named.flat_map(|(list, form)| split_paths(list).map(move |path| (path, form)));
    placed.chain(named)
}

/// Whether the path ends as one of these files' does.
pub(crate) fn is_one(path: &Path) -> bool {
    relative().any(|place| path.ends_with(place))
}

/// The directories below the home directory that have such files.
pub(crate) fn directories() -> impl Iterator<Item = PathBuf> {
    relative().filter_map(|place| place.parent().map(Path::to_owned))
}

/// Where these files are, from the home directory.
fn relative() -> impl Iterator<Item = PathBuf> {
    let files = |place: &'static Place| {
        let directory = place.directory.map(Path::new);
        place.files.iter().filter_map(move |(file, _)| Some(directory?.join(file)))
    };
    PLACES.iter().flat_map(files)
}

impl Place {
    fn files_in(&self, directory: PathBuf) -> impl Iterator<Item = (PathBuf, Form)> + use<> {
        self.files.iter().flat_map(move |(file, form)| {
            let path = directory.join(file);
            let paths = match file.strip_suffix("/*") {
                Some(parent) => entries(&directory.join(parent)),
                None => vec![path],
            };
            paths.into_iter().map(|path| (path, *form))
        })
    }
}

fn entries(directory: &Path) -> Vec<PathBuf> {
    fs::read_dir(directory).into_iter().flatten().flatten().map(|entry| entry.path()).collect()
}

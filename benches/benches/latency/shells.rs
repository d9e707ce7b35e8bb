//! Which shells are compared, where they are started, and with what.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use benches::Places;

/// What every shell's environment has; the rest is the setting's.
const ENVIRONMENT: [(&str, &str); 6] = [
    ("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"),
    ("TERM", "xterm-256color"),
    ("LANG", "C.UTF-8"),
    ("USER", "bench"),
    ("LOGNAME", "bench"),
    ("INPUTRC", "/dev/null"),
];

/// A shell of those compared.
#[derive(Debug)]
pub struct Shell {
    /// Its name in the table.
    pub name: &'static str,
    program: PathBuf,
    /// Whether `script` stands between it and the terminal: what it costs that something passes all bytes on.
    relayed: bool,
    /// What it reads in place of ~/.bashrc.
    rc_file: Option<&'static str>,
    /// What its screen shows once all that starts beside it has started.
    pub settled: Option<&'static str>,
    /// What its environment has besides.
    environment: Vec<(&'static str, String)>,
}

impl Shell {
    /// bash, awesh, and those of the others that are installed.
    ///
    /// bash and awesh read the same files: the system's bashrc and a ~/.bashrc that sets PS1. fish is as it comes.
    /// `script`, which everybody has, shows what of awesh's cost any relay between bash and the terminal has; awesh
    /// without its backend, what all that answers questions costs. The model that answers is at `model`.
    pub fn all(awesh: PathBuf, model: String) -> Vec<Self> {
        let shell = |name, program| Self {
            name,
            program,
            relayed: false,
            rc_file: None,
            settled: None,
            environment: Vec::new(),
        };
        let asks = vec![("OPENAI_API_KEY", "none".to_owned()), ("OPENAI_BASE_URL", model)];
        let alone = vec![("AWESH_BACKEND", "false".to_owned())];
        let mut shells = vec![
            shell("bash", "bash".into()),
            Self { settled: Some("🧠"), environment: asks, ..shell("awesh", awesh.clone()) },
            Self { environment: alone, ..shell("awesh without a backend", awesh) },
        ];
        if is_installed("script") {
            shells.push(Self { relayed: true, ..shell("bash in script", "bash".into()) });
        }
        if is_installed("fish") {
            shells.push(shell("fish", "fish".into()));
        }
        if is_installed("starship") {
            shells.push(Self { rc_file: Some(".starshiprc"), ..shell("bash + starship", "bash".into()) });
        }
        shells
    }

    /// The command that starts it on a terminal.
    pub fn command(&self, setting: &Setting) -> Command {
        let rc_file = self.rc_file.map(|name| setting.home.join(name).display().to_string());
        let arguments: Vec<&str> = rc_file.iter().flat_map(|path| ["--rcfile", path]).chain(["-i"]).collect();
        self.command_with(setting, &arguments)
    }

    /// The command that starts it with these arguments.
    pub fn command_with(&self, setting: &Setting, arguments: &[&str]) -> Command {
        let mut command = if self.relayed {
            let line = format!("{} {}", self.program.display(), arguments.join(" "));
            let mut command = Command::new("script");
            command.args(["-q", "-e", "-c", &line, "/dev/null"]);
            command
        } else {
            let mut command = Command::new(&self.program);
            command.args(arguments);
            command
        };
        command.env_clear().envs(ENVIRONMENT).current_dir(&setting.directory);
        command.env("HOME", &setting.home).env("XDG_RUNTIME_DIR", setting.home.join("run"));
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        if let Some(kubeconfig) = &setting.kubeconfig {
            command.env("KUBECONFIG", kubeconfig);
        }
        command
    }
}

fn is_installed(program: &str) -> bool {
    ENVIRONMENT[0].1.split(':').any(|directory| Path::new(directory).join(program).is_file())
}

/// Where shells are started.
#[derive(Debug)]
pub struct Setting {
    /// Its name in the table.
    pub name: &'static str,
    home: PathBuf,
    directory: PathBuf,
    /// The value of KUBECONFIG.
    kubeconfig: Option<String>,
    /// Whether the start alone differs from the other settings.
    pub start_only: bool,
}

impl Setting {
    /// The settings, in these places.
    pub fn all(places: &Places) -> io::Result<[Self; 4]> {
        let slow = places.root().join("slow-home");
        fs::create_dir(&slow)?;
        furnish(&places.home(), "")?;
        furnish(&slow, "sleep 0.3\n")?;
        let (home, empty) = (places.home(), places.empty());
        Ok([
            Self {
                name: "empty directory",
                home: home.clone(),
                directory: empty.clone(),
                kubeconfig: None,
                start_only: false,
            },
            Self {
                name: "20,000 files, 50 contexts",
                home: home.clone(),
                directory: places.repository(),
                kubeconfig: Some(places.kubeconfig().display().to_string()),
                start_only: false,
            },
            Self {
                name: "20,000 files, 250 contexts in 5 files of 2 MB",
                home,
                directory: places.repository(),
                kubeconfig: Some(places.huge_kubeconfigs().map(|path| path.display().to_string()).join(":")),
                start_only: false,
            },
            Self {
                name: "start-up file takes 300 ms",
                home: slow,
                directory: empty,
                kubeconfig: None,
                start_only: true,
            },
        ])
    }
}

/// Puts into a home what the shells read at their start.
fn furnish(home: &Path, script: &str) -> io::Result<()> {
    fs::create_dir(home.join("run"))?;
    fs::write(home.join(".bashrc"), format!("{script}PS1='> '\n"))?;
    fs::write(home.join(".starshiprc"), format!("{script}eval \"$(starship init bash)\"\n"))?;
    fs::create_dir_all(home.join(".config/fish"))?;
    fs::write(home.join(".config/fish/config.fish"), script)?;
    // Where this is missing fish spends its first minute in the background reading all manual pages.
    fs::create_dir_all(home.join(".local/share/fish/generated_completions"))
}

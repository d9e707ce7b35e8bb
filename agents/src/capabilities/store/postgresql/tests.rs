//! Against real servers, each in a directory of its own: those that `AWESH_TEST_POSTGRESQL` names (directories of
//! programs with `:` between them, as `.ci/test` sets it), else those of Debian's packages.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use awesh_protocol::Secret;
use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, Uid};

use super::super::testing::{Three, cluster, entry, learned};
use super::super::{Catalogue, Terms, tests as all};
use super::*;

/// Whom the server runs as where the tests run as root, which it refuses.
const NOBODY: u32 = 65534;

const PASSWORD: &str = "correct horse";

/// A server that runs until it is dropped.
struct Running {
    directory: tempfile::TempDir,
    process: Child,
    has_vectors: bool,
}

/// The directories with a server's programs.
fn installed() -> Vec<PathBuf> {
    let named = std::env::var("AWESH_TEST_POSTGRESQL").ok();
    let found: Vec<PathBuf> = match &named {
        Some(list) => list.split(':').filter(|one| !one.is_empty()).map(PathBuf::from).collect(),
        None => {
            let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
            versions
                .map(|version| version.path().join("bin"))
                .filter(|bin| bin.join("initdb").exists())
                .collect()
        }
    };
    assert!(named.is_none() || !found.is_empty(), "no PostgreSQL is installed: run .ci/test");
    if found.is_empty() {
        #[allow(clippy::print_stderr, reason = "a test that is left out says so")]
        {
            eprintln!("PostgreSQL is not installed: this test is left out");
        }
    }
    found
}

fn command(program: &Path) -> Command {
    let mut command = Command::new(program);
    command.env_clear().env("PATH", "/usr/bin:/bin").env("LC_ALL", "C").current_dir("/").stdin(Stdio::null());
    if Uid::effective().is_root() {
        command.uid(NOBODY).gid(NOBODY);
    }
    command
}

/// Whether pgvector is installed beside it: where the server itself has its files, or where Debian has them.
fn has_vectors(bin: &Path) -> bool {
    let version = bin.parent().and_then(Path::file_name).unwrap_or_default();
    let shared = [bin.join("../share/postgresql"), Path::new("/usr/share/postgresql").join(version)];
    shared.iter().any(|shared| shared.join("extension/vector.control").exists())
}

/// The programs where the server's user reaches them: another's home may be closed to it.
fn reachable(bin: &Path, directory: &Path) -> PathBuf {
    if !Uid::effective().is_root() || bin.starts_with("/usr") {
        return bin.to_owned();
    }
    // The programs of the package from PyPI look for their libraries beside themselves.
    let package = bin.ancestors().nth(3).unwrap();
    let copied = Command::new("cp").arg("-r").arg(package).arg(directory.join("programs")).status().unwrap();
    assert!(copied.success());
    directory.join("programs").join(bin.strip_prefix(package).unwrap())
}

impl Running {
    fn start(bin: &Path, options: &[&str]) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let path = |name: &str| directory.path().join(name);
        fs::write(path("password"), PASSWORD).unwrap();
        let certificate = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        fs::write(path("server.crt"), certificate.cert.pem()).unwrap();
        fs::write(path("server.key"), certificate.signing_key.serialize_pem()).unwrap();
        fs::set_permissions(path("server.key"), fs::Permissions::from_mode(0o600)).unwrap();
        if Uid::effective().is_root() {
            for name in ["", "password", "server.crt", "server.key"] {
                chown(path(name), Some(NOBODY), Some(NOBODY)).unwrap();
            }
        }
        let bin = &reachable(bin, directory.path());
        let made = command(&bin.join("initdb"))
            .args(["-U", "ada", "--auth=scram-sha-256", "-E", "UTF8", "--no-sync", "--pwfile"])
            .arg(path("password"))
            .arg("-D")
            .arg(path("data"))
            .output()
            .unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let process = Self::process(bin, directory.path(), options);
        Self { has_vectors: has_vectors(bin), directory, process }
    }

    /// The server's process, ready.
    fn process(bin: &Path, directory: &Path, options: &[&str]) -> Child {
        let mut process = command(&bin.join("postgres"))
            .arg("-D")
            .arg(directory.join("data"))
            .arg("-k")
            .arg(directory)
            .args(["-c", "fsync=off", "-c", "listen_addresses="])
            .args(options)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut log = BufReader::new(process.stderr.take().unwrap());
        let mut said = String::new();
        while !said.contains("ready to accept connections") {
            assert_ne!(log.read_line(&mut said).unwrap(), 0, "{said}");
        }
        // A log that nobody reads would stop it.
        std::thread::spawn(move || log.read_to_end(&mut Vec::new()));
        process
    }

    fn store(&self, schema: &str, password: &str) -> Postgresql {
        let url = format!("host={} user=ada dbname=postgres", self.directory.path().display());
        self.at(url, schema, password, None)
    }

    fn at(&self, url: String, schema: &str, password: &str, ca_file: Option<PathBuf>) -> Postgresql {
        let key = Some(Secret::new(password));
        Postgresql::at(Server { url: Some(url), collection: schema.to_owned(), key, ca_file }).unwrap()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // At once, but with all of its children.
        let _ = kill(Pid::from_raw(self.process.id().cast_signed()), Signal::SIGQUIT);
        let _ = self.process.wait();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keeps_and_finds_as_every_store_does() {
    for bin in installed() {
        let server = Running::start(&bin, &[]);
        all::keeps_and_finds(&server.store("awesh", PASSWORD)).await;
        all::takes_any_text(&server.store("a \"team's\" own", PASSWORD)).await;
        if server.has_vectors {
            all::finds_by_meaning(&server.store("meaning", PASSWORD)).await;
        }
        meaning_where_there_is_none(&server).await;
        who_comes_first_makes_the_tables(&server).await;
        what_is_refused_is_said_without_the_password(&server).await;
    }
    let is_promised = std::env::var_os("AWESH_TEST_POSTGRESQL").is_some();
    assert!(
        !is_promised || installed().iter().any(|bin| has_vectors(bin)),
        "none of the servers has pgvector: run .ci/test"
    );
}

/// An embedder beside a server without pgvector: words find, and why is said once.
async fn meaning_where_there_is_none(server: &Running) {
    let catalogue = Catalogue::new(server.store("words", PASSWORD), Some(Arc::new(Three::default())));
    catalogue.replace(&cluster("red"), &[learned("rows.example", "sql tables")], &[]).await.unwrap();
    assert_eq!(catalogue.search("sql", None, 5).await.unwrap().len(), 1);
    let remarks = catalogue.remarks();
    assert_eq!(remarks.iter().any(|remark| remark.contains("CREATE EXTENSION vector")), !server.has_vectors);
    assert_eq!(catalogue.remarks(), [""; 0]);
}

async fn who_comes_first_makes_the_tables(server: &Running) {
    let stores: Vec<_> = (0..8).map(|_| Arc::new(server.store("race", PASSWORD))).collect();
    let tasks: Vec<_> = (0..)
        .zip(stores)
        .map(|(number, store)| {
            let entry = entry(&format!("k{number}.example"), "thing", None);
            tokio::spawn(async move { store.replace(&cluster("red"), &[entry], &[]).await })
        })
        .collect();
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    assert_eq!(server.store("race", PASSWORD).keys(&cluster("red")).await.unwrap().len(), 8);
}

async fn what_is_refused_is_said_without_the_password(server: &Running) {
    let query = Query { terms: Terms::of("x"), meaning: None, clusters: None, limit: 1 };
    let wrong = server.store("awesh", "hunter2").search(&query).await.unwrap_err();
    assert_eq!(wrong.kind, FailureKind::Unauthorised);
    assert!(!format!("{wrong:?}").contains("hunter2"), "{wrong:?}");
    let url = format!("host={} user=ada dbname=none", server.directory.path().display());
    let missing = server.at(url, "awesh", PASSWORD, None).search(&query).await.unwrap_err();
    assert!(missing.message.contains("\"none\" does not exist") && missing.hint.is_some(), "{missing:?}");
    let gone = server.at("host=/nowhere user=ada dbname=x".to_owned(), "a", "b", None);
    assert_eq!(gone.search(&query).await.unwrap_err().kind, FailureKind::Network);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_goes_over_the_network_is_encrypted_and_checked() {
    for bin in installed() {
        // One of PyPI's is built without.
        let built = command(&bin.join("pg_config")).arg("--configure").output().unwrap();
        if !String::from_utf8_lossy(&built.stdout).contains("openssl") {
            continue;
        }
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        drop(listener);
        let server = Running::start(
            &bin,
            &[
                "-c",
                "listen_addresses=127.0.0.1",
                "-p",
                &port.to_string(),
                "-c",
                "ssl=on",
                "-c",
                "ssl_cert_file=../server.crt",
                "-c",
                "ssl_key_file=../server.key",
            ],
        );
        let ca = server.directory.path().join("server.crt");
        let query = Query { terms: Terms::of("x"), meaning: None, clusters: None, limit: 1 };
        let url = |host: &str, mode: &str| {
            format!("host={host} hostaddr=127.0.0.1 port={port} user=ada dbname=postgres sslmode={mode}")
        };
        for (host, mode, ca, is_fine) in [
            ("localhost", "require", Some(&ca), true),
            ("localhost", "verify-full", Some(&ca), true),
            ("localhost", "disable", None, true),
            // Of an authority that nobody trusts, or for another name.
            ("localhost", "require", None, false),
            ("other.example", "require", Some(&ca), false),
        ] {
            let store = server.at(url(host, mode), "awesh", PASSWORD, ca.cloned());
            let searched = store.search(&query).await;
            assert_eq!(searched.is_ok(), is_fine, "{host} {mode}: {searched:?}");
        }
    }
}

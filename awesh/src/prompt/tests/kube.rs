use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::prompt::cache::Record;
use crate::prompt::kube::{self, Kube, Question, work_by};
use crate::prompt::kubeconfig;

use super::later;

const DEV: &str = "apiVersion: v1
kind: Config
clusters:
- cluster:
    server: https://example.com
    certificate-authority-data: bm90aGluZw==
  name: one
contexts:
- context:
    cluster: one
    namespace: payments
    user: me
  name: dev
- context: {cluster: one, user: me}
  name: live
current-context: dev
users:
- name: me
  user:
    token: secret
";

fn context(name: &str, namespace: Option<&str>) -> Kube {
    Kube::Context { name: name.to_owned(), namespace: namespace.map(str::to_owned) }
}

fn parse(text: &str) -> Kube {
    kubeconfig::parse(text.as_bytes()).map_or(Kube::Unknown, kubeconfig::Kubeconfig::current)
}

#[test]
fn one_file_is_read_however_it_is_laid_out() {
    let contexts = "contexts:\n- name: a\n  context:\n    namespace: n\n";
    for (text, expected) in [
        (DEV, context("dev", Some("payments"))),
        (&DEV.replace("context: dev", "context: live"), context("live", None)),
        (&DEV.replace("payments", "default"), context("dev", None)),
        (&DEV.replace('\n', "\r\n"), context("dev", Some("payments"))),
        (&format!("# mine\n---\n{DEV}"), context("dev", Some("payments"))),
        (&format!("current-context: a\n{contexts}"), context("a", Some("n"))),
        (&format!("{contexts}current-context: \"a\""), context("a", Some("n"))),
        (&format!("\"current-context\": a\n{contexts}"), context("a", Some("n"))),
        (
            "{\"current-context\": \"a\", \"contexts\": [{\"name\": \"a\", \"context\": {}}]}",
            context("a", None),
        ),
        (
            "x: &n {namespace: n}\ncurrent-context: a\ncontexts:\n- {name: a, context: *n}\n",
            context("a", Some("n")),
        ),
        ("current-context: gone\n", context("gone", None)),
        ("current-context: gone\ncontexts: null\n", context("gone", None)),
        ("contexts: []\n", Kube::None),
        ("current-context: \"\"\n", Kube::None),
        ("", Kube::None),
        ("# nothing\n\n", Kube::None),
        ("current-context: [a]\n", Kube::Unknown),
        ("current-context: a\ncontexts: 5\n", Kube::Unknown),
        ("just words\n", Kube::Unknown),
        ("\tcurrent-context: a\n", Kube::Unknown),
        ("{{{{\n", Kube::Unknown),
        ("\0\n", Kube::Unknown),
    ] {
        assert_eq!(parse(text), expected, "{text}");
    }
    assert_eq!(kubeconfig::parse(b"current-context: \xff\n"), None);
}

struct Fixture(TempDir);

impl Fixture {
    fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.path().join(name);
        fs::write(&path, text).unwrap();
        path
    }

    fn question(&self, list: &str) -> Question {
        Question::new(self.0.path(), &|name| (name == "KUBECONFIG").then(|| list.to_owned()))
    }

    fn read(&self, list: &str) -> Kube {
        work_by(later)(self.question(list)).0
    }
}

#[test]
fn files_are_merged_as_kubectl_does() {
    let fixture = Fixture::new();
    fixture.write("first", "contexts:\n- name: a\n  context: {namespace: first}\n");
    fixture.write("second", "current-context: a\ncontexts:\n- name: a\n  context: {namespace: second}\n");
    fixture.write("third", "current-context: b\n");
    assert_eq!(fixture.read("first:second:third"), context("a", Some("first")));
    assert_eq!(fixture.read("third:second"), context("b", None));
    assert_eq!(fixture.read("missing::second"), context("a", Some("second")));
    assert_eq!(fixture.read("missing"), Kube::None);
    assert_eq!(fixture.read("/dev/null"), Kube::None);
}

#[test]
fn what_kubectl_would_stumble_over_is_unknown() {
    let fixture = Fixture::new();
    fixture.write("good", DEV);
    fixture.write("bad", "}{");
    fs::create_dir(fixture.0.path().join("directory")).unwrap();
    nix::unistd::mkfifo(&fixture.0.path().join("fifo"), nix::sys::stat::Mode::S_IRWXU).unwrap();
    for list in ["good:bad", "directory", "fifo:good", "good:fifo"] {
        assert_eq!(fixture.read(list), Kube::Unknown, "{list}");
    }
}

#[test]
fn the_usual_file_is_in_the_sessions_home() {
    let question = |variables: &'static [(&str, &str)]| {
        Question::new(Path::new("/work"), &move |name| {
            variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
        })
    };
    assert_eq!(question(&[("HOME", "/home/u")]).files, [Path::new("/home/u/.kube/config")]);
    assert_eq!(
        question(&[("HOME", "/home/u"), ("KUBECONFIG", "")]).files,
        [Path::new("/home/u/.kube/config")]
    );
    assert_eq!(question(&[("KUBECONFIG", "a:/b")]).files, [Path::new("/work/a"), Path::new("/b")]);
    assert_eq!(question(&[]).files, [] as [&Path; 0]);
}

#[test]
fn a_change_to_any_file_shows_at_once() {
    let fixture = Fixture::new();
    fixture.write("b", DEV);
    let mut work = work_by(later);
    let mut ask = |expected: Kube| {
        assert_eq!(work(fixture.question("a:b")), (expected.clone(), false));
        assert_eq!(work(fixture.question("a:b")), (expected, true));
    };
    ask(context("dev", Some("payments")));
    fixture.write("b", &DEV.replace("payments", "payouts1"));
    ask(context("dev", Some("payouts1")));
    let first = fixture.write("a", "current-context: live\n");
    ask(context("live", None));
    fs::remove_file(first).unwrap();
    ask(context("dev", Some("payouts1")));
}

#[test]
fn a_link_that_is_swapped_shows_at_once() {
    let fixture = Fixture::new();
    fixture.write("one", "current-context: one\n");
    fixture.write("two", "current-context: two\n");
    let link = fixture.0.path().join("config");
    let mut work = work_by(later);
    for name in ["one", "two", "one"] {
        let next = fixture.0.path().join("next");
        std::os::unix::fs::symlink(name, &next).unwrap();
        fs::rename(&next, &link).unwrap();
        assert_eq!(work(fixture.question("config")), (context(name, None), false));
        assert_eq!(work(fixture.question("config")), (context(name, None), true));
    }
}

#[test]
fn a_context_that_is_none_of_the_files_is_named_and_no_plugin_is_run() {
    let fixture = Fixture::new();
    let mark = fixture.0.path().join("ran");
    let plugin =
        format!("users:\n- name: u\n  user: {{exec: {{command: touch, args: [{}]}}}}\n", mark.display());
    fixture.write("config", &format!("current-context: gone\ncontexts:\n- name: a\n{plugin}"));
    assert_eq!(fixture.read("config"), context("gone", None));
    assert!(!mark.exists());
}

#[test]
fn a_hit_looks_at_each_file_once() {
    let fixture = Fixture::new();
    fixture.write("b", DEV);
    let mut record = Record::new(later);
    kube::read(&fixture.question("a:b:c"), &mut record).unwrap();
    assert_eq!(record.looks(), 3);
}

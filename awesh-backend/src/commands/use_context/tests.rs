use std::fs;
use std::path::Path;
use std::process::Command;

use agents::kubernetes::contexts::Environment;

use super::*;

const SHARED: &str = "
current-context: dev
contexts:
- {name: dev, context: {cluster: c1, user: u1, namespace: team-a}}
- {name: prod-eu, context: {cluster: c2, user: u2}}
- {name: prod-us, context: {cluster: c3, user: u3}}
clusters: []
users: []
";

/// A shell with a home, a session's directory and an environment.
struct Shell {
    home: tempfile::TempDir,
    session: tempfile::TempDir,
    environment: Environment,
}

impl Shell {
    fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        fs::create_dir(home.path().join(".kube")).unwrap();
        fs::write(home.path().join(".kube/config"), SHARED).unwrap();
        let session = tempfile::Builder::new().prefix("awesh-1-").tempdir().unwrap();
        let environment = [("HOME".to_owned(), home.path().display().to_string())].into();
        Self { home, session, environment }
    }

    fn session(&self) -> Session<'_> {
        Session::new(&self.environment, Path::new("/"))
    }

    /// Uses a context as the function of a session does: bash runs the line.
    fn change(&mut self, context: Option<&str>, namespace: Option<&str>) -> Result<(), Failure> {
        let options = Options {
            context: context.map(str::to_owned),
            namespace: namespace.map(str::to_owned),
            reset: false,
            shell: false,
            session: Some(self.session.path().to_owned()),
            names: None,
        };
        let line = change(&self.session(), &options)?;
        self.eval(&line);
        Ok(())
    }

    fn eval(&mut self, line: &str) {
        let script = format!("{line}; printf %s \"${{KUBECONFIG-}}\"");
        let output = Command::new("bash").args(["-c", &script]).env_clear().envs(&self.environment).output();
        let value = String::from_utf8(output.unwrap().stdout).unwrap();
        self.environment.remove("KUBECONFIG");
        if !value.is_empty() {
            self.environment.insert("KUBECONFIG".to_owned(), value);
        }
    }

    fn shown(&self) -> String {
        shown(&self.session())
    }
}

#[test]
fn a_shell_has_its_own_context_and_the_shared_file_stays() {
    let mut shell = Shell::new();
    assert_eq!(shell.shown(), "context dev, namespace team-a (shared by all shells)\n");
    shell.change(Some("prod-eu"), None).unwrap();
    assert_eq!(shell.shown(), "context prod-eu, namespace default (this shell's own)\n");
    shell.change(Some("prod-eu"), Some("payments")).unwrap();
    assert_eq!(shell.shown(), "context prod-eu, namespace payments (this shell's own)\n");
    shell.change(None, Some("shop")).unwrap();
    assert_eq!(shell.shown(), "context prod-eu, namespace shop (this shell's own)\n");
    let config = shell.home.path().join(".kube/config");
    assert_eq!(fs::read_to_string(&config).unwrap(), SHARED);
    // Each has a file of its own before the shared one, and only the last is in force.
    let list = &shell.environment["KUBECONFIG"];
    assert_eq!(list.split(':').count(), 2, "{list}");
    assert!(list.ends_with(&format!(":{}", config.display())), "{list}");
    shell.eval(&shell.session().without_own());
    assert!(!shell.environment.contains_key("KUBECONFIG"));
    assert_eq!(shell.shown(), "context dev, namespace team-a (shared by all shells)\n");
}

#[test]
fn the_one_before_comes_back_and_back_again() {
    let mut shell = Shell::new();
    assert_eq!(
        shell.change(Some("-"), None).unwrap_err().message,
        "this shell has used no other context before"
    );
    shell.change(Some("prod-eu"), Some("payments")).unwrap();
    for expected in ["context dev, namespace team-a", "context prod-eu, namespace payments"] {
        shell.change(Some("-"), None).unwrap();
        assert_eq!(shell.shown(), format!("{expected} (this shell's own)\n"));
    }
}

#[test]
fn a_kubeconfig_that_was_set_is_set_again() {
    let mut shell = Shell::new();
    let list = format!("/nowhere:{}/.kube/config", shell.home.path().display());
    shell.environment.insert("KUBECONFIG".to_owned(), list.clone());
    shell.change(Some("prod-us"), None).unwrap();
    assert!(shell.environment["KUBECONFIG"].ends_with(&format!(":{list}")));
    shell.eval(&shell.session().without_own());
    assert_eq!(shell.environment["KUBECONFIG"], list);
}

/// As kubectl does, programs add what is new to the first file.
#[test]
fn what_was_added_in_this_shell_stays_in_it() {
    let mut shell = Shell::new();
    shell.change(Some("dev"), None).unwrap();
    let own = shell.environment["KUBECONFIG"].split(':').next().unwrap().to_owned();
    let added = "current-context: kind\nclusters: [{name: k, cluster: {server: 'https://127.0.0.1:1'}}]\n\
                 contexts: [{name: kind, context: {cluster: k, user: k}}]\n";
    fs::write(own, added).unwrap();
    for context in ["prod-eu", "dev"] {
        shell.change(Some(context), None).unwrap();
        assert_eq!(shell.environment["KUBECONFIG"].split(':').count(), 3);
    }
    shell.change(Some("kind"), None).unwrap();
    let contexts = shell.session().contexts();
    let kind = contexts.entries.iter().find(|entry| entry.name == "kind").unwrap();
    assert!(kind.cluster.is_some(), "{contexts:?}");
    shell.eval(&shell.session().without_own());
    assert!(!shell.environment.contains_key("KUBECONFIG"));
}

#[test]
fn what_cannot_be_used_is_refused_with_what_could() {
    let mut shell = Shell::new();
    for (context, namespace, message, hint) in [
        ("prod", None, "there is no context \"prod\"", Some("Did you mean prod-eu, prod-us?")),
        ("prdo-eu", None, "there is no context \"prdo-eu\"", Some("Did you mean prod-eu?")),
        ("qa", None, "there is no context \"qa\"", Some("There are: dev, prod-eu, prod-us")),
        ("dev", Some("Shop!"), "\"Shop!\" cannot be the name of a namespace", None),
    ] {
        let failure = shell.change(Some(context), namespace).unwrap_err();
        assert_eq!((failure.message.as_str(), failure.hint.as_deref()), (message, hint));
    }
    fs::remove_file(shell.home.path().join(".kube/config")).unwrap();
    let failure = shell.change(Some("dev"), None).unwrap_err();
    assert!(failure.message.starts_with("No kubeconfig: there is no file "), "{failure}");
    assert!(shell.shown().starts_with("No context is set."), "{}", shell.shown());
}

#[test]
fn only_files_of_this_kind_are_private() {
    for (path, expected) in [
        ("/run/user/0/awesh-12-x/context-a", true),
        ("/run/user/0/awesh-12-x/config", false),
        ("/home/ada/context-a", false),
        ("awesh-12-x/context-a", false),
    ] {
        assert_eq!(private::is_private(Path::new(path)), expected, "{path}");
    }
}

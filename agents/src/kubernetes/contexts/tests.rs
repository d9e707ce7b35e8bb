use std::os::unix::fs::symlink;

use super::*;

const FIRST: &str = "\
apiVersion: v1
kind: Config
unknown-field: {a: [1]}
current-context: eu
contexts:
- {name: eu, context: {cluster: eu, user: ada, namespace: shop, another: 1}}
- {name: us, context: {cluster: us, user: gone}}
clusters:
- {name: eu, cluster: {server: 'https://eu:6443', certificate-authority: ca.pem, novel: true}}
users:
- name: ada
  user: {client-certificate: /abs/c.pem, client-key: k.pem, tokenFile: t, exec: {command: bin/get-token}}
";

const SECOND: &str = "\
current-context: us
contexts:
- {name: eu, context: {cluster: us, user: eve}}
- {name: ap, context: {cluster: ap, user: ada}}
clusters:
- {name: eu, cluster: {server: 'https://other'}}
- {name: us, cluster: {server: 'https://us'}}
users:
- {name: ada, user: {token: x}}
- {name: eve, user: {exec: {command: aws}}}
";

fn read(files: &[(&str, &str)], named: &[&str]) -> (tempfile::TempDir, Contexts) {
    let directory = tempfile::tempdir().unwrap();
    for (name, text) in files {
        fs::create_dir_all(directory.path().join(name).parent().unwrap()).unwrap();
        fs::write(directory.path().join(name), text).unwrap();
    }
    let environment = Environment::from([("KUBECONFIG".to_owned(), named.join(":"))]);
    let contexts = Contexts::read(&Sources::of_session(&environment, directory.path()));
    (directory, contexts)
}

#[test]
fn the_first_file_to_define_a_name_has_defined_it() {
    let (_directory, contexts) = read(&[("a", FIRST), ("b", SECOND)], &["a", "", "b"]);
    assert_eq!(contexts.problems, [""; 0]);
    assert_eq!(contexts.current.as_deref(), Some("eu"));
    let names: Vec<_> = contexts.entries.iter().map(|entry| entry.name.as_str()).collect();
    assert_eq!(names, ["eu", "us", "ap"]);
    let server = |entry: &Entry| entry.cluster.as_ref().and_then(|cluster| cluster.server.clone());
    let servers: Vec<_> = contexts.entries.iter().map(server).collect();
    assert_eq!(servers, [Some("https://eu:6443".to_owned()), Some("https://us".to_owned()), None]);
    assert_eq!(contexts.entries[0].namespace.as_deref(), Some("shop"));
    assert!(contexts.entries[1].user.is_none());
}

#[test]
fn paths_are_relative_to_their_file() {
    let (directory, contexts) = read(&[("sub/a", FIRST)], &["sub/a"]);
    let at = |name: &str| directory.path().join("sub").join(name).to_str().map(str::to_owned);
    let eu = &contexts.entries[0];
    assert_eq!(eu.cluster.as_ref().unwrap().certificate_authority, at("ca.pem"));
    let user = eu.user.as_ref().unwrap();
    assert_eq!(user.client_certificate.as_deref(), Some("/abs/c.pem"));
    assert_eq!((&user.client_key, &user.token_file), (&at("k.pem"), &at("t")));
    assert_eq!(user.exec.as_ref().unwrap().command, at("bin/get-token"));
    let (_directory, contexts) = read(&[("a", SECOND)], &["a"]);
    assert_eq!(
        contexts.entries[0].user.as_ref().unwrap().exec.as_ref().unwrap().command.as_deref(),
        Some("aws")
    );
}

#[test]
fn what_is_wrong_names_the_file_and_no_secret() {
    let broken = "users:\n- name: a\n  user: {token: [hunter2]}\n";
    let twice = "contexts:\n- {name: a, context: {cluster: x}}\n- {name: a, context: {cluster: y}}\n";
    for (text, problem) in [
        (broken, "it is no kubeconfig (line 3, column "),
        ("not: [closed", "it is no kubeconfig (line "),
        ("just words hunter2", "it is no kubeconfig"),
        (twice, "the context \"a\" is defined twice; the first is taken"),
        ("a\u{0}b", "it is no kubeconfig"),
    ] {
        let (directory, contexts) = read(&[("bad", text), ("good", SECOND)], &["bad", "good"]);
        let expected = format!("{}: {problem}", directory.path().join("bad").display());
        assert_eq!(contexts.problems.len(), 1, "{text}: {:?}", contexts.problems);
        assert!(contexts.problems[0].starts_with(&expected), "{text}: {:?}", contexts.problems);
        assert!(!contexts.problems[0].contains("hunter2"), "{:?}", contexts.problems);
        assert!(contexts.entries.iter().any(|entry| entry.name == "ap"));
    }
}

#[test]
fn what_is_no_file_is_said() {
    let (directory, contexts) = read(&[("d/x", ""), ("empty", "# nothing\n")], &["d", "gone", "empty"]);
    let at = |name: &str| directory.path().join(name).display().to_string();
    let expected = [
        format!("{}: it is a directory, not a file", at("d")),
        format!("{}: there is no such file", at("gone")),
    ];
    assert_eq!(contexts.problems, expected);
    assert!(contexts.nothing().starts_with("No context in any of the kubeconfig files "));
    symlink("loop", directory.path().join("loop")).unwrap();
    let sources = Sources::of_files(["loop".into()], directory.path());
    assert!(Contexts::read(&sources).problems[0].contains("it cannot be read"));
}

#[test]
fn without_a_kubeconfig_the_default_is_read_or_missed_silently() {
    let home = tempfile::tempdir().unwrap();
    let environment = Environment::from([("HOME".to_owned(), home.path().to_str().unwrap().to_owned())]);
    let read = || Contexts::read(&Sources::of_session(&environment, Path::new("/")));
    assert!(read().problems.is_empty());
    let nothing = read().nothing();
    assert!(nothing.starts_with("No kubeconfig: ") && nothing.ends_with(".kube/config."), "{nothing}");
    fs::create_dir(home.path().join(".kube")).unwrap();
    fs::write(home.path().join(".kube/config"), "").unwrap();
    assert!(read().nothing().starts_with("No context in the kubeconfig "));
    fs::write(home.path().join(".kube/config"), SECOND).unwrap();
    assert_eq!(read().entries.len(), 2);
    let nobody = Contexts::read(&Sources::of_session(&Environment::new(), Path::new("/")));
    assert_eq!(nobody.nothing(), "No kubeconfig: neither KUBECONFIG nor HOME is set.");
}

#[test]
fn contexts_are_selected_by_patterns() {
    let (_directory, contexts) = read(&[("a", FIRST), ("b", SECOND)], &["a", "b"]);
    let select = |patterns: &[&str]| {
        let patterns: Vec<String> = patterns.iter().map(|pattern| (*pattern).to_owned()).collect();
        contexts.select(&patterns).map(|entries| entries.into_iter().map(|e| e.name).collect::<Vec<_>>())
    };
    assert_eq!(select(&[]).unwrap(), ["eu", "us", "ap"]);
    assert_eq!(select(&["?u", "eu"]).unwrap(), ["eu"]);
    assert_eq!(select(&["ap", "e*"]).unwrap(), ["eu", "ap"]);
    assert_eq!(select(&["eu", "prod*"]), Err(vec!["prod*".to_owned()]));
}

use std::os::unix::fs::symlink;

use kube_client::config::{AuthInfo, Cluster, ExecConfig};

use super::super::report::Took;
use super::super::trouble::{Kind, Trouble};
use super::*;

fn entry(server: &str, token: &str) -> Entry {
    let cluster = Cluster { server: Some(server.into()), ..Cluster::default() };
    let user = AuthInfo { token: Some(token.to_owned().into()), ..AuthInfo::default() };
    Entry { name: "eu".into(), cluster: Some(cluster), user: Some(user), ..Entry::default() }
}

fn environment(home: &Path) -> Environment {
    Environment::from([("HOME".to_owned(), home.to_str().unwrap().to_owned())])
}

#[test]
fn no_cluster_and_no_user_answers_for_another() {
    let nothing = Environment::new();
    let aws = Environment::from([("AWS_PROFILE".to_owned(), "prod".to_owned())]);
    let exec = |args: &[&str]| {
        let args = Some(args.iter().map(|arg| (*arg).to_owned()).collect());
        let exec = ExecConfig { command: Some("aws".into()), args, ..ExecConfig::default() };
        let user = AuthInfo { exec: Some(exec), ..AuthInfo::default() };
        Entry { user: Some(user), ..entry("https://a", "") }
    };
    let keys = [
        key(&entry("https://a", "x"), &nothing),
        key(&entry("https://b", "x"), &nothing),
        key(&entry("https://a", "y"), &nothing),
        key(&exec(&["one"]), &nothing),
        key(&exec(&["two"]), &nothing),
        key(&exec(&["one"]), &aws),
        key(&Entry { cluster: None, cluster_name: "gone".into(), ..entry("", "x") }, &nothing),
    ];
    let different: std::collections::BTreeSet<_> = keys.iter().collect();
    assert_eq!(different.len(), keys.len());
    // The name of the context and variables of no matter change nothing.
    assert_eq!(keys[0], key(&Entry { name: "us".into(), ..entry("https://a", "x") }, &aws));
    assert!(keys.iter().all(|key| key.len() == 64 && key.bytes().all(|byte| byte.is_ascii_hexdigit())));
}

#[test]
fn what_is_kept_is_the_users_alone_and_read_again() {
    let home = tempfile::tempdir().unwrap();
    let cache = Cache::of(&environment(home.path())).unwrap();
    let now: Timestamp = "2026-03-01T12:00:00.5Z".parse().unwrap();
    let report = Report { namespaces: Some(4), ..Report::new("eu", None, now) };
    let key = key(&entry("https://a", "hunter2"), &Environment::new());
    assert_eq!(cache.get(&key, "eu", now), None);
    cache.put(&key, &report).unwrap();
    assert_eq!(cache.get(&key, "eu", now), Some(report.clone()));
    assert_eq!(cache.get(&key, "other", now).unwrap().context, "other");
    assert_eq!(cache.get(&key, "eu", now + jiff::SignedDuration::from_secs(OLDEST_S + 2)), None);
    // A clock that was put back makes nothing younger.
    assert_eq!(cache.get(&key, "eu", now - jiff::SignedDuration::from_secs(60)), None);
    let directory = home.path().join(".cache/awesh/clusters");
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&directory), mode(&directory.join(&key))), (0o700, 0o600));
    assert!(!fs::read_to_string(directory.join(&key)).unwrap().contains("hunter2"));
    fs::write(directory.join(&key), "{\"context\":").unwrap();
    assert_eq!(cache.get(&key, "eu", now), None);
    fs::remove_file(directory.join(&key)).unwrap();
    symlink("/dev/zero", directory.join(&key)).unwrap();
    assert_eq!(cache.get(&key, "eu", now), None);
    assert!(Cache::of(&Environment::new()).is_none());
}

#[test]
fn only_a_dear_failure_stands_and_not_for_long() {
    let now: Timestamp = "2026-03-01T12:00:00Z".parse().unwrap();
    let failed = |kind: Kind, ms: f64| {
        let took = vec![Took { name: "version".into(), ms }];
        Report { took, ..Report::new("eu", None, now) }.failed(Trouble::new(kind, "x"))
    };
    let later = |seconds: i64| now + jiff::SignedDuration::from_secs(seconds);
    assert!(is_standing_failure(&failed(Kind::TimedOut, 9_800.0), later(15)));
    assert!(!is_standing_failure(&failed(Kind::TimedOut, 9_800.0), later(16)));
    assert!(!is_standing_failure(&failed(Kind::Refused, 3.0), later(1)));
    assert!(!is_standing_failure(&failed(Kind::Credentials, 9_800.0), later(1)));
    assert!(!is_standing_failure(&Report::new("eu", None, now), later(1)));
}

#[test]
fn what_nobody_asks_for_is_removed() {
    let home = tempfile::tempdir().unwrap();
    let cache = Cache::of(&environment(home.path())).unwrap();
    let report = Report::new("eu", None, Timestamp::now());
    cache.sweep();
    cache.put("old", &report).unwrap();
    cache.put("new", &report).unwrap();
    let long_ago = std::time::SystemTime::now() - FORGOTTEN - Duration::from_secs(1);
    let old = home.path().join(".cache/awesh/clusters/old");
    fs::File::options().write(true).open(&old).unwrap().set_modified(long_ago).unwrap();
    cache.sweep();
    assert!(!old.exists() && cache.get("new", "eu", Timestamp::now()).is_some());
}

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Command;

use super::super::testing::{cluster, entry, kind};
use super::super::{Terms, tests as all};
use super::*;

fn store() -> (tempfile::TempDir, Sqlite) {
    let directory = tempfile::tempdir().unwrap();
    let store = Sqlite::in_state(&directory.path().join("state"));
    (directory, store)
}

fn query(text: &str) -> Query {
    Query { terms: Terms::of(text), meaning: None, clusters: None, limit: 10 }
}

#[tokio::test]
async fn keeps_and_finds() {
    all::keeps_and_finds(&store().1).await;
}

#[tokio::test]
async fn finds_by_meaning() {
    all::finds_by_meaning(&store().1).await;
}

#[tokio::test]
async fn takes_any_text() {
    all::takes_any_text(&store().1).await;
}

#[tokio::test]
async fn the_file_is_its_owners_alone() {
    let (_directory, store) = store();
    store.replace(&cluster("red"), &[entry("pods", "containers", None)], &[]).await.unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&store.path), mode(store.path.parent().unwrap())), (0o600, 0o700));
}

/// The files set aside, but for their journals.
fn kept(store: &Sqlite) -> Vec<PathBuf> {
    let files = fs::read_dir(store.path.parent().unwrap()).unwrap().map(|file| file.unwrap().path());
    files.filter(|path| path.to_string_lossy().contains(".damaged-")).collect()
}

#[tokio::test]
async fn a_damaged_file_is_kept_aside_and_said_once() {
    type Damage = fn(&mut Vec<u8>);
    let damages: [(&str, Damage); 3] = [
        ("no database", |bytes| *bytes = b"something of the user's own\n".repeat(300)),
        ("a torn header", |bytes| bytes[..100].fill(0xff)),
        ("lost pages", |bytes| bytes[4096..].fill(0xa5)),
    ];
    for (name, damage) in damages {
        let (_directory, store) = store();
        store.replace(&cluster("red"), &[entry("pods", "containers", None)], &[]).await.unwrap();
        let mut bytes = fs::read(&store.path).unwrap();
        damage(&mut bytes);
        fs::write(&store.path, &bytes).unwrap();
        assert_eq!(store.search(&query("containers")).await.unwrap(), [], "{name}");
        let aside = kept(&store);
        assert_eq!(aside.len(), 1, "{name}");
        assert_eq!(fs::read(&aside[0]).unwrap(), bytes, "{name}");
        let remark = store.remark().unwrap();
        assert!(remark.contains("awesh scan") && remark.contains(&*aside[0].to_string_lossy()), "{remark}");
        assert_eq!(store.remark(), None);
        store.replace(&cluster("red"), &[entry("pods", "containers", None)], &[]).await.unwrap();
        assert_eq!(store.search(&query("containers")).await.unwrap().len(), 1, "{name}");
    }
}

#[tokio::test]
async fn one_that_others_found_damaged_too_is_set_aside_once() {
    let (_directory, store) = store();
    fs::create_dir_all(store.path.parent().unwrap()).unwrap();
    fs::write(&store.path, b"no database at all, but long enough to be read as one".repeat(99)).unwrap();
    let tasks: Vec<_> = (0..8)
        .map(|_| {
            let store = store.clone();
            tokio::spawn(async move { store.search(&query("x")).await })
        })
        .collect();
    for task in tasks {
        assert_eq!(task.await.unwrap().unwrap(), []);
    }
    assert_eq!(kept(&store).len(), 1);
}

#[tokio::test]
async fn what_cannot_be_used_is_left_as_it_is_and_said() {
    let (_directory, store) = store();
    store.clusters().await.unwrap();
    Connection::open(&store.path).unwrap().pragma_update(None, "user_version", 9).unwrap();
    let newer = store.search(&query("x")).await.unwrap_err();
    assert!(newer.message.contains("newer awesh"), "{newer:?}");
    assert_eq!(kept(&store).len(), 0);

    let directory = Sqlite { path: store.path.parent().unwrap().to_owned(), ..store.clone() };
    let failure = directory.clusters().await.unwrap_err();
    assert!(failure.message.contains("cannot be opened") && failure.hint.is_some(), "{failure:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_write_and_read_at_once_and_nothing_is_lost() {
    const WRITERS: usize = 6;
    const EACH: usize = 8;
    let (_directory, store) = store();
    let tasks: Vec<_> = (0..WRITERS)
        .map(|writer| {
            // As another process has it: another connection each time.
            let store = Sqlite { path: store.path.clone(), remark: Arc::default() };
            tokio::spawn(async move {
                for number in 0..EACH {
                    let name = format!("k{writer}x{number}.example");
                    store.replace(&cluster("red"), &[entry(&name, "thing", None)], &[]).await.unwrap();
                    assert!(!store.search(&query("thing")).await.unwrap().is_empty());
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(store.keys(&cluster("red")).await.unwrap().len(), WRITERS * EACH);
}

#[tokio::test]
async fn a_write_that_is_killed_half_way_leaves_what_was() {
    let (directory, store) = store();
    let red = cluster("red");
    store.replace(&red, &[entry("pods", "containers", None)], &[]).await.unwrap();
    // A journal that is hot, as a process leaves it that was killed while pages were being written.
    let copy = directory.path().join("copy");
    fs::create_dir(&copy).unwrap();
    let mut connection = open(&store.path).unwrap();
    connection.pragma_update(None, "cache_spill", 1).unwrap();
    connection.pragma_update(None, "cache_size", 1).unwrap();
    let transaction = connection.transaction().unwrap();
    transaction.execute("UPDATE kinds SET learned = 'half'", []).unwrap();
    for name in 0..200 {
        let statement =
            "INSERT INTO kinds (cluster, name, learned_at, learned) SELECT id, ?1, 'x', ?2 FROM clusters";
        transaction.execute(statement, (name.to_string(), "x".repeat(500))).unwrap();
    }
    let copied = Command::new("cp").arg("-r").arg(store.path.parent().unwrap()).arg(&copy).status().unwrap();
    assert!(copied.success());
    drop(transaction);
    let killed = Sqlite::in_state(&copy.join("state"));
    assert!(killed.path.with_file_name("capabilities.sqlite-journal").exists());
    assert_eq!(killed.keys(&red).await.unwrap(), [(kind("pods", ""), "key of pods: containers".to_owned())]);
    assert_eq!((kept(&killed).len(), killed.remark()), (0, None));
}

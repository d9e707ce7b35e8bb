use std::fs;
use std::time::Duration;

use super::walk::{self, Bounds, Ranking};
use super::*;
use crate::testing::context;

async fn ask(text: &str, directory: &std::path::Path) -> String {
    let (context, screen) = context(text, directory);
    assert_eq!(Files.bid(&context.question).await, Bid::Certain);
    Files.run(&context).await.unwrap();
    screen.shown()
}

fn tree() -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    let at = directory.path();
    fs::create_dir_all(at.join("a/.git")).unwrap();
    fs::write(at.join("small"), "1").unwrap();
    fs::write(at.join("a/large"), "1".repeat(5000)).unwrap();
    fs::write(at.join("a/.git/index"), "1".repeat(100)).unwrap();
    std::os::unix::fs::symlink("..", at.join("a/loop")).unwrap();
    let old = std::time::SystemTime::now() - Duration::from_secs(7200);
    fs::File::options().write(true).open(at.join("a/large")).unwrap().set_modified(old).unwrap();
    directory
}

#[tokio::test]
async fn what_is_here() {
    let directory = tree();
    let shown = ask("what is in this directory?", directory.path()).await;
    assert!(shown.contains("holds 1 file and 1 directory (1 B in files of its own)"), "{shown}");
    assert!(
        shown.contains("| name | size | changed |\n| a/ |  | just now |\n| small | 1 B | just now |"),
        "{shown}"
    );
}

#[tokio::test]
async fn largest_first_and_links_not_followed() {
    let directory = tree();
    let shown = ask("the 2 largest files", directory.path()).await;
    assert!(shown.contains("| a/large | 4.9 KiB | 2 hours ago |\n| a/.git/index | 100 B"), "{shown}");
    assert!(!shown.contains("small") && !shown.contains("loop"), "{shown}");
}

#[tokio::test]
async fn newest_first_without_gits_own() {
    let directory = tree();
    let shown = ask("newest files", directory.path()).await;
    assert!(shown.contains("| small | 1 B | just now |\n| a/large |"), "{shown}");
    assert!(!shown.contains("index"), "{shown}");
}

#[tokio::test]
async fn how_many_and_how_big() {
    let directory = tree();
    let shown = ask("how many files are here?", directory.path()).await;
    assert!(
        shown.contains("3 files, 2 directories and 1 link or special file (5.0 KiB together)"),
        "{shown}"
    );
    assert!(ask("how big is this directory", directory.path()).await.contains("are 5.0 KiB together"));
}

#[tokio::test]
async fn a_directory_that_is_gone_is_said_to_be() {
    let directory = tempfile::tempdir().unwrap();
    let shown = ask("what is here", &directory.path().join("gone")).await;
    assert!(shown.contains("could not be read"), "{shown}");
}

#[test]
fn a_bound_that_was_met_is_told() {
    let directory = tree();
    let bounds = Bounds { entries: 2, ..Bounds::default() };
    let seen = walk::rank(directory.path(), Ranking::Largest, 5, &bounds).unwrap();
    assert!(seen.incomplete);
    let bounds = Bounds { stop: &|| true, ..Bounds::default() };
    let report = report::report(Asked::HowMany, directory.path(), walk::list(directory.path(), &bounds));
    assert_eq!(report.notes, ["This is a part: the look was ended at its limit of entries or time.\n"]);
}

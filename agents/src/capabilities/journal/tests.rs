//! The journal torn, damaged, full and fought over.

use std::fs;

use super::*;
use crate::capabilities::{Complexity, Description};

fn cluster() -> Cluster {
    Cluster { context: "prod".into(), server: "https://prod.example:6443".into() }
}

fn kind(number: usize) -> Kind {
    Kind {
        group: "db.example".into(),
        version: "v1".into(),
        kind: format!("Kind{number}"),
        plural: format!("kind{number}s"),
        namespaced: true,
    }
}

fn learned(number: usize, key: &str) -> Learned {
    let description = Description {
        capabilities: vec!["a database".into()],
        providers: vec![],
        abstractions: vec!["ünïcödé\n".into()],
        complexity: Complexity::Low,
        description: format!("Number {number}."),
        use_case: "Always.".into(),
        confidence: 0.5,
    };
    Learned {
        kind: kind(number),
        key: key.into(),
        model: "m".into(),
        learned_at: Timestamp::UNIX_EPOCH,
        description,
    }
}

fn open(directory: &Path) -> Journal {
    match claim(directory, &cluster()).unwrap() {
        Claim::Ours(journal) => *journal,
        Claim::Taken(holder) => panic!("{holder:?}"),
    }
}

fn file(directory: &Path) -> PathBuf {
    let mut entries = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    entries.find(|path| path.extension().is_some_and(|ending| ending == "journal")).unwrap()
}

fn keys(journal: &Journal) -> Vec<String> {
    journal.all().map(|known| known.key().to_owned()).collect()
}

#[test]
fn what_was_written_is_there_again_and_the_last_word_counts() {
    let directory = tempfile::tempdir().unwrap();
    let mut journal = open(directory.path());
    journal.append([Record::Began { kinds: 3 }]).unwrap();
    for number in 0..3 {
        journal.append([Record::Learned(learned(number, "old"))]).unwrap();
    }
    let failed = Failed { kind: kind(1), key: "new".into(), why: "no".into(), at: Timestamp::UNIX_EPOCH };
    journal.append([Record::Failed(failed.clone())]).unwrap();
    journal.append([Record::Gone(kind(2))]).unwrap();
    drop(journal);
    let journal = open(directory.path());
    assert_eq!(journal.known(&kind(0)), Some(&Known::Learned(learned(0, "old"))));
    assert_eq!(journal.known(&kind(1)), Some(&Known::Failed(failed)));
    assert_eq!((keys(&journal).len(), journal.remark()), (2, None));
}

#[test]
fn a_journal_torn_anywhere_keeps_every_record_before_and_is_whole_again() {
    let directory = tempfile::tempdir().unwrap();
    let mut journal = open(directory.path());
    let mut ends = vec![journal.length];
    for number in 0..4 {
        journal.append([Record::Learned(learned(number, "k"))]).unwrap();
        ends.push(journal.length);
    }
    drop(journal);
    let (path, whole) = (file(directory.path()), fs::read(file(directory.path())).unwrap());
    // Each end and what is next to it, and every few bytes between: a disk takes its time.
    let is_near_an_end = |length: usize| ends.iter().any(|end| end.abs_diff(length as u64) <= 2);
    for length in (0..=whole.len()).filter(|length| length % 13 == 0 || is_near_an_end(*length)) {
        fs::write(&path, &whole[..length]).unwrap();
        let mut journal = open(directory.path());
        let kept = ends.iter().skip(1).filter(|end| **end <= length as u64).count();
        assert_eq!(keys(&journal).len(), kept, "cut at {length}");
        let is_torn = length > 0 && !ends.contains(&(length as u64));
        assert_eq!(journal.remark().is_some(), is_torn, "cut at {length}");
        if length % 3 != 0 {
            continue;
        }
        // It goes on as if nothing had been.
        (kept..4).for_each(|number| journal.append([Record::Learned(learned(number, "k"))]).unwrap());
        drop(journal);
        let journal = open(directory.path());
        assert_eq!((keys(&journal), journal.remark()), (vec!["k".to_owned(); 4], None));
    }
}

#[test]
fn damage_costs_the_line_it_is_in() {
    let directory = tempfile::tempdir().unwrap();
    let mut journal = open(directory.path());
    (0..5).for_each(|number| journal.append([Record::Learned(learned(number, "k"))]).unwrap());
    drop(journal);
    let path = file(directory.path());
    let whole = fs::read(&path).unwrap();
    for place in (0..whole.len()).step_by(23) {
        let mut damaged = whole.clone();
        damaged[place] ^= 0x15;
        fs::write(&path, &damaged).unwrap();
        let journal = open(directory.path());
        assert!(keys(&journal).len() >= 3, "at {place}");
        assert!(journal.remark().is_some(), "at {place}");
        assert!(journal.all().all(|known| matches!(known, Known::Learned(it) if whole_description(it))));
    }
}

fn whole_description(learned: &Learned) -> bool {
    learned.description.description.starts_with("Number ")
}

#[test]
fn one_process_writes_and_the_other_is_told_who_and_how_far() {
    let directory = tempfile::tempdir().unwrap();
    let mut journal = open(directory.path());
    journal.append([Record::Learned(learned(7, "k"))]).unwrap();
    journal.append([Record::Began { kinds: 9 }]).unwrap();
    journal.append([Record::Learned(learned(8, "k"))]).unwrap();
    let Claim::Taken(holder) = claim(directory.path(), &cluster()).unwrap() else { panic!("two have it") };
    assert_eq!(holder, Holder { pid: Some(std::process::id()), kinds: Some(9), done: 1 });
    let other = Cluster { server: "https://other.example".into(), ..cluster() };
    assert!(matches!(claim(directory.path(), &other).unwrap(), Claim::Ours(_)));
    drop(journal);
    assert_eq!(keys(&open(directory.path())).len(), 2);
}

#[test]
fn a_journal_of_much_that_says_nothing_is_written_anew() {
    let directory = tempfile::tempdir().unwrap();
    let mut journal = open(directory.path());
    (0..STALE + 9).for_each(|_| journal.append([Record::Learned(learned(1, "k"))]).unwrap());
    let before = journal.length;
    journal.tidy().unwrap();
    assert!(journal.length < before / 10);
    journal.append([Record::Learned(learned(2, "k"))]).unwrap();
    drop(journal);
    assert_eq!(keys(&open(directory.path())).len(), 2);
}

#[test]
fn where_there_is_no_room_nothing_is_half_there() {
    let directory = tempfile::tempdir().unwrap();
    let mut journal = open(directory.path());
    journal.append([Record::Learned(learned(1, "k"))]).unwrap();
    // The device that is always full.
    let real =
        std::mem::replace(&mut journal.file, OpenOptions::new().append(true).open("/dev/full").unwrap());
    let error = journal.append([Record::Learned(learned(2, "k"))]).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::StorageFull);
    assert_eq!(journal.known(&kind(2)), None);
    journal.file = real;
    journal.append([Record::Learned(learned(3, "k"))]).unwrap();
    drop(journal);
    let journal = open(directory.path());
    assert_eq!((keys(&journal).len(), journal.remark()), (2, None));
}

#[test]
fn what_a_kill_leaves_of_a_rewriting_is_written_over() {
    let directory = tempfile::tempdir().unwrap();
    let mut journal = open(directory.path());
    journal.append([Record::Learned(learned(1, "k"))]).unwrap();
    drop(journal);
    fs::write(file(directory.path()).with_extension("new"), "half a jour").unwrap();
    let mut journal = open(directory.path());
    assert_eq!(keys(&journal), ["k"]);
    journal.rewrite().unwrap();
    drop(journal);
    assert_eq!(keys(&open(directory.path())), ["k"]);
    assert!(!file(directory.path()).with_extension("new").exists());
}

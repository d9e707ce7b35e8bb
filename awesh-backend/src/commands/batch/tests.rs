use agents::batch::{Batch, Fate, Outcome, Report, Trouble};
use agents::ssh::{Chosen, Target};
use clap::Parser;

use super::round::{HostReport, Work};
use super::*;

#[derive(Parser)]
struct Command {
    #[command(flatten)]
    options: Options,
}

fn parse(words: &[&str]) -> Result<Work, String> {
    let parsed = Command::try_parse_from([&["x"], words].concat()).map_err(|error| error.to_string())?;
    parsed.options.work().map_err(|failure| failure.message)
}

fn work(hosts: usize) -> Work {
    let names: Vec<String> = (0..hosts).map(|number| format!("web{number}")).collect();
    parse(&[&names.join(","), "-F", "/nowhere", "-c", "a=uname", "-c", "b=date"]).unwrap()
}

fn host(name: &str, said: &str, fate: Fate) -> HostReport {
    let outcome = |label: &str| Outcome {
        label: label.to_owned(),
        stdout: said.as_bytes().to_vec(),
        stderr: Vec::new(),
        left_out: 0,
        fate,
    };
    let outcomes = vec![outcome("a"), outcome("b")];
    HostReport { name: name.to_owned(), report: Report { outcomes, failure: None, took: ZERO } }
}

const ZERO: std::time::Duration = std::time::Duration::ZERO;
const GOOD: Fate = Fate::Ended { status: 0, took: ZERO };
const BAD: Fate = Fate::Ended { status: 1, took: ZERO };

#[test]
fn options_are_read_as_users_of_ssh_expect() {
    let work = parse(&["web[1:3],db", "-F", "/nowhere", "--timeout", "2", "--", "df", "-h", "/"]).unwrap();
    assert_eq!(work.hosts.len(), 4);
    assert_eq!((&*work.batch.commands[0].label, &*work.batch.commands[0].line), ("command", "df -h /"));
    assert_eq!(work.batch.commands[0].deadline, Some(std::time::Duration::from_secs(2)));
    for (wrong, said) in [
        (&["web1"][..], "no command is given"),
        (&["--", "x"], "no host is named"),
        (&["web1", "-c", "a=x", "-c", "a=y"], "two commands are called a"),
        (&["web1", "-c", "a b=x"], "-c a b=x: a label is made of letters"),
        (&["web1", "-c", "a= "], "-c a= : the command is empty"),
        (&["web1", "--health", "x", "--", "y"], "--health is for --serial and --canary"),
        (&["web1", "--raw", "--json", "--", "x"], "cannot be used with"),
        (&["web1", "-f", "/nowhere"], "/nowhere: "),
        (&["web1", "--id", "x", "--", "y"], "--background"),
    ] {
        let told = parse(wrong).unwrap_err();
        assert!(told.contains(said), "{wrong:?}: {told}");
    }
}

#[test]
fn the_exit_status_says_how_it_went() {
    let unreached = {
        let mut host = host("c", "", Fate::NotRun);
        let failure = agents::batch::Failure { kind: Trouble::Denied, message: "x".into(), hint: None };
        host.report.failure = Some(failure);
        host
    };
    let good = host("a", "", GOOD);
    for (reports, expected) in [
        (vec![good.clone()], 0),
        (vec![good.clone(), host("b", "", BAD)], 1),
        (vec![good.clone(), host("b", "", Fate::Unknown)], 1),
        (vec![good, unreached.clone()], 1),
        (vec![unreached], 3),
    ] {
        assert_eq!(status(&reports), expected, "{reports:?}");
    }
}

#[test]
fn what_differs_is_told_with_who_says_it() {
    let work = work(20);
    let mut reports: Vec<HostReport> =
        (0..20).map(|number| host(&format!("web{number}"), "6.1\n", GOOD)).collect();
    assert!(differences::told(&work, &reports).starts_with("a\nall 20 hosts say:\n    6.1\nb\n"));
    reports[7] = host("web7", "5.10\n", BAD);
    let told = differences::told(&work, &reports);
    assert!(told.starts_with("a\n19 hosts say (web0, web1, "), "{told}");
    assert!(told.contains("1 host says (web7), failed with status 1:\n    5.10\n"), "{told}");
}

#[test]
fn the_json_is_as_the_help_promises() {
    let work = Work { hosts: vec![chosen("web1")], ..work(1) };
    let document = json::document(&work, &[host("web1", "x", GOOD)], false);
    let document: serde_json::Value = serde_json::from_str(&document).unwrap();
    let host = &document["hosts"][0];
    let help = <Command as clap::CommandFactory>::command().render_long_help().to_string();
    for object in [&document, &document["summary"], host, &host["commands"][0]] {
        for field in object.as_object().unwrap().keys() {
            assert!(help.contains(field.as_str()), "{field}");
        }
    }
}

fn chosen(name: &str) -> Chosen {
    Chosen { target: Target::parse(name).unwrap(), groups: Vec::new() }
}

#[test]
fn work_lasts_from_one_process_to_the_next() {
    let work = Work { batch: Batch { in_step: true, ..work(2).batch }, ..work(2) };
    let read: Work = serde_json::from_slice(&serde_json::to_vec(&work).unwrap()).unwrap();
    assert_eq!((read.hosts, read.batch), (work.hosts, work.batch));
    let report = vec![host("web1", "\u{0}x", Fate::Unknown)];
    let kept = serde_json::to_vec(&report).unwrap();
    assert_eq!(serde_json::from_slice::<Vec<HostReport>>(&kept).unwrap(), report);
}

//! Batches on real machines by ssh, whose wires are as good and as bad as they are.

use std::fmt::Write;
use std::path::Path;
use std::time::Duration;

use ssh_server::{Machine, Server, Wire};
use tokio::sync::Notify;

use super::*;
use crate::agent::{Agent, Bid};
use crate::batch::{self, Batch, Event, Fate, Place, Report, Trouble};
use crate::fan_out::{FanOut, Limits};

const BASH: &str = "/bin/bash";

/// A machine with a configuration in which it goes by several names; it is reached by a port where one is given.
struct Reached {
    machine: Machine,
    server: Option<Server>,
}

impl Reached {
    fn new(shell: &str, wire: Option<Wire>) -> Self {
        Self::of(Machine::new(Path::new(shell)), wire)
    }

    fn of(machine: Machine, wire: Option<Wire>) -> Self {
        let server = wire.map(|wire| Server::start(&machine, wire));
        machine.write(
            "known_hosts",
            &format!("box {}\nother {}\n", machine.public("host_key"), machine.public("key")),
        );
        let way = match &server {
            Some(server) => format!("HostName 127.0.0.1\n  Port {}", server.port()),
            None => format!("ProxyCommand {}", machine.sshd().join(" ")),
        };
        let here = machine.directory().display();
        let mut config = format!(
            "Host refused\n  HostName 127.0.0.1\n  Port 1\n  ProxyCommand none\nHost *\n  {way}\n{}",
            machine.client()
        );
        for (name, alias, key) in [
            ("changed", "other", "key"),
            ("unknown", "nobody", "key"),
            ("denied", "box", "other_key"),
            ("* !denied", "box", "key"),
        ] {
            let _ = write!(config, "Host {name}\n  HostKeyAlias {alias}\n  IdentityFile {here}/{key}\n");
        }
        machine.write("ssh_config", &config);
        Self { machine, server }
    }

    fn config(&self) -> Option<PathBuf> {
        Some(self.machine.path("ssh_config"))
    }

    async fn run(&self, name: &str, batch: &Batch) -> Report {
        let host = Connections::new(self.config()).host(Target::parse(name).unwrap());
        batch::run(&Place::Host(host), batch, |_| ()).await
    }
}

#[test]
fn hosts_are_read_as_they_are_written() {
    let target = |name: &str, user: Option<&str>, port| {
        let user = user.map(str::to_owned);
        Some(Target { name: name.to_owned(), user, port, address: None })
    };
    for (text, expected) in [
        ("web1", target("web1", None, None)),
        ("root@web1:2222", target("web1", Some("root"), Some(2222))),
        ("a@b@web1", target("web1", Some("a@b"), None)),
        ("[::1]:22", target("::1", None, Some(22))),
        ("[::1]", target("::1", None, None)),
        ("fe80::1", target("fe80::1", None, None)),
        ("-oProxyCommand=x", None),
        ("-l@web1", None),
        ("a b", None),
        ("web1:port", None),
        ("@web1", None),
        ("", None),
    ] {
        assert_eq!(Target::parse(text), expected, "{text}");
    }
}

fn fates(report: &Report) -> Vec<&str> {
    report.outcomes.iter().map(|outcome| outcome.fate.word()).collect()
}

fn kind(report: &Report) -> Option<Trouble> {
    report.failure.as_ref().map(|failure| failure.kind)
}

#[tokio::test]
async fn a_host_runs_its_commands_whatever_its_shell_and_its_banners() {
    let batch =
        Batch::new([("one", "printf 'a\\0b'; echo err >&2"), ("two", "exit 7"), ("three", "echo $0; pwd")]);
    for shell in [BASH, "/bin/sh", "/usr/bin/fish"].into_iter().filter(|shell| Path::new(shell).exists()) {
        let reached = Reached::new(shell, None);
        reached.machine.write("home/.bashrc", "echo 'Welcome! 0123456789abcdef'; echo warning >&2\n");
        std::fs::create_dir_all(reached.machine.path("home/.config/fish")).unwrap();
        reached.machine.write("home/.config/fish/config.fish", "echo fishy\n");
        let report = reached.run("box", &batch).await;
        assert_eq!(report.failure, None, "{shell}");
        assert_eq!(report.outcomes[0].stdout, b"a\0b", "{shell}");
        assert_eq!(report.outcomes[0].stderr, b"err\n", "{shell}");
        assert!(matches!(report.outcomes[1].fate, Fate::Ended { status: 7, .. }), "{shell}");
        let text = String::from_utf8_lossy(&report.outcomes[2].stdout);
        assert!(text.contains("bash\n") && text.ends_with("/home\n"), "{shell}: {text}");
    }
}

#[tokio::test]
async fn a_host_that_is_not_reached_runs_nothing_and_is_told_in_the_words_of_ssh() {
    let reached = Reached::new(BASH, None);
    let file = reached.machine.path("ran");
    let batch = Batch::new([("touch", format!("touch {}", file.display())), ("b", "true".to_owned())]);
    for (name, expected, words) in [
        ("unknown", Trouble::UnknownKey, "Host key verification failed"),
        ("changed", Trouble::ChangedKey, "REMOTE HOST IDENTIFICATION HAS CHANGED"),
        ("denied", Trouble::Denied, "Permission denied (publickey"),
        ("refused", Trouble::Unreachable, "Connection refused"),
    ] {
        let report = reached.run(name, &batch).await;
        assert_eq!((kind(&report), fates(&report)), (Some(expected), vec!["not_run"; 2]), "{report:?}");
        assert!(report.failure.unwrap().message.contains(words), "{name}");
        assert!(!file.exists(), "{name}");
    }
    let known = std::fs::read_to_string(reached.machine.path("known_hosts")).unwrap();
    assert_eq!(known.lines().count(), 2, "no key is ever accepted");
    let nologin = Reached::new("/usr/sbin/nologin", None);
    let report = nologin.run("box", &batch).await;
    assert_eq!(kind(&report), Some(Trouble::Missing), "{report:?}");
    assert!(!file.exists());
}

/// A command that ends the connection it runs on, as a reboot or a lost network would.
const CUT: &str = "p=$$; while [ $p -gt 1 ]; do read -r _ c _ p _ < /proc/$p/stat; q=$p; \
                   case $(cat /proc/$q/comm) in sshd*) kill -9 $q;; esac; done; sleep 60";

#[tokio::test]
async fn after_a_lost_connection_each_command_is_told_as_it_is_known() {
    let reached = Reached::new(BASH, None);
    let file = reached.machine.path("ran");
    let touch = format!("touch {}", file.display());
    let batch = Batch::new([("a", "echo a"), ("cut", CUT), ("c", touch.as_str())]);
    let report = reached.run("box", &batch).await;
    assert_eq!(fates(&report), ["ended", "unknown", "unknown"], "{report:?}");
    assert_eq!(kind(&report), Some(Trouble::Lost));
    let in_step = reached.run("box", &Batch { in_step: true, ..batch }).await;
    assert_eq!(fates(&in_step), ["ended", "unknown", "not_run"], "{in_step:?}");
}

#[tokio::test]
async fn a_wire_that_is_reset_in_the_middle_of_output_leaves_one_in_doubt() {
    let wire = Wire { resets_after: Some(200_000), ..Wire::default() };
    let reached = Reached::new(BASH, Some(wire));
    let file = reached.machine.path("ran");
    let batch = Batch::new([
        ("a", "echo a".to_owned()),
        ("big", "head -c 2000000 /dev/urandom".to_owned()),
        ("c", format!("touch {}", file.display())),
    ]);
    let report = reached.run("box", &Batch { in_step: true, ..batch }).await;
    assert_eq!(fates(&report), ["ended", "unknown", "not_run"], "{report:?}");
    assert_eq!((kind(&report), file.exists()), (Some(Trouble::Lost), false));
    assert_eq!(reached.server.unwrap().accepted(), 1, "what may have run is not tried again");
}

#[tokio::test]
async fn a_wire_that_stalls_is_given_up_at_the_deadline() {
    let wire = Wire { stalls_after: Some(100_000), ..Wire::default() };
    let reached = Reached::new(BASH, Some(wire));
    let batch = Batch::new([("a", "echo a"), ("big", "head -c 1000000 /dev/urandom; sleep 600")]);
    let within = async |seconds| {
        reached.run("box", &Batch { deadline: Some(Duration::from_secs(seconds)), ..batch.clone() }).await
    };
    let mut report = within(4).await;
    if fates(&report)[0] == "not_run" {
        // A machine with much else to do is not that far by then.
        report = within(40).await;
    }
    assert_eq!(
        (kind(&report), fates(&report)),
        (Some(Trouble::TimedOut), vec!["ended", "unknown"]),
        "{report:?}"
    );
}

#[tokio::test]
async fn a_busy_host_is_tried_again() {
    let reached = Reached::new(BASH, Some(Wire { drops: 2, ..Wire::default() }));
    let report = reached.run("box", &Batch::new([("a", "echo a")])).await;
    assert!(report.is_success(), "{report:?}");
    assert_eq!(reached.server.as_ref().unwrap().accepted(), 3);
    let never = Reached::new(BASH, Some(Wire { drops: 100, ..Wire::default() }));
    let report = never.run("box", &Batch::new([("a", "echo a")])).await;
    assert_eq!((kind(&report), fates(&report)), (Some(Trouble::Lost), vec!["not_run"]), "{report:?}");
}

#[tokio::test]
async fn a_slow_wire_costs_no_round_trip_for_each_command() {
    let wire = Wire { latency: Duration::from_millis(25), ..Wire::default() };
    let reached = Reached::new(BASH, Some(wire));
    let names: Vec<String> = (0..20).map(|number| number.to_string()).collect();
    let batch = Batch::new(names.iter().map(|name| (name.as_str(), "exit 3")));
    let mut seen = Vec::new();
    let host = Connections::new(reached.config()).host(Target::parse("box").unwrap());
    let report = batch::run(&Place::Host(host), &batch, |event| {
        if let Event::Started(number) = event {
            seen.push(number);
        }
    })
    .await;
    assert_eq!(seen, (0..20).collect::<Vec<_>>());
    assert!(report.outcomes.iter().all(|outcome| matches!(outcome.fate, Fate::Ended { status: 3, .. })));
}

#[tokio::test]
async fn one_connection_serves_all_batches_where_it_is_kept() {
    for (sessions, connections) in [("10", 1), ("1", 2)] {
        let reached = Reached::of(Machine::new(Path::new(BASH)), Some(Wire::default()));
        reached.machine.configure(&format!("MaxSessions {sessions}"));
        let kept = Connections::kept(reached.config()).unwrap();
        let place = Place::Host(kept.host(Target::parse("box").unwrap()));
        assert!(batch::run(&place, &Batch::new([("a", "echo a")]), |_| ()).await.is_success());
        // The second begins while the first runs, and the first ends by what the second does.
        let long = Batch::new([("long", "until [ -e ~/done ]; do sleep 0.02; done")]);
        let short = Batch::new([("short", "touch ~/done")]);
        let runs = Notify::new();
        let first = batch::run(&place, &long, |event| {
            if event == Event::Started(0) {
                runs.notify_one();
            }
        });
        let second = async {
            runs.notified().await;
            batch::run(&place, &short, |_| ()).await
        };
        let (long, short) = tokio::join!(first, second);
        assert!(long.is_success() && short.is_success(), "{sessions}: {long:?} {short:?}");
        assert_eq!(reached.server.as_ref().unwrap().accepted(), connections, "MaxSessions {sessions}");
    }
}

#[tokio::test]
async fn two_hundred_megabytes_arrive_whole() {
    let reached = Reached::new(BASH, None);
    let batch =
        Batch { keep: 0, ..Batch::new([("big", "head -c 200000000 /dev/zero"), ("next", "echo next")]) };
    let report = reached.run("box", &batch).await;
    assert!(report.is_success(), "{report:?}");
    assert_eq!(report.outcomes[0].left_out, 200_000_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_hosts_do_not_get_in_each_others_way() {
    let reached = Reached::new(BASH, None);
    let connections = Connections::new(reached.config());
    let tasks = (0..100).map(|number| {
        let name = if number % 10 == 3 { format!("refused{number}") } else { format!("host{number}") };
        let target =
            Target { port: None, ..Target::parse(if number % 10 == 3 { "refused" } else { &name }).unwrap() };
        let host = connections.host(target);
        let task = async move {
            let echo = format!("echo {number}");
            Ok::<_, ()>(batch::run(&Place::Host(host), &Batch::new([("n", echo)]), |_| ()).await)
        };
        (name, task)
    });
    let limits = Limits { at_once: 16, deadline: Duration::MAX };
    for finished in FanOut::start(tasks, limits).all().await {
        let report = finished.result.unwrap();
        if finished.index % 10 == 3 {
            assert_eq!(kind(&report), Some(Trouble::Unreachable));
        } else {
            assert_eq!(report.outcomes[0].stdout, format!("{}\n", finished.index).into_bytes(), "{report:?}");
        }
    }
}

#[tokio::test]
async fn the_agent_answers_what_it_understands() {
    let reached = Reached::new(BASH, None);
    let config = std::fs::read_to_string(reached.machine.path("ssh_config")).unwrap();
    reached.machine.write("ssh_config", &format!("{config}Host web1 web2\n"));
    let agent = Ssh { config: reached.config() };
    let (mut context, screen) = crate::testing::context("what kernel do the web hosts run?", Path::new("/"));
    assert_eq!(agent.bid(&context.question).await, Bid::Certain);
    agent.run(&context).await.unwrap();
    let kernel = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap();
    let shown = screen.shown();
    assert_eq!(shown.matches(kernel.trim()).count(), 2, "{shown}");
    assert!(shown.contains("web1") && shown.contains("web2"), "{shown}");
    context.question.text = "uptime of refused".to_owned();
    agent.run(&context).await.unwrap();
    assert!(screen.shown().contains("Connection refused"), "{}", screen.shown());
    context.question.text = "reboot the web hosts".to_owned();
    assert_eq!(agent.bid(&context.question).await, Bid::None);
}

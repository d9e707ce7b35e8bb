use std::fs;

use nix::sys::signal::kill;
use nix::unistd::Pid;
use tokio::sync::mpsc;

use super::*;

async fn here(batch: &Batch) -> Report {
    run(&Place::Local, batch, |_| ()).await
}

fn statuses(report: &Report) -> Vec<Option<u8>> {
    let status = |outcome: &Outcome| match outcome.fate {
        Fate::Ended { status, .. } => Some(status),
        _ => None,
    };
    report.outcomes.iter().map(status).collect()
}

/// Waits until a process is gone.
async fn gone(pid: i32) {
    while kill(Pid::from_raw(pid), None).is_ok() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn each_command_has_its_own_output_status_and_shell() {
    let batch = Batch::new([
        ("plain", "echo out; echo err >&2"),
        ("open", "printf 'no newline'; exit 7"),
        ("state", "echo ${left-unset}; left=1; cd /; set -e; false"),
        ("killed", "kill -9 $$"),
        ("binary", r"printf '\0\1\377\r\n\0'"),
        ("shell", "[[ -n $BASH_VERSION ]] && echo \"bash '$0'\" | cat -"),
        ("input", "cat; tty"),
        ("missing", "no-such-command-here"),
        ("quotes", "echo 'a  b' \"c\"; echo `echo $((1+1))`\n# end"),
        ("late", "(sleep 0.3; echo late) & echo early"),
        ("last", "echo last"),
    ]);
    let report = here(&batch).await;
    assert_eq!(report.failure, None);
    let expected = [0, 7, 1, 137, 0, 0, 1, 127, 0, 0, 0].map(Some);
    assert_eq!(statuses(&report), expected, "{report:?}");
    let out: Vec<_> =
        report.outcomes.iter().map(|outcome| outcome.stdout.escape_ascii().to_string()).collect();
    assert_eq!(&out[..5], ["out\\n", "no newline", "unset\\n", "", "\\x00\\x01\\xff\\r\\n\\x00"]);
    assert!(out[5].starts_with("bash "), "{}", out[5]);
    assert_eq!(&out[6..], ["not a tty\\n", "", "a  b c\\n2\\n", "early\\nlate\\n", "last\\n"]);
    assert_eq!(report.outcomes[0].stderr, b"err\n");
    assert!(report.outcomes[7].stderr.ends_with(b"command not found\n"));
}

#[tokio::test]
async fn large_output_arrives_whole_and_as_it_comes() {
    let batch = Batch::new([
        ("big", "head -c 20000000 /dev/zero; head -c 300000 /dev/zero >&2"),
        ("next", "echo hi"),
    ]);
    let mut bytes = [0, 0];
    let kept = Batch { keep: 1000, ..batch };
    let report = run(&Place::Local, &kept, |event| {
        if let Event::Output(0, stream, part) = event {
            bytes[stream as usize] += part.len();
        }
    })
    .await;
    assert_eq!(bytes, [20_000_000, 300_000]);
    let big = &report.outcomes[0];
    assert_eq!((big.stdout.len(), big.stderr.len(), big.left_out), (1000, 1000, 20_298_000));
    assert_eq!(report.outcomes[1].stdout, b"hi\n");
    assert!(report.is_success());
}

/// A command that looks for the mark wherever a command can look by the ordinary ways, and prints what it finds.
#[tokio::test]
async fn output_cannot_be_taken_for_a_frame() {
    let batch = Batch::new([
        ("env", "set; env; cat /proc/$$/environ /proc/$PPID/cmdline /proc/$PPID/environ; ls -l /proc/$$/fd"),
        ("forged", "for n in 0 1 2; do echo \"$_mark x $n 0 0 1.0 2.0\"; echo \"$_mark z\"; done"),
        ("last", "exit 3"),
    ]);
    let report = here(&batch).await;
    assert_eq!(statuses(&report)[2], Some(3), "{report:?}");
    let env = String::from_utf8_lossy(&report.outcomes[0].stdout);
    assert!(!env.contains("_mark="), "{env}");
    let is_ours = |line: &&str| (3..9).any(|fd| line.contains(&format!(" {fd} -> pipe")));
    assert_eq!(env.lines().find(is_ours), None, "only its own streams are open");
    assert!(report.outcomes[1].stdout.starts_with(b" x 0 0 0 1.0 2.0\n z\n"));
}

#[tokio::test]
async fn one_that_fails_stops_those_after_it_where_that_is_wished() {
    for in_step in [false, true] {
        let batch = Batch { in_step, ..Batch::new([("a", "true"), ("b", "false"), ("c", "true")]) };
        assert_eq!(statuses(&here(&batch).await), [Some(0), Some(1), Some(0)]);
        let report = here(&Batch { fail_fast: true, ..batch }).await;
        assert_eq!(statuses(&report), [Some(0), Some(1), None]);
        assert_eq!((report.outcomes[2].fate, report.failure), (Fate::NotRun, None));
    }
}

#[tokio::test]
async fn a_command_out_of_time_is_ended_with_all_it_started() {
    let mut batch = Batch::new([("slow", "sleep 1000 & echo $!; wait"), ("next", "echo next")]);
    batch.commands[0].deadline = Some(Duration::from_millis(300));
    let report = here(&batch).await;
    assert!(matches!(report.outcomes[0].fate, Fate::TimedOut { .. }), "{report:?}");
    assert_eq!(report.outcomes[1].stdout, b"next\n");
    gone(String::from_utf8_lossy(&report.outcomes[0].stdout).trim().parse().unwrap()).await;
}

#[tokio::test]
async fn one_that_does_not_listen_is_killed() {
    let mut batch = Batch::new([("deaf", "trap '' TERM; echo $$; while :; do sleep 0.1; done")]);
    batch.commands[0].deadline = Some(Duration::from_millis(200));
    let report = here(&batch).await;
    assert!(matches!(report.outcomes[0].fate, Fate::TimedOut { .. }), "{report:?}");
    assert_eq!(report.failure, None);
}

#[tokio::test]
async fn the_time_of_the_host_is_for_all_its_commands() {
    let batch = Batch::new([("a", "echo a"), ("b", "sleep 1000"), ("c", "echo c")]);
    let report = here(&Batch { deadline: Some(Duration::from_millis(500)), ..batch }).await;
    assert_eq!(statuses(&report), [Some(0), None, None]);
    assert!(matches!(report.outcomes[1].fate, Fate::TimedOut { .. }));
    assert_eq!(report.outcomes[2].fate, Fate::NotRun);
}

#[tokio::test]
async fn wishes_are_followed() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("go");
    let wait = format!("until [ -e {} ]; do sleep 0.02; done", file.display());
    for (wish, in_step) in [(Wish::Stop, false), (Wish::Stop, true), (Wish::End, false), (Wish::End, true)] {
        let batch = Batch { in_step, ..Batch::new([("a", wait.as_str()), ("b", "echo b")]) };
        let (sender, receiver) = watch::channel(Wish::GoOn);
        let report = run_until(&Place::Local, &batch, receiver, |event| {
            if event == Event::Started(0) {
                sender.send_replace(wish);
                if wish == Wish::Stop {
                    let (path, wait) = (file.clone(), Duration::from_secs(1));
                    std::thread::spawn(move || {
                        std::thread::sleep(wait);
                        fs::write(path, "").unwrap();
                    });
                }
            }
        })
        .await;
        let _ = fs::remove_file(&file);
        let is_as_wished = match wish {
            Wish::Stop => report.outcomes[0].fate.is_success(),
            _ => matches!(report.outcomes[0].fate, Fate::Cancelled { .. }),
        };
        assert!(is_as_wished, "{wish:?} {report:?}");
        assert_eq!((report.outcomes[1].fate, &report.failure), (Fate::NotRun, &None), "{wish:?} {in_step}");
    }
}

/// The processes of a batch when whoever waits goes away: by a drop, and by the end of the driver itself.
#[tokio::test]
async fn nothing_stays_when_nobody_waits() {
    let batch = Batch::new([("a", "sleep 1000 & echo $!; wait")]);
    let (sender, mut pids) = mpsc::unbounded_channel();
    let task = tokio::spawn(async move {
        run(&Place::Local, &batch, |event| {
            if let Event::Output(_, _, bytes) = event {
                sender.send(String::from_utf8_lossy(&bytes).trim().parse::<i32>().unwrap()).unwrap();
            }
        })
        .await
    });
    let pid = pids.recv().await.unwrap();
    task.abort();
    gone(pid).await;
}

#[tokio::test]
async fn after_a_driver_that_was_killed_it_is_told_what_is_not_known() {
    for (in_step, last) in [(false, Fate::Unknown), (true, Fate::NotRun)] {
        let commands = [
            ("a", "echo a"),
            ("b", "sleep 0.2; kill -9 -$(cut -d' ' -f5 /proc/$PPID/stat)"),
            ("c", "echo c"),
        ];
        let report = here(&Batch { in_step, ..Batch::new(commands) }).await;
        let fates: Vec<_> = report.outcomes.iter().map(|outcome| outcome.fate).collect();
        assert!(fates[0].is_success(), "{report:?}");
        assert_eq!(fates[1..], [Fate::Unknown, last], "{report:?}");
        assert_eq!(report.failure.unwrap().kind, Trouble::Lost);
    }
}

#[tokio::test]
async fn a_line_that_no_shell_can_read_is_refused() {
    let report = here(&Batch::new([("a", "echo a"), ("b", "echo \0")])).await;
    assert_eq!(report.outcomes[0].fate, Fate::NotRun);
    assert_eq!(report.failure.unwrap().kind, Trouble::Invalid);
}

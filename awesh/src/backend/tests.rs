//! The client against a fake backend that misbehaves.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::time::{Duration, Instant};

use awesh_protocol::frame::encode;
use awesh_protocol::{Context, Decision, Event, FailureKind, Request, Settings, VERSION};
use nix::poll::{PollFd, PollFlags};

use super::fake::{Behaviour, Fake, Peer};
use super::notices::Notice;
use super::stage::Stage;
use super::{BackendClient, BackendError, Launch, State};

use crate::sys::poll::wait;

/// What the shell's loop does, until the client is as the test wants it; the events on the way.
fn drive(client: &mut BackendClient, mut until: impl FnMut(&BackendClient, &[Event]) -> bool) -> Vec<Event> {
    let give_up = Instant::now() + Duration::from_secs(20);
    let mut events = Vec::new();
    loop {
        events.append(&mut client.receive());
        if until(client, &events) {
            return events;
        }
        assert!(Instant::now() < give_up, "still {:?} after {events:?}", client.state());
        let mut flags = PollFlags::POLLIN;
        flags.set(PollFlags::POLLOUT, client.is_sending());
        let mut fds: Vec<_> = client.fd().into_iter().map(|fd| PollFd::new(fd, flags)).collect();
        wait(&mut fds, Some(client.deadline().unwrap_or(give_up).min(give_up))).unwrap();
    }
}

fn until_state(client: &mut BackendClient, state: State) -> Vec<Event> {
    drive(client, |client, _| client.state() == state)
}

/// Drives to the last event of the only open question.
fn until_answered(client: &mut BackendClient) -> Vec<Event> {
    drive(client, |_, events| matches!(events.last(), Some(Event::Done { .. } | Event::Failed { .. })))
}

fn ask(client: &mut BackendClient) -> u64 {
    client.ask("what is six times seven".into(), Context::default())
}

fn text_of(events: &[Event]) -> String {
    let text = |event: &Event| if let Event::Text { text, .. } = event { Some(text.clone()) } else { None };
    events.iter().filter_map(text).collect()
}

fn answer_one(mut peer: Peer) {
    peer.be_ready();
    while let Some(request) = peer.receive() {
        if let Request::Ask(ask) = request {
            peer.answer_in_words(ask.id);
        }
    }
}

#[test]
fn a_question_asked_before_readiness_is_answered() {
    let fake = Fake::new(&[answer_one]);
    let mut client = fake.client();
    assert_eq!(client.state(), State::Starting);
    ask(&mut client);
    let events = until_answered(&mut client);
    assert_eq!(text_of(&events), "forty-two");
    assert_eq!(client.state(), State::Ready);
    let (startup, total_ms) = client.last_ready().unwrap();
    assert_eq!((startup[0].name.as_str(), total_ms), ("agents", 3.0));

    ask(&mut client);
    assert_eq!(text_of(&until_answered(&mut client)), "forty-two");
}

#[test]
fn settings_follow_the_greeting_and_may_change() {
    let fake = Fake::new(&[|mut peer| {
        peer.be_ready();
        peer.listen();
    }]);
    let mut client = fake.client();
    client.set(Settings { model: Some("first".into()), ..Settings::default() });
    until_state(&mut client, State::Ready);
    client.set(Settings { model: Some("second".into()), ..Settings::default() });
    assert_eq!(fake.seen.recv().unwrap(), Request::Hello { version: VERSION });
    for model in ["first", "second"] {
        let Request::Set(settings) = fake.seen.recv().unwrap() else { panic!("not settings") };
        assert_eq!(settings.model.as_deref(), Some(model));
    }
}

#[test]
fn cancelling_ends_a_question_without_waiting_for_the_backend() {
    let fake = Fake::new(&[|mut peer| {
        peer.be_ready();
        peer.receive();
        peer.receive();
        peer.answer_in_words(1);
        peer.receive();
        peer.answer_in_words(2);
        peer.listen();
    }]);
    let mut client = fake.client();
    until_state(&mut client, State::Ready);
    let first = ask(&mut client);
    client.cancel(first);
    let events = client.receive();
    assert!(matches!(events[..], [Event::Failed { id: Some(1), kind: FailureKind::Cancelled, .. }]));
    client.decide(first, 1, Decision::Decline);

    ask(&mut client);
    let events = until_answered(&mut client);
    assert_eq!(text_of(&events), "forty-two", "what came for the cancelled question is dropped");
    let requests: Vec<_> = fake.seen.try_iter().skip(2).collect();
    assert!(
        matches!(requests[..], [Request::Ask(_), Request::Cancel { id: 1 }, Request::Ask(_)]),
        "{requests:?}"
    );
}

#[test]
fn a_question_that_waits_can_be_cancelled() {
    let fake = Fake::new(&[|mut peer| peer.listen()]);
    let mut client = fake.client();
    let id = ask(&mut client);
    client.cancel(id);
    assert!(matches!(client.receive()[..], [Event::Failed { kind: FailureKind::Cancelled, .. }]));
}

#[test]
fn death_within_an_answer_ends_the_question_and_the_next_one_restarts() {
    let fake = Fake::new(&[
        |mut peer| {
            peer.be_ready();
            peer.receive();
            peer.send(&Event::Text { id: 1, text: "forty".into() });
            peer.die(7);
        },
        answer_one,
    ]);
    let mut client = fake.client();
    until_state(&mut client, State::Ready);
    client.notices.take();
    ask(&mut client);
    let events = until_answered(&mut client);
    assert_eq!(text_of(&events), "forty");
    let Some(Event::Failed { kind, message, .. }) = events.last() else { panic!("{events:?}") };
    assert_eq!((*kind, message.as_str()), (FailureKind::Internal, "the backend ended (exit status: 7)"));
    assert_eq!(client.state(), State::Failed);
    assert_eq!(client.notices.take(), [], "the question has told it");

    ask(&mut client);
    assert_eq!(text_of(&until_answered(&mut client)), "forty-two");
}

#[test]
fn death_between_questions_is_said_once_and_the_next_prompt_restarts() {
    let fake = Fake::new(&[
        |mut peer| {
            peer.be_ready();
            peer.receive();
            peer.die(0);
        },
        answer_one,
    ]);
    let mut client = fake.client();
    until_state(&mut client, State::Ready);
    client.notices.take();
    client.request(&Request::Status);
    drive(&mut client, |client, _| client.failure().is_some());
    let notices = client.notices.take();
    assert!(
        matches!(&notices[..], [Notice::Failure(line, None)] if line.contains("ended (exit status: 0)")),
        "{notices:?}"
    );
    client.launch_if_allowed(client.backoff.not_before().unwrap());
    until_state(&mut client, State::Ready);
}

#[test]
fn another_version_is_a_failure_with_advice() {
    let fake = Fake::new(&[|mut peer| {
        peer.receive();
        peer.send(&Event::Hello { version: VERSION + 1, pid: 1 });
        peer.listen();
    }]);
    let mut client = fake.client();
    until_state(&mut client, State::Failed);
    assert!(matches!(client.failure(), Some(BackendError::Version { .. })));
    assert!(client.failure().unwrap().hint().is_some());
}

#[test]
fn a_backend_that_gives_up_is_quoted() {
    let fake = Fake::new(&[|mut peer| {
        peer.receive();
        let (kind, message) = (FailureKind::Protocol, "the shell is too old".to_owned());
        peer.send(&Event::Failed { id: None, kind, message, hint: None });
    }]);
    let mut client = fake.client();
    until_state(&mut client, State::Failed);
    assert_eq!(client.failure().unwrap().to_string(), "the shell is too old");
}

#[test]
fn garbage_ends_the_connection_and_the_process() {
    let behaviours: [Behaviour; 3] = [
        |mut peer| {
            peer.stream.write_all(b"HTTP/1.1 400 Bad Request\r\n").unwrap();
            peer.listen();
        },
        |mut peer| {
            peer.stream.write_all(b"\0\0\0\x02{]").unwrap();
            peer.listen();
        },
        |mut peer| {
            peer.greet();
            peer.send(&Event::Text { id: 1, text: "too early".into() });
            peer.listen();
        },
    ];
    for behaviour in behaviours {
        let fake = Fake::new(&[behaviour]);
        let mut client = fake.client();
        until_state(&mut client, State::Failed);
        assert_eq!(client.failure().unwrap().kind(), FailureKind::Protocol);
        drive(&mut client, |client, _| client.leaving.is_empty());
    }
}

#[test]
fn a_frame_cut_short_by_the_end_is_no_answer() {
    let fake = Fake::new(&[|mut peer| {
        peer.be_ready();
        peer.receive();
        let frame = encode(&Event::Done { id: 1, usage: None, cost: None, timings: Vec::new() }).unwrap();
        peer.stream.write_all(&frame[..frame.len() / 2]).unwrap();
    }]);
    let mut client = fake.client();
    ask(&mut client);
    let events = until_answered(&mut client);
    assert!(matches!(events[..], [Event::Failed { kind: FailureKind::Network, .. }]), "{events:?}");
}

#[test]
fn silence_is_bounded_at_each_step() {
    let silences: [(Behaviour, u64); 2] = [
        (|mut peer| peer.listen(), 2),
        (
            |mut peer| {
                peer.greet();
                peer.listen();
            },
            10,
        ),
    ];
    for (behaviour, seconds) in silences {
        let fake = Fake::new(&[behaviour]);
        let mut client = fake.client();
        drive(&mut client, |client, _| {
            let wanted = Duration::from_secs(seconds - 2);
            let left = client.deadline().map(|at| at.saturating_duration_since(Instant::now()));
            matches!(client.stage, Stage::Up(_)) && left.is_some_and(|left| left > wanted)
        });
        client.advance(Instant::now() + Duration::from_secs(seconds));
        assert!(matches!(client.failure(), Some(BackendError::Silent { .. })), "{:?}", client.failure());
    }
}

#[test]
fn patience_with_a_silent_backend_ends() {
    let fake = Fake::new(&[|mut peer| peer.listen()]);
    let mut client = fake.client();
    ask(&mut client);
    client.advance(Instant::now() + super::questions::PATIENCE);
    let events = client.receive();
    assert!(matches!(events[..], [Event::Failed { kind: FailureKind::Internal, .. }]), "{events:?}");
}

#[test]
fn a_process_that_ends_at_once_is_told_by_its_status_and_logged() {
    let fake = Fake::new(&[]);
    let launch = fake.launch("echo no luck >&2; exit 3");
    let mut client = BackendClient::start(launch.clone(), Settings::default());
    until_state(&mut client, State::Failed);
    assert_eq!(client.failure().unwrap().to_string(), "the backend ended (exit status: 3)");
    assert_eq!(fs::read_to_string(launch.log).unwrap(), "no luck\n");
}

#[test]
fn a_program_that_is_not_there_fails_waiting_questions_with_the_reason() {
    let fake = Fake::new(&[]);
    let launch = Launch { program: "/nowhere/awesh".into(), ..fake.launch("") };
    let mut client = BackendClient::start(launch, Settings::default());
    ask(&mut client);
    let events = until_answered(&mut client);
    let [Event::Failed { message, hint, .. }] = &events[..] else { panic!("{events:?}") };
    assert!(message.contains("/nowhere/awesh"), "{message}");
    assert!(hint.as_deref().unwrap().contains("again in 5 s"), "{hint:?}");
}

#[test]
fn a_process_that_never_listens_is_ended_with_the_client() {
    let fake = Fake::new(&[]);
    let client =
        BackendClient::start(fake.launch("exec 9>started; echo >&9; read status <end"), Settings::default());
    let mut held_by_process = File::open(fake.directory.path().join("started")).unwrap();
    held_by_process.read_exact(&mut [0]).unwrap();
    assert_eq!(client.state(), State::Starting);
    drop(client);
    assert_eq!(held_by_process.read(&mut [0]).unwrap(), 0, "end of file, since the process is gone");
}

#[test]
fn this_executable_is_run_whatever_its_name() {
    let fake = Fake::new(&[]);
    let path = fake.directory.path();
    let launch = Launch::this_executable(path.join("socket"), path.join("log"));
    // Here it is the test runner, which knows no such arguments.
    let mut client = BackendClient::start(launch, Settings::default());
    until_state(&mut client, State::Failed);
    assert!(matches!(client.failure(), Some(BackendError::Ended(_))), "{:?}", client.failure());
}

#[test]
fn removed_variables_do_not_reach_the_backend() {
    let fake = Fake::new(&[]);
    let mut launch = fake.launch("echo ${CARGO_MANIFEST_DIR-gone} >&2; exit 0");
    launch.removed_environment.push("CARGO_MANIFEST_DIR".into());
    let mut client = BackendClient::start(launch.clone(), Settings::default());
    until_state(&mut client, State::Failed);
    assert_eq!(fs::read_to_string(launch.log).unwrap(), "gone\n");
}

#[test]
fn a_question_too_large_for_a_frame_fails_alone() {
    let fake = Fake::new(&[answer_one]);
    let mut client = fake.client();
    until_state(&mut client, State::Ready);
    client.ask("x".repeat(awesh_protocol::MAX_FRAME + 1), Context::default());
    let events = until_answered(&mut client);
    assert!(matches!(events[..], [Event::Failed { id: Some(1), .. }]));
    ask(&mut client);
    assert_eq!(text_of(&until_answered(&mut client)), "forty-two");
}

//! From the first byte to the last: hello, cancel, hang-up, and clients that break the protocol.

use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use awesh_backend::{Breach, Error, Patience};
use awesh_protocol::{Event, FailureKind, Request, Settings, VERSION};

use crate::model_server::{Reply, start};
use crate::shell::{Backend, Shell, failure, impatient};

#[test]
fn hello_and_ready() {
    let backend = Backend::start(impatient());
    let mut shell = Shell::over(backend.connect());
    let mode = std::fs::metadata(&backend.socket).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    shell.send(&Request::Hello { version: VERSION });
    assert_eq!(shell.event(), Event::Hello { version: VERSION, pid: std::process::id() });
    shell.send(&Request::Set(Box::default()));
    match shell.event() {
        Event::Ready { startup, total_ms } => {
            let names: Vec<_> = startup.iter().map(|timing| timing.name.as_str()).collect();
            assert_eq!(names, ["ai client", "gate", "agents", "tools"]);
            assert!(startup.iter().all(|timing| timing.ms <= total_ms));
        }
        other => panic!("{other:?}"),
    }
    // It is ready once only.
    shell.send(&Request::Set(Box::default()));
    shell.send(&Request::Status);
    assert!(matches!(shell.event(), Event::Status(_)));
    drop(shell);
    backend.join().unwrap();
}

#[test]
fn hang_up_ends_everything() {
    let server = start([Reply::stream().piece("It").stall()]);
    let mut shell = Shell::with_model(&server);
    shell.ask("tell me a long story");
    server.wait_for_requests(1);
    shell.hang_up().unwrap();
    server.wait_for_abandoned(1);
}

#[test]
fn cancel_closes_the_connection_at_once() {
    for reply in [Reply::stream().piece("It").stall(), Reply::stream().stall(), Reply::stream().hold()] {
        let server = start([reply, Reply::text(&["Next."])]);
        let mut shell = Shell::with_model(&server);
        let id = shell.ask("tell me a long story");
        server.wait_for_requests(1);
        shell.send(&Request::Cancel { id });
        assert_eq!(failure(&shell.answer(id)).0, FailureKind::Cancelled);
        server.release();
        // Ended and unknown questions are ignored.
        shell.send(&Request::Cancel { id });
        shell.send(&Request::Cancel { id: 99 });
        assert_eq!(shell.told("and now?"), "Next.");
    }
}

#[test]
fn the_server_sees_a_cancel() {
    let server = start([Reply::stream().piece("It").stall()]);
    let mut shell = Shell::with_model(&server);
    let id = shell.ask("tell me a long story");
    server.wait_for_requests(1);
    shell.send(&Request::Cancel { id });
    server.wait_for_abandoned(1);
    assert_eq!(failure(&shell.answer(id)).0, FailureKind::Cancelled);
}

#[test]
fn without_a_client_it_ends() {
    let patience = Patience { client: Duration::from_millis(1), ..Patience::default() };
    assert!(matches!(Backend::start(patience).join(), Err(Error::NoClient)));
}

#[test]
fn a_second_client_is_refused() {
    let backend = Backend::start(impatient());
    let mut first = Shell::over(backend.connect());
    first.send(&Request::Hello { version: VERSION });
    first.event();
    let second = std::os::unix::net::UnixStream::connect(&backend.socket);
    // It may have come to wait in the queue before that was closed: then it is hung up on.
    assert!(second.is_err() || second.unwrap().read(&mut [0]).is_ok_and(|count| count == 0));
    drop(first);
    backend.join().unwrap();
}

#[test]
fn a_path_that_exists_is_not_taken() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("socket");
    std::fs::write(&path, "mine").unwrap();
    let ended = awesh_backend::run(&awesh_backend::Options::new(&path, path.with_extension("state")));
    assert!(matches!(ended, Err(Error::Listen { .. })));
    assert_eq!(std::fs::read(&path).unwrap(), b"mine");
}

/// Sends bytes after connecting; returns what is said last, and how it ended.
fn breach(greet: bool, bytes: &[u8]) -> (String, Error) {
    let backend = Backend::start(impatient());
    let mut shell = Shell::over(backend.connect());
    if greet {
        shell.send(&Request::Hello { version: VERSION });
        shell.event();
    }
    shell.write(bytes);
    let mut last = None;
    while let Some(event) = shell.next_event() {
        last = Some(event);
    }
    let message = match last {
        Some(Event::Failed { id: None, kind: FailureKind::Protocol, message, .. }) => message,
        other => panic!("{other:?}"),
    };
    (message, backend.join().unwrap_err())
}

#[test]
fn a_client_that_breaks_the_protocol_is_told_and_left() {
    use awesh_protocol::frame::encode;
    let encoded = |request: &Request| encode(request).unwrap();
    let (message, ended) = breach(false, &encoded(&Request::Hello { version: 99 }));
    assert!(message.contains("99") && matches!(ended, Error::Protocol(Breach::Version { theirs: 99 })));
    let (_, ended) = breach(false, &encoded(&Request::Status));
    assert!(matches!(ended, Error::Protocol(Breach::Hello)));
    for bytes in [&[0, 0, 0, 0][..], &[255; 4], b"\0\0\0\x02{}", b"GET / HTTP/1.1\r\n\r\n"] {
        let (_, ended) = breach(true, bytes);
        assert!(matches!(ended, Error::Protocol(Breach::Frame(_))), "{bytes:?}");
    }
    let ask = |id| {
        let ask = awesh_protocol::Ask { id, question: "git status".into(), context: Default::default() };
        encoded(&Request::Ask(Box::new(ask)))
    };
    let (_, ended) = breach(true, &[ask(2), ask(2)].concat());
    assert!(matches!(ended, Error::Protocol(Breach::Id(2))));
}

#[test]
fn a_client_that_goes_without_a_word_is_no_error() {
    let backend = Backend::start(impatient());
    drop(backend.connect());
    backend.join().unwrap();
    Shell::with(Settings::default()).hang_up().unwrap();
}

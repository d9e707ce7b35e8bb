//! A shell as the backend sees one: a client on the socket, and the backend beside it.

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use awesh_backend::{Error, Options, Patience, Retries};
use awesh_protocol::frame::{Decoder, encode};
use awesh_protocol::{
    Ask, Context, Decision, Event, FailureKind, Outcome, Proposal, Request, Secret, Settings, Term, VERSION,
};
use tempfile::TempDir;

use crate::model_server::Handle;

/// How long a test waits for what must come.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// Less patience than the usual, so that what is not to come is known soon.
pub(crate) fn impatient() -> Patience {
    let retries = Retries { most: 2, first: Duration::from_millis(1), longest: Duration::from_secs(1) };
    Patience { client: PATIENCE, connect: Duration::from_secs(5), idle: Duration::from_millis(300), retries }
}

/// A backend in a thread, listening at a path of its own.
pub(crate) struct Backend {
    pub(crate) socket: PathBuf,
    _directory: TempDir,
    thread: JoinHandle<Result<(), Error>>,
}

impl Backend {
    pub(crate) fn start(patience: Patience) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let socket = directory.path().join("socket");
        let options = Options { patience, ..Options::new(&socket, directory.path().join("state")) };
        let thread = thread::spawn(move || awesh_backend::run(&options));
        Self { socket, _directory: directory, thread }
    }

    /// Connects as soon as it listens.
    pub(crate) fn connect(&self) -> UnixStream {
        let deadline = Instant::now() + PATIENCE;
        loop {
            match UnixStream::connect(&self.socket) {
                Ok(stream) => return stream,
                Err(error) => assert!(Instant::now() < deadline, "{error}"),
            }
            thread::yield_now();
        }
    }

    /// Waits for its end; it leaves no socket behind.
    pub(crate) fn join(self) -> Result<(), Error> {
        let ended = self.thread.join().unwrap();
        assert!(!self.socket.exists());
        ended
    }
}

/// A connected client.
pub(crate) struct Shell {
    backend: Option<Backend>,
    stream: Option<UnixStream>,
    decoder: Decoder,
    last_id: u64,
}

impl Shell {
    /// A shell whose backend is ready, with these settings.
    pub(crate) fn with(settings: Settings) -> Self {
        Self::with_patience(settings, Patience { idle: PATIENCE, ..impatient() })
    }

    /// As [`Shell::with`], with other patience.
    pub(crate) fn with_patience(settings: Settings, patience: Patience) -> Self {
        let backend = Backend::start(patience);
        let stream = backend.connect();
        let mut shell = Self::over(stream);
        shell.backend = Some(backend);
        shell.send(&Request::Hello { version: VERSION });
        assert!(matches!(shell.event(), Event::Hello { version: VERSION, .. }));
        shell.send(&Request::Set(Box::new(settings)));
        assert!(matches!(shell.event(), Event::Ready { .. }));
        shell
    }

    /// A shell whose questions go to a scripted server.
    pub(crate) fn with_model(server: &Handle) -> Self {
        Self::with(settings(server))
    }

    /// A client on a stream, that said nothing yet.
    pub(crate) fn over(stream: UnixStream) -> Self {
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        Self { backend: None, stream: Some(stream), decoder: Decoder::new(), last_id: 0 }
    }

    pub(crate) fn send(&mut self, request: &Request) {
        self.write(&encode(request).unwrap());
    }

    pub(crate) fn write(&mut self, bytes: &[u8]) {
        self.stream.as_mut().unwrap().write_all(bytes).unwrap();
    }

    /// The next event; none when the backend hung up.
    pub(crate) fn next_event(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.decoder.take().unwrap() {
                return Some(event);
            }
            let mut portion = [0; 4096];
            match self.stream.as_mut().unwrap().read(&mut portion).expect("an event in time") {
                0 => return None,
                count => self.decoder.push(&portion[..count]),
            }
        }
    }

    pub(crate) fn event(&mut self) -> Event {
        self.next_event().expect("an event")
    }

    /// Asks in `/`, and returns the question's id.
    pub(crate) fn ask(&mut self, question: &str) -> u64 {
        self.ask_in(question, Context { directory: "/".into(), columns: 80, ..Context::default() })
    }

    pub(crate) fn ask_at(&mut self, question: &str, directory: &Path) -> u64 {
        let directory = directory.to_str().unwrap().to_owned();
        self.ask_in(question, Context { directory, columns: 80, ..Context::default() })
    }

    pub(crate) fn ask_in(&mut self, question: &str, context: Context) -> u64 {
        self.last_id += 1;
        let id = self.last_id;
        self.send(&Request::Ask(Box::new(Ask { id, question: question.into(), context })));
        id
    }

    /// All events of a question to its last, which is checked to be the last.
    pub(crate) fn answer(&mut self, id: u64) -> Vec<Event> {
        let mut events = Vec::new();
        loop {
            let event = self.event();
            let last = matches!(event, Event::Done { .. } | Event::Failed { .. });
            events.push(event);
            if last {
                break;
            }
        }
        // What comes next is the answer to the next request: nothing follows.
        self.send(&Request::Status);
        assert!(matches!(self.event(), Event::Status(_)), "question {id} goes on after its end");
        events
    }

    /// Asks and returns the answer's text; it must not fail.
    pub(crate) fn told(&mut self, question: &str) -> String {
        let id = self.ask(question);
        let events = self.answer(id);
        assert!(matches!(events.last(), Some(Event::Done { .. })), "{events:?}");
        text(&events)
    }

    /// Asks and returns why it failed.
    pub(crate) fn failure(&mut self, question: &str) -> (FailureKind, String, String) {
        let id = self.ask(question);
        failure(&self.answer(id))
    }

    /// Events up to the next proposal.
    pub(crate) fn proposal(&mut self) -> Proposal {
        loop {
            match self.event() {
                Event::Propose { proposal, .. } => return proposal,
                Event::Done { .. } | Event::Failed { .. } => panic!("ended without a proposal"),
                _ => {}
            }
        }
    }

    pub(crate) fn decide(&mut self, id: u64, proposal: &Proposal, decision: Decision) {
        self.send(&Request::Decide { id, proposal: proposal.id, decision });
    }

    /// Agrees to a proposal and reports what it printed.
    pub(crate) fn run(&mut self, id: u64, proposal: &Proposal, output: &str) {
        let command = proposal.command.clone();
        self.decide(id, proposal, Decision::Run { command: command.clone(), term: Term::Once });
        let outcome = Outcome {
            command,
            status: 0,
            duration_ms: 3,
            output: output.into(),
            directory: "/tmp".into(),
            ..Outcome::default()
        };
        self.send(&Request::Report { id, proposal: proposal.id, outcome });
    }

    /// Hangs up and returns how the backend ended.
    pub(crate) fn hang_up(mut self) -> Result<(), Error> {
        self.stream = None;
        self.backend.take().unwrap().join()
    }
}

/// Settings that send questions to a scripted server.
pub(crate) fn settings(server: &Handle) -> Settings {
    Settings {
        provider: Some("openai".into()),
        model: Some("test-model".into()),
        base_url: Some(server.base_url()),
        api_key: Some(Secret::new("test-key-0123456789")),
        ..Settings::default()
    }
}

/// The text of events.
pub(crate) fn text(events: &[Event]) -> String {
    let pieces = events.iter().map(|event| match event {
        Event::Text { text, .. } => text.as_str(),
        _ => "",
    });
    pieces.collect()
}

/// The failure that events end with.
pub(crate) fn failure(events: &[Event]) -> (FailureKind, String, String) {
    match events.last() {
        Some(Event::Failed { kind, message, hint, .. }) => {
            (*kind, message.clone(), hint.clone().unwrap_or_default())
        }
        other => panic!("{other:?}"),
    }
}

//! A fake backend: a real process that does nothing, and a thread that listens on its socket and behaves as
//! told.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use awesh_protocol::frame::{Decoder, encode};
use awesh_protocol::{Event, Request, Settings, Timing, VERSION};
use nix::sys::stat::Mode;
use nix::unistd::mkfifo;
use tempfile::TempDir;

use super::{BackendClient, Launch};

/// The process tells through `started` that it runs, so that the old socket is gone, and ends when something
/// is written to `end`.
const PROCESS: &str = "echo >started; read status <end; exit $status";

/// The backend's end of a connection.
pub(super) struct Peer {
    pub(super) stream: UnixStream,
    decoder: Decoder,
    directory: PathBuf,
    seen: Sender<Request>,
}

impl Peer {
    /// Receives the next request, and shows it to the test.
    pub(super) fn receive(&mut self) -> Option<Request> {
        let mut portion = [0; 4096];
        loop {
            if let Some(request) = self.decoder.take::<Request>().unwrap() {
                let _ = self.seen.send(request.clone());
                return Some(request);
            }
            match self.stream.read(&mut portion) {
                Ok(count) if count > 0 => self.decoder.push(&portion[..count]),
                _ => return None,
            }
        }
    }

    pub(super) fn send(&mut self, event: &Event) {
        self.stream.write_all(&encode(event).unwrap()).unwrap();
    }

    pub(super) fn greet(&mut self) {
        self.receive();
        self.send(&Event::Hello { version: VERSION, pid: 1 });
    }

    pub(super) fn be_ready(&mut self) {
        self.greet();
        self.receive();
        let startup = vec![Timing { name: "agents".into(), ms: 0.5 }];
        self.send(&Event::Ready { startup, total_ms: 3.0 });
    }

    pub(super) fn answer_in_words(&mut self, id: u64) {
        self.send(&Event::Text { id, text: "forty-".into() });
        self.send(&Event::Text { id, text: "two".into() });
        self.send(&Event::Done { id, usage: None, cost: None, timings: Vec::new() });
    }

    /// Receives until the shell hangs up.
    pub(super) fn listen(&mut self) {
        while self.receive().is_some() {}
    }

    /// Ends the process and the connection, as a crash does.
    pub(super) fn die(self, status: i32) {
        let mut end = File::options().write(true).open(self.directory.join("end")).unwrap();
        writeln!(end, "{status}").unwrap();
    }
}

pub(super) type Behaviour = fn(Peer);

pub(super) struct Fake {
    pub(super) directory: TempDir,
    /// What the backend received.
    pub(super) seen: Receiver<Request>,
}

impl Fake {
    /// One behaviour for each time the backend is started.
    pub(super) fn new(behaviours: &[Behaviour]) -> Self {
        let directory = TempDir::new().unwrap();
        for fifo in ["started", "end"] {
            mkfifo(&directory.path().join(fifo), Mode::S_IRWXU).unwrap();
        }
        let (sender, seen) = channel();
        let (path, behaviours) = (directory.path().to_owned(), behaviours.to_vec());
        thread::spawn(move || {
            for behave in behaviours {
                behave(Self::accept(&path, sender.clone()));
            }
        });
        Self { directory, seen }
    }

    fn accept(directory: &Path, seen: Sender<Request>) -> Peer {
        fs::read(directory.join("started")).unwrap();
        let listener = UnixListener::bind(directory.join("socket")).unwrap();
        let (stream, _) = listener.accept().unwrap();
        Peer { stream, decoder: Decoder::new(), directory: directory.to_owned(), seen }
    }

    pub(super) fn launch(&self, script: &str) -> Launch {
        let path = self.directory.path();
        let script = format!("cd '{}'; {script}", path.display());
        Launch {
            program: "/bin/sh".into(),
            arguments: vec!["-c".into(), script.into()],
            socket: path.join("socket"),
            log: path.join("log"),
            removed_environment: Vec::new(),
        }
    }

    pub(super) fn client(&self) -> BackendClient {
        BackendClient::start(self.launch(PROCESS), Settings::default())
    }
}

impl Drop for Fake {
    /// Lets a process that was released end.
    fn drop(&mut self) {
        let end = File::options().read(true).write(true).open(self.directory.path().join("end"));
        let _ = end.unwrap().write_all(b"0\n");
    }
}

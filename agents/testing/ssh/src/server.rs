//! A port of loopback on which a machine listens, and what its wire does to what passes.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::socket::{setsockopt, sockopt::Linger};

use crate::Machine;

/// What a wire does.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wire {
    /// How long everything is under way, in each direction.
    pub latency: Duration,
    /// After so many bytes from the machine the connection is reset.
    pub resets_after: Option<usize>,
    /// After so many bytes from the machine nothing passes any more.
    pub stalls_after: Option<usize>,
    /// So many connections are closed before the machine says a word, as a busy sshd does.
    pub drops: usize,
}

/// A machine that listens; it ends with all its connections when it is dropped.
pub struct Server {
    port: u16,
    is_over: Arc<AtomicBool>,
    accepted: Arc<AtomicUsize>,
    children: Arc<Mutex<Vec<Child>>>,
}

impl Server {
    /// Listens on a port of its own.
    pub fn start(machine: &Machine, wire: Wire) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (is_over, accepted) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        let children = Arc::new(Mutex::new(Vec::new()));
        let server =
            Self { port, is_over: is_over.clone(), accepted: accepted.clone(), children: children.clone() };
        let sshd = machine.sshd();
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if is_over.load(Ordering::SeqCst) {
                    return;
                }
                if accepted.fetch_add(1, Ordering::SeqCst) >= wire.drops {
                    connect(&stream, &sshd, wire, &children);
                }
            }
        });
        server
    }

    /// Its port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// How many connections there were.
    pub fn accepted(&self) -> usize {
        self.accepted.load(Ordering::SeqCst)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::SeqCst);
        // Wakes the one who accepts.
        drop(TcpStream::connect(("127.0.0.1", self.port)));
        for mut child in self.children.lock().unwrap().drain(..) {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

fn connect(stream: &TcpStream, sshd: &[String], wire: Wire, children: &Mutex<Vec<Child>>) {
    let mut child = Command::new(&sshd[0])
        .args(&sshd[1..])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    stream.set_nodelay(true).unwrap();
    let (stdin, stdout) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
    children.lock().unwrap().push(child);
    let (inward, outward) = (stream.try_clone().unwrap(), stream.try_clone().unwrap());
    let (to_machine, for_machine) = channel();
    let (to_client, for_client) = channel();
    thread::spawn(move || take(inward, &to_machine));
    thread::spawn(move || {
        deliver(stdin, &for_machine, Wire { latency: wire.latency, ..Wire::default() }, None)
    });
    thread::spawn(move || take(stdout, &to_client));
    thread::spawn(move || {
        let stream = outward.try_clone().unwrap();
        deliver(outward, &for_client, wire, Some(&stream));
        let _ = stream.shutdown(Shutdown::Both);
    });
}

fn take(mut from: impl Read, to: &Sender<(Instant, Vec<u8>)>) {
    let mut buffer = vec![0; 64 * 1024];
    while let Ok(count @ 1..) = from.read(&mut buffer) {
        if to.send((Instant::now(), buffer[..count].to_vec())).is_err() {
            return;
        }
    }
}

fn deliver(mut to: impl Write, from: &Receiver<(Instant, Vec<u8>)>, wire: Wire, stream: Option<&TcpStream>) {
    let mut passed = 0;
    while let Ok((sent, bytes)) = from.recv() {
        thread::sleep((sent + wire.latency).saturating_duration_since(Instant::now()));
        passed += bytes.len();
        if wire.stalls_after.is_some_and(|limit| passed > limit) {
            continue;
        }
        if wire.resets_after.is_some_and(|limit| passed > limit) {
            let reset = nix::libc::linger { l_onoff: 1, l_linger: 0 };
            if let Some(stream) = stream {
                let _ = setsockopt(stream, Linger, &reset);
            }
            return;
        }
        if to.write_all(&bytes).and_then(|()| to.flush()).is_err() {
            return;
        }
    }
}

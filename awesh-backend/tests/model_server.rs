//! A model server on loopback that sends what it is scripted to send, over real HTTP.
//!
//! Each request takes the next [`Reply`] of the script. It is threads and blocking sockets only, so that a test
//! without a runtime can use it too: `#[path = "…/model_server.rs"] mod model_server;` (it needs `serde_json`).

#![allow(dead_code, reason = "each test binary that includes this uses its own part of it")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// How long a test waits for what must come.
const PATIENCE: Duration = Duration::from_secs(20);

/// What a server does with one request.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    head: String,
    chunked: bool,
    steps: Vec<Step>,
}

/// A step of a reply.
#[derive(Debug, Clone)]
enum Step {
    /// Sends bytes, as one chunk.
    Send(Vec<u8>),
    /// Waits until [`Handle::release`].
    Hold,
    /// Lets time pass.
    Pause(Duration),
    /// Sends nothing more, and waits until the client closes.
    Stall,
    /// Closes the connection without an end.
    Cut,
}

/// A request as it came.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    /// Method, path and version.
    pub(crate) line: String,
    /// Names in lower case, and values.
    pub(crate) headers: Vec<(String, String)>,
    /// The body.
    pub(crate) body: Value,
}

impl Request {
    /// The value of a header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(header, _)| header == name).map(|(_, value)| value.as_str())
    }

    /// The text of the last message with a role.
    pub(crate) fn last(&self, role: &str) -> String {
        let messages = self.body["messages"].as_array().unwrap();
        let message = messages.iter().rev().find(|message| message["role"] == role).unwrap();
        message["content"].as_str().unwrap().to_owned()
    }
}

impl Reply {
    /// An answer in pieces, streamed.
    pub(crate) fn text(pieces: &[&str]) -> Self {
        let mut reply =
            Self::stream().event(&json!({"choices": [{"index": 0, "delta": {"role": "assistant"}}]}));
        for piece in pieces {
            reply = reply.piece(piece);
        }
        reply.finish("stop")
    }

    /// Calls of tools: id, name and arguments, in pieces, the calls interleaved.
    pub(crate) fn calls(calls: &[(&str, &str, Value)]) -> Self {
        let mut reply = Self::stream();
        for (index, (id, name, _)) in calls.iter().enumerate() {
            let function = json!({"name": name, "arguments": ""});
            reply = reply.call(&json!({"index": index, "id": id, "type": "function", "function": function}));
        }
        let mut texts: Vec<VecDeque<char>> =
            calls.iter().map(|call| call.2.to_string().chars().collect()).collect();
        while texts.iter().any(|text| !text.is_empty()) {
            for (index, text) in texts.iter_mut().enumerate() {
                let piece: String = text.drain(..text.len().min(7)).collect();
                reply = reply.call(&json!({"index": index, "function": {"arguments": piece}}));
            }
        }
        reply.finish("tool_calls")
    }

    /// The beginning of a stream, to which pieces are added.
    pub(crate) fn stream() -> Self {
        let head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n";
        Self { head: head.into(), chunked: true, steps: Vec::new() }
    }

    /// A whole document.
    pub(crate) fn document(status: u16, body: &str) -> Self {
        let head = format!(
            "HTTP/1.1 {status} Status\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n"
        );
        Self { head, chunked: true, steps: vec![Step::Send(body.into())] }
    }

    /// A refusal.
    pub(crate) fn refusal(status: u16, message: &str) -> Self {
        Self::document(
            status,
            &json!({"error": {"message": message, "type": "error", "code": null}}).to_string(),
        )
    }

    /// A recorded response, sent as it is; the connection closes behind it.
    pub(crate) fn recording(bytes: &[u8]) -> Self {
        Self { head: String::new(), chunked: false, steps: vec![Step::Send(bytes.to_vec()), Step::Cut] }
    }

    /// Adds a header.
    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.head.push_str(&format!("{name}: {value}\r\n"));
        self
    }

    /// Adds a piece of text.
    pub(crate) fn piece(self, text: &str) -> Self {
        self.event(&json!({"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": null}]}))
    }

    /// Adds the end of a stream, with usage.
    pub(crate) fn finish(self, reason: &str) -> Self {
        self.event(&json!({"choices": [{"index": 0, "delta": {}, "finish_reason": reason}]}))
            .event(&json!({"choices": [], "usage": {"prompt_tokens": 11, "completion_tokens": 7}}))
            .bytes(b"data: [DONE]\n\n")
    }

    /// Adds an event.
    pub(crate) fn event(self, event: &Value) -> Self {
        self.bytes(format!("data: {event}\n\n").as_bytes())
    }

    /// Adds bytes, as one chunk.
    pub(crate) fn bytes(self, bytes: &[u8]) -> Self {
        self.step(Step::Send(bytes.to_vec()))
    }

    /// Sends what is there so far in chunks of this many bytes, whatever they cut through.
    pub(crate) fn in_chunks_of(mut self, length: usize) -> Self {
        let sent = self.steps.iter().flat_map(|step| match step {
            Step::Send(bytes) => bytes.clone(),
            _ => Vec::new(),
        });
        let sent: Vec<u8> = sent.collect();
        self.steps = sent.chunks(length).map(|bytes| Step::Send(bytes.to_vec())).collect();
        self
    }

    /// Waits here until [`Handle::release`]; before any piece, not even the head is sent.
    pub(crate) fn hold(self) -> Self {
        self.step(Step::Hold)
    }

    /// Lets time pass here.
    pub(crate) fn pause(self, time: Duration) -> Self {
        self.step(Step::Pause(time))
    }

    /// Sends nothing more, and keeps the connection.
    pub(crate) fn stall(self) -> Self {
        self.step(Step::Stall)
    }

    /// Breaks the connection here.
    pub(crate) fn cut(self) -> Self {
        self.step(Step::Cut)
    }

    fn call(self, call: &Value) -> Self {
        self.event(
            &json!({"choices": [{"index": 0, "delta": {"tool_calls": [call]}, "finish_reason": null}]}),
        )
    }

    fn step(mut self, step: Step) -> Self {
        self.steps.push(step);
        self
    }
}

/// What a server answers to a request, while it is answering so many, this one included.
type Respond = dyn Fn(&Request, usize) -> Reply + Send + Sync;

/// A running server; it ends when this is dropped.
pub(crate) struct Handle {
    address: SocketAddr,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
    respond: Option<Box<Respond>>,
}

#[derive(Default)]
struct State {
    script: VecDeque<Reply>,
    requests: Vec<Request>,
    connections: Vec<TcpStream>,
    /// Replies that the client did not wait for the end of.
    abandoned: usize,
    releases: usize,
    /// Requests that are being answered.
    active: usize,
    ended: bool,
}

/// Starts a server with its script.
pub(crate) fn start(script: impl IntoIterator<Item = Reply>) -> Handle {
    let state = State { script: script.into_iter().collect(), ..State::default() };
    serve(Shared { state: Mutex::new(state), ..Shared::default() })
}

/// Starts a server that answers each request as it is told to.
pub(crate) fn answering(respond: impl Fn(&Request, usize) -> Reply + Send + Sync + 'static) -> Handle {
    serve(Shared { respond: Some(Box::new(respond)), ..Shared::default() })
}

fn serve(shared: Shared) -> Handle {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = listener.local_addr().unwrap();
    let shared = Arc::new(shared);
    let accepting = shared.clone();
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let mut state = accepting.lock();
            if state.ended {
                break;
            }
            state.connections.push(stream.try_clone().unwrap());
            let shared = accepting.clone();
            // A connection that breaks is what some scripts are about.
            thread::spawn(move || drop(shared.serve(stream)));
        }
    });
    Handle { address, shared }
}

impl Handle {
    /// The API's base URL.
    pub(crate) fn base_url(&self) -> String {
        format!("http://{}/v1", self.address)
    }

    /// The host and port, as a user is told.
    pub(crate) fn host(&self) -> String {
        self.address.to_string()
    }

    /// The requests so far.
    pub(crate) fn requests(&self) -> Vec<Request> {
        self.shared.lock().requests.clone()
    }

    /// Lets one [`Reply::hold`] go on.
    pub(crate) fn release(&self) {
        self.shared.lock().releases += 1;
        self.shared.changed.notify_all();
    }

    /// Waits until this many requests came.
    pub(crate) fn wait_for_requests(&self, count: usize) {
        self.shared.wait("requests", |state| (state.requests.len() >= count).then_some(()));
    }

    /// Waits until the client closed this many connections before the reply's end.
    pub(crate) fn wait_for_abandoned(&self, count: usize) {
        self.shared.wait("connections to be closed", |state| (state.abandoned >= count).then_some(()));
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        let mut state = self.shared.lock();
        state.ended = true;
        for connection in state.connections.drain(..) {
            let _ = connection.shutdown(Shutdown::Both);
        }
        drop(state);
        self.shared.changed.notify_all();
        // Wakes the thread that accepts.
        let _ = TcpStream::connect(self.address);
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<T>(&self, what: &str, mut ready: impl FnMut(&mut State) -> Option<T>) -> T {
        let deadline = Instant::now() + PATIENCE;
        let mut state = self.lock();
        loop {
            if let Some(found) = ready(&mut state) {
                return found;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(!left.is_zero() && !state.ended, "waited for {what} in vain");
            state = self.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn serve(&self, stream: TcpStream) -> std::io::Result<()> {
        let mut reader = BufReader::new(stream.try_clone()?);
        while let Some(request) = read_request(&mut reader)? {
            let mut state = self.lock();
            state.requests.push(request.clone());
            state.active += 1;
            let exhausted = || Reply::refusal(418, "the script is at its end");
            let reply = match &self.respond {
                Some(respond) => respond(&request, state.active),
                None => state.script.pop_front().unwrap_or_else(exhausted),
            };
            drop(state);
            self.changed.notify_all();
            if !self.reply(&reply, &stream)? {
                return stream.shutdown(Shutdown::Both);
            }
        }
        Ok(())
    }

    /// Sends a reply; whether the connection may be used again.
    fn reply(&self, reply: &Reply, mut stream: &TcpStream) -> std::io::Result<bool> {
        let mut head = Some(format!("{}\r\n", reply.head)).filter(|_| reply.chunked);
        for (index, step) in reply.steps.iter().enumerate() {
            // Before the client can know that it is answered, so that its next request never counts beside this.
            if index + 1 == reply.steps.len() {
                self.lock().active -= 1;
            }
            match step {
                Step::Send(bytes) => {
                    let mut sent = head.take().unwrap_or_default().into_bytes();
                    if reply.chunked {
                        sent.extend(format!("{:x}\r\n", bytes.len()).bytes());
                    }
                    sent.extend_from_slice(bytes);
                    sent.extend_from_slice(if reply.chunked { b"\r\n" } else { b"" });
                    stream.write_all(&sent)?;
                }
                Step::Hold => self.wait("a release", |state| {
                    state.releases = state.releases.checked_sub(1)?;
                    Some(())
                }),
                Step::Pause(time) => thread::sleep(*time),
                Step::Stall => {
                    stream.write_all(head.take().unwrap_or_default().as_bytes())?;
                    // Nothing is sent by a client that waits: whatever ends the read is its end.
                    let _ = stream.read(&mut [0]);
                    self.lock().abandoned += 1;
                    self.changed.notify_all();
                    return Ok(false);
                }
                Step::Cut => return Ok(false),
            }
        }
        stream.write_all(head.take().unwrap_or_default().as_bytes())?;
        stream.write_all(b"0\r\n\r\n")?;
        Ok(true)
    }
}

fn read_request(reader: &mut impl BufRead) -> std::io::Result<Option<Request>> {
    let mut line = String::new();
    if reader.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let mut headers = Vec::new();
    loop {
        let mut header = String::new();
        reader.read_line(&mut header)?;
        let Some((name, value)) = header.trim_end().split_once(':') else { break };
        headers.push((name.to_lowercase(), value.trim().to_owned()));
    }
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let mut body = vec![0; length.and_then(|(_, value)| value.parse().ok()).unwrap_or(0)];
    reader.read_exact(&mut body)?;
    let body = serde_json::from_slice(&body).unwrap_or(Value::Null);
    Ok(Some(Request { line: line.trim_end().to_owned(), headers, body }))
}

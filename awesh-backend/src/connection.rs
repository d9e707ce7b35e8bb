//! One client: frames in, events out.

use std::time::{Duration, Instant};

use awesh_protocol::frame::{Decoder, encode};
use awesh_protocol::{Event, FailureKind, Request, VERSION};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::components::Components;
use crate::config::Options;
use crate::dispatcher::Dispatcher;
use crate::error::{Breach, Error};

/// Events on their way; whoever makes more than the client reads waits.
const EVENTS: usize = 64;

/// How long the last events may take to be written.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// Serves a client until it hangs up.
pub(crate) async fn serve(
    stream: UnixStream,
    components: JoinHandle<Result<Components, Error>>,
    options: &Options,
    began: Instant,
) -> Result<(), Error> {
    let (reader, writer) = stream.into_split();
    let (events, outgoing) = mpsc::channel(EVENTS);
    let writing = tokio::spawn(write(writer, outgoing));
    let read = converse(Reader::new(reader), &events, components, options, began).await;
    if let Err(error) = &read {
        // The client may be gone already; then nobody needs to be told.
        let _ = events.send(failed(error)).await;
    }
    drop(events);
    // A client that no longer reads must not keep the process.
    let written = timeout(LAST_WORDS, writing).await;
    match written.ok().and_then(Result::ok).unwrap_or(Ok(())) {
        Err(error) if read.is_ok() && !is_gone(&error) => Err(Error::Connection(error)),
        _ => read,
    }
}

/// Reads requests and dispatches them until the client hangs up.
async fn converse(
    mut reader: Reader,
    events: &mpsc::Sender<Event>,
    components: JoinHandle<Result<Components, Error>>,
    options: &Options,
    began: Instant,
) -> Result<(), Error> {
    match reader.next().await? {
        None => return Ok(()),
        Some(Request::Hello { version: VERSION }) => {}
        Some(Request::Hello { version }) => return Err(Error::Protocol(Breach::Version { theirs: version })),
        Some(_) => return Err(Error::Protocol(Breach::Hello)),
    }
    let _ = events.send(Event::Hello { version: VERSION, pid: std::process::id() }).await;
    let components = components.await.unwrap_or_else(|error| Err(Error::Component(error.to_string())))?;
    let mut dispatcher = Dispatcher::new(components, events.clone(), options, began);
    let ended = loop {
        match reader.next().await {
            Ok(Some(request)) => {
                if let Err(breach) = dispatcher.dispatch(request).await {
                    break Err(Error::Protocol(breach));
                }
            }
            Ok(None) => break Ok(()),
            Err(error) => break Err(error),
        }
    };
    dispatcher.stop().await;
    ended
}

fn failed(error: &Error) -> Event {
    let kind = match error {
        Error::Protocol(_) => FailureKind::Protocol,
        _ => FailureKind::Internal,
    };
    let hint = match error {
        Error::Protocol(Breach::Version { .. }) => {
            Some("Start a new shell: awesh was replaced while this one ran.".to_owned())
        }
        _ => None,
    };
    Event::Failed { id: None, kind, message: format!("The backend ends: {error}."), hint }
}

/// Requests from a socket.
struct Reader {
    socket: OwnedReadHalf,
    decoder: Decoder,
    portion: Box<[u8]>,
}

impl Reader {
    fn new(socket: OwnedReadHalf) -> Self {
        const PORTION: usize = 16 * 1024;
        Self { socket, decoder: Decoder::new(), portion: vec![0; PORTION].into_boxed_slice() }
    }

    /// The next request; none when the client hung up.
    async fn next(&mut self) -> Result<Option<Request>, Error> {
        loop {
            let request = self.decoder.take().map_err(|error| Error::Protocol(Breach::Frame(error)))?;
            if request.is_some() {
                return Ok(request);
            }
            match self.socket.read(&mut self.portion).await {
                Ok(0) => return Ok(None),
                Ok(count) => self.decoder.push(&self.portion[..count]),
                Err(error) if is_gone(&error) => return Ok(None),
                Err(error) => return Err(Error::Connection(error)),
            }
        }
    }
}

/// Writes events as they come, until nobody makes any more.
async fn write(mut socket: OwnedWriteHalf, mut events: mpsc::Receiver<Event>) -> std::io::Result<()> {
    while let Some(event) = events.recv().await {
        match encode(&event) {
            Ok(frame) => socket.write_all(&frame).await?,
            Err(error) => tracing::error!(%error, "an event was not sent"),
        }
    }
    Ok(())
}

fn is_gone(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{BrokenPipe, ConnectionReset};
    matches!(error.kind(), BrokenPipe | ConnectionReset)
}

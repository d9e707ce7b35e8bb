//! The listener: a socket for one client, there from start to end.

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Instant;

use tokio::net::{UnixListener, UnixSocket, UnixStream};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::time::timeout;

use crate::components::Components;
use crate::config::Options;
use crate::connection;
use crate::error::Error;

/// Listens, serves the one client, and ends with it.
pub(crate) async fn serve(options: &Options, began: Instant) -> Result<(), Error> {
    let components = tokio::spawn(Components::start());
    let mut ends = Ends::new().map_err(Error::Runtime)?;
    let (listener, socket) = listen(&options.socket)?;
    let stream = tokio::select! {
        client = timeout(options.patience.client, accept(&listener)) => {
            client.map_err(|_| Error::NoClient)?.map_err(Error::Connection)?
        }
        () = ends.next() => return Ok(()),
    };
    // Nobody else is served: a second client is refused by the kernel.
    drop(listener);
    let served = tokio::select! {
        served = connection::serve(stream, components, options, began) => served,
        () = ends.next() => Ok(()),
    };
    drop(socket);
    served
}

/// The first client that runs under our own user id.
async fn accept(listener: &UnixListener) -> io::Result<UnixStream> {
    let own = nix::unistd::geteuid().as_raw();
    loop {
        let (stream, _) = listener.accept().await?;
        match stream.peer_cred() {
            Ok(peer) if peer.uid() == own => return Ok(stream),
            Ok(peer) => tracing::warn!(uid = peer.uid(), "refused a client of another user"),
            Err(error) => tracing::warn!(%error, "refused a client that cannot be identified"),
        }
    }
}

fn listen(path: &Path) -> Result<(UnixListener, SocketFile), Error> {
    let failed = |source| Error::Listen { path: path.to_owned(), source };
    /// One client; a few more may wait to be refused.
    const BACKLOG: u32 = 8;
    let socket = UnixSocket::new_stream().map_err(failed)?;
    socket.bind(path).map_err(failed)?;
    let file = SocketFile(path.to_owned());
    // Nobody can connect before it listens: there is no moment at which others could.
    fs::set_permissions(path, Permissions::from_mode(0o600)).map_err(failed)?;
    let listener = socket.listen(BACKLOG).map_err(failed)?;
    Ok((listener, file))
}

/// The socket's file, removed at the end.
struct SocketFile(PathBuf);

impl Drop for SocketFile {
    fn drop(&mut self) {
        // The shell removes the whole directory too; whoever is first.
        let _ = fs::remove_file(&self.0);
    }
}

/// The signals that end the backend. An interrupt does not: a Ctrl-C at the terminal is the shell's business.
struct Ends {
    terminate: Signal,
    hang_up: Signal,
    _interrupt: Signal,
}

impl Ends {
    fn new() -> io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            hang_up: signal(SignalKind::hangup())?,
            _interrupt: signal(SignalKind::interrupt())?,
        })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.hang_up.recv() => {}
        }
    }
}

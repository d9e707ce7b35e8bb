//! A process of ssh that runs `sh` on a host.

use std::io;
use std::process::Stdio;

use tokio::process::Command;

use super::{Host, Log};
use crate::batch::Link;

/// Whether ssh may ask on the terminal: a password, a passphrase, to touch a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asking {
    /// It may.
    Allowed,
    /// It fails instead.
    Refused,
}

/// What is set for every session, whatever the user's configuration says: it is no terminal and forwards nothing,
/// a host that stops to answer is noticed, and no key is accepted. What ssh does is logged, to know whether a
/// command was sent.
const OPTIONS: [&str; 8] = [
    "StrictHostKeyChecking=yes",
    "ClearAllForwardings=yes",
    "RequestTTY=no",
    "RemoteCommand=none",
    "ConnectTimeout=15",
    "ServerAliveInterval=10",
    "ServerAliveCountMax=3",
    "LogLevel=DEBUG1",
];

/// How long a connection that is kept stays when nobody uses it.
const KEPT: &str = "ControlPersist=60";

/// Starts a session, with these options beside our own.
pub(super) fn start(host: &Host, asking: Asking, more: &[String]) -> io::Result<Link> {
    let log = Log::new()?;
    let mut ssh = Command::new("ssh");
    if let Some(config) = host.connections.config() {
        ssh.arg("-F").arg(config);
    }
    ssh.arg("-E").arg(log.path());
    let batch = if asking == Asking::Allowed { "BatchMode=no" } else { "BatchMode=yes" };
    for option in OPTIONS.into_iter().chain([batch]).chain(more.iter().map(String::as_str)) {
        ssh.args(["-o", option]);
    }
    match &host.socket {
        Some(socket) => ssh.args(["-o", "ControlMaster=auto", "-o", KEPT, "-S"]).arg(socket),
        // A connection that the user keeps is used; none is made.
        None => ssh.args(["-o", "ControlMaster=no"]),
    };
    let target = &host.target;
    if let Some(address) = &target.address {
        ssh.arg("-o").arg(format!("HostName={address}"));
    }
    if let Some(user) = &target.user {
        ssh.arg("-l").arg(user);
    }
    if let Some(port) = target.port {
        ssh.arg("-p").arg(port.to_string());
    }
    // The one form that every login shell understands.
    ssh.arg("--").arg(&target.name).arg("exec sh");
    ssh.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    if asking == Asking::Refused {
        // Ctrl-C is for us, who end what runs in order. One who asks has to stay in the terminal's group.
        ssh.process_group(0);
    }
    Ok(Link { child: ssh.spawn()?, log: Some(log) })
}

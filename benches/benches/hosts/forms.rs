//! The three ways to run commands on hosts.

use std::fmt::Write;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde::Deserialize;
use ssh_server::{Machine, Server};

/// Hosts by name, and what reaches them.
pub struct Forms<'a> {
    config: PathBuf,
    home: PathBuf,
    awesh: &'a Path,
}

/// How long a batch took, and how long its slowest host.
pub struct Batch {
    pub took: Duration,
    pub slowest: Duration,
}

#[derive(Deserialize)]
struct Document {
    took_ms: u64,
    summary: Summary,
}

#[derive(Deserialize)]
struct Summary {
    succeeded: usize,
}

impl<'a> Forms<'a> {
    /// A hundred names for the machine behind a wire.
    pub fn new(machine: &Machine, server: &Server, awesh: &'a Path) -> Self {
        let here = machine.directory().display();
        let mut config = String::from("Host");
        for number in 0..100 {
            // Nothing fails that is written to a string.
            let _ = write!(config, " host{number}");
        }
        let _ = write!(
            config,
            "\n  HostName 127.0.0.1\n  Port {}\n  HostKeyAlias box\n  IdentityFile {here}/key\n{}",
            server.port(),
            machine.client()
        );
        machine.write("known_hosts", &format!("box {}\n", machine.public("host_key")));
        machine.write("ssh_config", &config);
        Self { config: machine.path("ssh_config"), home: machine.path("home"), awesh }
    }

    /// `ssh` for each command on each host.
    pub fn one_after_the_other(&self, hosts: usize, commands: usize) -> io::Result<Duration> {
        let began = Instant::now();
        (0..hosts).try_for_each(|host| self.ssh(host, commands))?;
        Ok(began.elapsed())
    }

    /// All hosts at once, `ssh` for each command.
    pub fn at_once(&self, hosts: usize, commands: usize) -> io::Result<Duration> {
        let began = Instant::now();
        thread::scope(|scope| {
            let running: Vec<_> =
                (0..hosts).map(|host| scope.spawn(move || self.ssh(host, commands))).collect();
            running.into_iter().try_for_each(|host| {
                host.join().unwrap_or_else(|_| Err(io::Error::other("a thread has panicked")))
            })
        })?;
        Ok(began.elapsed())
    }

    /// `awesh batch`.
    pub fn batch(&self, hosts: usize, commands: usize) -> io::Result<Batch> {
        let names: Vec<String> = (0..hosts).map(|host| format!("host{host}")).collect();
        let mut batch = Command::new(self.awesh);
        batch.args(["batch", "--json", "-F"]).arg(&self.config).arg(names.join(",")).env("HOME", &self.home);
        (0..commands).for_each(|number| {
            batch.arg("-c").arg(format!("c{number}=uname -r"));
        });
        let began = Instant::now();
        let ended = batch.stdin(Stdio::null()).output()?;
        let took = began.elapsed();
        let document: Document = serde_json::from_slice(&ended.stdout)?;
        if document.summary.succeeded != hosts {
            return Err(io::Error::other(String::from_utf8_lossy(&ended.stdout).into_owned()));
        }
        Ok(Batch { took, slowest: Duration::from_millis(document.took_ms) })
    }

    fn ssh(&self, host: usize, commands: usize) -> io::Result<()> {
        (0..commands).try_for_each(|_| {
            let mut ssh = Command::new("ssh");
            ssh.arg("-F").arg(&self.config).args([&format!("host{host}"), "uname -r"]);
            let ended = ssh.stdin(Stdio::null()).output()?;
            if ended.status.success() { Ok(()) } else { Err(io::Error::other(format!("{ended:?}"))) }
        })
    }
}

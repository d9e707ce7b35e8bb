//! The two FIFOs between the shell and its bash: `up` brings messages from the hook, `down` takes requests to
//! it. What the fields mean is written here and in `hook.sh`, and nowhere else.
//!
//! bash opens them by name for each use; the shell keeps both open for reading and writing, so bash never
//! waits on opening one, and neither end ever sees an end of file.

use std::collections::{BTreeMap, HashMap};
use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use nix::libc::O_NONBLOCK;
use nix::pty::Winsize;
use nix::sys::stat::Mode;
use nix::unistd::mkfifo;

use super::begin::Begin;

/// What bash says through the hook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Message {
    /// The start-up files begin; what ends them does not end bash any more.
    Begun,
    /// The start-up files are done and the hook stands.
    Installed {
        /// How the user's files want lines to be edited.
        mode: EditingMode,
    },
    /// A command is about to run; bash waits for [`Handshake::release`].
    Started,
    /// bash is at its prompt and serves requests.
    Prompt(Report),
    /// The answer to a request.
    Answer {
        /// The id of the request.
        id: u64,
        /// What it printed, field by field.
        fields: Vec<String>,
    },
}

/// The state of the session at a prompt.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// `$?`.
    pub status: i32,
    /// `PIPESTATUS`.
    pub pipe_status: Vec<i32>,
    /// `$PWD`.
    pub directory: PathBuf,
    /// Set where the user has just typed `set -o vi` or `set -o emacs`: bash reads through readline.
    pub readline: Option<EditingMode>,
    /// How many jobs there are.
    pub jobs: usize,
    /// The number of the next line in bash's history; 0 where the user has unset HISTCMD.
    pub history_number: usize,
    /// The user's PS2.
    pub continuation_prompt: String,
    /// The watched variables that are set, with bash's letters for their attributes.
    pub variables: HashMap<String, (String, String)>,
}

impl Report {
    /// The value of a watched variable.
    pub fn variable(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(|(_, value)| value.as_str())
    }

    /// The watched variables that programs see.
    pub fn environment(&self) -> BTreeMap<String, String> {
        let exported = self.variables.iter().filter(|(_, (attributes, _))| attributes.contains('x'));
        exported.map(|(name, (_, value))| (name.clone(), value.clone())).collect()
    }

    /// The value of a watched variable that programs see.
    pub fn exported(&self, name: &str) -> Option<&str> {
        let (attributes, value) = self.variables.get(name)?;
        attributes.contains('x').then_some(value.as_str())
    }
}

/// What bash is told of the line that it is to read.
#[derive(Debug, Default)]
pub struct Go {
    /// How many lines are there to follow it at once.
    pub queued: usize,
    /// Whether it may cost us our place in PROMPT_COMMAND.
    pub guarded: bool,
    /// The window's size, where that is a new one.
    pub resized: Option<Winsize>,
}

/// How a line is edited.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum EditingMode {
    /// `set -o emacs`, bash's default.
    #[default]
    Emacs,
    /// `set -o vi`.
    Vi,
}

/// The shell's ends of the FIFOs.
#[derive(Debug)]
pub struct Handshake {
    up: File,
    down: File,
    begin: Begin,
    incoming: Vec<u8>,
    last_id: u64,
}

impl Handshake {
    /// Makes the FIFOs in `directory`, which belongs to this session alone.
    pub fn create(directory: &Path) -> io::Result<Self> {
        let open = |name: &str| {
            let path = directory.join(name);
            mkfifo(&path, Mode::S_IRUSR | Mode::S_IWUSR)?;
            OpenOptions::new().read(true).write(true).custom_flags(O_NONBLOCK).open(path)
        };
        let (up, down) = (open("up")?, open("down")?);
        let begin = Begin::create(directory, up.try_clone()?, b"C\0\0\0")?;
        Ok(Self { up, down, begin, incoming: Vec::new(), last_id: 0 })
    }

    /// Readable when bash has said something.
    pub fn fd(&self) -> BorrowedFd<'_> {
        self.up.as_fd()
    }

    /// What bash has said; empty while it has said nothing whole.
    pub fn receive(&mut self) -> io::Result<Vec<Message>> {
        let mut buffer = [0; 8192];
        loop {
            match self.up.read(&mut buffer) {
                Ok(0) => break,
                Ok(count) => self.incoming.extend_from_slice(&buffer[..count]),
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(self.decode())
    }

    /// Asks the hook for something; the answer comes as a message with the returned id.
    pub fn request(&mut self, kind: &str, first: &str, second: &str) -> io::Result<u64> {
        self.last_id += 1;
        let id = self.last_id;
        self.send(&format!("{kind}\0{id}\0{first}\0{second}\0"))?;
        Ok(id)
    }

    /// Lets bash leave its prompt, or its copy end, and read a line.
    pub fn go(&mut self, go: &Go) -> io::Result<()> {
        let guarded = if go.guarded { "guarded" } else { "" };
        let size = go.resized.map(|size| format!("{} {}", size.ws_row, size.ws_col)).unwrap_or_default();
        self.send(&format!("go\0{}\0{guarded}\0{size}\0", go.queued))
    }

    /// Lets the command run that [`Message::Started`] announced.
    pub fn release(&mut self) -> io::Result<()> {
        if self.begin.release() { Ok(()) } else { self.send("run\0") }
    }

    /// A request is far shorter than a pipe's capacity, so this never waits.
    fn send(&mut self, request: &str) -> io::Result<()> {
        self.down.write_all(request.as_bytes())
    }

    /// Takes the whole messages off `incoming`. One that makes no sense is dropped: the hook did not write it.
    fn decode(&mut self) -> Vec<Message> {
        let mut messages = Vec::new();
        while let Some((fields, whole)) = first_message(&self.incoming) {
            let rest = self.incoming.split_off(whole);
            messages.extend(message(&String::from_utf8_lossy(&self.incoming[..fields])));
            self.incoming = rest;
        }
        messages
    }
}

/// Where the fields of the first message end, and where it does itself: behind one more, which is there for `$_`.
fn first_message(incoming: &[u8]) -> Option<(usize, usize)> {
    let fields = memchr::memmem::find(incoming, b"\0\0")?;
    let last = fields + 2;
    Some((fields, last + memchr::memchr(0, &incoming[last..])? + 1))
}

fn message(text: &str) -> Option<Message> {
    let mut fields = text.split('\0');
    Some(match fields.next()? {
        "H" => Message::Installed { mode: editing_mode(fields.next()?).unwrap_or_default() },
        "B" => Message::Begun,
        "C" => Message::Started,
        "P" => Message::Prompt(report(fields)?),
        "R" => Message::Answer {
            id: fields.next()?.parse().ok()?,
            fields: fields.map(|field| field.trim_end_matches('\n').to_owned()).collect(),
        },
        _ => return None,
    })
}

fn report<'a>(mut fields: impl Iterator<Item = &'a str>) -> Option<Report> {
    let status = fields.next()?.parse().ok()?;
    let pipe_status = fields.next()?.strip_prefix(':')?.split_whitespace();
    Some(Report {
        status,
        pipe_status: pipe_status.filter_map(|status| status.parse().ok()).collect(),
        directory: fields.next()?.strip_prefix(':')?.into(),
        readline: editing_mode(fields.next()?),
        jobs: fields.next()?.parse().unwrap_or(0),
        history_number: fields.next()?.parse().unwrap_or(0),
        continuation_prompt: fields.next()?.strip_prefix(':')?.to_owned(),
        variables: fields.filter_map(variable).collect(),
    })
}

/// `ATTRIBUTES NAME=VALUE`
fn variable(field: &str) -> Option<(String, (String, String))> {
    let (attributes, assignment) = field.split_once(' ')?;
    let (name, value) = assignment.split_once('=')?;
    Some((name.to_owned(), (attributes.to_owned(), value.to_owned())))
}

fn editing_mode(name: &str) -> Option<EditingMode> {
    match name {
        "emacs" => Some(EditingMode::Emacs),
        "vi" => Some(EditingMode::Vi),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn handshake() -> (tempfile::TempDir, Handshake) {
        let directory = tempfile::tempdir().unwrap();
        let handshake = Handshake::create(directory.path()).unwrap();
        (directory, handshake)
    }

    #[test]
    fn a_report_is_read_field_by_field() {
        let (_directory, mut handshake) = handshake();
        handshake
            .up
            .write_all(b"P\x003\0:1 0 3\0:/tmp/a b\0vi\x002\x0017\0:> \0x PATH=/bin\0 X=\xff=1\0")
            .unwrap();
        assert_eq!(handshake.receive().unwrap(), []);
        handshake.up.write_all(b"\0last\0C\0\0\0").unwrap();
        let variables = [("PATH", "x", "/bin"), ("X", "", "\u{fffd}=1")];
        let variables = variables.map(|(n, a, v)| (n.to_owned(), (a.to_owned(), v.to_owned())));
        let report = Report {
            status: 3,
            pipe_status: vec![1, 0, 3],
            directory: "/tmp/a b".into(),
            readline: Some(EditingMode::Vi),
            jobs: 2,
            history_number: 17,
            continuation_prompt: "> ".to_owned(),
            variables: variables.into(),
        };
        assert_eq!(handshake.receive().unwrap(), [Message::Prompt(report), Message::Started]);
    }

    #[test]
    fn what_the_hook_did_not_write_is_dropped() {
        let (_directory, mut handshake) = handshake();
        handshake.up.write_all(b"nonsense\0\0\0P\0x\0\0\0R\x007\0:file\n\0\0P\0").unwrap();
        assert_eq!(
            handshake.receive().unwrap(),
            [Message::Answer { id: 7, fields: vec![":file".to_owned()] }]
        );
    }

    #[test]
    fn a_request_is_four_fields() {
        let (_directory, mut handshake) = handshake();
        let id = handshake.request("type", "ls", "").unwrap();
        let mut sent = [0; 64];
        let count = handshake.down.read(&mut sent).unwrap();
        assert_eq!(&sent[..count], format!("type\0{id}\0ls\0\0").as_bytes());
    }
}

//! What can be asked of the live session while bash waits at its prompt: what a word is, how a line could go
//! on, what the user's PS1 says. bash answers in its own process; nothing of the session changes by it.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use awesh_protocol::SessionNames;
use nix::poll::{PollFd, PollFlags};
use nix::sys::signal::Signal;

use super::handshake::{Handshake, Message, Report};
use super::listing::entries;
use crate::sys::poll::wait;
use crate::sys::pty::signal_foreground;

/// How long a line waits for bash to say what a word is; it takes 0.1 ms.
const QUICK: Duration = Duration::from_millis(100);

/// How long a program may take that only prints.
const UNHURRIED: Duration = Duration::from_secs(1);

/// How long bash may take to read through PATH for all names of commands.
const THOROUGH: Duration = Duration::from_millis(500);

/// How long a completion may take: some ask a server. Ctrl-C ends it sooner.
const PATIENT: Duration = Duration::from_secs(10);

/// Longer commands are not completed: they would not fit a pipe.
const LONGEST_COMMAND: usize = 16 * 1024;

/// The way to ask the session.
#[derive(Debug)]
pub struct Link {
    /// The FIFOs.
    pub handshake: Handshake,
    master: Arc<OwnedFd>,
    busy: Arc<AtomicBool>,
    words: RefCell<HashMap<String, Option<String>>>,
    /// All names of commands, once they were asked for.
    commands: Option<Arc<[String]>>,
    /// Set where bash came back to its prompt by itself, after an interrupt.
    renewed: Option<Report>,
    /// The request that bash has not answered in its time, and still will.
    late: Option<u64>,
    /// Whether there was such a one since the prompt.
    missed: bool,
    lost: bool,
    /// Whether a copy of the session is asked, which bash waits for in the middle of a command.
    is_copy: bool,
}

/// bash is busy, or gone: it did not say in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoAnswer;

/// The link as everybody who asks holds it.
#[derive(Debug, Clone)]
pub struct SharedLink(Arc<Mutex<Link>>);

impl SharedLink {
    pub(super) fn new(link: Link) -> Self {
        Self(Arc::new(Mutex::new(link)))
    }

    /// The link, for one request.
    pub fn lock(&self) -> MutexGuard<'_, Link> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A command to complete, cut into words as bash cuts it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unfinished {
    /// The command from its first word on.
    pub line: String,
    /// The cursor, in characters from the beginning of `line`.
    pub point: usize,
    /// Its words.
    pub words: Vec<String>,
    /// Which of them is to be completed.
    pub current: usize,
}

/// How a word could go on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Candidates {
    /// The options of the completion, as bash's `complete -o` names them.
    pub options: Vec<String>,
    /// The words, as bash gave them.
    pub words: Vec<String>,
}

impl Candidates {
    /// The fields of an answer: the options, then the words.
    fn of(fields: &[String]) -> Self {
        let mut fields = fields.iter();
        let options = fields.next().and_then(|field| field.strip_prefix("options:")).unwrap_or_default();
        Self {
            options: options.split_whitespace().map(str::to_owned).collect(),
            words: fields.filter_map(|field| field.strip_prefix(':')).map(str::to_owned).collect(),
        }
    }
}

impl Link {
    /// A link over the FIFOs of the session on `master`.
    pub fn new(handshake: Handshake, master: Arc<OwnedFd>) -> Self {
        Self {
            handshake,
            master,
            busy: Arc::default(),
            words: RefCell::default(),
            commands: None,
            renewed: None,
            late: None,
            missed: false,
            lost: false,
            is_copy: false,
        }
    }

    /// Set while an answer is awaited: a Ctrl-C typed now is meant for bash.
    pub fn busy(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.busy)
    }

    /// A new prompt: what was known of words may have changed.
    pub fn renew(&mut self) {
        self.words.borrow_mut().clear();
        self.renewed = None;
        self.late = None;
        self.missed = false;
        self.lost = false;
        self.is_copy = false;
    }

    /// A copy of the session answers from now on.
    pub fn ask_copy(&mut self) {
        self.late = None;
        self.lost = false;
        self.is_copy = true;
    }

    /// Whether bash has not said something since its prompt that it was asked.
    pub fn has_missed(&self) -> bool {
        self.missed || self.lost
    }

    /// What bash would take `word` for, where a command is due: `alias`, `keyword`, `function`, `builtin`,
    /// `file`, or nothing it knows.
    pub fn kind_of(&mut self, word: &str) -> Result<Option<String>, NoAnswer> {
        if let Some(known) = self.words.borrow().get(word) {
            return Ok(known.clone());
        }
        if word.contains('\0') || word.len() > LONGEST_COMMAND {
            return Ok(None);
        }
        let fields = self.look_up("type", word, QUICK).ok_or(NoAnswer)?;
        let kind = fields.first().map(|field| field.trim_start_matches(':').trim_end().to_owned());
        let kind = kind.filter(|kind| !kind.is_empty());
        self.words.borrow_mut().insert(word.to_owned(), kind.clone());
        Ok(kind)
    }

    /// How the current word of a command could go on.
    pub fn complete(&mut self, command: &Unfinished) -> Candidates {
        let words: Vec<String> = command.words.iter().map(super::spawn::quote).collect();
        let second = format!("{}\n{}\n{}", command.point, command.current, words.join(" "));
        if command.line.contains('\0') || command.line.len() + second.len() > LONGEST_COMMAND {
            return Candidates::default();
        }
        Candidates::of(&self.ask("complete", &command.line, &second, PATIENT).unwrap_or_default())
    }

    /// How a word could go on as the name of something: an action of `compgen -A`.
    pub fn names_of(&mut self, action: &str, word: &str) -> Candidates {
        Candidates::of(&self.ask_short("names-of", action, word).unwrap_or_default())
    }

    /// What the shell makes of a text; None where it cannot.
    pub fn expand(&mut self, expansion: &str, text: &str) -> Option<String> {
        self.ask_short("expand", expansion, text)?
            .first()?
            .strip_prefix(':')
            .map(|text| text.trim_end().to_owned())
    }

    /// What the user has made of readline: its variables as `bind -v` prints them, LS_COLORS, and of each of the
    /// keymaps emacs, vi-insert and vi-command what `bind -p`, `-s` and `-X` print.
    pub fn readline(&mut self) -> Option<Vec<String>> {
        let fields = self.look_up("readline", "", UNHURRIED)?;
        Some(fields.iter().map(|field| field.trim_start_matches(':').to_owned()).collect())
    }

    /// The lines that bash remembers, oldest first: all, or the last ones.
    pub fn history(&mut self, last: Option<usize>) -> Option<Vec<String>> {
        let count = last.map(|count| count.to_string()).unwrap_or_default();
        let fields = self.look_up("history", &count, UNHURRIED)?;
        Some(entries(fields.first()?.strip_prefix(':')?))
    }

    fn ask_short(&mut self, kind: &str, first: &str, second: &str) -> Option<Vec<String>> {
        let fits = !second.contains('\0') && second.len() <= LONGEST_COMMAND;
        if fits { self.ask(kind, first, second, PATIENT) } else { None }
    }

    /// The names of all commands the session had when they were first asked for. Asked once: a PATH that takes
    /// long to read does so one time.
    pub fn commands(&mut self) -> Arc<[String]> {
        if self.commands.is_none() {
            let fields = self.look_up("names", "", THOROUGH).unwrap_or_default();
            let names = fields.first().map(|field| field.trim_start_matches(':')).unwrap_or_default();
            self.commands = Some(names.lines().map(str::to_owned).collect());
        }
        self.commands.clone().unwrap_or_default()
    }

    /// The user's own PS1, expanded.
    pub fn user_prompt(&mut self) -> Option<String> {
        self.ask("ps1", "", "", UNHURRIED)?.first()?.strip_prefix(':').map(str::to_owned)
    }

    /// What programs started now would find in their environment.
    pub fn environment(&mut self) -> Option<BTreeMap<String, String>> {
        let fields = self.look_up("environment", "", UNHURRIED)?;
        let pairs = fields.iter().filter_map(|field| field.split_once('='));
        Some(pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
    }

    /// The session's aliases and functions.
    pub fn names(&mut self) -> SessionNames {
        let Some(fields) = self.look_up("shadows", "", UNHURRIED) else {
            return SessionNames { unknown: true, ..SessionNames::default() };
        };
        let mut fields = fields.iter().filter_map(|field| field.strip_prefix(':'));
        let Some(functions) = fields.next().map(str::lines) else {
            return SessionNames { unknown: true, ..SessionNames::default() };
        };
        let aliases = fields.filter_map(|field| field.split_once('='));
        SessionNames {
            functions: functions.filter(|name| !name.starts_with("__awesh")).map(str::to_owned).collect(),
            aliases: aliases.map(|(name, text)| (name.to_owned(), text.to_owned())).collect(),
            unknown: false,
        }
    }

    /// Ctrl-C at the prompt: bash starts over at a new prompt with status 130, or runs the user's trap and stays.
    pub fn interrupt(&mut self) -> Option<Report> {
        if let Some(late) = self.late.take() {
            let _ = self.await_answer(late, Instant::now() + UNHURRIED);
        }
        let _ = signal_foreground(self.master.as_fd(), Signal::SIGINT);
        self.ask("type", ":", "", PATIENT);
        self.renewed.take()
    }

    /// Asks what bash knows without running anything of the user's. At the deadline there is no answer: it is a busy
    /// machine, or a slow file system that bash looks through. It is not ended, which would be a Ctrl-C that nobody
    /// pressed, and nothing else of this kind is asked before it is over, for which a key does not wait once more.
    fn look_up(&mut self, kind: &str, word: &str, patience: Duration) -> Option<Vec<String>> {
        if let Some(late) = self.late
            && matches!(self.await_answer(late, Instant::now() + patience - QUICK), Ok(Reply::Nothing))
        {
            return None;
        }
        self.late = None;
        if self.lost {
            return None;
        }
        let id = self.handshake.request(kind, word, "").ok()?;
        let answer = self.await_answer(id, Instant::now() + patience);
        if matches!(answer, Ok(Reply::Nothing)) {
            self.late = Some(id);
            self.missed = true;
            return None;
        }
        self.fields(answer)
    }

    /// Asks for what may run something of the user's, and waits. After an interrupt, or at the deadline, there is no
    /// answer.
    fn ask(&mut self, kind: &str, first: &str, second: &str, patience: Duration) -> Option<Vec<String>> {
        if self.lost {
            return None;
        }
        let id = self.handshake.request(kind, first, second).ok()?;
        self.busy.store(true, Ordering::SeqCst);
        let mut answer = self.await_answer(id, Instant::now() + patience);
        if matches!(answer, Ok(Reply::Nothing)) && !self.is_copy {
            // bash is busy with it: end that as the terminal's own key would, and see it back at its prompt.
            let _ = signal_foreground(self.master.as_fd(), Signal::SIGINT);
            answer = self.await_answer(id, Instant::now() + Duration::from_secs(1));
        }
        self.busy.store(false, Ordering::SeqCst);
        self.fields(answer)
    }

    /// What was answered; without an answer or a prompt bash is lost.
    fn fields(&mut self, answer: io::Result<Reply>) -> Option<Vec<String>> {
        match answer {
            Ok(Reply::Fields(fields)) => Some(fields),
            Ok(Reply::Interrupted) => None,
            Ok(Reply::Nothing) | Err(_) => {
                self.lost = true;
                None
            }
        }
    }

    fn await_answer(&mut self, due: u64, deadline: Instant) -> io::Result<Reply> {
        loop {
            if !wait(&mut [PollFd::new(self.handshake.fd(), PollFlags::POLLIN)], Some(deadline))? {
                return Ok(Reply::Nothing);
            }
            for message in self.handshake.receive()? {
                match message {
                    Message::Answer { id, fields } if id == due => return Ok(Reply::Fields(fields)),
                    Message::Prompt(report) => {
                        self.renewed = Some(report);
                        return Ok(Reply::Interrupted);
                    }
                    _ => {}
                }
            }
        }
    }
}

enum Reply {
    Fields(Vec<String>),
    Interrupted,
    Nothing,
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::io::{Read, Write};
    use std::path::Path;
    use std::sync::mpsc::{Receiver, channel};
    use std::thread;

    use super::*;

    /// Stands for a bash that answers each request with these fields, some time after it is let.
    fn answer_late(directory: &Path, answers: &[&str], let_go: Receiver<()>) {
        let mut down = File::open(directory.join("down")).unwrap();
        let mut up = File::options().write(true).open(directory.join("up")).unwrap();
        for ((id, fields), ()) in (1..).zip(answers).zip(let_go) {
            let mut request = [0; 256];
            assert!(down.read(&mut request).unwrap() > 0);
            thread::sleep(QUICK + QUICK / 2);
            write!(up, "R\0{id}\0{fields}\0\0\0").unwrap();
        }
    }

    #[test]
    fn a_question_waits_for_what_a_key_does_not_wait_for() {
        let session = tempfile::tempdir().unwrap();
        let handshake = Handshake::create(session.path()).unwrap();
        let mut link = Link::new(handshake, Arc::new(File::open("/dev/null").unwrap().into()));
        let (go, let_go) = channel();
        let directory = session.path().to_owned();
        thread::spawn(move || answer_late(&directory, &[":file", ":hidden\n\0:l=ls -l"], let_go));
        assert_eq!(link.kind_of("ls"), Err(NoAnswer));
        assert_eq!(link.kind_of("ls"), Err(NoAnswer));
        go.send(()).unwrap();
        go.send(()).unwrap();
        let names = link.names();
        assert!(
            !names.unknown && names.functions == ["hidden"] && names.aliases["l"] == "ls -l",
            "{names:?}"
        );
    }
}

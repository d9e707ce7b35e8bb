//! A shell on a pseudo-terminal with a screen to read: what a person would see, and the keys he would press.
//!
//! Nothing here sleeps: every wait is for something on the screen, for what the shell does, or for its end, and fails
//! with the screen as it stands.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::num::NonZeroU16;
use std::os::fd::AsFd;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use awesh::sys::poll::wait;
use awesh::sys::process::lead_session_on_terminal;
use awesh::sys::pty::{Pty, set_window_size};
use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags};
use nix::pty::Winsize;
use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, read, write};

use crate::model_server::Handle;

/// Longer than anything takes on a busy machine; only a failure waits so long.
const PATIENCE: Duration = Duration::from_secs(30);

/// How long the shell may be busy with a command that an interrupt is to end.
const BUSY: Duration = Duration::from_secs(1);

/// So many pieces of output are read before the screen is looked at, which takes longer than to read one.
const AT_ONCE: usize = 64;

/// The interrupt key.
const INTERRUPT: u8 = 0x03;

/// Held while a program is started.
static STARTING: Mutex<()> = Mutex::new(());

/// High, so that nothing a case prints scrolls away.
const ROWS: u16 = 300;
const COLUMNS: u16 = 100;

/// A home directory of its own, and the environment of a login on a plain machine.
pub struct Home {
    pub directory: tempfile::TempDir,
    environment: BTreeMap<String, String>,
}

impl Home {
    pub fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let home = directory.path().canonicalize().unwrap();
        let runtime = home.join("run");
        fs::create_dir(&runtime).unwrap();
        fs::create_dir(home.join("work")).unwrap();
        let environment = [
            ("HOME", home.display().to_string()),
            ("XDG_RUNTIME_DIR", runtime.display().to_string()),
            ("PATH", "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin".to_owned()),
            ("TERM", "xterm-256color".to_owned()),
            // Like it, this terminal cuts lines off where the window gets narrower.
            ("XTERM_VERSION", "XTerm(388)".to_owned()),
            ("LANG", "C.UTF-8".to_owned()),
            ("USER", "tester".to_owned()),
            ("LOGNAME", "tester".to_owned()),
            ("INPUTRC", "/dev/null".to_owned()),
        ];
        let environment = environment.map(|(name, value)| (name.to_owned(), value)).into();
        let home = Self { directory, environment };
        home.write(".bashrc", "PS1='> '\n");
        home
    }

    /// One whose questions go to this server.
    pub fn asking(server: &Handle) -> Self {
        let mut home = Self::new();
        home.set("OPENAI_API_KEY", "test-key-0123456789");
        home.set("OPENAI_BASE_URL", &server.base_url());
        home
    }

    /// With a shell at its first prompt.
    pub fn shell(self) -> (Self, Terminal) {
        let mut terminal = self.awesh();
        terminal.wait_prompt();
        (self, terminal)
    }

    pub fn path(&self) -> PathBuf {
        self.directory.path().canonicalize().unwrap()
    }

    pub fn write(&self, name: &str, text: &str) {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub fn set(&mut self, name: &str, value: &str) {
        self.environment.insert(name.to_owned(), value.to_owned());
    }

    /// Puts a bash first on PATH that takes itself for another version: it is this machine's, but for the text from
    /// which it makes BASH_VERSINFO.
    pub fn claim_version(&mut self, version: &str) {
        let told = Command::new("bash").args(["-c", "echo ${BASH_VERSINFO[0]}.${BASH_VERSINFO[1]}"]).output();
        let own = String::from_utf8(told.unwrap().stdout).unwrap();
        let zero_ended = |text: &str| format!("\0{text}\0").into_bytes();
        let (own, other) = (zero_ended(own.trim()), zero_ended(version));
        assert_eq!(own.len(), other.len());
        let mut program = fs::read("/bin/bash").unwrap();
        let places: Vec<usize> = memchr::memmem::find_iter(&program, &own).collect();
        assert!(!places.is_empty(), "no version in /bin/bash");
        for place in places {
            program[place..place + other.len()].copy_from_slice(&other);
        }
        let directory = self.path().join("bin");
        fs::create_dir_all(&directory).unwrap();
        fs::write(directory.join("bash"), program).unwrap();
        fs::set_permissions(directory.join("bash"), fs::Permissions::from_mode(0o755)).unwrap();
        let path = format!("{}:{}", directory.display(), self.environment["PATH"]);
        self.set("PATH", &path);
    }

    pub fn awesh(&self) -> Terminal {
        self.start(Path::new(env!("CARGO_BIN_EXE_awesh")), &[])
    }

    /// awesh, as a login shell or not.
    pub fn awesh_as(&self, login: bool) -> Terminal {
        let mut command = Command::new(env!("CARGO_BIN_EXE_awesh"));
        if login {
            command.arg0("-awesh");
        }
        self.start_command(command)
    }

    /// bash, as a login shell or not.
    pub fn bash(&self, login: bool) -> Terminal {
        let mut command = Command::new("bash");
        command.arg0(if login { "-bash" } else { "bash" }).arg("-i");
        let mut terminal = self.start_command(command);
        terminal.is_bash = true;
        terminal
    }

    pub fn start(&self, program: &Path, arguments: &[&str]) -> Terminal {
        let mut command = Command::new(program);
        command.args(arguments);
        self.start_command(command)
    }

    pub fn start_command(&self, mut command: Command) -> Terminal {
        command.env_clear().envs(&self.environment).current_dir(self.path().join("work"));
        Terminal::start(command)
    }
}

/// A program on a terminal.
pub struct Terminal {
    pty: Pty,
    child: Child,
    screen: vt100::Parser,
    printed: Vec<u8>,
    is_bash: bool,
}

impl Terminal {
    fn start(mut command: Command) -> Self {
        let size = Winsize { ws_row: ROWS, ws_col: COLUMNS, ws_xpixel: 0, ws_ypixel: 0 };
        // A program started meanwhile by another test would inherit the descriptors.
        let _alone = STARTING.lock().unwrap_or_else(PoisonError::into_inner);
        let pty = Pty::open(None, Some(&size)).unwrap();
        let end = || Stdio::from(pty.slave.try_clone().unwrap());
        command.stdin(end()).stdout(end()).stderr(end());
        lead_session_on_terminal(&mut command);
        let child = command.spawn().unwrap();
        Self {
            pty,
            child,
            screen: vt100::Parser::new(cells(ROWS), cells(COLUMNS), 0),
            printed: Vec::new(),
            is_bash: false,
        }
    }

    pub fn pid(&self) -> i32 {
        self.child.id().cast_signed()
    }

    /// Presses keys.
    pub fn send(&mut self, keys: impl AsRef<[u8]>) {
        let mut keys = keys.as_ref();
        let deadline = Instant::now() + PATIENCE;
        while !keys.is_empty() {
            assert!(Instant::now() < deadline, "the terminal takes no keys\n{}", self.text());
            match write(&self.pty.master, keys) {
                Ok(count) => keys = &keys[count..],
                Err(Errno::EAGAIN) => self.read_some(Instant::now() + Duration::from_millis(10)),
                Err(error) => panic!("{error}"),
            }
        }
    }

    /// Types a line and waits for the prompt after it.
    pub fn run(&mut self, line: &str) {
        assert!(self.runs(line), "no prompt after {line:?}; the screen:\n{}", self.text());
    }

    /// The same, and whether a prompt came.
    pub fn runs(&mut self, line: &str) -> bool {
        // bash shows a prompt for each line of text; awesh edits them as one.
        let more = if self.is_bash { line.matches('\n').count() } else { 0 };
        let prompts = self.prompts() + more;
        self.send(format!("{}\r", line.replace('\n', "\r")));
        self.becomes(|screen| screen.prompts() > prompts && screen.at_prompt())
    }

    pub fn resize(&mut self, rows: u16, columns: u16) {
        let size = Winsize { ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
        set_window_size(&self.pty.master, &size).unwrap();
        self.screen.screen_mut().set_size(cells(rows), cells(columns));
    }

    /// Waits until the screen is as it should be.
    pub fn wait(&mut self, what: &str, is: impl Fn(&Self) -> bool) {
        assert!(self.becomes(is), "waited for {what:?}; the screen:\n{}", self.text());
    }

    /// The same, and whether it came to be.
    pub fn becomes(&mut self, is: impl Fn(&Self) -> bool) -> bool {
        let deadline = Instant::now() + PATIENCE;
        while !is(self) && Instant::now() < deadline {
            self.read_some(deadline);
        }
        is(self)
    }

    pub fn reaches_prompt(&mut self) -> bool {
        self.becomes(Self::at_prompt)
    }

    /// Whether the screen changes until the text before the cursor ends with this, or there is one more prompt
    /// where nothing is given.
    pub fn becomes_ready(&mut self, keys: impl AsRef<[u8]>, text: Option<&str>) -> bool {
        let (prompts, before) = (self.prompts(), self.text_to_cursor());
        if self.is_bash && keys.as_ref().contains(&INTERRUPT) {
            self.wait_asleep();
        }
        self.send(keys);
        match text {
            Some(text) => self.becomes(|screen| {
                let now = screen.text_to_cursor();
                now != before && now.ends_with(text)
            }),
            None => self.becomes(|screen| screen.prompts() > prompts && screen.at_prompt()),
        }
    }

    /// Waits until the shell itself waits for something. A Ctrl-C that comes between bash's prompt and its read is
    /// shown, and forgotten until the next key.
    fn wait_asleep(&self) {
        let deadline = Instant::now() + BUSY;
        let is_asleep = || {
            let stat = fs::read_to_string(format!("/proc/{}/stat", self.pid())).unwrap_or_default();
            stat.rsplit_once(") ").is_none_or(|(_, fields)| fields.starts_with('S'))
        };
        while !is_asleep() && Instant::now() < deadline {
            thread::yield_now();
        }
    }

    pub fn wait_for(&mut self, text: &str) {
        self.wait(text, |screen| screen.text().contains(text));
    }

    /// Waits for a prompt that waits for a line.
    pub fn wait_prompt(&mut self) {
        assert!(self.reaches_prompt(), "waited for a prompt; the screen:\n{}", self.text());
    }

    /// Waits for the end of the program.
    pub fn wait_end(&mut self) -> ExitStatus {
        self.ends().unwrap_or_else(|| panic!("waited for the end; the screen:\n{}", self.text()))
    }

    /// The same; None where it did not end.
    pub fn ends(&mut self) -> Option<ExitStatus> {
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            if let Some(status) = self.child.try_wait().unwrap() {
                self.read_some(Instant::now());
                return Some(status);
            }
            self.read_some(Instant::now() + Duration::from_millis(20));
        }
        None
    }

    /// The rows of the screen down to the last that is not empty.
    pub fn rows(&self) -> Vec<String> {
        let width = self.screen.screen().size().1;
        let mut rows: Vec<String> = self.screen.screen().rows(0, width.get()).collect();
        while rows.last().is_some_and(|row| row.trim().is_empty()) {
            rows.pop();
        }
        rows
    }

    pub fn text(&self) -> String {
        self.rows().join("\n")
    }

    /// The rows without what awesh adds (the state line of its prompt, the offer to ask a line): what plain
    /// bash with `PS1='> '` would show.
    pub fn bash_rows(&self) -> Vec<String> {
        self.rows().into_iter().filter(|row| !is_ours(row)).map(|row| row.trim_end().to_owned()).collect()
    }

    /// The last row, to the cursor where that stands behind blanks.
    pub fn line(&self) -> String {
        let (_, column) = self.screen.screen().cursor_position();
        let row = self.rows().pop().unwrap_or_default();
        format!("{:<1$}", row.trim_end(), usize::from(column))
    }

    /// The screen down to the cursor, without what awesh adds.
    fn text_to_cursor(&self) -> String {
        let (row, column) = self.screen.screen().cursor_position();
        let width = self.screen.screen().size().1;
        let mut rows: Vec<String> =
            self.screen.screen().rows(0, width.get()).take(usize::from(row)).collect();
        rows.iter_mut().for_each(|row| row.truncate(row.trim_end().len()));
        rows.retain(|row| !is_ours(row));
        rows.push(self.screen.screen().contents_between(row, 0, row, column));
        without_end_signs(&rows.join("\n"))
    }

    /// Whether the prompt is awesh's own.
    pub fn shows_state(&self) -> bool {
        let rows = self.rows();
        rows.len() > 1 && is_state(&rows[rows.len() - 2])
    }

    /// Closes the terminal, as a window is closed.
    pub fn hang_up(&mut self) {
        let (closed, _) = std::os::unix::net::UnixStream::pair().unwrap();
        self.pty.slave = closed.try_clone().unwrap().into();
        self.pty.master = closed.into();
    }

    /// Waits for a file to be there.
    pub fn wait_file(&mut self, path: &Path) {
        let deadline = Instant::now() + PATIENCE;
        while !path.exists() {
            assert!(Instant::now() < deadline, "waited for {}; the screen:\n{}", path.display(), self.text());
            self.read_some(Instant::now() + Duration::from_millis(10));
        }
    }

    /// Kills the backend of this shell.
    pub fn kill_backend(&mut self) {
        let pid = self.backend().unwrap_or_else(|| panic!("no backend of {}", self.pid()));
        kill(pid, Signal::SIGKILL).unwrap();
    }

    /// The same, where there is one; it may be just about to end by itself.
    pub fn kill_backend_if_any(&mut self) {
        if let Some(pid) = self.backend() {
            let _ = kill(pid, Signal::SIGKILL);
        }
    }

    fn backend(&self) -> Option<Pid> {
        let backend = |pid: &&str| {
            fs::read(format!("/proc/{pid}/cmdline")).is_ok_and(|line| line.starts_with(b"awesh\0backend\0"))
        };
        // A thread of the shell may have started it.
        fs::read_dir(format!("/proc/{}/task", self.pid())).unwrap().find_map(|task| {
            let children = fs::read_to_string(task.unwrap().path().join("children")).unwrap_or_default();
            children.split_whitespace().find(backend).map(|pid| Pid::from_raw(pid.parse().unwrap()))
        })
    }

    /// Everything that was printed, escape sequences included.
    pub fn printed(&self) -> String {
        String::from_utf8_lossy(&self.printed).into_owned()
    }

    pub fn screen(&self) -> &vt100::Screen {
        self.screen.screen()
    }

    /// How many rows begin as a prompt does.
    fn prompts(&self) -> usize {
        let begins = |row: &&String| *row == ">" || row.starts_with("> ") || row.starts_with("? ");
        self.rows().iter().filter(begins).count()
    }

    pub fn at_prompt(&self) -> bool {
        let (row, column) = self.screen.screen().cursor_position();
        let rows = self.rows();
        column == 2
            && usize::from(row) + 1 == rows.len()
            && rows.last().is_some_and(|row| row.trim_end() == ">")
    }

    fn read_some(&mut self, deadline: Instant) {
        wait(&mut [PollFd::new(self.pty.master.as_fd(), PollFlags::POLLIN)], Some(deadline)).unwrap();
        let mut buffer = [0; 4096];
        for _ in 0..AT_ONCE {
            match read(&self.pty.master, &mut buffer) {
                Ok(count) => {
                    self.screen.process(&buffer[..count]);
                    self.printed.extend_from_slice(&buffer[..count]);
                }
                Err(Errno::EAGAIN | Errno::EIO | Errno::EINTR) => break,
                Err(error) => panic!("{}", io::Error::from(error)),
            }
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn cells(count: u16) -> NonZeroU16 {
    NonZeroU16::new(count).unwrap()
}

/// The text without awesh's sign for output that ends no line: its prompt follows at once, as bash's does.
pub fn without_end_signs(text: &str) -> String {
    text.replace("⏎\n>", ">")
}

/// Whether awesh has added this row to what bash shows.
fn is_ours(row: &str) -> bool {
    const NOTES: [&str; 3] = ["if that was a question", "did you mean", "awesh: warning: the backend ended"];
    is_state(row) || NOTES.iter().any(|note| row.starts_with(note))
}

/// Whether a row is the first line of awesh's prompt, in a locale of any kind.
fn is_state(row: &str) -> bool {
    let plain = |sign: &str| row.strip_prefix(sign).and_then(|rest| rest.split_once('@')).is_some();
    ["🤖", "🧠", "💀"].iter().any(|sign| row.starts_with(sign)) || ["~:", "+:", "x:"].into_iter().any(plain)
}

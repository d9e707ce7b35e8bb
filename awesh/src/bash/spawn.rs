//! Starts bash on a pseudo-terminal of its own, with the hook in place of its start-up files.

use std::env;
use std::ffi::{OsStr, OsString};
use std::fs::{File, OpenOptions, Permissions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use super::{Launch, begin, markers};
use crate::args::OWN;
use crate::sys::process::lead_session_on_terminal;
use crate::sys::pty::Pty;

/// The hook, with its words between @ signs.
const HOOK: &str = include_str!("hook.sh");

/// Where in PROMPT_COMMAND our command stands: behind whatever the user puts there.
const SLOT: &str = "200";

/// The command in PROMPT_COMMAND. The group's redirection keeps `set -x` and a DEBUG trap silent.
const CALL: &str = r#"{ __awesh_prompt "$?" "$_" "${PIPESTATUS[@]}"; } >/dev/null 2>&1"#;

/// The same as `set -v` has bash print it.
pub const CALL_ECHO: &[u8] = b"{ __awesh_prompt \"$?\" \"$_\" \"${PIPESTATUS[@]}\"; } >/dev/null 2>&1\r\n";

/// How PS0 waits for the terminal to be set up: with a fork, and in a bash that can, without (`begin.rs`).
const BEGIN_BY_FORK: &str = "$({ __awesh_begin; } >/dev/null 2>&1)";
const BEGIN: &str = "$(<\"${__awesh[begin]}\")";

/// Our part of PS0, printed before a command runs: waits, gives the user his PS1 back, puts our command back into a
/// PROMPT_COMMAND that has lost it, and marks where output begins.
const PS0: &str = "@BEGIN@${__awesh[-${PS1:=${__awesh[given]}}]-}\
                   ${__awesh[-${PROMPT_COMMAND[__awesh[slot]]:=${__awesh[call]}}]-}\
                   @MARK@C\\a";

/// The most candidates a completion brings; more can not be looked through by a person.
const CANDIDATES: &str = "10000";

/// Files the hook writes to, and one that it reads commands from: a subshell, for which bash waits. Made beforehand, as
/// the user's umask may be wide.
const FILES: [(&str, &str); 3] = [("disabled", ""), ("kind", ""), ("subshell", "( builtin : )\n")];

/// What kind of shell is wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Startup {
    /// A login shell: `-l`, or a name that begins with a dash.
    pub login: bool,
    /// `--noprofile`.
    pub no_profile: bool,
    /// `--norc`.
    pub no_rc: bool,
    /// `--rcfile FILE`.
    pub rc_file: Option<PathBuf>,
}

impl Startup {
    /// The name that bash goes by.
    fn name(&self) -> &'static str {
        if self.login { "-bash" } else { "bash" }
    }

    /// The options with which bash itself reads the same files.
    fn options(&self) -> Vec<OsString> {
        let mut options = Vec::new();
        if self.no_profile {
            options.push("--noprofile".into());
        }
        if self.no_rc {
            options.push("--norc".into());
        }
        if let Some(file) = &self.rc_file {
            options.extend(["--rcfile".into(), file.clone().into_os_string()]);
        }
        options
    }

    /// The lines that read what bash itself would have read, in its order.
    fn script(&self) -> String {
        if self.login && !self.no_profile {
            "[[ ! -r /etc/profile ]] || . /etc/profile\n\
             if [[ -r ~/.bash_profile ]]; then . ~/.bash_profile\n\
             elif [[ -r ~/.bash_login ]]; then . ~/.bash_login\n\
             elif [[ -r ~/.profile ]]; then . ~/.profile; fi"
                .to_owned()
        } else if self.login || self.no_rc {
            ":".to_owned()
        } else if let Some(file) = &self.rc_file {
            format!("[[ ! -r {0} ]] || . {0}", quote(file.as_os_str()))
        } else {
            // Where a distribution has compiled one in, it is one of these.
            "if [[ -r /etc/bash.bashrc ]]; then . /etc/bash.bashrc\n\
             elif [[ -r /etc/bash/bashrc ]]; then . /etc/bash/bashrc; fi\n\
             [[ ! -r ~/.bashrc ]] || . ~/.bashrc"
                .to_owned()
        }
    }
}

/// Finds bash: the user's PATH first, as `env bash` would.
pub fn find_bash() -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let usual = ["/bin", "/usr/bin", "/usr/local/bin"].map(PathBuf::from);
    env::split_paths(&path)
        .filter(|directory| directory.is_absolute())
        .chain(usual)
        .map(|directory| directory.join("bash"))
        .find(|file| file.is_file())
}

/// A word that no other program can know: 128 random bits in hexadecimal.
pub fn nonce() -> io::Result<String> {
    let mut bytes = [0; 16];
    File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Writes the hook for this session into its directory.
pub fn write_hook(directory: &Path, nonce: &str, launch: &Launch<'_>) -> io::Result<PathBuf> {
    let mark = markers::prefix(nonce).replace('\x1b', "\\e");
    let ps0 = |begin: &str| {
        fill(PS0, &|name| match name {
            "BEGIN" => Some(begin.to_owned()),
            "MARK" => Some(mark.clone()),
            _ => None,
        })
    };
    let (own, watched): (Vec<_>, Vec<_>) = launch.watched.iter().partition(|name| name.starts_with("AWESH_"));
    let reports = |names: &[&str]| names.iter().map(|name| report_of(name)).collect::<Vec<_>>().join(" ");
    let text = fill(HOOK, &|name| match name {
        "MARK" => Some(mark.clone()),
        "PS0" => Some(ps0(BEGIN)),
        "PS0_BY_FORK" => Some(ps0(BEGIN_BY_FORK)),
        "BEGIN" => Some(begin::NAME.to_owned()),
        "CALL" => Some(CALL.to_owned()),
        "SLOT" => Some(SLOT.to_owned()),
        "CANDIDATES" => Some(CANDIDATES.to_owned()),
        "WATCHED" => Some(reports(&watched)),
        "OWN" => Some(reports(&own)),
        "DIR" => Some(quote(directory.as_os_str())),
        "STARTUP" => Some(launch.startup.script()),
        "NAME" => Some(launch.startup.name().to_owned()),
        "BASH" => Some(plain_bash(launch)),
        "EXE" => Some(quote(env::current_exe().unwrap_or_else(|_| "awesh".into()))),
        "COMMANDS" => Some(commands()),
        "RESTORE" => Some(restored_variables()),
        _ => None,
    });
    for (name, content) in FILES {
        create_private(&directory.join(name))?.write_all(content.as_bytes())?;
    }
    let path = directory.join("hook.sh");
    create_private(&path)?.write_all(text.as_bytes())?;
    Ok(path)
}

/// What can be typed behind `awesh`, divided by blanks.
fn commands() -> String {
    OWN.into_iter().filter(|word| *word != "backend").collect::<Vec<_>>().join(" ")
}

fn create_private(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}

/// The lines that make variables what they would be when bash reads its start-up files: PROMPT_COMMAND as the
/// environment has it, and no size of a history that bash has not loaded yet.
fn restored_variables() -> String {
    let command = env::var_os("PROMPT_COMMAND")
        .map_or_else(String::new, |value| format!("builtin export PROMPT_COMMAND={}\n", quote(&value)));
    let sizes = ["HISTSIZE", "HISTFILESIZE"].into_iter().filter(|name| env::var_os(name).is_none());
    sizes.fold(command, |lines, name| format!("{lines}builtin unset {name}\n"))
}

/// What a variable is in a report, if it is set: its attributes, its name and its value, in one word.
fn report_of(name: &str) -> String {
    format!("${{{name}+\"${{{name}@a}} {name}=${name}\"}}")
}

/// Puts values in place of the words between @ signs, once: what a value holds is not looked at.
fn fill(template: &str, value: &dyn Fn(&str) -> Option<String>) -> String {
    let mut text = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('@') {
        text.push_str(before);
        let filled = after.split_once('@').and_then(|(name, behind)| Some((value(name)?, behind)));
        rest = match filled {
            Some((value, behind)) => {
                text.push_str(&value);
                behind
            }
            None => {
                text.push('@');
                after
            }
        };
    }
    text + rest
}

/// The words that start bash as it would be without awesh.
fn plain_bash(launch: &Launch<'_>) -> String {
    let mut words = launch.startup.options();
    words.insert(0, launch.bash.into());
    words.push("-i".into());
    words.iter().map(quote).collect::<Vec<_>>().join(" ")
}

/// Starts bash on `pty`.
pub fn spawn(bash: &Path, hook: &Path, startup: &Startup, pty: &Pty) -> io::Result<Child> {
    let mut source = OsString::from(". ");
    source.push(quote(hook.as_os_str()));
    let mut command = Command::new(bash);
    command
        .arg0(startup.name())
        .args(["--noediting", "--noprofile", "--norc", "-i"])
        .env("PROMPT_COMMAND", source)
        .stdin(Stdio::from(pty.slave.try_clone()?))
        .stdout(Stdio::from(pty.slave.try_clone()?))
        .stderr(Stdio::from(pty.slave.try_clone()?));
    lead_session_on_terminal(&mut command);
    command.spawn()
}

/// A private directory for one session: FIFOs, hook, socket. Under XDG_RUNTIME_DIR where that is usable, else
/// under the directory for temporary files.
pub fn runtime_directory() -> io::Result<tempfile::TempDir> {
    let runtime = env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from).filter(|path| path.is_absolute());
    let mut failure = None;
    for parent in runtime.into_iter().chain([env::temp_dir(), PathBuf::from("/tmp")]) {
        let mut builder = tempfile::Builder::new();
        match builder
            .prefix(&super::leftovers::prefix())
            .permissions(Permissions::from_mode(0o700))
            .tempdir_in(&parent)
        {
            Ok(directory) => return Ok(directory),
            Err(error) => failure = Some(error),
        }
    }
    let why = failure.unwrap_or_else(|| io::Error::other("there is none for temporary files"));
    Err(io::Error::new(why.kind(), format!("the session needs a private directory: {why}")))
}

/// Quotes a word for bash.
pub fn quote(word: impl AsRef<OsStr>) -> String {
    let word = word.as_ref().to_string_lossy();
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn quoted_words_are_one_word_to_bash() {
        for word in ["plain", "two words", "it's", "$HOME `x` \\ \"", "", "new\nline"] {
            let output =
                Command::new("bash").arg("-c").arg(format!("printf %s {}", quote(word))).output().unwrap();
            assert_eq!(String::from_utf8_lossy(&output.stdout), word);
        }
    }

    #[test]
    fn the_echo_is_that_of_the_call() {
        assert_eq!(CALL_ECHO, format!("{CALL}\r\n").as_bytes());
    }

    #[test]
    fn the_hook_has_no_word_left_to_fill_in_and_parses() {
        let directory = tempfile::tempdir().unwrap();
        for startup in [
            Startup::default(),
            Startup { login: true, ..Startup::default() },
            Startup { rc_file: Some("/a b/rc".into()), ..Startup::default() },
        ] {
            let parent = tempfile::tempdir_in(&directory).unwrap();
            let bash = Path::new("/bin/bash");
            let launch = Launch { bash, startup: &startup, watched: &["PATH", "HOME"] };
            let path = write_hook(parent.path(), "n0", &launch).unwrap();
            let text = fs::read_to_string(&path).unwrap();
            assert!(!regex_like_placeholder(&text), "{text}");
            assert!(Command::new("bash").arg("-n").arg(&path).status().unwrap().success());
        }
    }

    /// Or bash waits for the disk where there is no memory for such files; see `__awesh_take` in the hook.
    #[test]
    fn no_file_is_cut_off_and_written_to_at_once() {
        let cuts = |line: &&str| line.contains(">|@DIR@/") && !line.contains("|| >|@DIR@/");
        assert_eq!(HOOK.lines().find(cuts), None);
    }

    fn regex_like_placeholder(text: &str) -> bool {
        text.split('@').any(|word| word.len() > 2 && word.chars().all(|c| c.is_ascii_uppercase()))
    }
}

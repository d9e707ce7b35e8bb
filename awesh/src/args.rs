//! What awesh was called for: parsed, nothing done yet. Whatever is not clearly for awesh is for bash, with the
//! same arguments, at once: `awesh -c …` and `awesh FILE` are what sshd, cron, editors and scripts call.
//!
//! awesh's own commands are told by their first word alone; the executable, which knows them all, parses them.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

use clap::Subcommand;

use crate::bash::Startup;

/// What awesh was called for.
#[derive(Debug, PartialEq, Eq)]
pub enum Invocation {
    /// A shell for a person at a terminal.
    Shell(ShellOptions),
    /// Something bash does, with the arguments as they are.
    Bash,
    /// One of awesh's own commands, or a request for help.
    Own,
}

/// How a shell is to be.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct ShellOptions {
    /// What bash reads first.
    pub startup: Startup,
    /// Settings given as flags: key and value.
    pub settings: Vec<(String, String)>,
}

/// The commands that are the frontend's.
#[derive(Debug, PartialEq, Eq, Subcommand)]
pub enum Command {
    /// Decide for the lines on standard input whether they are bash or a question.
    Route {
        /// Read one JSON string a line and print one JSON object for each.
        #[arg(long)]
        json: bool,
        /// Print the facts and the score that decided, too.
        #[arg(long)]
        explain: bool,
        /// Names to take as present, instead of looking at PATH.
        #[arg(long, value_name = "FILE")]
        commands: Option<PathBuf>,
    },
    /// Run the process that answers questions; started by the shell itself.
    #[command(hide = true)]
    Backend {
        /// Where to listen.
        #[arg(long)]
        socket: PathBuf,
        /// Where what lasts is kept.
        #[arg(long)]
        state: PathBuf,
    },
}

/// Words that are awesh's as a first argument.
pub const OWN: [&str; 14] = [
    "route",
    "backend",
    "batch",
    "capabilities",
    "clusters",
    "compare",
    "run",
    "scan",
    "tree",
    "use",
    "help",
    "--help",
    "--version",
    "-V",
];

/// Reads the arguments, the program's name first. `interactive`: standard input and output are a terminal.
pub fn parse(arguments: &[OsString], interactive: bool) -> Invocation {
    let (name, rest) =
        arguments.split_first().map_or((OsStr::new("awesh"), &[][..]), |(n, r)| (n.as_os_str(), r));
    if rest.first().is_some_and(|first| OWN.iter().any(|own| first == own)) {
        return Invocation::Own;
    }
    let login = name.as_bytes().starts_with(b"-");
    match shell_options(login, rest) {
        Some(options) if interactive => Invocation::Shell(options),
        _ => Invocation::Bash,
    }
}

/// The options of an interactive shell, where there are no others.
fn shell_options(login: bool, rest: &[OsString]) -> Option<ShellOptions> {
    let mut options = ShellOptions { startup: Startup { login, ..Startup::default() }, settings: Vec::new() };
    let mut arguments = rest.iter();
    while let Some(argument) = arguments.next() {
        match argument.to_str()? {
            "-i" => {}
            "-l" | "--login" | "-il" | "-li" => options.startup.login = true,
            "--norc" => options.startup.no_rc = true,
            "--noprofile" => options.startup.no_profile = true,
            "--rcfile" | "--init-file" => options.startup.rc_file = Some(arguments.next()?.into()),
            "--verbose" => {
                options.settings.push(("verbose".to_owned(), arguments.next()?.to_str()?.to_owned()))
            }
            "--provider" => {
                options.settings.push(("ai.provider".to_owned(), arguments.next()?.to_str()?.to_owned()));
            }
            "--model" => {
                options.settings.push(("ai.model".to_owned(), arguments.next()?.to_str()?.to_owned()))
            }
            _ => return None,
        }
    }
    Some(options)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse_words(words: &[&str], interactive: bool) -> Invocation {
        let arguments: Vec<OsString> = words.iter().map(OsString::from).collect();
        parse(&arguments, interactive)
    }

    fn startup(words: &[&str]) -> Startup {
        match parse_words(words, true) {
            Invocation::Shell(options) => options.startup,
            other => panic!("{words:?}: {other:?}"),
        }
    }

    #[test]
    fn a_person_at_a_terminal_gets_a_shell() {
        assert_eq!(startup(&["awesh"]), Startup::default());
        for words in [&["-awesh"][..], &["awesh", "-l"], &["awesh", "--login", "-i"]] {
            assert!(startup(words).login, "{words:?}");
        }
        assert_eq!(startup(&["awesh", "--rcfile", "x"]).rc_file, Some("x".into()));
    }

    #[test]
    fn everything_else_is_bash() {
        for words in [
            &["awesh", "-c", "true"][..],
            &["-awesh", "-c", "true"],
            &["awesh", "script.sh", "route"],
            &["awesh", "-x"],
            &["awesh", "./route"],
            &["awesh", "--rcfile"],
            &["awesh", "--posix", "-i"],
        ] {
            assert_eq!(parse_words(words, true), Invocation::Bash, "{words:?}");
        }
        assert_eq!(parse_words(&["awesh"], false), Invocation::Bash);
    }

    #[test]
    fn own_commands_are_own_wherever_they_are_called() {
        for word in OWN {
            assert_eq!(parse_words(&["awesh", word, "--nonsense"], false), Invocation::Own, "{word}");
            assert_eq!(parse_words(&["-awesh", word], true), Invocation::Own, "{word}");
        }
    }
}

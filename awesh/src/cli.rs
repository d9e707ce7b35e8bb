//! The command line of awesh's own commands: the frontend's and the backend's under one name, parsed. Built only
//! where the first word is one of them; a shell and what is for bash never come here.

use std::ffi::OsString;

use awesh::args;
use awesh_backend::commands;
use clap::{Parser, Subcommand};

/// A login shell that is your bash, with a truthful prompt and plain language at the same line.
///
/// Without a command awesh is an interactive shell; with any arguments other than these it is bash.
#[derive(Debug, Parser)]
#[command(
    name = "awesh",
    version,
    override_usage = "awesh [-l] [--norc] [--rcfile FILE] [--verbose 0|1|2] [--provider NAME] [--model NAME]\n       awesh <COMMAND>",
    after_help = "Inside the shell, aweh shows what awesh adds to bash."
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

/// awesh's own commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// What the frontend does.
    #[command(flatten)]
    Frontend(args::Command),
    /// What the backend's parts do.
    #[command(flatten)]
    Backend(commands::Command),
}

/// Text to show and the exit status to end with: help, the version, a wrong argument.
#[derive(Debug)]
pub(crate) struct Text {
    pub(crate) text: String,
    pub(crate) status: u8,
}

/// Parses the arguments, the program's name first.
pub(crate) fn parse(arguments: &[OsString]) -> Result<Command, Text> {
    let words = std::iter::once(OsString::from("awesh")).chain(arguments.iter().skip(1).cloned());
    Cli::try_parse_from(words).map(|cli| cli.command).map_err(|error| Text {
        text: error.to_string(),
        status: u8::try_from(error.exit_code()).unwrap_or(2),
    })
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    fn parse_words(words: &[&str]) -> Result<Command, Text> {
        parse(&words.iter().map(OsString::from).collect::<Vec<_>>())
    }

    #[test]
    fn the_words_that_are_own_are_the_commands() {
        let cli = Cli::command();
        let mut commands: Vec<&str> = cli.get_subcommands().map(clap::Command::get_name).collect();
        commands.extend(["help", "--help", "--version", "-V"]);
        commands.sort_unstable();
        let mut own = args::OWN.to_vec();
        own.sort_unstable();
        assert_eq!(own, commands);
        cli.debug_assert();
    }

    #[test]
    fn commands_and_requests_for_help_are_parsed() {
        let route = args::Command::Route { json: true, explain: false, commands: None };
        assert!(
            matches!(parse_words(&["-awesh", "route", "--json"]), Ok(Command::Frontend(command)) if command == route)
        );
        for (words, status, begins) in [
            (&["awesh", "--version"][..], 0, "awesh "),
            (&["awesh", "clusters", "--help"], 0, "Show "),
            (&["awesh", "route", "--nonsense"], 2, "error: "),
        ] {
            let Err(Text { text, status: ended }) = parse_words(words) else { panic!("{words:?}") };
            assert_eq!(ended, status, "{words:?}");
            assert!(text.starts_with(begins), "{words:?}: {text}");
        }
    }
}

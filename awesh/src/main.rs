//! Arguments → frontend or backend → exit status. If awesh cannot start, bash does.

use std::env;
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use awesh::args::{self, Invocation};
use awesh::config::{Config, Files, Sources};
use awesh::router::{Format, route_command};
use awesh::{fallback, messages, shell, sys};
use awesh_backend::commands;

use cli::Command;

mod cli;

fn main() -> ExitCode {
    let arguments: Vec<OsString> = env::args_os().collect();
    match args::parse(&arguments, sys::tty::is_interactive()) {
        Invocation::Bash => replaced_by_bash(fallback::exec_bash(&arguments)),
        Invocation::Shell(options) => match shell::run(&options) {
            Ok(status) => ExitCode::from(status),
            Err(error) => replaced_by_bash(fallback::after_failure(&arguments, &error)),
        },
        Invocation::Own => own(&arguments),
    }
}

/// One of awesh's own commands.
fn own(arguments: &[OsString]) -> ExitCode {
    match cli::parse(arguments) {
        Ok(Command::Frontend(args::Command::Route { json, explain, commands })) => {
            route(commands.as_deref(), Format { json, explain })
        }
        Ok(Command::Frontend(args::Command::Backend { socket, state })) => backend(socket, state),
        Ok(Command::Backend(command)) => command_of_the_backend(command),
        Err(cli::Text { text, status }) => {
            messages::page(&text, status == 0);
            ExitCode::from(status)
        }
    }
}

fn replaced_by_bash(outcome: io::Result<std::convert::Infallible>) -> ExitCode {
    let Err(error) = outcome;
    messages::error(format_args!("bash cannot be started: {error}"));
    // What a shell says of a command that cannot be executed.
    ExitCode::from(126)
}

fn backend(socket: PathBuf, state: PathBuf) -> ExitCode {
    // Started by its link in /proc, it would be called «exe» in every list of processes. No more depends on it.
    let _ = nix::sys::prctl::set_name(c"awesh-backend");
    match awesh_backend::run(&awesh_backend::Options::new(socket, state)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            messages::error(&error);
            ExitCode::FAILURE
        }
    }
}

fn route(commands: Option<&Path>, format: Format) -> ExitCode {
    match route_command(commands, format, io::stdin().lock(), io::stdout().lock()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            messages::error(&error);
            ExitCode::from(error.exit_code())
        }
    }
}

fn command_of_the_backend(command: commands::Command) -> ExitCode {
    match commands::run(command, set_up) {
        Ok(status) => ExitCode::from(status),
        Err(failure) => {
            messages::error(&failure);
            if let Some(hint) = &failure.hint {
                messages::hint(hint);
            }
            ExitCode::from(failure.status)
        }
    }
}

/// What the user has set, for a command that asks a model, keeps something or may change something.
fn set_up() -> commands::SetUp {
    let (config, problems) =
        Config::load(&Sources::read(&Files::locate(shell::environment)), shell::environment);
    problems.iter().for_each(|problem| messages::problem(problem, problem.hint.as_deref()));
    commands::SetUp {
        settings: config.to_protocol(),
        state: shell::state_directory(),
        patience: awesh_backend::Patience::default(),
        scan_providers: config.scan.providers,
        protected_hosts: config.protected_hosts,
        protected_contexts: config.prompt.protected,
    }
}

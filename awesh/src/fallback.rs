//! What happens where awesh cannot be the shell, or is not meant to be: bash is.

use std::convert::Infallible;
use std::env;
use std::ffi::OsString;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::CommandExt;
use std::panic;
use std::path::Path;
use std::process::Command;

use crate::bash::find_bash;
use crate::messages;
use crate::sys::tty;

/// Becomes bash with `arguments`, the program's name first. Returns only where not even `sh` can be started.
pub fn exec_bash(arguments: &[OsString]) -> io::Result<Infallible> {
    let login = arguments.first().is_some_and(|name| name.as_bytes().starts_with(b"-"));
    let rest = arguments.get(1..).unwrap_or_default();
    let Some(bash) = find_bash() else {
        messages::error("there is no bash on this machine");
        messages::hint("install bash; until then this is /bin/sh");
        return Err(exec(Path::new("/bin/sh"), if login { "-sh" } else { "sh" }, rest));
    };
    Err(exec(&bash, if login { "-bash" } else { "bash" }, rest))
}

fn exec(program: &Path, name: &str, rest: &[OsString]) -> io::Error {
    Command::new(program).arg0(name).args(rest).exec()
}

/// Gives the user a plain bash in place of a shell that has failed.
pub fn after_failure(arguments: &[OsString], why: &io::Error) -> io::Result<Infallible> {
    tty::restore();
    // Without bash that is what has failed.
    if find_bash().is_some() {
        messages::error(format_args!("cannot go on: {why}"));
        messages::hint("this is plain bash now");
    }
    exec_bash(arguments)
}

/// Has a defect of awesh end in a plain bash on a terminal that works.
pub fn on_panic() {
    let arguments: Vec<OsString> = env::args_os().collect();
    panic::set_hook(Box::new(move |defect| {
        tty::restore();
        messages::error(format_args!("a defect of awesh has ended it: {defect}"));
        messages::hint("this is plain bash now; please report the lines above");
        // Where even this fails the panic goes on and ends the process.
        let _ = exec_bash(&arguments);
    }));
}

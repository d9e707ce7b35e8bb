//! A batch as a script for `sh`, and the words that it listens to.

use super::{Batch, Command};
use crate::quote::quoted;

/// What runs the commands.
const DRIVER: &str = include_str!("driver.sh");

/// The script. It does nothing before its last line has arrived whole.
pub(super) fn script(batch: &Batch, mark: &str) -> String {
    let flag = |is_set: bool| if is_set { "1" } else { "" };
    let run = |(number, command): (usize, &Command)| format!("_run {number} {}\n", quoted(&command.line));
    let commands: String = batch.commands.iter().enumerate().map(run).collect();
    format!(
        "unset _mark _in_step _fail_fast\n_mark={mark} _in_step={} _fail_fast={}\n{DRIVER}\
         _commands() {{\n:\n{commands}}}\n_main\n",
        flag(batch.in_step),
        flag(batch.fail_fast),
    )
}

/// "Go on with this one."
pub(super) fn go(number: usize) -> String {
    format!("go {number}\n")
}

/// "End this one."
pub(super) fn end(number: usize) -> String {
    format!("end {number}\n")
}

/// "Begin no other."
pub(super) const STOP: &str = "stop\n";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_that_is_cut_anywhere_calls_nothing() {
        let batch = Batch::new([("a", "true"), ("b", "false")]);
        let script = script(&batch, "00ff");
        assert!(script.ends_with("_run 0 true\n_run 1 false\n}\n_main\n"), "{script}");
        assert_eq!(script.matches("\n_main\n").count(), 1);
    }
}

//! What the status alone says, and words that many programs share.

use super::{Rule, ended, printed};

/// The rules.
pub(super) const RULES: &[Rule] = &[
    printed(
        "out-of-memory",
        &[],
        "",
        r"(?i)cannot allocate memory|out of memory|MemoryError|heap out of memory",
        "There was not enough memory.",
        &["$ free -h", "$ dmesg | grep -i 'out of memory'"],
    ),
    printed(
        "broken-pipe",
        &[],
        "broken pipe",
        r"(?i)broken pipe",
        "The program wrote to one that had stopped reading, as behind `| head`; by itself that is no failure.",
        &[],
    ),
    printed(
        "unknown-option",
        &[],
        "option",
        r"(?i)(?:unrecognized|unrecognised|unknown|invalid|illegal) option:? (?:-- )?(?:‘|['\x22])?([\w-]+)",
        "`{0}` has no option `{1}`, at least not in this version.",
        &["$ {0} --help"],
    ),
    printed(
        "missing-operand",
        &[],
        "missing",
        r"missing (?:file )?operand",
        "`{0}` was not told what to work on.",
        &["$ {0} --help"],
    ),
    ended("timeout", 124, "It took longer than `timeout` allowed and was ended.", &[]),
    ended(
        "not-executable",
        126,
        "The file was found and cannot be run: it lacks the right to be executed, or is no program.",
        &["$ ls -l FILE", "$ chmod +x FILE"],
    ),
    ended(
        "not-found",
        127,
        "The program to be run was not found: a wrong name, or a directory that is not in PATH.",
        &["$ echo \"$PATH\""],
    ),
    ended("interrupted", 130, "It was ended by Ctrl-C (SIGINT).", &[]),
    ended(
        "aborted",
        134,
        "The program ended itself (SIGABRT): it found a state that it holds to be impossible.",
        &["$ coredumpctl info"],
    ),
    ended(
        "killed",
        137,
        "It was killed (SIGKILL): by the kernel, which had no memory left, by a container's limit, or by somebody.",
        &["$ dmesg | grep -iE 'killed process|out of memory'", "$ free -h"],
    ),
    ended(
        "segfault",
        139,
        "The program reached for memory that is not its own (SIGSEGV): a defect of it or of a library.",
        &["$ coredumpctl info", "$ dmesg | tail"],
    ),
    ended("pipe", 141, "It wrote to a program that had stopped reading (SIGPIPE), as behind `| head`.", &[]),
    ended(
        "terminated",
        143,
        "It was asked to end (SIGTERM): by somebody, by a service manager, or at a shutdown.",
        &[],
    ),
];

//! What known commands could do: tables of names, subcommands and options.
//!
//! A command that is not here is unknown. One that only looks as long as it is not told otherwise has the
//! options that tell it otherwise listed; if an argument is not known before it runs, such a command is unknown.

use awesh_protocol::Risk;

use super::shell::{Simple, Word};

/// Commands that look and have no option to do more.
const LOOK: [&str; 78] = [
    "[",
    "arch",
    "base64",
    "basename",
    "cal",
    "cat",
    "cksum",
    "cmp",
    "column",
    "comm",
    "cut",
    "df",
    "diff",
    "dirname",
    "du",
    "echo",
    "egrep",
    "expand",
    "expr",
    "false",
    "fgrep",
    "file",
    "fmt",
    "fold",
    "free",
    "getconf",
    "getent",
    "grep",
    "groups",
    "head",
    "help",
    "history",
    "host",
    "id",
    "iostat",
    "jobs",
    "jq",
    "last",
    "ls",
    "lsattr",
    "lsblk",
    "lscpu",
    "lsmod",
    "lsof",
    "lspci",
    "lsusb",
    "md5sum",
    "mpstat",
    "nl",
    "nproc",
    "nslookup",
    "od",
    "paste",
    "pgrep",
    "pidof",
    "ping",
    "printenv",
    "ps",
    "pstree",
    "pwd",
    "readlink",
    "realpath",
    "seq",
    "sha1sum",
    "sha256sum",
    "sha512sum",
    "sleep",
    "stat",
    "strings",
    "tac",
    "tail",
    "test",
    "tr",
    "true",
    "type",
    "uname",
    "uptime",
    "wc",
];

/// Commands that look, unless one of these options (or words, where they are no options) is given.
const LOOK_UNLESS: [(&str, &[&str]); 16] = [
    ("date", &["-s", "--set"]),
    ("dig", &["-f"]),
    ("dmesg", &["-c", "-C", "-D", "-E", "-n", "--clear", "--read-clear", "--console"]),
    ("find", &["-delete", "-exec", "-ok", "-fprint", "-fls"]),
    ("fd", &["-x", "-X", "--exec"]),
    ("free", &[]),
    (
        "journalctl",
        &["--vacuum", "--rotate", "--flush", "--sync", "--relinquish", "--setup", "--update", "--smart"],
    ),
    ("less", &["-o", "-O", "--log", "--LOG", "+"]),
    ("netstat", &[]),
    ("rg", &["--pre", "--hostname-bin"]),
    ("sort", &["-o", "--output", "--compress-program"]),
    ("ss", &["-K", "--kill", "-D", "--diag"]),
    ("top", &[]),
    ("tree", &["-o"]),
    ("which", &[]),
    ("xxd", &["-r"]),
];

/// Subcommands that look.
const SUBCOMMANDS_LOOK: [(&str, &[&str]); 12] = [
    (
        "git",
        &[
            "status",
            "log",
            "diff",
            "show",
            "blame",
            "rev-parse",
            "ls-files",
            "describe",
            "shortlog",
            "grep",
            "ls-tree",
            "rev-list",
        ],
    ),
    (
        "kubectl",
        &[
            "get",
            "describe",
            "logs",
            "top",
            "version",
            "explain",
            "api-resources",
            "api-versions",
            "cluster-info",
            "events",
        ],
    ),
    (
        "docker",
        &["ps", "images", "logs", "inspect", "version", "info", "stats", "top", "port", "history", "diff"],
    ),
    (
        "podman",
        &["ps", "images", "logs", "inspect", "version", "info", "stats", "top", "port", "history", "diff"],
    ),
    (
        "systemctl",
        &[
            "status",
            "show",
            "cat",
            "list-units",
            "list-unit-files",
            "list-timers",
            "list-sockets",
            "is-active",
            "is-enabled",
            "is-failed",
        ],
    ),
    ("helm", &["list", "ls", "status", "history", "version", "search", "show"]),
    ("apt", &["list", "search", "show", "policy"]),
    ("apt-cache", &["search", "show", "policy", "depends", "rdepends"]),
    ("dpkg", &["-l", "-L", "-S", "-s", "--list", "--listfiles", "--search", "--status"]),
    ("cargo", &["tree", "metadata", "version", "--version"]),
    ("ip", &["a", "addr", "address", "r", "route", "link", "l", "neigh", "n", "rule"]),
    ("timedatectl", &["status", "show", "list-timezones"]),
];

/// Words that make a subcommand that looks do more.
const SUBCOMMANDS_UNLESS: [(&str, &[&str]); 4] = [
    ("git", &["--output", "--ext-diff", "--textconv", "--open-files-in-pager", "-O"]),
    (
        "ip",
        &[
            "add", "a", "del", "delete", "set", "change", "replace", "flush", "append", "-b", "-batch",
            "netns",
        ],
    ),
    ("kubectl", &["--raw", "--kuberc", "--output-directory"]),
    ("helm", &["--post-renderer"]),
];

/// Commands that change files or state, but not beyond repair.
const WRITE: [&str; 62] = [
    "alias",
    "apt",
    "apt-get",
    "cargo",
    "cd",
    "chgrp",
    "chmod",
    "chown",
    "cp",
    "crontab",
    "declare",
    "dnf",
    "docker",
    "docker-compose",
    "export",
    "git",
    "gunzip",
    "gzip",
    "helm",
    "hostnamectl",
    "install",
    "ip",
    "kubectl",
    "ln",
    "local",
    "make",
    "mkdir",
    "mkfifo",
    "mount",
    "mv",
    "npm",
    "patch",
    "pip",
    "pip3",
    "podman",
    "popd",
    "pushd",
    "read",
    "readonly",
    "renice",
    "rsync",
    "scp",
    "service",
    "set",
    "setfacl",
    "shopt",
    "snap",
    "systemctl",
    "tar",
    "tee",
    "terraform",
    "timedatectl",
    "touch",
    "ulimit",
    "umask",
    "umount",
    "unalias",
    "unset",
    "unzip",
    "xz",
    "yum",
    "zip",
];

/// Commands that remove what cannot be brought back, or end what runs.
const DESTROY: [&str; 36] = [
    "blkdiscard",
    "cfdisk",
    "dd",
    "deluser",
    "fdisk",
    "groupdel",
    "halt",
    "init",
    "kill",
    "killall",
    "lvremove",
    "mke2fs",
    "mkswap",
    "parted",
    "pkill",
    "poweroff",
    "pvremove",
    "reboot",
    "rm",
    "rmdir",
    "sfdisk",
    "shred",
    "shutdown",
    "srm",
    "truncate",
    "unlink",
    "userdel",
    "vgremove",
    "vipw",
    "wipe",
    "wipefs",
    "xfs_repair",
    "zfs",
    "zpool",
    "mdadm",
    "cryptsetup",
];

/// Words with which a command destroys.
const DESTROY_WITH: [(&str, &[&str]); 13] = [
    ("apt", &["remove", "purge", "autoremove"]),
    ("apt-get", &["remove", "purge", "autoremove"]),
    ("crontab", &["-r"]),
    ("docker", &["rm", "rmi", "prune", "kill", "remove"]),
    ("find", &["-delete"]),
    (
        "git",
        &[
            "clean",
            "--force",
            "-f",
            "--hard",
            "-D",
            "drop",
            "clear",
            "filter-branch",
            "gc",
            "prune",
            "--mirror",
            "--force-with-lease",
            "--delete",
        ],
    ),
    ("helm", &["uninstall", "delete", "rollback"]),
    ("kubectl", &["delete", "drain", "--force", "--prune", "replace"]),
    ("podman", &["rm", "rmi", "prune", "kill", "remove"]),
    ("rsync", &["--delete", "--remove-source-files"]),
    ("systemctl", &["poweroff", "reboot", "halt", "kexec", "kill", "mask", "isolate"]),
    ("terraform", &["destroy", "apply"]),
    ("tar", &["--remove-files"]),
];

/// Commands that act with another's rights.
const ANOTHERS_RIGHTS: [&str; 7] = ["sudo", "su", "doas", "pkexec", "runuser", "setpriv", "chroot"];

/// Commands that run what follows, as they are given it.
const PASS_ON: [&str; 5] = ["command", "builtin", "nohup", "time", "env"];

/// Variables that change how output looks and nothing else.
const HARMLESS: [&str; 8] =
    ["LANG", "LANGUAGE", "TZ", "NO_COLOR", "COLUMNS", "LINES", "CLICOLOR", "GIT_OPTIONAL_LOCKS"];

/// What one simple command could do.
pub(super) fn risk(command: &Simple) -> Risk {
    let harmless = |name: &String| HARMLESS.contains(&name.as_str()) || name.starts_with("LC_");
    // Other variables may make a harmless command load or run anything.
    let assigned = if command.assigned.iter().all(harmless) { Risk::Reads } else { Risk::Unknown };
    if command.words.is_empty() {
        return Risk::Writes;
    }
    assigned.max(of_words(&command.words))
}

/// What writing to a redirection's target does.
pub(super) fn redirection(target: &Word) -> Risk {
    match target {
        Word::Literal(path) => match path.as_str() {
            "/dev/null" | "/dev/stdout" | "/dev/stderr" | "/dev/tty" => Risk::Reads,
            path if path.starts_with("/dev/") => Risk::Destroys,
            _ => Risk::Writes,
        },
        Word::Dynamic => Risk::Writes,
    }
}

fn of_words(words: &[Word]) -> Risk {
    let Some((Word::Literal(name), arguments)) = words.split_first() else { return unknown(words) };
    // A path may lead anywhere but to the system's own command of that name.
    let name = ["/bin/", "/usr/bin/", "/sbin/", "/usr/sbin/"]
        .iter()
        .find_map(|prefix| name.strip_prefix(prefix))
        .unwrap_or(name);
    if ANOTHERS_RIGHTS.contains(&name) || destroys(name, arguments) {
        return Risk::Destroys;
    }
    if PASS_ON.contains(&name) {
        return passed_on(name, arguments);
    }
    if looks(name, arguments) {
        return Risk::Reads;
    }
    if WRITE.contains(&name) { Risk::Writes } else { unknown(arguments) }
}

/// Commands that run their arguments: what these do, if they are no options.
fn passed_on(name: &str, arguments: &[Word]) -> Risk {
    match arguments.first() {
        None if name == "env" => Risk::Reads,
        Some(Word::Literal(first)) if name == "command" && matches!(first.as_str(), "-v" | "-V") => {
            Risk::Reads
        }
        Some(Word::Literal(first)) if !first.starts_with('-') && !first.contains('=') => of_words(arguments),
        _ => unknown(arguments),
    }
}

/// A command that is not known, which may run its arguments: a name that destroys among them tells.
fn unknown(arguments: &[Word]) -> Risk {
    let mut words = arguments.iter().filter_map(literal).flat_map(str::split_whitespace);
    let destroys = words.any(|word| DESTROY.contains(&word) || ANOTHERS_RIGHTS.contains(&word));
    if destroys { Risk::Destroys } else { Risk::Unknown }
}

fn destroys(name: &str, arguments: &[Word]) -> bool {
    let with = DESTROY_WITH.iter().find(|(command, _)| *command == name).map_or(&[][..], |(_, with)| with);
    DESTROY.contains(&name)
        || name.starts_with("mkfs")
        || arguments.iter().filter_map(literal).any(|argument| with.contains(&argument))
}

fn looks(name: &str, arguments: &[Word]) -> bool {
    if LOOK.contains(&name) {
        return true;
    }
    // What is not known before it runs may be an option.
    let Some(literals) = arguments.iter().map(literal).collect::<Option<Vec<_>>>() else { return false };
    if let Some((_, unless)) = LOOK_UNLESS.iter().find(|(command, _)| *command == name) {
        return !literals.iter().any(|argument| has_option(argument, unless));
    }
    match name {
        "hostname" => literals.is_empty(),
        "sed" => is_printing_sed(&literals),
        "printf" => literals.first().is_some_and(|first| *first != "-v"),
        "awk" => !literals.iter().any(|argument| changes_by_awk(argument)),
        _ => looks_by_subcommand(name, &literals),
    }
}

fn looks_by_subcommand(name: &str, arguments: &[&str]) -> bool {
    let listed = |table: &[(&str, &'static [&'static str])]| {
        table.iter().find(|(command, _)| *command == name).map_or(&[][..], |(_, words)| words)
    };
    let looking = listed(&SUBCOMMANDS_LOOK);
    let unless = listed(&SUBCOMMANDS_UNLESS);
    // Options before the subcommand may name a program to run; only those of kubectl that name a place may not.
    let arguments = if name == "kubectl" { behind_places(arguments) } else { arguments };
    let Some((subcommand, rest)) = arguments.split_first() else { return false };
    looking.contains(subcommand) && !rest.iter().any(|argument| has_option(argument, unless))
}

/// The arguments behind `--context c`, `--namespace=n` and the like.
fn behind_places<'a, 'w>(mut arguments: &'a [&'w str]) -> &'a [&'w str] {
    const PLACES: [&str; 5] = ["--context", "--namespace", "-n", "--cluster", "--request-timeout"];
    loop {
        arguments = match arguments {
            [option, _, rest @ ..] if PLACES.contains(option) => rest,
            [option, rest @ ..] if option.split_once('=').is_some_and(|(name, _)| PLACES.contains(&name)) => {
                rest
            }
            _ => return arguments,
        };
    }
}

/// Whether an argument is one of these options: whole, with a value (`--output=x`), as the beginning of a longer
/// name (`-exec` of `-execdir`), or as a letter in a bundle (`-ro` of `-o`).
fn has_option(argument: &str, options: &[&str]) -> bool {
    options.iter().any(|option| {
        let letter = option.strip_prefix('-').filter(|letter| letter.len() == 1);
        let bundle = argument.starts_with('-') && !argument.starts_with("--");
        let bare = !option.starts_with(['-', '+']);
        match letter {
            _ if bare => argument == *option,
            Some(letter) => bundle && argument.contains(letter),
            // Long options may be shortened.
            None => {
                let name = argument.split('=').next().unwrap_or_default();
                argument.starts_with(option) || (name.len() > 3 && option.starts_with(name))
            }
        }
    })
}

/// `sed -n` with a script that only prints lines by number or between numbers.
fn is_printing_sed(arguments: &[&str]) -> bool {
    let is_plain = |script: &str| {
        script
            .strip_suffix('p')
            .is_some_and(|lines| lines.bytes().all(|byte| byte.is_ascii_digit() || b",$".contains(&byte)))
    };
    matches!(arguments, ["-n", script, files @ ..] if is_plain(script) && !files.iter().any(|file| file.starts_with('-')))
}

/// A program of awk that could run or write something, or an option that could.
fn changes_by_awk(argument: &str) -> bool {
    (argument.starts_with('-') && !argument.starts_with("-F") && !argument.starts_with("-v"))
        || ["system", "|", ">", "getline", "@", "close"].iter().any(|word| argument.contains(word))
}

fn literal(word: &Word) -> Option<&str> {
    match word {
        Word::Literal(text) => Some(text),
        Word::Dynamic => None,
    }
}

//! What known commands could do, as data: words between spaces.
//!
//! What a command does by default and with which words it does more. Who adds a row asks of each of its options
//! whether it writes, runs or removes something.

/// A table of words by command.
pub(super) type Words = [(&'static str, &'static str)];

/// Commands that look and have no option to do more, so that arguments known only later do no harm.
pub(super) const LOOK: &str = "\
    : arch base64 basename cal cat cksum cmp column comm cut df diff dirname du echo egrep expand expr false fgrep \
    fmt fold free getconf getent grep groups head help id iostat jq last ls lsattr lsblk lscpu lsmod lspci lsusb \
    md5sum mpstat nl nproc od paste pgrep pidof printenv ps pstree pwd readlink realpath seq sha1sum sha256sum \
    sha512sum sleep stat strings tac tail tr true type uname uptime wc";

/// Commands that look, unless one of these options or words is given.
pub(super) const LOOK_UNLESS: &Words = &[
    ("date", "-s --set"),
    ("dig", "-f"),
    ("dmesg", "-c -C -D -E -n --clear --read-clear --console"),
    ("fd", "-x -X --exec"),
    ("file", "-C --compile"),
    ("find", "-delete -exec -ok -fprint -fls"),
    ("history", "-c -d -a -n -r -w -s -p"),
    ("host", ""),
    ("jobs", "-x"),
    ("journalctl", "--vacuum --rotate --flush --sync --relinquish --setup --update --smart --cursor-file"),
    ("less", "-o -O --log --LOG +"),
    ("lsof", "-D"),
    ("netstat", ""),
    ("nslookup", ""),
    ("ping", "-f"),
    ("rg", "--pre --hostname-bin"),
    ("sort", "-o --output --compress-program"),
    ("ss", "-K --kill -D --diag"),
    ("top", ""),
    ("tree", "-o"),
    ("which", ""),
];

/// Subcommands that look.
pub(super) const SUBCOMMANDS_LOOK: &Words = &[
    ("apt", "list search show policy"),
    ("apt-cache", "search show policy depends rdepends"),
    ("docker", CONTAINERS),
    ("dpkg", "-l -L -S -s --list --listfiles --search --status"),
    ("git", "status log diff show blame rev-parse ls-files describe shortlog grep ls-tree rev-list"),
    ("helm", "list ls status history version search show"),
    ("kubectl", "get describe logs top version explain api-resources api-versions cluster-info events"),
    ("podman", CONTAINERS),
    (
        "systemctl",
        "status show cat list-units list-unit-files list-timers list-sockets is-active is-enabled is-failed",
    ),
    ("timedatectl", "status show list-timezones"),
];

const CONTAINERS: &str = "ps images logs inspect version info stats top port history diff";

/// Words that make a subcommand that looks do more.
pub(super) const SUBCOMMANDS_UNLESS: &Words = &[
    ("git", "--output --ext-diff --textconv --open-files-in-pager -O"),
    ("kubectl", "--raw --kuberc --output-directory"),
    ("helm", "--post-renderer"),
];

/// Options of `kubectl` before its subcommand that only name a place; each takes a value.
pub(super) const KUBECTL_PLACES: &str = "--context --namespace -n --cluster --request-timeout";

/// Options of `ip` before its object that only shape what is shown, objects, and what may be asked of them.
/// Everything may be shortened there, so whatever is not written like this is not known to look.
pub(super) const IP_OPTIONS: &str =
    "-4 -6 -br -brief -c -color -d -details -j -json -o -oneline -p -pretty -s";
pub(super) const IP_OBJECTS: &str = "a addr address r route l link n neigh neighbor rule";
pub(super) const IP_VERBS: &str = "show list ls get";

/// Commands that change files or state, but not beyond repair.
pub(super) const WRITE: &str = "\
    alias apt apt-get cargo cd chgrp chmod chown cp crontab declare dnf docker docker-compose export git gunzip gzip \
    helm hostnamectl install ip kubectl ln local make mkdir mkfifo mount mv npm patch pip pip3 podman popd pushd read \
    readonly renice rsync scp service set setfacl shopt snap systemctl tar tee terraform timedatectl touch ulimit \
    umask umount unalias unset unzip xz yum zip";

/// Commands that remove what cannot be brought back, or end what runs.
pub(super) const DESTROY: &str = "\
    blkdiscard cfdisk cryptsetup dd deluser fdisk groupdel halt init kill killall lvremove mdadm mke2fs mkswap parted \
    pkill poweroff pvremove reboot rm rmdir sfdisk shred shutdown srm truncate unlink userdel vgremove vipw wipe \
    wipefs xfs_repair zfs zpool";

/// Words with which a command destroys.
pub(super) const DESTROY_WITH: &Words = &[
    ("apt", "remove purge autoremove"),
    ("apt-get", "remove purge autoremove"),
    ("crontab", "-r"),
    ("docker", "rm rmi prune kill remove"),
    ("find", "-delete"),
    (
        "git",
        "clean --force -f --hard -D drop clear filter-branch gc prune --mirror --force-with-lease --delete",
    ),
    ("helm", "uninstall delete rollback"),
    ("kubectl", "delete drain --force --prune replace"),
    ("podman", "rm rmi prune kill remove"),
    ("rsync", "--delete --remove-source-files"),
    ("systemctl", "poweroff reboot halt kexec kill mask isolate"),
    ("tar", "--remove-files"),
    ("terraform", "destroy apply"),
];

/// Commands that act with another's rights.
pub(super) const ANOTHERS_RIGHTS: &str = "sudo su doas pkexec runuser setpriv chroot";

/// Commands that run what follows, as they are given it.
pub(super) const PASS_ON: &str = "command builtin nohup time env";

/// Variables that change how output looks and nothing else; `LC_…` too.
pub(super) const HARMLESS: &str = "LANG LANGUAGE TZ NO_COLOR COLUMNS LINES CLICOLOR GIT_OPTIONAL_LOCKS";

/// Whether a word is among words.
pub(super) fn has(words: &str, word: &str) -> bool {
    words.split_whitespace().any(|listed| listed == word)
}

/// The words that a table has for a command; nothing, if it has no row.
pub(super) fn row(table: &Words, command: &str) -> Option<&'static str> {
    table.iter().find(|(name, _)| *name == command).map(|(_, words)| *words)
}

//! What known commands could do, as data: words between spaces, one line a command.
//!
//! What a command does by default and with which words it does more. Who adds a row asks of each of its options
//! whether it writes, runs, sends or removes something.

use awesh_protocol::Risk;

/// A table of words by command.
pub(super) type Words = [(&'static str, &'static str)];

/// Commands that look and have no option to do more, so that arguments known only later do no harm.
pub(super) const LOOK: &str = "\
    : apropos arch basename break cal cat cksum cmp column comm continue cut df diff dirname du echo egrep expand expr false \
    fgrep fmt fold free getconf grep groups head help hexdump id iostat jq last locale ls lsattr lsblk lscpu lsmod \
    lsusb md5sum mpstat nl nproc od paste pgrep pidof printenv ps pstree pwd readlink realpath seq sha1sum \
    sha256sum sha512sum sleep stat strings sum tac tail tr true type uname uptime vmstat w wc whatis whereis who \
    whoami";

/// Commands that look, unless one of these options or words is given.
pub(super) const LOOK_UNLESS: &Words = &[
    ("base64", "-o --output"),
    ("date", "-s --set"),
    ("dmesg", "-c -C -D -E -n --clear --read-clear --console"),
    ("fd", "-x -X --exec"),
    ("file", "-C --compile"),
    ("find", "-delete -fprint -fls"),
    ("getent", "hosts ahosts"),
    ("history", "-c -d -a -n -r -w -s -p"),
    ("jobs", "-x"),
    ("journalctl", "--vacuum --rotate --flush --sync --relinquish --setup --update --smart --cursor-file"),
    ("lsof", "-D"),
    ("lspci", "-q -Q"),
    ("netstat", ""),
    ("rg", "--pre --hostname-bin -z --search-zip"),
    ("sort", "-o --output --compress-program -T --temporary-directory"),
    ("ss", "-K --kill -D --diag"),
    ("tree", "-o -R"),
    ("which", ""),
];

/// Commands that look when they stand alone.
pub(super) const LOOK_ALONE: &str = "alias declare dirs env export hostname mount set ulimit umask";

/// Commands that only ask other machines, unless one of these options is given.
pub(super) const REACH_UNLESS: &Words = &[
    ("dig", "-f -k"),
    ("getent", ""),
    ("host", ""),
    ("mtr", "-F --filename"),
    ("nslookup", ""),
    ("ping", "-f"),
    ("tracepath", ""),
    ("traceroute", ""),
    ("whois", ""),
];

/// Subcommands that look.
pub(super) const SUBCOMMANDS_LOOK: &Words = &[
    ("crontab", "-l"),
    ("docker", CONTAINERS),
    ("dpkg", "-l -L -S -s --list --listfiles --search --status"),
    (
        "git",
        "status log diff show blame rev-parse ls-files describe shortlog grep ls-tree rev-list cat-file merge-base \
         name-rev for-each-ref show-ref count-objects check-ignore whatchanged diff-tree",
    ),
    ("helm", "version"),
    ("podman", CONTAINERS),
    (
        "systemctl",
        "status show cat list-units list-unit-files list-timers list-sockets list-dependencies is-active is-enabled \
         is-failed is-system-running get-default",
    ),
    ("tar", "tf -tf tvf -tvf tzf -tzf tjf -tjf tzvf -tzvf"),
    ("timedatectl", "status show list-timezones"),
];

const CONTAINERS: &str = "ps images logs inspect version info stats top port history diff";

/// Subcommands of two words that look.
pub(super) const PAIRS_LOOK: &Words = &[
    ("docker", "container-ls image-ls network-ls volume-ls system-df compose-ps compose-logs"),
    (
        "git",
        "branch---list branch---show-current config---get config---get-all config---list config-get config-list \
             remote-get-url stash-list stash-show tag--l tag---list worktree-list",
    ),
    ("kubectl", "config-view config-current-context config-get-contexts config-get-clusters"),
];

/// Subcommands of one word or two that look when nothing follows them.
pub(super) const WHOLE_LOOK: &Words = &[
    (
        "git",
        "branch branch--a branch--r branch--v branch--vv branch--av branch--avv reflog remote remote--v stash-list tag",
    ),
    ("timedatectl", "status"),
];

/// Subcommands that only ask other machines.
pub(super) const SUBCOMMANDS_REACH: &Words = &[
    ("awesh", "capabilities clusters compare tree"),
    ("helm", "list ls status history search show get"),
    ("kubectl", "get describe logs top version explain api-resources api-versions cluster-info events"),
];

/// Subcommands of two words that only ask other machines.
pub(super) const PAIRS_REACH: &Words = &[
    ("aws", "s3-ls sts-get-caller-identity"),
    ("kubectl", "rollout-status rollout-history auth-can-i auth-whoami"),
];

/// Words that make a subcommand that looks do more, or show what is secret.
pub(super) const SUBCOMMANDS_UNLESS: &Words = &[
    (
        "git",
        "--output --ext-diff --textconv --filters --open-files-in-pager -O --replace-all --unset --edit --add",
    ),
    ("awesh", "--kubeconfig"),
    ("docker", "-H --host"),
    ("aws", "--endpoint-url --cli-input --ca-bundle"),
    ("crontab", "-"),
    ("dpkg", "-"),
    ("helm", "--post-renderer --kubeconfig --kube-apiserver --kube-ca-file --kube-insecure-skip-tls-verify"),
    (
        "kubectl",
        "--raw --kuberc --kubeconfig --output-directory -k --kustomize --server -s --certificate-authority \
                 --insecure-skip-tls-verify --tls-server-name secret secrets",
    ),
    ("systemctl", "-H --host -M --machine"),
    ("tar", "-"),
    ("timedatectl", "-H --host -M --machine"),
];

/// Options before a subcommand that only name a place or shape what is shown: without and with a value.
pub(super) const PLACES: &[(&str, &str, &str)] = &[
    ("git", "--no-pager -P --no-optional-locks --literal-pathspecs", "-C"),
    ("helm", "--debug", "--kube-context --namespace -n"),
    ("kubectl", "", "--context --namespace -n --cluster --request-timeout"),
    ("systemctl", "--no-pager --user --system -q -l", ""),
    ("aws", "--no-paginate --no-cli-pager", "--region --profile --output --query"),
];

/// Options of `ip` before its object that only shape what is shown, objects, and what may be asked of them.
/// Everything may be shortened there, so whatever is not written like this is not known to look.
pub(super) const IP_OPTIONS: &str =
    "-4 -6 -br -brief -c -color -d -details -j -json -o -oneline -p -pretty -s";
pub(super) const IP_OBJECTS: &str = "a addr address r route l link n neigh neighbor rule";
pub(super) const IP_VERBS: &str = "show list ls get";

/// Commands that change files or state, but not beyond repair.
pub(super) const WRITE: &str = "\
    alias apt apt-get ansible ansible-playbook bind cargo cd chgrp chmod chown complete cp crontab curl declare disown \
    dnf docker docker-compose enable export git gunzip gzip hash helm hostnamectl install ip journalctl kubectl ln \
    local logger make mkdir mkfifo mktemp mount mv nohup npm patch pip pip3 podman popd pushd read readonly renice \
    rsync scp script service set setfacl sftp shopt snap split sysctl systemctl tar tee terraform timedatectl touch \
    typeset ulimit umask umount unalias unset unzip wget xz yum zip";

/// Commands that remove what cannot be brought back, or end what runs.
pub(super) const DESTROY: &str = "\
    blkdiscard cfdisk cryptsetup dd deluser fdisk groupdel halt init kill killall lvremove mdadm mke2fs mkswap parted \
    pkill poweroff pvremove reboot rm rmdir sfdisk shred shutdown srm truncate unlink userdel vgremove vipw wipe \
    wipefs xfs_repair zfs zpool";

/// Words with which a command destroys.
pub(super) const DESTROY_WITH: &Words = &[
    ("apt", "remove purge autoremove"),
    ("apt-get", "remove purge autoremove"),
    ("aws", "rm rb delete-object delete-objects terminate-instances delete-stack delete-bucket"),
    ("crontab", "-r"),
    ("docker", "rm rmi prune kill remove down"),
    ("docker-compose", "rm down kill"),
    ("find", "-delete"),
    ("gcloud", "delete"),
    (
        "git",
        "clean --force -f --hard -D drop clear filter-branch gc prune --mirror --force-with-lease --delete",
    ),
    ("helm", "uninstall delete rollback"),
    ("journalctl", "--vacuum-size --vacuum-time --vacuum-files"),
    ("kubectl", "delete drain --force --prune replace"),
    ("nerdctl", "rm rmi prune kill"),
    ("podman", "rm rmi prune kill remove"),
    ("rsync", "--delete --remove-source-files"),
    ("systemctl", "poweroff reboot halt kexec kill mask isolate"),
    ("tar", "--remove-files"),
    ("terraform", "destroy apply"),
];

/// Options with which a command runs what they name: no rule with a `*` covers them.
pub(super) const RUN_WITH: &Words = &[
    ("ansible", "-e --extra-vars --module-path -M"),
    ("docker", "-H --host --config --privileged -v --volume --mount"),
    (
        "git",
        "-c --config-env --exec-path --git-dir --upload-pack --receive-pack --exec --ext-diff --textconv -O \
             --open-files-in-pager",
    ),
    ("helm", "--post-renderer --kubeconfig"),
    ("kubectl", "--kubeconfig --kuberc"),
    ("make", "-f --file --makefile --eval -C --directory SHELL="),
    ("npm", "--script-shell --prefix -C"),
    ("rsync", "-e --rsh --rsync-path"),
    ("scp", "-S -o -F"),
    ("sftp", "-S -o -F -b"),
    ("sort", "--compress-program"),
    ("ssh", "-o -F -J -L -R -D"),
    ("tar", "-I -F --use-compress-program --to-command --checkpoint-action --info-script --rsh-command"),
    ("zip", "-TT --unzip-command"),
];

/// Commands that act with another's rights.
pub(super) const ELEVATE: &str = "sudo su doas pkexec runuser setpriv chroot nsenter unshare";

/// Shells: they run the line behind `-c`, or what they read.
pub(super) const SHELLS: &str = "sh bash dash zsh ksh rbash ash";

/// A command that runs another.
#[derive(Debug)]
pub(super) struct Wrapper {
    pub(super) names: &'static str,
    /// What it does itself.
    pub(super) risk: Risk,
    /// Its options without a value.
    pub(super) flags: &'static str,
    /// Its options with a value.
    pub(super) valued: &'static str,
    /// How many words stand before the command.
    pub(super) operands: usize,
    /// Whether variables may be assigned before it.
    pub(super) assigns: bool,
    pub(super) form: Form,
}

/// How a command is given what it runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// As words.
    Words,
    /// As words, to which more are added.
    Appended,
    /// As words that become a line.
    Joined,
    /// As a line behind `-c`.
    Shell,
}

macro_rules! wrapper {
    ($names:literal, $risk:ident, $flags:literal, $valued:literal, $operands:literal, $form:ident) => {
        wrapper!($names, $risk, $flags, $valued, $operands, $form, false)
    };
    ($names:literal, $risk:ident, $flags:literal, $valued:literal, $operands:literal, $form:ident, $assigns:literal) => {
        Wrapper {
            names: $names,
            risk: Risk::$risk,
            flags: $flags,
            valued: $valued,
            operands: $operands,
            assigns: $assigns,
            form: Form::$form,
        }
    };
}

/// Commands that run another: names, own risk, options without and with a value, operands, form.
#[rustfmt::skip]
pub(super) const WRAPPERS: &[Wrapper] = &[
    wrapper!("command", Reads, "-p", "", 0, Words),
    wrapper!("builtin busybox toybox", Reads, "", "", 0, Words),
    wrapper!("exec", Writes, "-c -l", "-a", 0, Words),
    wrapper!("eval", Reads, "", "", 0, Joined),
    wrapper!("time", Reads, "-p -v --verbose", "-f --format", 0, Words),
    wrapper!("env", Reads, "-i - -0 --ignore-environment --null", "-u --unset", 0, Words, true),
    wrapper!("nice", Reads, "", "-n --adjustment", 0, Words),
    wrapper!("ionice", Reads, "-t", "-c -n", 0, Words),
    wrapper!("stdbuf", Reads, "", "-i -o -e --input --output --error", 0, Words),
    wrapper!("timeout", Reads, "-v --verbose --foreground --preserve-status", "-s --signal -k --kill-after", 1, Words),
    wrapper!("nohup", Writes, "", "", 0, Words),
    wrapper!("setsid", Unknown, "-f -w -c --fork --wait --ctty", "", 0, Words),
    wrapper!("flock", Writes, "-s -x -n -u -o -F", "-w --timeout -E", 1, Words),
    wrapper!("strace ltrace", Unknown, "-f -q", "-e -p", 0, Words),
    wrapper!("xargs", Reads, "-0 -r -t -x --null --no-run-if-empty --verbose", "-n -P -L -I -d -s --max-args --max-procs --max-lines --replace --delimiter", 0, Appended),
    wrapper!("parallel", Unknown, "-k --keep-order", "-j --jobs", 0, Appended),
    wrapper!("watch", Reads, "-t -g -e -c -x --no-title --chgexit --errexit --color --exec", "-n --interval", 0, Joined),
    wrapper!("script", Writes, "-q", "", 0, Shell),
    wrapper!("sudo doas", Elevates, "-n -E -H -S -k -b -A --non-interactive --preserve-env --set-home", "-u -g -h -p -C -r -t -T -U --user --group", 0, Words, true),
    wrapper!("su runuser", Elevates, "", "", 0, Shell),
    wrapper!("pkexec", Elevates, "--disable-internal-agent", "--user", 0, Words),
    wrapper!("chroot", Elevates, "", "--userspec --groups", 1, Words),
    wrapper!("nsenter unshare setpriv", Elevates, "-m -u -i -n -p -a", "-t --target", 0, Words),
    wrapper!("ssh", Reaches, "-4 -6 -C -q -T -t -v -n -x", "-p -l -i -b -m -c", 1, Joined),
];

/// `docker exec`, behind these words.
pub(super) const EXEC: Wrapper =
    wrapper!("exec", Reads, "-i -t -it -ti --interactive --tty", "-u --user -w --workdir -e --env", 1, Words);

/// Variables that change how output looks and nothing else; `LC_…` too.
pub(super) const HARMLESS: &str =
    "LANG LANGUAGE TZ NO_COLOR COLUMNS LINES CLICOLOR GIT_OPTIONAL_LOCKS SYSTEMD_COLORS";

/// Whether a word is among words.
pub(super) fn has(words: &str, word: &str) -> bool {
    words.split_whitespace().any(|listed| listed == word)
}

/// The words that a table has for a command; nothing, if it has no row.
pub(super) fn row(table: &Words, command: &str) -> Option<&'static str> {
    table.iter().find(|(name, _)| *name == command).map(|(_, words)| *words)
}

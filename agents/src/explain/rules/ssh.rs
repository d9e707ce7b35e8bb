//! ssh, and what goes through it: scp, rsync, git.

use super::{Rule, printed};

/// The rules.
pub(super) const RULES: &[Rule] = &[
    printed(
        "ssh-host-key",
        &[],
        "remote host identification has changed",
        r"REMOTE HOST IDENTIFICATION HAS CHANGED",
        "The host shows another key than the one noted for it: it was reinstalled, its address belongs to another \
         machine now, or somebody is between you and it.",
        &[
            "Find out which of these it is, from somebody who knows the host. Only then forget the old key:",
            "$ ssh-keygen -R HOST",
        ],
    ),
    printed(
        "ssh-unknown-host-key",
        &[],
        "host key verification failed",
        r"Host key verification failed",
        "The host is not known here yet, and nobody could be asked whether its key is right.",
        &["Connect once by hand and compare the fingerprint:", "$ ssh HOST"],
    ),
    printed(
        "ssh-too-many-keys",
        &[],
        "too many authentication failures",
        r"Too many authentication failures",
        "The agent offered so many keys that the host hung up before the right one came.",
        &["Offer one key only:", "$ ssh -o IdentitiesOnly=yes -i ~/.ssh/KEY HOST"],
    ),
    printed(
        "ssh-key-too-open",
        &[],
        "unprotected private key file",
        r"UNPROTECTED PRIVATE KEY FILE[^']*'([^']+)'",
        "The private key `{1}` can be read by others, so ssh does not use it.",
        &["$ chmod 600 '{1}'"],
    ),
    printed(
        "ssh-denied",
        &[],
        "permission denied (",
        r"([\w.@-]+): Permission denied \(([\w,-]+)\)",
        "{1} accepted none of the keys or passwords offered (it takes {2}): the user name is wrong, the key is not \
         loaded, or it is not in the host's authorized_keys.",
        &["$ ssh-add -l", "$ ssh -v {1}"],
    ),
    printed(
        "ssh-closed",
        &[],
        "connection closed by",
        r"Connection closed by ([\w.:-]+) port (\d+)",
        "{1} took the connection on port {2} and closed it: sshd refuses this user or address, or is overloaded.",
        &["$ ssh -v {1}"],
    ),
    printed(
        "ssh-name",
        &[],
        "ssh: could not resolve hostname",
        r"ssh: Could not resolve hostname ([^:\s]+):",
        "There is no host `{1}` in the DNS, in /etc/hosts or in your ssh configuration.",
        &["$ ssh -G {1} | grep -i ^hostname", "$ getent hosts {1}"],
    ),
    printed(
        "ssh-no-route",
        &[],
        "ssh: connect to host",
        r"ssh: connect to host (\S+) port (\d+): (Connection timed out|No route to host|Network is unreachable)",
        "Nothing at {1} answers on port {2}: the host is down, behind a VPN or a firewall, or the address is wrong.",
        &["$ ping -c 3 {1}"],
    ),
    printed(
        "ssh-refused",
        &[],
        "ssh: connect to host",
        r"ssh: connect to host (\S+) port (\d+): Connection refused",
        "{1} is there, but no sshd listens on its port {2}.",
        &["Is the port right? Else look on the host itself:", "$ systemctl status ssh"],
    ),
];

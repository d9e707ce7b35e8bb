//! systemd, sudo and databases.

use super::{Rule, printed};

/// The rules.
pub(super) const RULES: &[Rule] = &[
    printed(
        "systemd-none",
        &[],
        "not been booted with systemd",
        r"System has not been booted with systemd",
        "systemd does not run here: this is a container, or a system with another init.",
        &["Start the program itself, or use: service NAME start"],
    ),
    printed(
        "systemd-no-unit",
        &["systemctl", "service", "journalctl"],
        "found",
        r"(?:Unit (\S+?\.\w+) could not be found|Unit (\S+?\.\w+) not found)",
        "There is no unit {1}{2}: it is not installed, or its name is another.",
        &["$ systemctl list-unit-files | grep -i NAME", "After a new file: systemctl daemon-reload"],
    ),
    printed(
        "systemd-failed",
        &["systemctl", "service"],
        "failed because",
        r"Job for (\S+) failed because",
        "{1} was started and ended with an error; its log says which.",
        &["$ journalctl -u {1} -n 50 --no-pager"],
    ),
    printed(
        "systemd-auth",
        &["systemctl", "service"],
        "authentication required",
        r"[Ii]nteractive authentication required|Access denied",
        "Units of the system are root's to change.",
        &["Do it again with sudo."],
    ),
    printed(
        "sudo-not-allowed",
        &["sudo"],
        "sudoers",
        r"(\S+) is not in the sudoers file",
        "`{1}` may not use sudo on this machine.",
        &["Ask its administrator, or become root another way."],
    ),
    printed(
        "sudo-password",
        &["sudo"],
        "password is required",
        r"a (?:terminal|password) is required",
        "sudo wants a password and could not ask for it.",
        &["$ sudo -v", "Then do it again."],
    ),
    printed(
        "postgres-refused",
        &[],
        "connection to server",
        r#"connection to server at "([^"]+)"[^\n]*port (\d+) failed: Connection refused"#,
        "No PostgreSQL listens at {1}, port {2}.",
        &["$ pg_lsclusters", "$ sudo systemctl status postgresql"],
    ),
    printed(
        "postgres-password",
        &[],
        "password authentication failed",
        r#"password authentication failed for user "([^"]+)""#,
        "PostgreSQL refused the password of `{1}`, or there is no such user.",
        &["The password is taken from PGPASSWORD or ~/.pgpass, where it is set there."],
    ),
    printed(
        "mysql-socket",
        &["mysql", "mysqldump", "mariadb", "mysqladmin"],
        "can't connect to local",
        r"Can't connect to local (?:MySQL|MariaDB|server)[^\n]*'([^']+)'",
        "No database server listens at {1}: it is not running, or its socket is elsewhere.",
        &["$ sudo systemctl status mysql"],
    ),
    printed(
        "mysql-denied",
        &["mysql", "mysqldump", "mariadb", "mysqladmin"],
        "access denied for user",
        r"Access denied for user '([^']+)'@'([^']+)'",
        "The server refused `{1}` coming from {2}: a wrong password, or no right from there.",
        &[],
    ),
];

//! A machine: its keys, its user, what its sshd and its clients are told.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use nix::unistd::{Uid, User, getgid};

/// A machine on which the user's login shell is the one given.
pub struct Machine {
    directory: tempfile::TempDir,
    user: User,
}

impl Machine {
    /// With keys that sshd knows: `key`, and `forced_key`, which runs a command of the machine's choice. Its own is
    /// `host_key`; `other_key` nobody knows.
    pub fn new(shell: &Path) -> Self {
        let user = User::from_uid(Uid::current()).unwrap().unwrap();
        let machine = Self { directory: tempfile::tempdir().unwrap(), user };
        fs::create_dir(machine.path("home")).unwrap();
        for key in ["host_key", "key", "forced_key", "other_key"] {
            let made = Command::new("ssh-keygen")
                .args(["-q", "-t", "ed25519", "-N", "", "-f"])
                .arg(machine.path(key))
                .status();
            assert!(made.is_ok_and(|status| status.success()), "ssh-keygen is missing: run .ci/test");
        }
        machine.write_server(shell);
        machine
    }

    /// The directory of the test's files.
    pub fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// A file of the test's.
    pub fn path(&self, name: &str) -> PathBuf {
        self.directory().join(name)
    }

    /// Writes a file of the test's.
    pub fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    /// The user's name.
    pub fn user(&self) -> &str {
        &self.user.name
    }

    /// A public key, without its comment.
    pub fn public(&self, key: &str) -> String {
        let text = fs::read_to_string(self.path(&format!("{key}.pub"))).unwrap();
        text.split_whitespace().take(2).collect::<Vec<_>>().join(" ")
    }

    /// The words that start its sshd for one connection, on standard input and output.
    pub fn sshd(&self) -> Vec<String> {
        let here = self.directory().display();
        let words = [
            "env".to_owned(),
            "LD_PRELOAD=libnss_wrapper.so".to_owned(),
            format!("NSS_WRAPPER_PASSWD={here}/passwd"),
            format!("NSS_WRAPPER_GROUP={here}/group"),
            "/usr/sbin/sshd".to_owned(),
            "-i".to_owned(),
            "-e".to_owned(),
            "-f".to_owned(),
            format!("{here}/sshd_config"),
        ];
        words.into()
    }

    /// What every client of it is told, as lines of ssh's configuration.
    pub fn client(&self) -> String {
        let here = self.directory().display();
        format!(
            "  IdentitiesOnly yes\n  LogLevel ERROR\n  UserKnownHostsFile {here}/known_hosts\n  BatchMode yes\n  User {}\n",
            self.user()
        )
    }

    /// Adds a line to what its sshd is told.
    pub fn configure(&self, line: &str) {
        let path = self.path("sshd_config");
        let text = fs::read_to_string(&path).unwrap();
        fs::write(path, format!("{line}\n{text}")).unwrap();
    }

    fn write_server(&self, shell: &Path) {
        let here = self.directory().display();
        let forced =
            format!("command=\"echo forced: $SSH_ORIGINAL_COMMAND; exit 9\" {}", self.public("forced_key"));
        self.write("authorized_keys", &format!("{}\n{forced}\n", self.public("key")));
        self.write(
            "sshd_config",
            &format!(
                "HostKey {here}/host_key\nAuthorizedKeysFile {here}/authorized_keys\nStrictModes no\nUsePAM no\n\
                 PermitRootLogin yes\nPidFile none\nLogLevel ERROR\nPrintMotd no\nPrintLastLog no\n\
                 Subsystem sftp /usr/lib/openssh/sftp-server\n"
            ),
        );
        let (name, uid, gid) = (&self.user.name, self.user.uid, getgid());
        self.write(
            "passwd",
            &format!(
                "{name}:x:{uid}:{gid}::{here}/home:{}\nsshd:x:64321:65534::/run/sshd:/usr/sbin/nologin\n",
                shell.display()
            ),
        );
        self.write("group", &format!("{name}:x:{gid}:\nnogroup:x:65534:\ntty:x:5:\n"));
        if self.user.uid.is_root() {
            // Where sshd confines the part of it that speaks to strangers; a service manager makes it at boot.
            fs::create_dir_all("/run/sshd").unwrap();
        }
    }
}

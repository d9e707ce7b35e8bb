//! awesh as the login shell that sshd, su, cron and script start: whatever they run, it is bash.
//!
//! A real sshd speaks through the pipe of ssh's ProxyCommand, so there is no port and no server to end.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use nix::unistd::{Uid, User};
use ssh_server::Machine;

use crate::harness::Home;

const AWESH: &str = env!("CARGO_BIN_EXE_awesh");

/// A machine reached by ssh as `box`, where the user's login shell is the one given.
struct Remote {
    machine: Machine,
}

impl Remote {
    fn new(shell: &Path) -> Self {
        let machine = Machine::new(shell);
        let here = machine.directory().display();
        machine.write(
            "ssh_config",
            &format!(
                "Host *\n  ProxyCommand {}\n  StrictHostKeyChecking accept-new\n{}\
                 Host box\n  IdentityFile {here}/key\nHost forced\n  IdentityFile {here}/forced_key\n",
                machine.sshd().join(" "),
                machine.client()
            ),
        );
        Self { machine }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.machine.path(name)
    }

    fn write(&self, name: &str, text: &str) {
        self.machine.write(name, text);
    }

    /// One of ssh's family with our configuration, where the test's files are.
    fn client(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.arg("-F").arg(self.path("ssh_config")).current_dir(self.machine.directory());
        command
    }

    fn ssh(&self, host: &str, command: &str, input: &[u8]) -> Output {
        let mut ssh = self.client("ssh");
        ssh.args([host, command]);
        output(ssh, input)
    }
}

fn output(mut command: Command, input: &[u8]) -> Output {
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_owned();
    // Beside reading: a program that answers while it is told would wait for ever.
    let writer = std::thread::spawn(move || drop(stdin.write_all(&input)));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    output
}

fn succeeds(command: Command) {
    let described = format!("{command:?}");
    let output = output(command, b"");
    assert!(output.status.success(), "{described}: {output:?}");
}

/// The two machines: the user's shell is bash on one and awesh on the other.
fn pair() -> [Remote; 2] {
    [Remote::new(Path::new("/bin/bash")), Remote::new(Path::new(AWESH))]
}

/// An output with the names in it that may differ.
fn plain(remote: &Remote, output: &Output) -> (Option<i32>, String, String) {
    let text = |bytes: &[u8]| {
        let text = bytes.escape_ascii().to_string();
        text.replace(&remote.machine.directory().display().to_string(), "HERE")
            .replace(AWESH, "SHELL")
            .replace("/bin/bash", "SHELL")
    };
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

#[test]
fn sshd_runs_commands_as_it_does_with_bash() {
    let remotes = pair();
    for remote in &remotes {
        remote.write("home/.bashrc", "alias greet='echo hi'; from_rc=yes\n");
        remote.write("home/.bash_profile", "echo profile\n");
    }
    let binary: Vec<u8> = (0..=255).cycle().take(300_000).collect();
    for (host, command, input) in [
        ("box", "echo $0 $- $# $SHLVL; shopt login_shell; echo ${from_rc-unset}", &b""[..]),
        ("box", "env | grep -v ^SSH | sort; pwd; umask; ulimit -n", b""),
        ("box", "exit 0", b""),
        ("box", "exit 255", b""),
        ("box", "echo out; echo err >&2; false", b""),
        ("box", "kill -TERM $$", b""),
        ("box", "nonexistent-command", b""),
        ("box", "echo (", b""),
        ("box", "cat", &binary),
        ("box", "read line; echo \"<$line>\"; wc -c", b"one\ntwo\xff\n"),
        ("box", "printf '\\xff\\0\\x1b[31m'", b""),
        ("box", "tty; trap 'echo bye' EXIT; exit 7", b""),
        ("forced", "anything at all", b""),
        ("forced", "scp -t /etc", b""),
    ] {
        let [bash, awesh] =
            [0, 1].map(|which| plain(&remotes[which], &remotes[which].ssh(host, command, input)));
        assert_eq!(bash, awesh, "{host}: {command}");
    }
}

#[test]
fn files_travel_by_scp_sftp_and_rsync() {
    let remote = Remote::new(Path::new(AWESH));
    remote.write("home/.bashrc", "");
    let content: Vec<u8> = (0..=255).cycle().take(200_000).collect();
    fs::write(remote.path("here"), &content).unwrap();
    let home = remote.path("home");
    for (program, arguments) in [
        ("scp", &["-q", "here", "box:by scp"][..]),
        ("scp", &["-q", "-O", "here", "box:by-old-scp"]),
        ("scp", &["-q", "-O", "box:by-old-scp", "back-by-old-scp"]),
        ("scp", &["-q", "box:by scp", "back-by-scp"]),
    ] {
        let mut command = remote.client(program);
        command.args(arguments);
        succeeds(command);
    }
    let mut sftp = remote.client("sftp");
    sftp.args(["-q", "-b", "-", "box"]);
    let told = output(sftp, b"put here by-sftp\nget by-sftp back-by-sftp\n");
    assert!(told.status.success(), "{told:?}");
    let shell = format!("ssh -F {}", remote.path("ssh_config").display());
    for arguments in [["here", "box:by-rsync"], ["box:by-rsync", "back-by-rsync"]] {
        let mut rsync = Command::new("rsync");
        rsync.args(["-e", &shell, "-z"]).args(arguments).current_dir(remote.machine.directory());
        succeeds(rsync);
    }
    for name in ["by scp", "by-old-scp", "by-sftp", "by-rsync"] {
        assert!(fs::read(home.join(name)).unwrap() == content, "{name}");
    }
    for name in ["back-by-scp", "back-by-old-scp", "back-by-sftp", "back-by-rsync"] {
        assert!(fs::read(remote.path(name)).unwrap() == content, "{name}");
    }
}

#[test]
fn git_fetches_and_pushes() {
    let remote = Remote::new(Path::new(AWESH));
    let git = |directory: &Path, arguments: &[&str]| {
        let mut git = Command::new("git");
        git.args(["-c", "user.name=a", "-c", "user.email=a@b", "-c", "init.defaultBranch=main"])
            .args(arguments)
            .env("GIT_SSH_COMMAND", format!("ssh -F {}", remote.path("ssh_config").display()))
            .current_dir(directory);
        succeeds(git);
    };
    let here = remote.machine.directory();
    git(here, &["init", "-q", "--bare", "home/repository"]);
    git(here, &["clone", "-q", "box:repository", "work"]);
    let work = remote.path("work");
    git(&work, &["commit", "-q", "--allow-empty", "-m", "one"]);
    git(&work, &["push", "-q", "origin", "HEAD:main"]);
    git(here, &["clone", "-q", "-b", "main", "box:repository", "again"]);
    assert!(remote.path("again/.git/refs/heads/main").exists());
}

#[test]
fn a_login_by_ssh_is_a_session_of_awesh() {
    let remote = Remote::new(Path::new(AWESH));
    remote.write("home/.bash_profile", "PS1='> '; from_profile=yes\n");
    let home = Home::new();
    let configuration = remote.path("ssh_config");
    let mut terminal =
        home.start(Path::new("/usr/bin/ssh"), &["-tt", "-F", configuration.to_str().unwrap(), "box"]);
    terminal.wait_prompt();
    terminal.run("echo \"$from_profile $0 $-\"; shopt login_shell");
    terminal.wait_for("yes -bash himBHs");
    terminal.send("exit 5\r");
    assert_eq!(terminal.wait_end().code(), Some(5));
}

/// What su, cron and script put around a shell. cron's own environment is as small as this.
#[test]
fn su_cron_and_script_run_it_as_they_run_bash() {
    let bare = |shell: &str| {
        let mut cron = Command::new(shell);
        cron.env_clear()
            .env("PATH", "/usr/bin:/bin")
            .args(["-c", "env | sort; cd; pwd; echo ~ $TERM; tput cols"]);
        cron
    };
    let script = |shell: &str| {
        let mut script = Command::new("script");
        script.env("SHELL", shell).args(["-qec", "tty >/dev/null && echo $0 $-; exit 4", "/dev/null"]);
        script
    };
    let su = |shell: &str| {
        let user = User::from_uid(Uid::current()).unwrap().unwrap().name;
        let mut su = Command::new("su");
        su.args(["-s", shell, "-c", "echo $0 $# $1; shopt login_shell; exit 8", &user, "name", "one"]);
        su
    };
    let compare = |command: &dyn Fn(&str) -> Command| {
        let [bash, awesh] = ["/bin/bash", AWESH].map(|shell| {
            let output = output(command(shell), b"");
            // bash started as awesh goes by the name of bash.
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).replace(shell, "bash");
            (output.status.code(), text(&output.stdout), text(&output.stderr))
        });
        assert_eq!(bash, awesh);
    };
    compare(&bare);
    compare(&script);
    if Uid::current().is_root() {
        // Anyone else would be asked for a password.
        compare(&su);
    }
}

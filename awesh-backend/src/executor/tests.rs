use std::net::{TcpListener, UdpSocket};
use std::os::unix::fs::MetadataExt;

use awesh_protocol::Risk;

use super::*;
use crate::permission::names::Names;
use crate::permission::{self, Place};

fn look(command: &str, directory: &Path) -> Look {
    let path = std::env::var("PATH").unwrap();
    let environment = [("PATH".to_owned(), path), ("GREETING".to_owned(), "hello".to_owned())].into();
    Look { command: command.to_owned(), directory: directory.to_owned(), environment, network: false }
}

async fn seen(command: &str, directory: &Path) -> Seen {
    run(look(command, directory)).await.unwrap()
}

/// Whether this machine can run these tests; where it cannot, nothing is looked at without being asked either.
fn is_here() -> bool {
    is_confined()
}

#[tokio::test]
async fn a_look_sees_the_directory_and_the_environment() {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("notes"), "milk\n").unwrap();
    if !is_here() {
        return;
    }
    let told =
        seen("cat notes; echo $GREETING; cat <(echo sub); echo bad >&2; false", directory.path()).await;
    assert_eq!(told, Seen { output: "milk\nhello\nsub\nbad\n".into(), end: End::Status(1) });
    let told = seen("kill -9 $$", directory.path()).await;
    assert_eq!(told.end, End::Status(137));
}

#[tokio::test]
async fn a_look_writes_nowhere_but_in_its_own_directory() {
    let directory = tempfile::tempdir().unwrap();
    let at = directory.path();
    fs::write(at.join("kept"), "as it was").unwrap();
    if !is_here() {
        return;
    }
    for command in [
        "echo x > new",
        "echo x >> kept",
        "rm kept",
        "mv kept moved",
        "ln kept other",
        "mkdir directory",
        "touch kept",
        "chmod 000 kept",
        "truncate -s 0 kept",
        "mkfifo pipe",
    ] {
        let told = seen(&format!("{command} && echo done"), at).await;
        // Modes and times are not the kernel's concern here: such a command is not run as a look at all.
        if !["touch kept", "chmod 000 kept"].contains(&command) {
            assert!(!told.output.contains("done"), "{command}: {}", told.output);
        }
    }
    let names: Vec<_> = fs::read_dir(at).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["kept"]);
    assert_eq!(fs::metadata(at.join("kept")).unwrap().len(), 9);
    let told = seen("echo x > $TMPDIR/own && cat $TMPDIR/own; ls x > /dev/null 2>&1; echo $?", at).await;
    assert_eq!(told.output, "x\n2\n");
}

#[tokio::test]
async fn a_look_has_no_network_unless_it_may() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    if !is_here() {
        return;
    }
    let command =
        format!("exec 3<>/dev/tcp/127.0.0.1/{} && echo open", listener.local_addr().unwrap().port());
    let told = seen(&command, Path::new("/")).await;
    assert!(told.output.contains("Permission denied") && told.end == End::Status(1), "{told:?}");
    let told = run(Look { network: true, ..look(&command, Path::new("/")) }).await.unwrap();
    assert_eq!(told.output, "open\n");
}

#[tokio::test]
async fn a_look_sends_no_datagram_either() {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.set_nonblocking(true).unwrap();
    let address = socket.local_addr().unwrap();
    if !is_here() {
        return;
    }
    let command = format!("echo secret > /dev/udp/127.0.0.1/{} && echo sent", address.port());
    let told = seen(&command, Path::new("/")).await;
    assert!(told.output.contains("Permission denied") && told.end == End::Status(1), "{told:?}");
    let mut datagram = [0; 16];
    assert!(socket.recv(&mut datagram).is_err());
    let told = run(Look { network: true, ..look(&command, Path::new("/")) }).await.unwrap();
    assert_eq!(told.output, "sent\n");
    assert_eq!(socket.recv(&mut datagram).unwrap(), "secret\n".len());
}

#[tokio::test]
async fn a_look_reads_nothing_where_secrets_are_kept() {
    let home = tempfile::tempdir().unwrap();
    let at = home.path();
    fs::create_dir_all(at.join(".ssh")).unwrap();
    fs::create_dir_all(at.join("src")).unwrap();
    fs::write(at.join(".ssh/key"), "secret").unwrap();
    fs::write(at.join("src/main"), "code").unwrap();
    for (file, content) in
        [("gh/hosts.yml", "secret"), ("gh/config.yml", "gh's"), ("awesh/config.toml", "secret")]
    {
        fs::create_dir_all(at.join(".config").join(file).parent().unwrap()).unwrap();
        fs::write(at.join(".config").join(file), content).unwrap();
    }
    std::os::unix::fs::symlink(at.join(".ssh"), at.join("innocent")).unwrap();
    if !is_here() {
        return;
    }
    let command = format!(
        "cat src/main; cat .s*/k* innocent/key; cat .c*/*/*; cat /proc/{}/environ; ls",
        std::process::id()
    );
    let mut look = look(&command, at);
    look.environment.insert("HOME".into(), at.to_str().unwrap().into());
    let told = run(look).await.unwrap();
    assert!(told.output.starts_with("code") && !told.output.contains("secret"), "{told:?}");
    assert_eq!(told.output.matches("Permission denied").count(), 5, "{told:?}");
    assert!(told.output.contains("gh's") && told.output.ends_with("innocent\nsrc\n"), "{told:?}");
}

#[tokio::test]
async fn a_look_ends_in_time_with_all_it_started() {
    let directory = tempfile::tempdir().unwrap();
    if !is_here() {
        return;
    }
    let command = "sleep 1000 & echo $!; echo $$; wait";
    let told = run_within(look(command, directory.path()), Duration::from_millis(300)).await.unwrap();
    assert_eq!(told.end, End::Late);
    let processes: Vec<_> = told.output.lines().map(|pid| Path::new("/proc").join(pid)).collect();
    assert_eq!(processes.len(), 2);
    // A killed process may take a moment to be reaped; it no longer runs.
    let runs = |process: &PathBuf| {
        let status = fs::read_to_string(process.join("status")).unwrap_or_default();
        status.lines().any(|line| line.starts_with("State:") && !line.contains('Z') && !line.contains('X'))
    };
    while processes.iter().any(runs) {
        tokio::task::yield_now().await;
    }
    let told = seen("sleep 1000 & echo left", directory.path()).await;
    assert_eq!((told.output.as_str(), told.end), ("left\n", End::Status(0)));
}

#[tokio::test]
async fn what_prints_without_end_is_ended() {
    if !is_here() {
        return;
    }
    let told = seen("yes", Path::new("/")).await;
    assert!(told.end == End::TooLong && told.output.len() > OUTPUT, "{:?}", told.end);
}

/// Arguments with which some command or other writes, runs or removes something.
const ARGUMENTS: [&str; 30] = [
    "",
    "file",
    "file out",
    "-o out file",
    "-oout file",
    "--output=out file",
    "--output out file",
    "-w out file",
    "-i file",
    "-i.bak s/a/b/ file",
    "-d file",
    "-c out file",
    "-C -m file",
    "-t out file",
    "-T . file",
    "-x touch out",
    "-e 'w out' file",
    "-n 'w out' file",
    "--in-place file",
    "--log=out file",
    "--debug=out file",
    "-p out",
    "-s out",
    "-k out file",
    "-O out file",
    "-R -L 1 .",
    "-exec touch out {} ;",
    "-fprint out",
    "-v out",
    "-u file out",
];

/// What is in a directory: names, modes, times and contents.
fn snapshot(directory: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).unwrap().flatten() {
        let (path, metadata) = (entry.path(), entry.metadata().unwrap());
        let stamp = (metadata.mode(), metadata.mtime(), metadata.mtime_nsec());
        if metadata.is_dir() {
            found.extend(snapshot(&path));
        }
        found.push(format!("{} {stamp:?} {:?}", path.display(), fs::read(&path).ok()));
    }
    found.sort();
    found
}

/// Lines that are found to do nothing but look: all cases, and every command of the tables with all arguments.
fn looking_lines() -> Vec<Vec<String>> {
    let looks = |line: &String| {
        permission::read(line, &Names::default(), Place::Apart).risk == Risk::Reads && !line.contains("sleep")
    };
    let cases = permission::cases().map(|(line, ..)| vec![line]);
    let names = permission::known_names();
    let generated =
        names.into_iter().map(|name| ARGUMENTS.map(|arguments| format!("{name} {arguments}")).to_vec());
    let groups = cases.chain(generated).map(|lines| lines.into_iter().filter(looks).collect::<Vec<_>>());
    groups.filter(|lines| !lines.is_empty()).collect()
}

#[tokio::test]
async fn what_is_found_to_look_writes_nothing_where_it_could() {
    if !is_here() {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let at = directory.path();
    let repository = "git init -q . && git -c user.name=T -c user.email=t@t commit -q --allow-empty -m start";
    assert!(Command::new("sh").args(["-c", repository]).current_dir(at).status().unwrap().success());
    for (name, content) in [("file", "a line\nb line\n"), ("a", "x\n"), ("b", "y\n"), ("script", "w out\n")] {
        fs::write(at.join(name), content).unwrap();
    }
    let groups = looking_lines();
    assert!(groups.iter().map(Vec::len).sum::<usize>() > 1000, "{}", groups.len());
    let before = snapshot(at);
    for lines in groups {
        // A line that waits for something must not keep the others.
        let script = lines.join("\n");
        let ended = run_in(look(&script, at), Duration::from_secs(2), at).await.unwrap();
        assert_eq!(snapshot(at), before, "{ended:?}\n{script}");
    }
    // What is not found to look would be seen.
    run_in(look("sort -o out file", at), DEADLINE, at).await.unwrap();
    assert_ne!(snapshot(at), before);
}

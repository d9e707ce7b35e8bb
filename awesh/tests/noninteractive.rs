//! Where nobody sits at a terminal, awesh is bash, with the same arguments.

use std::io::Write;
use std::process::{Command, Output, Stdio};

fn run(program: &str, arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

#[test]
fn other_arguments_and_other_input_are_bashs() {
    let directory = tempfile::tempdir().unwrap();
    let script = directory.path().join("script");
    std::fs::write(&script, "echo \"$0 $# $1\"; exit 6").unwrap();
    let script = script.to_str().unwrap();
    for (arguments, input) in [
        (&["-c", "echo $0 $1; exit 3", "name", "one"][..], ""),
        (&["-c", "kill -TERM $$"], ""),
        (&[script, "a b", "c"], ""),
        (&[], "echo from input; exit 4"),
        (&["-s", "x"], "echo $1"),
        (&["-e", "-o", "pipefail", "-c", "echo x; false | cat; echo no"], ""),
        (&["-x", "-c", "echo x"], ""),
        (&["--posix", "-c", "set -o | grep posix"], ""),
        (&["-l", "-c", "shopt login_shell"], ""),
        (&["/nonexistent"], ""),
        (&["-c", "echo ("], ""),
        (&["--nonsense"], ""),
    ] {
        let (bash, awesh) =
            (run("bash", arguments, input), run(env!("CARGO_BIN_EXE_awesh"), arguments, input));
        assert_eq!(bash, awesh, "{arguments:?}");
    }
}

#[test]
fn route_reads_and_writes_a_line_each() {
    let directory = tempfile::tempdir().unwrap();
    let list = directory.path().join("commands");
    std::fs::write(&list, "kubectl\ngit\n").unwrap();
    let arguments = ["route", "--json", "--commands", list.to_str().unwrap()];
    let input = "\"kubectl get pods\"\n\"what is using port 8080?\"\n\"awes\"\n\"a\\nb \\\"c\"\n";
    let output = run(env!("CARGO_BIN_EXE_awesh"), &arguments, input);
    let lines = String::from_utf8(output.stdout).unwrap();
    let routes: Vec<&str> = lines.lines().collect();
    assert_eq!(routes[..3], [r#"{"route":"bash"}"#, r#"{"route":"ask"}"#, r#"{"route":"control"}"#]);
    assert_eq!(routes.len(), 4);
    let broken = run(env!("CARGO_BIN_EXE_awesh"), &arguments, "not json\n");
    assert_eq!(broken.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&broken.stderr).contains("line 1"));
}

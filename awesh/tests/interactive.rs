//! What a person does with a shell: keys, jobs, full-screen programs, the end.

use crate::harness::Home;

#[test]
fn exit_status_is_bashs() {
    let home = Home::new();
    let mut terminal = home.awesh();
    terminal.wait_prompt();
    terminal.send("exit 3\r");
    assert_eq!(terminal.wait_end().code(), Some(3));
}

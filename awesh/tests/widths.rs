//! Answers on windows of any width, and on terminals that show lines alone.

use crate::harness::Home;
use crate::model_server::{Reply, start};

const ANSWER: &str = "# Pods\n\nTwo of them **restart** all the time; see `kubectl top`.\n\n```yaml\nreplicas: 3\n```\n\n\
                      1. first\n2. second one that is long\n\n| pod | restarts |\n|---|---:|\n| api-0 | 17 |\n";

#[test]
fn an_answer_is_laid_to_the_window_as_it_becomes() {
    let words = "one two three four five six seven eight nine ten";
    let server = start([Reply::stream()
        .piece(&format!("{words}\n\n"))
        .hold()
        .piece(&format!("{words}\n\n"))
        .hold()
        .piece(words)
        .finish("stop")]);
    let mut home = Home::asking(&server);
    home.set("AWESH_MODEL", "a-model-with-a-long-name");
    let (_home, mut terminal) = home.shell();
    terminal.send("please count for me\r");
    terminal.wait_for("asking a-model-with-a-long-name");
    assert!(terminal.text().contains(words));
    terminal.resize(40, 20);
    // What is being done is told in less than the line has.
    terminal
        .wait("a shorter line", |screen| screen.line().contains("asking a-m") && screen.line().contains('…'));
    server.release();
    terminal.wait_for("one two three four\nfive six seven eight\nnine ten\n");
    terminal.resize(40, 80);
    terminal.wait_for("asking a-model-with-a-long-name");
    server.release();
    terminal.wait_prompt();
    assert!(terminal.text().contains(&format!("nine ten\n\n{words}\n")), "{}", terminal.text());
}

#[test]
fn an_answer_reads_well_on_twenty_columns() {
    let server = start([Reply::text(&[ANSWER])]);
    let (_home, mut terminal) = Home::asking(&server).shell();
    terminal.resize(40, 20);
    terminal.run("which pods are in trouble?");
    let expected = "Pods\n\nTwo of them restart\nall the time; see\nkubectl top.\n\n─── yaml\nreplicas: 3\n───\n\n\
                    1. first\n2. second one that\n   is long\n\npod    restarts\n─────  ────────\napi-0  17\n";
    assert!(terminal.text().contains(expected), "{}", terminal.text());
}

#[test]
fn an_answer_on_a_dumb_terminal_is_lines_alone() {
    let server = start([Reply::text(&[ANSWER])]);
    let mut home = Home::asking(&server);
    home.set("TERM", "dumb");
    let (_home, mut terminal) = home.shell();
    terminal.run("which pods are in trouble?");
    let expected = "Two of them restart all the time; see `kubectl top`.\n\n--- yaml\nreplicas: 3\n---\n";
    assert!(terminal.text().contains(expected), "{}", terminal.text());
    assert!(!terminal.printed().contains('\u{1b}'), "{:?}", terminal.printed());
}

//! `awesh scan` as people run it: in words at the prompt, and by name.

use kubernetes_server::{Cluster, Clusters};
use serde_json::{Value, json};

use crate::harness::{Home, Terminal};
use crate::model_server::{Handle, Reply, Request, answering};

/// A model that describes each kind that it is asked about.
fn model() -> Handle {
    answering(|request, _| Reply::text(&[&answer(request)]))
}

fn answer(request: &Request) -> String {
    let question = request.last("user");
    let names = question.lines().filter_map(|line| line.split_once(": kind ")).map(|(name, _)| name);
    let kinds = names.map(|name| {
        json!({
            "name": name, "capabilities": ["relational database"], "providers": [], "abstractions": [],
            "complexity": "low", "description": "It keeps data.", "use_case": "For data.", "confidence": 0.9,
        })
    });
    json!({"kinds": kinds.collect::<Vec<Value>>()}).to_string()
}

fn shell(clusters: &Clusters, settings: &str) -> (Home, Terminal) {
    let mut home = Home::new();
    home.set("KUBECONFIG", clusters.kubeconfig().to_str().unwrap());
    home.write(".config/awesh/config.toml", settings);
    home.shell()
}

#[test]
fn a_scan_is_proposed_to_whoever_asks_for_one_and_then_answers_questions() {
    let (clusters, server) = (Clusters::start([Cluster::new("blue").custom_kinds(3)]), model());
    let settings = format!("[ai]\nbase_url = \"{}\"\nmodel = \"m\"\n", server.base_url());
    let (_home, mut terminal) = shell(&clusters, &settings);
    terminal.send("scan the capabilities of this cluster\r");
    terminal.wait("the question", |screen| screen.line().starts_with("Run it?"));
    assert!(terminal.text().contains("scan blue --default-provider 'openai model=m'"), "{}", terminal.text());
    assert!(server.requests().is_empty(), "nothing is sent before it is agreed to");
    terminal.send("y");
    terminal.wait_for("blue: 3 kinds described.");
    terminal.wait_for("can blue run a database?»");
    terminal.wait_prompt();
    terminal.run("can blue run a database?");
    terminal.wait_for("Yes: blue, by kind");
    assert_eq!(server.requests().len(), 3);
}

#[test]
fn without_a_key_it_says_what_is_missing_and_sends_nothing() {
    let clusters = Clusters::start([Cluster::new("blue").custom_kinds(3)]);
    let (_home, mut terminal) = shell(&clusters, "");
    terminal.run("scan the capabilities of this cluster");
    terminal.wait_for("No AI provider is set up");
    assert_eq!(clusters.counts().requests, 0);
}

#[test]
fn providers_of_the_settings_share_a_scan() {
    let (clusters, one, other) = (Clusters::start([Cluster::new("blue").custom_kinds(24)]), model(), model());
    let provider = |server: &Handle| format!("\"vllm model=m base_url={}\"", server.base_url());
    let settings = format!("[scan]\nproviders = [{}, {}]\n", provider(&one), provider(&other));
    let (_home, mut terminal) = shell(&clusters, &settings);
    terminal.run(&format!("{} scan", env!("CARGO_BIN_EXE_awesh")));
    terminal.wait_for("blue: 24 kinds described.");
    assert_eq!(one.requests().len() + other.requests().len(), 24);
    assert!(!one.requests().is_empty() && !other.requests().is_empty());
}

//! `awesh scan` as a process of its own, against a cluster and a model server on loopback.

mod kills;
mod model;
mod process;
mod providers;
mod unchanged;

use awesh_backend::commands::{self, Command, SetUp};
use awesh_backend::{Patience, Retries};
use awesh_protocol::Settings;
use clap::Parser;
use std::time::Duration;

/// A command line, as the executable would parse it.
#[derive(Parser)]
struct Line {
    #[command(subcommand)]
    command: Command,
}

/// What a process of this test binary runs that [`process`] has started; nothing in a run of the tests.
#[test]
fn child() {
    let Ok(line) = std::env::var(process::LINE) else { return };
    let words: Vec<String> = serde_json::from_str(&line).unwrap();
    let variable = |name: &str| std::env::var(name).ok();
    let set_up = || SetUp {
        settings: Settings {
            provider: variable("TEST_PROVIDER"),
            base_url: variable("TEST_BASE_URL"),
            model: Some("m".to_owned()),
            ..Settings::default()
        },
        state: variable("HOME").unwrap().into(),
        patience: Patience {
            client: Duration::from_secs(1),
            connect: Duration::from_secs(5),
            idle: Duration::from_millis(1500),
            retries: Retries::default(),
        },
        ..SetUp::default()
    };
    let status = commands::run(Line::parse_from(words).command, set_up).unwrap_or_else(|failure| {
        let told = serde_json::json!({"event": "error", "message": failure.message, "hint": failure.hint});
        process::tell(&told.to_string());
        failure.status
    });
    std::process::exit(status.into());
}

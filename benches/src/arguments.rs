//! What a benchmark is told on its command line.

use std::env;
use std::str::FromStr;

/// The arguments of a benchmark; None where `cargo test` runs it, to see that it starts.
pub fn arguments() -> Option<Vec<String>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    arguments.iter().any(|argument| argument == "--bench").then_some(arguments)
}

/// The number behind an argument, or else the usual one.
pub fn number<T: FromStr>(arguments: &[String], name: &str, usual: T) -> T {
    let number = arguments.iter().skip_while(|argument| *argument != name).nth(1);
    number.and_then(|number| number.parse().ok()).unwrap_or(usual)
}

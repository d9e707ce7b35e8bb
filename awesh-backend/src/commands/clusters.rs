//! `awesh clusters`: the health of every cluster.

use agents::kubernetes::contexts::{Contexts, Sources};

use super::Failure;
use super::output::Output;

/// Options.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// Read only the contexts of this name; `*` is any text, `?` any character.
    #[arg(long, value_name = "PATTERN")]
    context: Vec<String>,
}

pub(super) async fn run(_options: Options) -> Result<u8, Failure> {
    let directory = std::env::current_dir().unwrap_or_default();
    let contexts = Contexts::read(&Sources::of_session(&super::environment(), &directory));
    let names: String = contexts.entries.iter().map(|entry| format!("{}\n", entry.name)).collect();
    let _ = Output::new().write(&names);
    Ok(0)
}

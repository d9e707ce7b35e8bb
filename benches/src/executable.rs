//! The executable that is measured.

use std::env;
use std::io;
use std::path::PathBuf;
use std::process::Command;

/// The awesh to measure: the one in the environment's `AWESH`, else this workspace's release build, made now.
///
/// # Errors
///
/// If it cannot be built.
pub fn awesh() -> io::Result<PathBuf> {
    if let Some(given) = env::var_os("AWESH") {
        return Ok(given.into());
    }
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut build = Command::new(cargo);
    build.args(["build", "--release", "--package", "awesh"]);
    // cargo sets these for this program; build scripts that go by them would run again, and all behind them.
    let own = |name: &str| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_");
    for (name, _) in env::vars().filter(|(name, _)| own(name)) {
        build.env_remove(name);
    }
    let built = build.status()?;
    // This program is TARGET/release/deps/NAME-….
    let release = env::current_exe()?.ancestors().nth(2).map(|directory| directory.join("awesh"));
    match release {
        Some(program) if built.success() && program.is_file() => Ok(program),
        _ => Err(io::Error::other("awesh cannot be built")),
    }
}

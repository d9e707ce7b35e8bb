//! What machine this is, in a line: what is asked about it depends on that.

use std::fs;
use std::sync::OnceLock;

/// The distribution, the kernel and the processor, as far as they can be told.
pub(crate) fn describe() -> Option<String> {
    static DESCRIBED: OnceLock<Option<String>> = OnceLock::new();
    DESCRIBED.get_or_init(read).clone()
}

fn read() -> Option<String> {
    let release = fs::read_to_string("/etc/os-release").unwrap_or_default();
    let kernel = nix::sys::utsname::uname().ok();
    let kernel = kernel.map(|kernel| {
        let of = |part: &std::ffi::OsStr| part.to_string_lossy().into_owned();
        format!("{} {}, {}", of(kernel.sysname()), of(kernel.release()), of(kernel.machine()))
    });
    let parts: Vec<String> = distribution(&release).into_iter().chain(kernel).collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// The name in an `os-release` file.
fn distribution(release: &str) -> Option<String> {
    let name = release.lines().find_map(|line| line.strip_prefix("PRETTY_NAME="))?;
    Some(name.trim_matches(['"', '\'']).to_owned()).filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distributions_by_their_names() {
        let release = "ID=debian\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n";
        assert_eq!(distribution(release).as_deref(), Some("Debian GNU/Linux 12 (bookworm)"));
        for nothing in ["", "ID=x\n", "PRETTY_NAME=\"\"\n"] {
            assert_eq!(distribution(nothing), None);
        }
        assert!(describe().is_some_and(|system| system.contains("Linux")));
    }
}

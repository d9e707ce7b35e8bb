//! Files that are there to keep secrets: by where they are and what they are called.

use std::path::Path;

use crate::gate::credentials::places;

/// Whether a file, given by its real path, may hold secrets.
pub(crate) fn keeps_secrets(path: &Path) -> bool {
    const DIRECTORIES: [&str; 9] =
        [".ssh", ".gnupg", ".aws", ".azure", ".kube", ".docker", ".password-store", "gcloud", "keyrings"];
    const NAMES: [&str; 11] = [
        ".env",
        "shadow",
        "gshadow",
        "credentials",
        "credentials.json",
        "id_rsa",
        "id_dsa",
        "id_ecdsa",
        "id_ed25519",
        ".aweshrc",
        "kubeconfig",
    ];
    const ENDINGS: [&str; 6] = ["pem", "key", "p12", "pfx", "kdbx", "jks"];
    let parts: Vec<&str> = path.iter().filter_map(|part| part.to_str()).collect();
    let name = parts.last().copied().unwrap_or_default().to_lowercase();
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    // Memory and environment of processes, and devices.
    let is_of_system = matches!(parts.as_slice(), ["/", "proc", process, ..] if is_process(process))
        || path.starts_with("/dev");
    // Our own settings hold the key of the AI provider.
    let is_ours = matches!(parts.as_slice(), [.., "awesh", "config.toml"]);
    is_of_system
        || is_ours
        || places::is_one(path)
        || parts.iter().any(|part| DIRECTORIES.contains(part))
        || NAMES.contains(&name.as_str())
        || name.starts_with(".env.")
        || ENDINGS.contains(&ending)
}

fn is_process(name: &str) -> bool {
    matches!(name, "self" | "thread-self") || name.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_that_keep_secrets() {
        for path in [
            "/home/a/.ssh/config",
            "/home/a/.aws/credentials",
            "/root/.kube/config",
            "/etc/shadow",
            "/srv/app/.env",
            "/srv/app/.env.production",
            "/etc/ssl/private/server.KEY",
            "/proc/1/environ",
            "/proc/self/mem",
            "/dev/sda",
            "/home/a/.config/awesh/config.toml",
            "/home/a/.netrc",
            "/home/a/.config/gh/hosts.yml",
            "/home/a/.config/gcloud/access_tokens.db",
            "/home/a/.cargo/credentials.toml",
        ] {
            assert!(keeps_secrets(Path::new(path)), "{path}");
        }
    }

    #[test]
    fn files_that_do_not() {
        for path in [
            "/etc/hosts",
            "/home/a/src/main.rs",
            "/proc/cpuinfo",
            "/var/log/syslog",
            "/a/keyboard.rs",
            "/",
            "/srv/hosts.yml",
        ] {
            assert!(!keeps_secrets(Path::new(path)), "{path}");
        }
    }
}

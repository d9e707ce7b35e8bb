//! docker, podman and compose.

use super::{Rule, printed};

const DOCKER: &[&str] = &["docker", "docker-compose", "podman", "nerdctl", "buildah"];

/// The rules.
pub(super) const RULES: &[Rule] = &[
    printed(
        "docker-socket",
        DOCKER,
        "docker.sock",
        r"permission denied while trying to connect to the [Dd]ocker (?:daemon socket|API)",
        "Your user may not speak to the docker daemon.",
        &[
            "Become one of its group, which is as much as root, and log in again:",
            "$ sudo usermod -aG docker \"$USER\"",
        ],
    ),
    printed(
        "docker-daemon",
        DOCKER,
        "cannot connect to the docker daemon",
        r"Cannot connect to the Docker daemon at (\S+?)\.? Is",
        "No docker daemon answers at {1}.",
        &["$ sudo systemctl start docker", "Is another one meant? docker context ls"],
    ),
    printed(
        "docker-port",
        DOCKER,
        "port is already allocated",
        r"Bind for \S+:(\d+) failed: port is already allocated",
        "Another container has port {1} already.",
        &["$ docker ps --filter publish={1}"],
    ),
    printed(
        "docker-name",
        DOCKER,
        "is already in use by container",
        r#"container name "/?([^"]+)" is already in use"#,
        "There is a container `{1}` already, perhaps a stopped one.",
        &["$ docker ps --all --filter name={1}", "If it is not needed: docker rm {1}"],
    ),
    printed(
        "docker-no-image",
        DOCKER,
        "no such image",
        r"No such image: (\S+)",
        "There is no image {1} on this machine.",
        &["$ docker pull {1}"],
    ),
    printed(
        "docker-pull-denied",
        DOCKER,
        "pull access denied",
        r"pull access denied for ([^,\s]+)",
        "The registry has no image `{1}`, or does not show it to you.",
        &["$ docker login", "Is the name whole, with the registry's host?"],
    ),
    printed(
        "docker-manifest",
        DOCKER,
        "manifest",
        r"manifest for (\S+) not found|(no matching manifest for \S+)",
        "The image is there, but not with this tag or for this kind of machine ({1}{2}).",
        &["Look at the registry for its tags."],
    ),
    printed(
        "docker-no-container",
        DOCKER,
        "no such container",
        r"No such container: (\S+)",
        "There is no container {1}.",
        &["$ docker ps --all"],
    ),
    printed(
        "docker-exec",
        DOCKER,
        "executable file not found",
        r#"exec: "([^"]+)": executable file not found in \$PATH"#,
        "The image has no program `{1}`.",
        &["Many small images have no bash, some no shell at all: try sh."],
    ),
    printed(
        "docker-space",
        DOCKER,
        "no space left on device",
        r"no space left on device",
        "The disk of the docker daemon is full.",
        &["$ docker system df", "What is not used can go: docker system prune"],
    ),
];

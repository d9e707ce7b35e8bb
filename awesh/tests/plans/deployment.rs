//! The deployment of `agents/examples/deploy.yaml`, here and on machines by ssh, with stand-ins for docker and nginx.

use std::fmt::Write;

use ssh_server::Machine;

use super::*;

const EXAMPLE: &str = include_str!("../../../agents/examples/deploy.yaml");

/// The example with its configuration in a directory of each environment, and its hosts by other names.
fn example(directory: &Path, hosts: [&str; 2]) -> String {
    let etc = format!("{}/${{plan.environment}}", directory.display());
    let plan =
        EXAMPLE.replace("/etc/nginx", &etc).replace("timeout: 60s", "timeout: 20s").replace("500ms", "50ms");
    let plan = plan.replace("web: staging-1", &format!("web: {}", hosts[0]));
    plan.replace("web: web-1", &format!("web: {}", hosts[1]))
}

/// Stand-ins that keep account in a log; the health of the container is what is in a file, from the third look on.
fn stand_ins(directory: &Path) {
    let (bin, here) = (directory.join("bin"), directory.display());
    stand_in(&bin, "ss", "echo 'LISTEN 0 511 127.0.0.1:8081 0.0.0.0:*'");
    let docker = format!(
        "echo \"docker $*\" >>{here}/log\ncase $1 in ps) echo old1; echo old2;; run) echo new;; esac"
    );
    stand_in(&bin, "docker", &docker);
    stand_in(&bin, "nginx", &format!("echo \"nginx $*\" >>{here}/log"));
    stand_in(
        &bin,
        "curl",
        &format!("echo looked >>{here}/looks\n[ $(wc -l <{here}/looks) -gt 2 ] && cat {here}/health"),
    );
    for name in ["staging", "production"] {
        fs::create_dir(directory.join(name)).unwrap();
    }
    fs::write(directory.join("health"), "{\"status\": \"healthy\"}\n").unwrap();
}

fn log(directory: &Path) -> Vec<String> {
    fs::read_to_string(directory.join("log")).unwrap().lines().map(str::to_owned).collect()
}

fn position(log: &[String], beginning: &str) -> usize {
    let found = log.iter().position(|line| line.starts_with(beginning));
    found.unwrap_or_else(|| panic!("no {beginning:?} in {log:?}"))
}

#[test]
fn it_deploys_here() {
    let home = Home::new();
    stand_ins(&home.path());
    home.write("work/deploy.yaml", &example(&home.path(), ["local", "local"]));
    let (status, stdout, stderr) = run(&home, &["deploy.yaml", "-e", "staging", "--yes", "--var", "tag=v42"]);
    assert_eq!(status, 0, "{stdout}{stderr}");
    assert!(stdout.contains("\n10 steps: 10 done. Took "), "{stdout}");
    let log = log(&home.path());
    position(&log, "docker pull --quiet registry.example.com/shop:v42");
    let started =
        position(&log, "docker run --detach --label app=shop --name shop-8082 --publish 127.0.0.1:8082:80");
    assert!(started < position(&log, "nginx -s reload"), "{log:?}");
    assert_eq!(log.last().unwrap(), "docker rm --force old1 old2");
    let conf = fs::read_to_string(home.path().join("staging/shop.conf")).unwrap();
    assert_eq!(conf, "upstream shop { server 127.0.0.1:8082; }\n");
}

#[test]
fn one_that_does_not_become_healthy_is_removed_and_the_old_one_stays() {
    let home = Home::new();
    stand_ins(&home.path());
    home.write("health", "{\"status\": \"starting\"}\n");
    let plan =
        example(&home.path(), ["local", "local"]).replace("{delay: 50ms}", "{delay: 50ms, attempts: 4}");
    home.write("work/deploy.yaml", &plan);
    let (status, stdout, _) = run(&home, &["deploy.yaml", "-e", "staging", "--yes"]);
    assert_eq!(status, 1);
    assert!(stdout.contains("not yet: self.stdout contains \"healthy\", tried 4 times"), "{stdout}");
    let log = log(&home.path());
    assert_eq!(log.last().unwrap(), "docker rm --force shop-8082");
    assert!(!log.iter().any(|line| line.contains("reload")), "{log:?}");
    assert!(!home.path().join("staging/shop.conf").exists());
}

#[test]
fn it_deploys_to_two_environments_side_by_side_by_ssh() {
    let home = Home::new();
    let machine = Machine::new(Path::new("/bin/bash"));
    let here = machine.directory();
    stand_ins(here);
    machine.configure(&format!("SetEnv PATH={}:/usr/bin:/bin", here.join("bin").display()));
    machine.write("known_hosts", &format!("box {}\n", machine.public("host_key")));
    let mut config = String::new();
    let _ = write!(
        config,
        "Host *\n  ProxyCommand {}\n  HostKeyAlias box\n  IdentityFile {}\n{}",
        machine.sshd().join(" "),
        machine.path("key").display(),
        machine.client()
    );
    machine.write("ssh_config", &config);
    home.write("work/deploy.yaml", &example(here, ["left", "right"]));
    let config = machine.path("ssh_config");
    let words =
        ["deploy.yaml", "-e", "*", "--yes", "--protected", "production", "-F", config.to_str().unwrap()];
    let (status, stdout, stderr) = run(&home, &words);
    assert_eq!(status, 0, "{stdout}{stderr}");
    assert!(stderr.starts_with(
        "awesh: deploy.yaml may change something on 2 hosts (left, right), in staging, production\n"
    ));
    assert!(stdout.contains("\n20 steps: 20 done."), "{stdout}");
    for environment in ["staging", "production"] {
        let conf = fs::read_to_string(here.join(environment).join("shop.conf")).unwrap();
        assert_eq!(conf, "upstream shop { server 127.0.0.1:8082; }\n");
    }
    // Nothing of ours is left: no connection, no socket.
    assert_eq!(fs::read_dir(home.path().join("run")).unwrap().count(), 0);
}

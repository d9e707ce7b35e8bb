//! Where commands act, beside this machine: the clusters and hosts that they name.

use awesh_protocol::Target;

use super::shell::Simple;
use super::tables::has;
use super::word::Word;
use super::wrapper::{behind_own, plain_name, row};

/// Commands that act on the cluster of a context, and the options that name another than the one that is set.
const OF_CLUSTERS: &str = "kubectl helm oc istioctl flux velero linkerd cilium k9s";
const CONTEXT: &str = "--context --kube-context";
const CLUSTER: &str = "--kubeconfig --cluster --server -s --kube-apiserver";

/// Commands that copy to and from `host:path`.
const COPIES: &str = "scp rsync sftp";

/// Where these commands act.
pub(super) fn of(commands: &[Simple]) -> Vec<Target> {
    let mut targets = Vec::new();
    for target in commands.iter().flat_map(of_command) {
        if !targets.contains(&target) {
            targets.push(target);
        }
    }
    targets
}

fn of_command(command: &Simple) -> Vec<Target> {
    let Some((name, arguments)) = command.words.split_first() else { return Vec::new() };
    let Some(name) = name.literal().map(plain_name) else { return Vec::new() };
    if has(OF_CLUSTERS, name) {
        let elsewhere = command.assigned.iter().any(|variable| variable == "KUBECONFIG");
        return vec![if elsewhere { Target::UnknownContext } else { cluster(arguments) }];
    }
    if name == "ssh" {
        let host = |arguments: &[Word]| {
            row(name).and_then(|ssh| arguments.len().checked_sub(behind_own(ssh, arguments)?.len() + 1))
        };
        let host = host(arguments).and_then(|at| arguments[at].literal());
        return vec![host.map_or(Target::UnknownHost, |host| Target::Host(machine(host)))];
    }
    if has(COPIES, name) {
        return arguments.iter().filter_map(copied).collect();
    }
    Vec::new()
}

/// The cluster that a command names, or the one that is set.
fn cluster(arguments: &[Word]) -> Target {
    let context =
        |name: Option<&str>| name.map_or(Target::UnknownContext, |name| Target::Context(name.to_owned()));
    for (at, argument) in arguments.iter().enumerate() {
        let Some(text) = argument.operand() else { return Target::UnknownContext };
        let (option, value) =
            text.split_once('=').map_or((text, None), |(option, value)| (option, Some(value)));
        if has(CONTEXT, option) {
            let value = value.filter(|_| argument.literal().is_some());
            return context(value.or_else(|| arguments.get(at + 1).and_then(Word::literal)));
        }
        if has(CLUSTER, option) {
            return Target::UnknownContext;
        }
        if option == "--" {
            break;
        }
    }
    Target::CurrentContext
}

/// The host of `host:path`.
fn copied(argument: &Word) -> Option<Target> {
    match argument {
        Word::Literal(text) => {
            let (host, _) = text.split_once(':')?;
            let is_host = !host.contains('/') && !host.starts_with('-');
            is_host.then(|| Target::Host(machine(host)))
        }
        Word::Starting(text) if text.starts_with(['/', '.', '~']) => None,
        _ => Some(Target::UnknownHost),
    }
}

/// The machine of `user@host`.
fn machine(address: &str) -> String {
    address.rsplit_once('@').map_or(address, |(_, host)| host).to_owned()
}

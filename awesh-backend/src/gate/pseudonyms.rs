//! Names that tell whose systems these are: hosts, clusters, namespaces and pods. Where the user wants it, they go
//! under other names. Pure.
//!
//! They are known by where they stand: in the kubeconfig and in ssh's configuration, behind `--context`, `-n` and
//! `ssh`, and in the tables that kubectl prints. A name that stands nowhere of these is not recognised.

/// What a placeholder stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    /// A secret.
    Secret,
    /// A machine.
    Host,
    /// A cluster, or a context for one.
    Cluster,
    /// A namespace.
    Namespace,
    /// A pod.
    Pod,
}

impl Kind {
    /// All of them.
    pub(super) const ALL: [Self; 5] = [Self::Secret, Self::Host, Self::Cluster, Self::Namespace, Self::Pod];

    /// Its name in a placeholder.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Secret => "secret",
            Self::Host => "host",
            Self::Cluster => "cluster",
            Self::Namespace => "namespace",
            Self::Pod => "pod",
        }
    }

    /// Whether it reads as what a placeholder of this kind has between its brackets.
    pub(super) fn is_numbered(self, text: &str) -> bool {
        let number = text.strip_prefix(self.name()).and_then(|rest| rest.strip_prefix('-'));
        number.is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()))
    }

    /// The kind of this name.
    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// The names known so far, longest first: a part of a name is replaced only where the whole is not there.
#[derive(Debug, Default)]
pub(super) struct Names(Vec<(Kind, String)>);

impl Names {
    /// Takes note of a name.
    pub(super) fn add(&mut self, kind: Kind, name: &str) {
        // Every system has these; and what is shorter is a word.
        const COMMON: [&str; 7] =
            ["default", "kube-system", "kube-public", "kube-node-lease", "localhost", "127.0.0.1", "all"];
        const SHORTEST: usize = 3;
        let name = name.trim_matches(['"', '\'', ',']);
        let is_name = name.len() >= SHORTEST
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._:/@".contains(&byte))
            && name.bytes().any(|byte| byte.is_ascii_alphabetic());
        if is_name && !COMMON.contains(&name) && !self.0.iter().any(|(_, known)| known == name) {
            let place = self.0.partition_point(|(_, known)| known.len() >= name.len());
            self.0.insert(place, (kind, name.to_owned()));
        }
    }

    /// The names, longest first.
    pub(super) fn longest_first(&self) -> impl Iterator<Item = &(Kind, String)> {
        self.0.iter()
    }

    /// Takes note of the names in a text, by where they stand.
    pub(super) fn learn(&mut self, text: &str) {
        let mut columns: Vec<(usize, Kind)> = Vec::new();
        for line in text.lines() {
            let words: Vec<&str> = line.split_whitespace().collect();
            self.learn_options(&words);
            if let Some(heads) = table(&words) {
                columns = heads;
            } else if words.is_empty() || line.starts_with(['$', '<']) {
                columns.clear();
            } else {
                for (column, kind) in &columns {
                    words.get(*column).into_iter().for_each(|name| self.add(*kind, name));
                }
            }
        }
    }

    fn learn_options(&mut self, words: &[&str]) {
        const OPTIONS: [(&str, Kind); 7] = [
            ("--context", Kind::Cluster),
            ("--kube-context", Kind::Cluster),
            ("--cluster", Kind::Cluster),
            ("context", Kind::Cluster),
            ("--namespace", Kind::Namespace),
            ("-n", Kind::Namespace),
            ("namespace", Kind::Namespace),
        ];
        let is_kube = words.iter().any(|word| matches!(*word, "kubectl" | "helm" | "k9s" | "kubernetes:"));
        for (at, word) in words.iter().enumerate() {
            let (name, value) = word.split_once('=').unwrap_or((word, ""));
            let value = if value.is_empty() { words.get(at + 1).copied().unwrap_or_default() } else { value };
            let option = OPTIONS.iter().find(|(option, _)| *option == name && is_kube);
            option.into_iter().for_each(|(_, kind)| self.add(*kind, value));
            if matches!(*word, "ssh" | "scp" | "ping") && !value.starts_with('-') {
                self.add(Kind::Host, value.rsplit('@').next().unwrap_or_default().trim_end_matches(':'));
            }
        }
    }
}

/// Which columns of a table of kubectl's hold names, if this is its head.
fn table(words: &[&str]) -> Option<Vec<(usize, Kind)>> {
    let has = |head: &str| words.contains(&head);
    if !has("NAME") || !(has("AGE") || has("CLUSTER")) {
        return None;
    }
    let own = match () {
        () if has("READY") && has("RESTARTS") => Some(Kind::Pod),
        () if has("ROLES") => Some(Kind::Host),
        () if words == ["NAME", "STATUS", "AGE"] => Some(Kind::Namespace),
        () => None,
    };
    let kind = |head: &str| match head {
        "NAMESPACE" => Some(Kind::Namespace),
        "CLUSTER" => Some(Kind::Cluster),
        "NODE" => Some(Kind::Host),
        "NAME" => own,
        _ => None,
    };
    // A blank in a cell moves those behind it: only what stands before such a cell is read.
    let safe = if has("RESTARTS") { 2 } else { words.len() };
    Some(words.iter().enumerate().take(safe).filter_map(|(at, head)| Some((at, kind(head)?))).collect())
}

/// The names in a kubeconfig or in ssh's configuration.
pub(super) fn configured(text: &str) -> Vec<(Kind, String)> {
    let mut found = Vec::new();
    for line in text.lines().flat_map(entries) {
        let line = line.trim().trim_start_matches("- ");
        let (name, value) = line.split_once([' ', '=']).unwrap_or((line, ""));
        let value = value.trim().trim_matches(['"', '\'']);
        match name.replace('"', "").to_ascii_lowercase().as_str() {
            "name:" | "cluster:" | "context:" | "current-context:" => found.push((Kind::Cluster, value)),
            "namespace:" => found.push((Kind::Namespace, value)),
            "server:" => {
                let host = value.split("://").last().unwrap_or_default();
                found.push((Kind::Host, host.split(['/', ':']).next().unwrap_or_default()));
            }
            "host" | "hostname" => found.extend(value.split_whitespace().map(|host| (Kind::Host, host))),
            _ => {}
        }
    }
    found.into_iter().map(|(kind, name)| (kind, name.to_owned())).collect()
}

/// A line of YAML, and what stands on it by itself where it is in the flow style, which is JSON's too.
pub(super) fn entries(line: &str) -> impl Iterator<Item = &str> {
    let flows = line.contains('{').then(|| line.split(['{', '}', '[', ']', ',']));
    std::iter::once(line).chain(flows.into_iter().flatten())
}

/// The text with a name replaced where it stands as a whole word.
pub(super) fn replace(text: &str, name: &str, mut placeholder: impl FnMut() -> String) -> String {
    let in_word = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '⟨');
    let mut replaced = String::with_capacity(text.len());
    let mut done = 0;
    for (at, _) in text.match_indices(name) {
        let end = at + name.len();
        let is_whole = !text[..at].ends_with(in_word) && !text[end..].starts_with(in_word);
        if is_whole && at >= done {
            replaced.push_str(&text[done..at]);
            replaced.push_str(&placeholder());
            done = end;
        }
    }
    replaced.push_str(&text[done..]);
    replaced
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_configurations() {
        let kubeconfig = "current-context: acme-prod\nclusters:\n- cluster:\n    server: https://10.0.0.1:6443\n  \
                          name: acme\ncontexts:\n- context: {}\n  name: acme-prod\n";
        let flow = "contexts: [{name: acme-test, context: {cluster: acme-eu}}]\n{\"name\": \"acme-us\"}\n";
        let flow: Vec<_> = configured(flow).into_iter().map(|(_, name)| name).collect();
        assert_eq!(flow.join(" "), "acme-test  acme-eu acme-us");
        let mut names = Names::default();
        let ssh = "Host db1 *.acme.example\n  HostName db1.internal.acme\n";
        let all = configured(kubeconfig).into_iter().chain(configured(ssh));
        all.for_each(|(kind, name)| names.add(kind, &name));
        let names: Vec<&str> = names.longest_first().map(|(_, name)| name.as_str()).collect();
        assert_eq!(names, ["db1.internal.acme", "acme-prod", "acme", "db1"]);
    }

    #[test]
    fn names_by_where_they_stand() {
        let mut names = Names::default();
        names.learn(
            "$ kubectl get pods -A\nNAMESPACE   NAME    READY   STATUS    RESTARTS   AGE\n\
             billing     api-1   1/1     Running   0          2d\ndefault     web-1   1/1     Running   0     2d\n\
             \nkubernetes: context eu-west, namespace shop\n$ echo -n word\nssh -p 22 ada@db1\nssh bob@db2: x\n",
        );
        let mut found: Vec<&str> = names.longest_first().map(|(_, name)| name.as_str()).collect();
        found.sort_unstable();
        assert_eq!(found, ["api-1", "billing", "db2", "eu-west", "shop", "web-1"]);
    }
}

//! What the prompt knows of git and Kubernetes, in words: for those who are asked a question there.

use super::git::{Git, Head};
use super::kube::Kube;
use super::text::Facts;
use super::work_tree::WorkTree;

/// The state of the repository, where there is one.
pub(super) fn git(facts: &Facts) -> Option<String> {
    let Some(Git::Head(head)) = &facts.git else { return None };
    let Head { name, unborn, operation, .. } = head;
    let mut words = vec![format!("at {name}")];
    words.extend(unborn.then(|| "without a commit yet".to_owned()));
    words.extend(operation.as_ref().map(|operation| format!("{operation} in progress")));
    if let Some(WorkTree { changed, ahead, behind }) = facts.work_tree {
        words.extend(changed.then(|| "followed files have changes".to_owned()));
        words.extend((ahead > 0).then(|| format!("{ahead} ahead of its upstream")));
        words.extend((behind > 0).then(|| format!("{behind} behind its upstream")));
    }
    Some(words.join(", "))
}

/// The context and namespace that kubectl would use, where one is set.
pub(super) fn kubernetes(facts: &Facts) -> Option<String> {
    match &facts.kube {
        Some(Kube::Context { name, namespace }) => {
            Some(format!("context {name}, namespace {}", namespace.as_deref().unwrap_or("default")))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_is_said() {
        let head =
            Head { name: "main".into(), unborn: false, bare: false, operation: Some("REBASE 1/3".into()) };
        let facts = Facts {
            git: Some(Git::Head(head)),
            kube: Some(Kube::Context { name: "prod".into(), namespace: None }),
            work_tree: Some(WorkTree { changed: true, ahead: 2, behind: 0 }),
        };
        let words = "at main, REBASE 1/3 in progress, followed files have changes, 2 ahead of its upstream";
        assert_eq!(git(&facts).as_deref(), Some(words));
        assert_eq!(kubernetes(&facts).as_deref(), Some("context prod, namespace default"));
        assert_eq!((git(&Facts::default()), kubernetes(&Facts::default())), (None, None));
    }
}

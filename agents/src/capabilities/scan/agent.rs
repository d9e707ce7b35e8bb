//! The agent for "scan the capabilities of this cluster": proposes the command that does it, in the user's own session,
//! where it can be watched and ended. A scan costs money, so it is never begun unasked.

use async_trait::async_trait;
use awesh_protocol::FailureKind;

use crate::agent::{Agent, Bid, Failure, Question};
use crate::context::{Answer, Context, Resolution};
use crate::kubernetes::contexts::Contexts;
use crate::kubernetes::{NAME, Session, without_names};
use crate::quote::quoted;
use crate::words::{Words, code};

/// Bytes beyond which a question says more than a phrase could.
const LONGEST: usize = 200;

/// What is said of the current cluster; `IT` stands for it.
const PHRASES: [&str; 5] = [
    "scan|rescan|learn|discover|index [all] [of] [the] capabilities of|on|in IT",
    "scan|rescan IT [for|and] [learn] [its|all] [capabilities]",
    "[do|run|start] [a] capability|capabilities scan of|on|for IT",
    "learn|discover|index|find|explore [out] what IT can|could do",
    "describe [all] [of] [the] resource|custom kinds|resources of|on|in IT",
];

/// The agent.
#[derive(Debug)]
pub struct Scan;

#[async_trait]
impl Agent for Scan {
    fn name(&self) -> &'static str {
        "scan"
    }

    async fn bid(&self, question: &Question) -> Bid {
        if question.text.len() > LONGEST {
            return Bid::None;
        }
        let contexts = Session::of(question).contexts().await;
        match understand(&question.text, &contexts) {
            Some(_) if !contexts.entries.is_empty() => Bid::Certain,
            _ => Bid::None,
        }
    }

    async fn run(&self, context: &Context) -> Result<Answer, Failure> {
        let session = Session::of(&context.question);
        let contexts = session.contexts().await;
        let named = understand(&context.question.text, &contexts).flatten();
        let name = named.or(contexts.current).ok_or_else(|| {
            Failure::new(FailureKind::Settings, "No context of the kubeconfig is the current one.")
                .hint("Name one: «scan the capabilities of CONTEXT».")
        })?;
        let (provider, model) = context.model.as_ref().map_err(Failure::clone)?.identity();
        let asked = format!("{provider} model={}", quoted(&model));
        let command =
            format!("{} scan {} --default-provider {}", program(&session), quoted(&name), quoted(&asked));
        let explanation = format!(
            "Sends the definitions of the cluster's own kinds to {provider} {model}, and nothing else of it. What has \
             not changed since the last scan is not sent again; --dry-run tells how much there is."
        );
        if let Resolution::Ran(outcome) = context.user.propose(&command, &explanation).await
            && outcome.status <= 1
        {
            let name = code(&name);
            context
                .user
                .text(&format!("Now it can be asked what {name} can do: «can {name} run a database?»\n"))
                .await;
        }
        Ok(Answer::default())
    }
}

/// Which cluster is to be scanned, if a question asks that: one by its context, or none, the current one.
fn understand(text: &str, contexts: &Contexts) -> Option<Option<String>> {
    let (text, mut named) =
        without_names(text, &contexts.names()).unwrap_or_else(|| (text.to_owned(), Vec::new()));
    let words = Words::of(&text, "");
    let current = "[this|the|my|our] [current] [kubernetes|k8s|kube] cluster";
    let of_name = [format!("[the] [cluster|context] {NAME} [cluster]")];
    let subjects = if named.is_empty() { [current.to_owned()] } else { of_name };
    let matches = |phrase: &&str| words.match_pattern(&phrase.replace("IT", &subjects[0])).is_some();
    (named.len() <= 1 && PHRASES.iter().any(matches)).then(|| named.pop())
}

/// How this very program is called from the session: by its name where that finds one.
fn program(session: &Session) -> String {
    let path = session.environment.get("PATH").cloned().unwrap_or_default();
    let is_there = std::env::split_paths(&path).any(|directory| directory.join("awesh").is_file());
    let own = std::env::current_exe().ok().filter(|_| !is_there);
    own.map_or("awesh".to_owned(), |own| quoted(&own.to_string_lossy()))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::Arc;

    use super::*;
    use crate::kubernetes::contexts::Entry;
    use crate::testing::{ScriptedModel, context};

    fn contexts() -> Contexts {
        let entry = |name: &str| Entry { name: name.into(), ..Entry::default() };
        Contexts { entries: vec![entry("prod-eu"), entry("it's")], ..Contexts::default() }
    }

    #[test]
    fn what_asks_for_a_scan_and_what_does_not() {
        for (text, expected) in [
            ("scan the capabilities of this cluster", Some(None)),
            ("please scan the capabilities of the current cluster", Some(None)),
            ("Scan this cluster.", Some(None)),
            ("learn what my cluster can do", Some(None)),
            ("run a capability scan of our kubernetes cluster", Some(None)),
            ("scan the capabilities of prod-eu", Some(Some("prod-eu".to_owned()))),
            ("learn what prod-eu can do", Some(Some("prod-eu".to_owned()))),
            ("scan this cluster for vulnerabilities", None),
            ("scan the capabilities of prod-us", None),
            ("what can this cluster do", None),
            ("scan port 8080", None),
        ] {
            assert_eq!(understand(text, &contexts()), expected, "{text}");
        }
    }

    #[tokio::test]
    async fn it_is_proposed_and_without_a_model_it_says_what_is_missing() {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("config");
        std::fs::write(
            &file,
            "{contexts: [{name: \"a b\", context: {cluster: c}}], current-context: \"a b\"}",
        )
        .unwrap();
        let (mut context, screen) = context("scan the capabilities of this cluster", home.path());
        let (path, kubeconfig) = (home.path().display().to_string(), file.display().to_string());
        context.question.environment =
            BTreeMap::from([("KUBECONFIG".to_owned(), kubeconfig), ("PATH".to_owned(), path)]);
        assert_eq!(Scan.bid(&context.question).await, Bid::Certain);
        assert_eq!(Scan.run(&context).await.unwrap_err().kind, FailureKind::NoProvider);
        context.model = Ok(Arc::new(ScriptedModel::default()));
        std::fs::write(home.path().join("awesh"), "").unwrap();
        Scan.run(&context).await.unwrap();
        let proposed =
            "[propose awesh scan 'a b' --default-provider 'scripted model=m': Sends the definitions";
        assert!(screen.shown().starts_with(proposed), "{}", screen.shown());
    }
}

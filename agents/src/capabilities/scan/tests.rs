//! Scans with a scripted model: what is asked, what is kept, what becomes of wrong answers.

use std::collections::{BTreeSet, VecDeque};
use std::path::Path;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use serde_json::{Value, json};

use super::*;
use crate::capabilities::definition::Definition;
use crate::capabilities::discover::Discovered;
use crate::capabilities::inference::{Asked, Inference, Inferred};
use crate::capabilities::journal::{Claim, Journal, Known, claim};
use crate::capabilities::{Cluster, Kind};
use crate::pool::Refusal;

/// Says what it is scripted to say, and then what is right.
#[derive(Default)]
struct Scripted {
    script: Mutex<VecDeque<String>>,
    questions: Mutex<Vec<(String, Option<String>)>>,
}

impl Scripted {
    fn new(script: &[&str]) -> Arc<Self> {
        let script = script.iter().map(|text| (*text).to_owned()).collect();
        Arc::new(Self { script: Mutex::new(script), questions: Mutex::default() })
    }

    fn asked(&self) -> Vec<(String, Option<String>)> {
        self.questions.lock().unwrap().clone()
    }
}

fn right(question: &str) -> String {
    let names = question.lines().filter_map(|line| line.split_once(": kind ")).map(|(name, _)| name);
    let kinds = names.map(|name| {
        json!({
            "name": name, "capabilities": ["a database"], "providers": [], "abstractions": [], "complexity": "low",
            "description": "It is.", "use_case": "Always.", "confidence": 1,
        })
    });
    json!({"kinds": kinds.collect::<Vec<Value>>()}).to_string()
}

#[async_trait]
impl Inference for Scripted {
    fn name(&self) -> String {
        "scripted".to_owned()
    }

    fn model(&self) -> String {
        "scripted m".to_owned()
    }

    async fn infer(&self, asked: &Asked<'_>) -> Result<Inferred, Refusal> {
        let objection = asked.objection.map(|(_, told)| told.to_owned());
        self.questions.lock().unwrap().push((asked.question.to_owned(), objection));
        let scripted = self.script.lock().unwrap().pop_front();
        let text = scripted.unwrap_or_else(|| right(asked.question));
        Ok(Inferred { said: text.clone(), text, ..Inferred::default() })
    }
}

fn definition(number: usize, text: &str) -> Definition {
    let kind = Kind {
        group: "g.example".into(),
        version: "v1".into(),
        kind: format!("Kind{number}"),
        plural: format!("kind{number}s"),
        namespaced: true,
    };
    let text = format!("{kind}: kind {}, {text}\n{}", kind.kind, "x".repeat(2000));
    Definition { kind, text }
}

fn discovered(definitions: Vec<Definition>) -> Discovered {
    let present = definitions.iter().map(|definition| definition.kind.clone()).collect();
    Discovered { definitions, present, ..Discovered::default() }
}

fn kinds(count: usize) -> Discovered {
    discovered((0..count).map(|number| definition(number, "as it is")).collect())
}

fn journal(directory: &Path) -> Journal {
    let cluster = Cluster { context: "c".into(), server: "https://c.example".into() };
    match claim(directory, &cluster).unwrap() {
        Claim::Ours(journal) => *journal,
        Claim::Taken(holder) => panic!("{holder:?}"),
    }
}

fn models() -> BTreeSet<String> {
    BTreeSet::from(["scripted m".to_owned()])
}

/// Scans, and returns what ended and how.
async fn scan(directory: &Path, discovered: &Discovered, model: &Arc<Scripted>, retry: bool) -> Vec<Ended> {
    let journal = journal(directory);
    let plan = Plan::new(discovered, &journal, &models(), retry);
    let accounts = [model.clone() as Arc<dyn Inference>];
    let mut round = Round::new(&plan, journal, &accounts, 1).unwrap();
    let mut all = Vec::new();
    while let Some(next) = round.step().await.unwrap() {
        if let Next::Ended(ended) = next {
            all.push(*ended);
        }
    }
    round.finish().unwrap();
    all
}

#[tokio::test(start_paused = true)]
async fn what_is_known_is_not_asked_again_and_what_is_gone_is_forgotten() {
    let home = tempfile::tempdir().unwrap();
    let model = Scripted::new(&[]);
    assert_eq!(scan(home.path(), &kinds(5), &model, false).await.len(), 5);
    assert!(scan(home.path(), &kinds(5), &model, false).await.is_empty());
    assert_eq!(model.asked().len(), 5);

    let mut changed = kinds(5);
    changed.definitions[2] = definition(2, "changed");
    changed.definitions.push(definition(9, "new"));
    changed.present.push(definition(9, "new").kind);
    changed.definitions.remove(0);
    changed.present.remove(0);
    let ended = scan(home.path(), &changed, &model, false).await;
    let asked: Vec<_> = ended.iter().map(|ended| ended.kind().plural.as_str()).collect();
    assert_eq!(asked, ["kind2s", "kind9s"]);
    let journal = journal(home.path());
    let known: Vec<_> = journal.all().map(|known| known.kind().plural.as_str()).collect();
    assert_eq!(known, ["kind1s", "kind2s", "kind3s", "kind4s", "kind9s"]);
    // Another model knows nothing yet.
    let other = BTreeSet::from(["other".to_owned()]);
    assert_eq!(Plan::new(&changed, &journal, &other, false).ask.len(), 5);
}

#[tokio::test(start_paused = true)]
async fn a_wrong_answer_is_objected_to_once_then_asked_anew_and_then_recorded() {
    let home = tempfile::tempdir().unwrap();
    let model = Scripted::new(&["I would rather not."]);
    let ended = scan(home.path(), &kinds(1), &model, false).await;
    assert!(matches!(&ended[..], [Ended::Learned(_)]), "{ended:?}");
    let asked = model.asked();
    assert_eq!(asked[0].1, None);
    assert!(asked[1].1.as_ref().unwrap().contains("there is no JSON in it"), "{asked:?}");

    let home = tempfile::tempdir().unwrap();
    let stubborn = Scripted::new(&["no", "no!", "no \u{1b}[31mway"]);
    let ended = scan(home.path(), &kinds(2), &stubborn, false).await;
    let Ended::Failed(failed) = &ended[0] else { panic!("{ended:?}") };
    assert!(failed.why.starts_with("there is no JSON in it; the model said “no "), "{}", failed.why);
    assert!(!failed.why.contains('\u{1b}'));
    assert!(matches!(ended[1], Ended::Learned(_)));
    assert_eq!(
        stubborn.asked().iter().map(|asked| asked.1.is_some()).collect::<Vec<_>>(),
        [false, true, false, false]
    );
    // It is not asked again by itself, and it is where that is wanted.
    assert!(scan(home.path(), &kinds(2), &stubborn, false).await.is_empty());
    assert!(matches!(&scan(home.path(), &kinds(2), &stubborn, true).await[..], [Ended::Learned(_)]));
    assert!(journal(home.path()).all().all(|known| matches!(known, Known::Learned(_))));
}

#[tokio::test(start_paused = true)]
async fn small_kinds_share_a_request_and_one_that_goes_wrong_is_asked_alone() {
    let home = tempfile::tempdir().unwrap();
    let mut small = kinds(16);
    small.definitions.iter_mut().for_each(|definition| definition.text.truncate(100));
    let only_first = right(&small.definitions[0].text);
    let model = Scripted::new(&[&only_first]);
    assert_eq!(scan(home.path(), &small, &model, false).await.len(), 16);
    let shares: Vec<_> = model.asked().iter().map(|asked| asked.0.matches(": kind ").count()).collect();
    assert_eq!(shares[..4], [4, 1, 1, 1]);
    assert!(shares.len() < 16 && model.asked().iter().all(|asked| asked.1.is_none()), "{shares:?}");
}

//! A model that answers once and remembers nothing, as a server of the pool.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use awesh_protocol::Usage;
use serde_json::Value;

use super::definition::Definition;
use super::{Description, prompt};
use crate::pool::{Refusal, Reply, Server, Verdict};
use crate::words::printable;

/// Letters of what a model said that are kept where it said nothing of use.
const SAID: usize = 300;

/// One question, one answer: no talk, no tools.
#[async_trait]
pub trait Inference: Send + Sync {
    /// The account that is asked, for who looks on.
    fn name(&self) -> String;

    /// The model, as what it says is known by: the provider and its name for it.
    fn model(&self) -> String;

    /// Asks.
    async fn infer(&self, asked: &Asked<'_>) -> Result<Inferred, Refusal>;
}

/// What is asked.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// What the model is told first.
    pub instructions: &'a str,
    /// The question.
    pub question: &'a str,
    /// An answer that it gave, and what it is told of that.
    pub objection: Option<(&'a str, &'a str)>,
    /// The JSON schema of the answer.
    pub schema: &'a Value,
}

/// What a model answered.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Inferred {
    /// Its answer.
    pub text: String,
    /// The same as it came, with the placeholders of what was kept from the model.
    pub said: String,
    /// Whether it ended because it reached the model's length limit.
    pub is_cut: bool,
    /// What it counted.
    pub usage: Option<Usage>,
    /// What it cost in dollars, where that is known.
    pub cost: Option<f64>,
}

/// What inferences came to together.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Bill {
    /// Answers.
    pub answers: usize,
    /// Tokens, as far as they were counted.
    pub usage: Usage,
    /// Dollars; unknown as soon as that of one is.
    pub cost: Option<f64>,
}

/// A kind that is to be described.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Task {
    definition: Arc<Definition>,
    /// How it went so far, alone.
    tried: Tried,
}

#[derive(Debug, Clone, PartialEq)]
enum Tried {
    Not,
    /// The answer was wrong, and the model is told why.
    Once {
        answer: String,
        wrong: String,
    },
    /// That did not help, and it is asked anew.
    Corrected,
}

/// A description, and who gave it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Described {
    pub(super) description: Description,
    pub(super) model: String,
}

impl Task {
    pub(super) fn new(definition: Arc<Definition>) -> Self {
        Self { definition, tried: Tried::Not }
    }

    /// What becomes of it after an answer that is none.
    fn after(&self, inferred: &Inferred, wrong: String) -> Verdict<Self, Described> {
        let tried = match &self.tried {
            Tried::Not => Tried::Once { answer: inferred.text.clone(), wrong },
            Tried::Once { .. } => Tried::Corrected,
            Tried::Corrected => {
                let said: String = printable(inferred.said.trim()).chars().take(SAID).collect();
                let said = if said.is_empty() { "nothing".to_owned() } else { format!("“{said}”") };
                return Verdict::Failed(format!("{wrong}; the model said {said}"));
            }
        };
        Verdict::Again(Self { tried, ..self.clone() })
    }
}

/// One account as a server of the pool.
pub(super) struct Describer {
    inference: Arc<dyn Inference>,
    schema: Value,
    bill: Arc<Mutex<Bill>>,
}

impl Describer {
    pub(super) fn new(inference: Arc<dyn Inference>, bill: Arc<Mutex<Bill>>) -> Self {
        Self { inference, schema: prompt::schema(), bill }
    }

    fn charge(&self, inferred: &Inferred) {
        let mut bill = self.bill.lock().unwrap_or_else(PoisonError::into_inner);
        let usage = inferred.usage.unwrap_or_default();
        bill.usage.input_tokens += usage.input_tokens;
        bill.usage.output_tokens += usage.output_tokens;
        bill.cost =
            if bill.answers == 0 { inferred.cost } else { bill.cost.zip(inferred.cost).map(|(a, b)| a + b) };
        bill.answers += 1;
    }
}

#[async_trait]
impl Server<Task, Described> for Describer {
    fn name(&self) -> String {
        self.inference.name()
    }

    async fn serve(&self, items: &[Task]) -> Reply<Task, Described> {
        let question = prompt::question(items.iter().map(|task| &*task.definition));
        let objection = match items {
            [Task { tried: Tried::Once { answer, wrong }, .. }] => Some((answer, prompt::objection(wrong))),
            _ => None,
        };
        let asked = Asked {
            instructions: prompt::INSTRUCTIONS,
            question: &question,
            objection: objection.as_ref().map(|(answer, told)| (answer.as_str(), told.as_str())),
            schema: &self.schema,
        };
        let inferred = match self.inference.infer(&asked).await {
            Ok(inferred) => inferred,
            Err(refusal) => return Reply::Refused(refusal),
        };
        self.charge(&inferred);
        let names: Vec<String> = items.iter().map(|task| task.definition.kind.to_string()).collect();
        let read = prompt::read(&inferred.text, &names).into_iter().zip(items);
        let verdict = |(read, task): (Result<Description, String>, &Task)| match read {
            Ok(description) => Verdict::Done(Described { description, model: self.inference.model() }),
            // Of several at once, one that went wrong is asked alone before it is objected to.
            Err(_) if items.len() > 1 => Verdict::Again(task.clone()),
            Err(wrong) if inferred.is_cut => {
                task.after(&inferred, format!("it was cut by its length limit: {wrong}"))
            }
            Err(wrong) => task.after(&inferred, wrong),
        };
        Reply::Each(read.map(verdict).collect())
    }
}

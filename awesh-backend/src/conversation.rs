//! What was said between the user and a model: turns as a pure state machine, memory with a cap.
//!
//! An [`Exchange`] is one question with all that followed until its answer. A call of the model and its result
//! are one [`Step`] and therefore never separated. Finished exchanges are remembered by the [`Conversation`] of
//! the shell; beyond its cap the oldest are forgotten whole.

use std::collections::VecDeque;

use agents::{ToolCall, ToolResult};
use serde_json::Value;

/// Bytes of text that a shell remembers, and that one exchange may reach before its oldest steps go.
const MEMORY: usize = 256 * 1024;

/// What stands where an answer would.
const INTERRUPTED: &str = "(This was ended before it was answered.)";

/// The exchanges a shell remembers, oldest first.
#[derive(Debug, Clone, Default)]
pub(crate) struct Conversation {
    exchanges: VecDeque<Exchange>,
}

impl Conversation {
    /// The exchanges, oldest first.
    pub(crate) fn exchanges(&self) -> impl Iterator<Item = &Exchange> {
        self.exchanges.iter()
    }

    /// Remembers an exchange that got anywhere, and forgets what exceeds the memory.
    pub(crate) fn remember(&mut self, exchange: Exchange) {
        let Some(exchange) = exchange.closed() else { return };
        self.exchanges.push_back(exchange);
        let mut total: usize = self.exchanges.iter().map(Exchange::bytes).sum();
        while total > MEMORY {
            let Some(oldest) = self.exchanges.pop_front() else { break };
            total -= oldest.bytes();
        }
    }

    /// The same, with each step in another form.
    pub(crate) fn map_steps(&self, form: impl Fn(&Step) -> Step + Copy) -> Self {
        Self { exchanges: self.exchanges.iter().map(|exchange| exchange.map_steps(form)).collect() }
    }

    /// Forgets the older half; whether there was anything to forget.
    pub(crate) fn forget_older_half(&mut self) -> bool {
        let half = self.exchanges.len().div_ceil(2);
        self.exchanges.drain(..half).count() > 0
    }
}

/// One question and what followed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Exchange {
    /// What was asked, with its circumstances.
    pub(crate) question: String,
    /// The model's calls and what came of them.
    pub(crate) steps: Vec<Step>,
    /// What the model said at last.
    pub(crate) answer: Option<String>,
    /// Calls without results yet.
    pending: Option<Step>,
    /// What the model thought before the turn that is heard next.
    thinking: Vec<Value>,
}

/// A turn of the model that is not its answer: one that calls tools, with the results, or one that was objected
/// to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Step {
    /// What it said before the calls.
    pub(crate) text: String,
    /// The calls.
    pub(crate) calls: Vec<ToolCall>,
    /// One result each, in their order.
    pub(crate) results: Vec<ToolResult>,
    /// What it thought before, in its server's own form.
    pub(crate) thinking: Vec<Value>,
    /// What it was told in words.
    pub(crate) reply: Option<String>,
}

/// Something was said when it was not its turn: a defect of who drives the exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum OutOfTurn {
    /// A question in an exchange that has one.
    #[error("a second question in one exchange")]
    Question,
    /// A turn of the model that nothing asked for.
    #[error("a turn of the model before it was asked")]
    Model,
    /// Results that do not match the calls.
    #[error("results that match no calls")]
    Results,
}

impl Exchange {
    /// The same, with each step in another form.
    pub(crate) fn map_steps(&self, form: impl Fn(&Step) -> Step) -> Self {
        Self { steps: self.steps.iter().map(form).collect(), ..self.clone() }
    }

    /// The question is asked.
    pub(crate) fn ask(&mut self, question: String) -> Result<(), OutOfTurn> {
        if !self.question.is_empty() || self.answer.is_some() {
            return Err(OutOfTurn::Question);
        }
        self.question = question;
        Ok(())
    }

    /// What the model thought before the turn that is heard next; it is kept with that turn's calls.
    pub(crate) fn think(&mut self, thinking: Vec<Value>) {
        self.thinking = thinking;
    }

    /// The model spoke: with calls it awaits their results, without any the exchange is complete.
    pub(crate) fn hear(&mut self, text: String, calls: Vec<ToolCall>) -> Result<(), OutOfTurn> {
        if self.question.is_empty() || self.answer.is_some() || self.pending.is_some() {
            return Err(OutOfTurn::Model);
        }
        if calls.is_empty() {
            self.answer = Some(text);
        } else {
            let thinking = std::mem::take(&mut self.thinking);
            self.pending = Some(Step { text, calls, thinking, ..Step::default() });
        }
        Ok(())
    }

    /// The model said what cannot be understood, and is told so in words.
    pub(crate) fn object(&mut self, text: String, reply: String) -> Result<(), OutOfTurn> {
        if self.question.is_empty() || self.answer.is_some() || self.pending.is_some() {
            return Err(OutOfTurn::Model);
        }
        self.thinking.clear();
        self.steps.push(Step { text, reply: Some(reply), ..Step::default() });
        Ok(())
    }

    /// The calls were answered: one result each, in their order.
    pub(crate) fn resolve(&mut self, results: Vec<ToolResult>) -> Result<(), OutOfTurn> {
        let matching = |step: &mut Step| {
            let calls = step.calls.iter().map(|call| &call.id);
            calls.eq(results.iter().map(|result| &result.id))
        };
        let mut step = self.pending.take_if(matching).ok_or(OutOfTurn::Results)?;
        step.results = results;
        self.steps.push(step);
        while self.bytes() > MEMORY && self.steps.len() > 1 {
            self.steps.remove(0);
        }
        Ok(())
    }

    /// As it is remembered: complete, or cut off behind its last whole step; nothing if it got nowhere.
    fn closed(mut self) -> Option<Self> {
        self.pending = None;
        // It is of no use behind the answer.
        self.thinking.clear();
        self.steps.iter_mut().for_each(|step| step.thinking.clear());
        if self.answer.is_none() {
            if self.steps.is_empty() {
                return None;
            }
            self.answer = Some(INTERRUPTED.to_owned());
        }
        // A model that had nothing to add after its last step; an empty turn is refused by some servers.
        if self.answer.as_deref() == Some("") {
            self.answer = Some("(Done.)".to_owned());
        }
        Some(self)
    }

    fn bytes(&self) -> usize {
        let steps: usize = self.steps.iter().map(Step::bytes).sum();
        self.question.len() + steps + self.answer.as_ref().map_or(0, String::len)
    }
}

impl Step {
    fn bytes(&self) -> usize {
        let calls = self.calls.iter().map(|call| call.id.len() + call.name.len() + call.arguments.len());
        let results = self.results.iter().map(|result| result.id.len() + result.content.len());
        let thinking = self.thinking.iter().map(|thought| thought.to_string().len());
        let reply = self.reply.as_ref().map_or(0, String::len);
        self.text.len() + reply + calls.chain(results).chain(thinking).sum::<usize>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(id: &str) -> ToolCall {
        ToolCall { id: id.into(), name: "run_command".into(), arguments: "{}".into() }
    }

    fn result(id: &str, content: &str) -> ToolResult {
        ToolResult { id: id.into(), content: content.into() }
    }

    fn asked(question: &str) -> Exchange {
        let mut exchange = Exchange::default();
        exchange.ask(question.into()).unwrap();
        exchange
    }

    #[test]
    fn an_exchange_is_question_steps_answer() {
        let mut exchange = asked("why?");
        exchange.hear("Looking.".into(), vec![call("a"), call("b")]).unwrap();
        exchange.resolve(vec![result("a", "1"), result("b", "2")]).unwrap();
        exchange.hear("Because.".into(), vec![]).unwrap();
        let mut conversation = Conversation::default();
        conversation.remember(exchange);
        let remembered: Vec<_> = conversation.exchanges().collect();
        assert_eq!(remembered[0].steps[0].results.len(), 2);
        assert_eq!(remembered[0].answer.as_deref(), Some("Because."));
    }

    #[test]
    fn nothing_is_said_out_of_turn() {
        assert_eq!(Exchange::default().hear("x".into(), vec![]), Err(OutOfTurn::Model));
        let mut exchange = asked("why?");
        assert_eq!(exchange.ask("why?".into()), Err(OutOfTurn::Question));
        assert_eq!(exchange.resolve(vec![]), Err(OutOfTurn::Results));
        exchange.hear(String::new(), vec![call("a"), call("b")]).unwrap();
        assert_eq!(exchange.hear("x".into(), vec![]), Err(OutOfTurn::Model));
        assert_eq!(exchange.resolve(vec![result("b", ""), result("a", "")]), Err(OutOfTurn::Results));
        exchange.resolve(vec![result("a", ""), result("b", "")]).unwrap();
        exchange.hear("x".into(), vec![]).unwrap();
        assert_eq!(exchange.hear("x".into(), vec![]), Err(OutOfTurn::Model));
    }

    #[test]
    fn what_was_ended_is_remembered_up_to_its_last_whole_step() {
        let mut conversation = Conversation::default();
        conversation.remember(asked("ended at once"));
        assert_eq!(conversation.exchanges().count(), 0);
        let mut exchange = asked("ended in the second call");
        exchange.hear(String::new(), vec![call("a")]).unwrap();
        exchange.resolve(vec![result("a", "1")]).unwrap();
        exchange.hear(String::new(), vec![call("b")]).unwrap();
        conversation.remember(exchange);
        let remembered = conversation.exchanges().next().unwrap();
        assert_eq!((remembered.steps.len(), remembered.answer.as_deref()), (1, Some(INTERRUPTED)));
    }

    #[test]
    fn the_oldest_exchanges_are_forgotten_whole() {
        let mut conversation = Conversation::default();
        for number in 0..10 {
            let mut exchange = asked(&number.to_string());
            exchange.hear("x".repeat(MEMORY / 4), vec![]).unwrap();
            conversation.remember(exchange);
        }
        let questions: Vec<_> = conversation.exchanges().map(|exchange| exchange.question.as_str()).collect();
        assert_eq!(questions, ["7", "8", "9"]);
    }

    #[test]
    fn the_older_half_is_forgotten_on_demand() {
        let mut conversation = Conversation::default();
        for number in 0..3 {
            let mut exchange = asked(&number.to_string());
            exchange.hear("x".into(), vec![]).unwrap();
            conversation.remember(exchange);
        }
        assert!(conversation.forget_older_half());
        assert_eq!(conversation.exchanges().next().unwrap().question, "2");
        assert!(conversation.forget_older_half());
        assert!(!conversation.forget_older_half());
    }

    #[test]
    fn within_an_exchange_the_oldest_steps_go_with_their_results() {
        let mut exchange = asked("why?");
        for number in 0..10 {
            let id = number.to_string();
            exchange.hear(String::new(), vec![call(&id)]).unwrap();
            exchange.resolve(vec![result(&id, &"x".repeat(MEMORY / 4))]).unwrap();
        }
        assert!(exchange.bytes() <= MEMORY);
        assert_eq!(exchange.question, "why?");
        assert!(exchange.steps.iter().all(|step| step.calls[0].id == step.results[0].id));
        assert_eq!(exchange.steps.last().unwrap().calls[0].id, "9");
    }
}

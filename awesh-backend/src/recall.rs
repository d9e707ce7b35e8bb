//! What the user asks of what was kept: steps, the audit log, rules, edits.

use awesh_protocol::{Event, Recall};

use crate::audit::Entry;
use crate::edits::{Edits, NotUndone};
use crate::gate::caps;
use crate::guard::Guard;
use crate::steps::Steps;
use crate::talk::Memory;

/// What recalling goes by.
pub(crate) struct Kept<'a> {
    pub(crate) guard: &'a Guard,
    pub(crate) steps: &'a Steps,
    pub(crate) edits: Edits,
    pub(crate) memory: &'a Memory,
}

impl Kept<'_> {
    /// Does what is asked, and says what came of it.
    pub(crate) fn recall(&self, recall: Recall) -> Event {
        match self.answer(recall) {
            Ok(text) => Event::Recalled { text, ok: true },
            Err(text) => Event::Recalled { text, ok: false },
        }
    }

    fn answer(&self, recall: Recall) -> Result<String, String> {
        let words = |error: std::io::Error| error.to_string();
        match recall {
            Recall::Steps => {
                let lines: String = self.steps.all().iter().map(|step| step.line()).collect();
                Ok(or(self.as_sent(&lines), "no steps yet\n"))
            }
            Recall::Step { number } => {
                let step = self
                    .steps
                    .step(number)
                    .ok_or("there is no such step; awes step lists those that are kept")?;
                Ok(self.as_sent(&step.text()))
            }
            Recall::Log { count } => {
                Ok(or(self.guard.logged(count).map_err(words)?, "nothing was logged yet\n"))
            }
            Recall::Rules => self.guard.rules().map_err(words),
            Recall::ForgetRule { number } => match self.guard.forget(number).map_err(words)? {
                true => Ok("forgotten\n".to_owned()),
                false => Err("there is no rule of that number; awes rules lists them".to_owned()),
            },
            Recall::Edits => {
                let edits = self.edits.all().map_err(words)?;
                let lines: String = edits.iter().map(|edit| edit.line()).collect();
                Ok(or(lines, "no edits yet\n"))
            }
            Recall::Undo { number, anyway } => self.undo(number, anyway).map_err(|error| error.to_string()),
        }
    }

    fn undo(&self, number: Option<u64>, anyway: bool) -> Result<String, NotUndone> {
        let edit = self.edits.undo(number, anyway)?;
        let path = edit.path.display().to_string();
        self.guard.log(Entry { approver: "user".to_owned(), ..Entry::new("undo", path.as_str()) });
        Ok(format!("{path} is as it was before edit {}\n", edit.number))
    }

    /// A text as a model is sent it.
    fn as_sent(&self, text: &str) -> String {
        caps::tail(&self.memory.gate().redact(text), caps::RESULT)
    }
}

fn or(text: String, none: &str) -> String {
    if text.is_empty() { none.to_owned() } else { text }
}

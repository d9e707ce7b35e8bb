//! What is asked before something is changed: what only looks is not asked, of what is protected the name is typed.
//! Where nobody is there to be asked, options have to say it.

use std::io::{self, BufRead, IsTerminal, Write};

use awesh_protocol::Risk;

use super::Failure;

/// The exit status where it was not agreed to.
pub(super) const REFUSED: u8 = 4;

/// What the options agree to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Agreed<'a> {
    /// That it runs.
    pub(super) yes: bool,
    /// That these are changed although they are protected.
    pub(super) protected: &'a [String],
}

impl Agreed<'_> {
    /// Asks what the options leave open, with this question where nothing is protected.
    pub(super) fn to(self, protected: &[String], question: &str) -> Result<(), Failure> {
        let left: Vec<&String> = protected.iter().filter(|name| !self.protected.contains(name)).collect();
        if self.yes && left.is_empty() {
            return Ok(());
        }
        for name in &left {
            match asked(&format!("{name} is protected; type its name to go on: "))? {
                Some(typed) if typed == **name => {}
                Some(_) => return Err(refused("nothing was run".to_owned(), &format!("that is not {name}"))),
                None => {
                    let message = format!("{name} is protected, and nobody is there to agree to it");
                    return Err(refused(message, "if it is meant: --yes --protected NAME for each of them"));
                }
            }
        }
        if !left.is_empty() {
            return Ok(());
        }
        match asked(question)?.as_deref() {
            Some("y" | "Y" | "yes") => Ok(()),
            Some(_) => Err(refused("nothing was run".to_owned(), "it runs only after y")),
            None => Err(refused("nobody is there to agree to it".to_owned(), "if it is meant: --yes")),
        }
    }
}

/// What is typed after a question; nothing where nobody is there.
pub(super) fn asked(question: &str) -> Result<Option<String>, Failure> {
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return Ok(None);
    }
    let mut line = String::new();
    let told = io::stderr().lock().write_all(question.as_bytes());
    told.and_then(|()| io::stdin().lock().read_line(&mut line)).map_err(|error| Failure {
        hint: None,
        ..refused(format!("the answer cannot be read: {error}"), "")
    })?;
    Ok(Some(line.trim().to_owned()))
}

/// That it was not agreed to.
pub(super) fn refused(message: String, hint: &str) -> Failure {
    Failure { message, hint: Some(hint.to_owned()), status: REFUSED }
}

/// What something could do, in a word.
pub(super) fn class(risk: Risk) -> String {
    format!("{risk:?}").to_lowercase()
}

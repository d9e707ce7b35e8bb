//! The form of a line: what two lines have in common that a person would call the same one. What the user
//! turned round is remembered for it.
//!
//! The form keeps every plain word and flag, because they are what a line says, and leaves out what changes
//! from one time to the next: numbers, names, paths and strings. A form therefore never reaches further than
//! lines that read the same, and a command can be remembered as a question only where nothing but words was
//! in it: no flag, no operator, no expansion, none of what shows that shell was meant.

use super::syntax::{Kind, Token};

/// Longer lines hardly come again.
const LONGEST: usize = 24;

/// The form of a line; none where the line is too short to say anything, too long, or of several lines.
pub(super) fn of(tokens: &[Token<'_>]) -> Option<String> {
    if tokens.len() < 2 || tokens.len() > LONGEST || tokens.iter().any(|token| token.kind == Kind::Newline) {
        return None;
    }
    let words: Vec<String> = tokens.iter().map(word).collect();
    let form = words.join(" ");
    (!form.contains(char::is_control)).then_some(form)
}

/// Whether a line may be remembered as a question although bash could be meant.
pub(super) fn may_be_asked(tokens: &[Token<'_>]) -> bool {
    use Kind::{Code, Name, Number, Path, Plain, Quoted};
    tokens.iter().all(|token| matches!(token.kind, Plain | Number | Name | Path | Quoted | Code))
}

fn word(token: &Token<'_>) -> String {
    match token.kind {
        Kind::Plain => token.text.trim_end_matches(['.', ',', '?', '!']).to_lowercase(),
        Kind::Number => "<number>".to_owned(),
        Kind::Name => "<name>".to_owned(),
        Kind::Path => "<path>".to_owned(),
        Kind::Quoted | Kind::Code => "<text>".to_owned(),
        _ => token.text.to_owned(),
    }
}

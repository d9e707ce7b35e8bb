//! A shell line → the commands it would run, by its syntax tree.
//!
//! Every command that is written anywhere in the line counts: in pipelines, branches, loops, subshells and
//! substitutions. Where the line builds a command while it runs (`eval`-like expansions, history expansion,
//! functions), it is opaque: what was found is then not all there is.

use brush_parser::ast::{
    AndOr, AssignmentValue, Command, CommandPrefixOrSuffixItem as Item, CompoundCommand, CompoundList,
    IoFileRedirectKind, IoFileRedirectTarget, IoRedirect, Pipeline, RedirectList, SimpleCommand,
    Word as RawWord,
};
use brush_parser::word::{Parameter, ParameterExpr, WordPiece, WordPieceWithSource};
use brush_parser::{ParserOptions, tokenize_str_with_options, word};

/// Bytes of a line that is looked at, and how deep it may nest: the parser recurses.
const LONGEST: usize = 8 * 1024;
const DEEPEST: usize = 24;
/// Substitutions within substitutions.
const SUBSTITUTIONS: usize = 4;

/// What a line is made of.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Parts {
    /// The simple commands.
    pub(super) commands: Vec<Simple>,
    /// What output is redirected to.
    pub(super) targets: Vec<Word>,
    /// Whether it may run what cannot be seen.
    pub(super) opaque: bool,
}

/// A simple command.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Simple {
    /// The variables assigned before it.
    pub(super) assigned: Vec<String>,
    /// Its name and arguments.
    pub(super) words: Vec<Word>,
}

/// A word of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Word {
    /// What it will be, quotes removed.
    Literal(String),
    /// Known only when it runs: it may even be several words.
    Dynamic,
}

/// Takes a line apart; nothing, if it is no line of bash as far as the parser knows.
pub(super) fn take_apart(line: &str) -> Option<Parts> {
    if line.len() > LONGEST || is_deep(line) {
        return None;
    }
    let mut parts = Parts { opaque: expands_history(line), ..Parts::default() };
    Walk { parts: &mut parts, left: SUBSTITUTIONS }.line(line)?;
    Some(parts)
}

/// Whether the line nests so deep that a recursive parser must not be let near it.
fn is_deep(line: &str) -> bool {
    line.bytes().filter(|byte| matches!(byte, b'(' | b'{' | b'`' | b'[')).count() > DEEPEST
        || line.split(|c: char| !c.is_ascii_alphabetic()).filter(|word| OPENERS.contains(word)).count()
            > DEEPEST
}

const OPENERS: [&str; 7] = ["if", "for", "while", "until", "case", "select", "coproc"];

/// Whether an interactive bash may replace parts of the line from its history before it parses it.
fn expands_history(line: &str) -> bool {
    let follows = |(at, _): (usize, &str)| {
        let next = line[at + 1..].chars().next();
        next.is_some_and(|next| !next.is_whitespace() && !matches!(next, '=' | '(' | '"'))
    };
    line.starts_with('^') || line.match_indices('!').any(follows)
}

struct Walk<'p> {
    parts: &'p mut Parts,
    /// Substitutions that may still be entered.
    left: usize,
}

impl Walk<'_> {
    fn line(&mut self, line: &str) -> Option<()> {
        let options = ParserOptions::default();
        let tokens = tokenize_str_with_options(line, &options.tokenizer_options()).ok()?;
        let program = brush_parser::parse_tokens(&tokens, &options).ok()?;
        program.complete_commands.iter().for_each(|list| self.list(list));
        Some(())
    }

    fn list(&mut self, list: &CompoundList) {
        for item in &list.0 {
            self.pipeline(&item.0.first);
            for next in &item.0.additional {
                let (AndOr::And(pipeline) | AndOr::Or(pipeline)) = next;
                self.pipeline(pipeline);
            }
        }
    }

    fn pipeline(&mut self, pipeline: &Pipeline) {
        pipeline.seq.iter().for_each(|command| self.command(command));
    }

    fn command(&mut self, command: &Command) {
        match command {
            Command::Simple(simple) => self.simple(simple),
            Command::Compound(compound, redirects) => {
                self.compound(compound);
                self.redirects(redirects.as_ref());
            }
            Command::Function(function) => {
                // Whatever is called like it from now on runs this.
                self.parts.opaque = true;
                self.compound(&function.body.0);
                self.redirects(function.body.1.as_ref());
            }
            Command::ExtendedTest(test, redirects) => {
                self.parts.opaque |= substitutes(&test.expr.to_string());
                self.redirects(redirects.as_ref());
            }
        }
    }

    fn redirects(&mut self, redirects: Option<&RedirectList>) {
        redirects.iter().flat_map(|list| &list.0).for_each(|redirect| self.redirect(redirect));
    }

    fn compound(&mut self, compound: &CompoundCommand) {
        match compound {
            CompoundCommand::BraceGroup(group) => self.list(&group.list),
            CompoundCommand::Subshell(group) => self.list(&group.list),
            CompoundCommand::ForClause(clause) => {
                clause.values.iter().flatten().for_each(|value| self.look_into(value));
                self.list(&clause.body.list);
            }
            CompoundCommand::CaseClause(clause) => {
                self.look_into(&clause.value);
                for case in &clause.cases {
                    case.patterns.iter().for_each(|pattern| self.look_into(pattern));
                    case.cmd.iter().for_each(|list| self.list(list));
                }
            }
            CompoundCommand::IfClause(clause) => {
                self.list(&clause.condition);
                self.list(&clause.then);
                for other in clause.elses.iter().flatten() {
                    other.condition.iter().for_each(|list| self.list(list));
                    self.list(&other.body);
                }
            }
            CompoundCommand::WhileClause(clause) | CompoundCommand::UntilClause(clause) => {
                self.list(&clause.0);
                self.list(&clause.1.list);
            }
            // Arithmetic assigns, and runs what stands in the variables' subscripts.
            CompoundCommand::Arithmetic(_) => self.parts.opaque = true,
            CompoundCommand::Coprocess(coprocess) => {
                self.parts.opaque = true;
                self.command(&coprocess.body);
            }
            CompoundCommand::ArithmeticForClause(clause) => {
                self.parts.opaque = true;
                self.list(&clause.body.list);
            }
        }
    }

    fn simple(&mut self, simple: &SimpleCommand) {
        let mut found = Simple::default();
        let prefix = simple.prefix.iter().flat_map(|prefix| &prefix.0);
        prefix.for_each(|item| self.item(item, &mut found, Place::Before));
        found.words.extend(simple.word_or_name.as_ref().map(|name| self.word(name)));
        let suffix = simple.suffix.iter().flat_map(|suffix| &suffix.0);
        suffix.for_each(|item| self.item(item, &mut found, Place::Behind));
        if !found.words.is_empty() || !found.assigned.is_empty() {
            self.parts.commands.push(found);
        }
    }

    fn item(&mut self, item: &Item, found: &mut Simple, place: Place) {
        match item {
            Item::IoRedirect(redirect) => self.redirect(redirect),
            Item::Word(raw) => {
                let word = self.word(raw);
                found.words.push(word);
            }
            Item::AssignmentWord(assignment, raw) => {
                match &assignment.value {
                    AssignmentValue::Scalar(value) => self.look_into(value),
                    AssignmentValue::Array(_) => self.parts.opaque |= substitutes(&raw.value),
                }
                match place {
                    Place::Before => found.assigned.push(assignment.name.to_string()),
                    Place::Behind => {
                        let word = self.word(raw);
                        found.words.push(word);
                    }
                }
            }
            Item::ProcessSubstitution(_, shell) => {
                self.list(&shell.list);
                found.words.push(Word::Dynamic);
            }
        }
    }

    fn redirect(&mut self, redirect: &IoRedirect) {
        match redirect {
            IoRedirect::File(
                _,
                kind,
                IoFileRedirectTarget::Filename(raw) | IoFileRedirectTarget::Duplicate(raw),
            ) => {
                let word = self.word(raw);
                let writes = match kind {
                    IoFileRedirectKind::Read | IoFileRedirectKind::DuplicateInput => false,
                    // `2>&1` and `>&-` change no file.
                    IoFileRedirectKind::DuplicateOutput => !is_descriptor(&word),
                    _ => true,
                };
                self.parts.targets.extend(writes.then_some(word));
            }
            IoRedirect::File(_, _, IoFileRedirectTarget::Fd(_)) => {}
            IoRedirect::File(_, _, IoFileRedirectTarget::ProcessSubstitution(_, shell)) => {
                self.list(&shell.list)
            }
            IoRedirect::HereDocument(_, document) => {
                self.parts.opaque |= document.requires_expansion && substitutes(&document.doc.value);
            }
            IoRedirect::HereString(_, raw) => self.look_into(raw),
            IoRedirect::OutputAndError(raw, _) => {
                let word = self.word(raw);
                self.parts.targets.push(word);
            }
        }
    }

    /// A word whose value does not matter, but what it runs does.
    fn look_into(&mut self, raw: &RawWord) {
        self.word(raw);
    }

    fn word(&mut self, raw: &RawWord) -> Word {
        let Ok(pieces) = word::parse(&raw.value, &ParserOptions::default()) else {
            self.parts.opaque = true;
            return Word::Dynamic;
        };
        let mut literal = Some(String::new());
        self.pieces(&pieces, &mut literal);
        literal.map_or(Word::Dynamic, Word::Literal)
    }

    /// Adds pieces to a literal, which is none from the first that is not.
    fn pieces(&mut self, pieces: &[WordPieceWithSource], literal: &mut Option<String>) {
        for piece in pieces {
            match &piece.piece {
                WordPiece::Text(text) if text == "[" || !text.contains(['*', '?', '[', '{']) => {
                    add(literal, text)
                }
                WordPiece::SingleQuotedText(text) => add(literal, text),
                WordPiece::EscapeSequence(text) => add(literal, text.strip_prefix('\\').unwrap_or(text)),
                WordPiece::DoubleQuotedSequence(inner) => self.quoted(inner, literal),
                WordPiece::CommandSubstitution(line) => {
                    self.substitution(line);
                    *literal = None;
                }
                WordPiece::ParameterExpansion(expansion) => {
                    self.parts.opaque |= !is_plain(expansion);
                    *literal = None;
                }
                WordPiece::Text(_) | WordPiece::TildeExpansion(_) | WordPiece::AnsiCQuotedText(_) => {
                    *literal = None
                }
                WordPiece::GettextDoubleQuotedSequence(_)
                | WordPiece::BackquotedCommandSubstitution(_)
                | WordPiece::ArithmeticExpression(_) => {
                    self.parts.opaque = true;
                    *literal = None;
                }
            }
        }
    }

    /// As [`Walk::pieces`], where patterns and braces mean nothing.
    fn quoted(&mut self, pieces: &[WordPieceWithSource], literal: &mut Option<String>) {
        for piece in pieces {
            match &piece.piece {
                WordPiece::Text(text) => add(literal, text),
                _ => self.pieces(std::slice::from_ref(piece), literal),
            }
        }
    }

    fn substitution(&mut self, line: &str) {
        let Some(left) = self.left.checked_sub(1) else {
            self.parts.opaque = true;
            return;
        };
        let inner = Walk { parts: self.parts, left }.line(line);
        self.parts.opaque |= inner.is_none();
    }
}

/// Where an assignment stands: before a command it is one, behind it an argument.
#[derive(Clone, Copy)]
enum Place {
    Before,
    Behind,
}

fn add(literal: &mut Option<String>, text: &str) {
    if let Some(literal) = literal {
        literal.push_str(text);
    }
}

/// Whether an expansion only takes a value.
fn is_plain(expansion: &ParameterExpr) -> bool {
    matches!(
        expansion,
        ParameterExpr::Parameter {
            parameter: Parameter::Named(_) | Parameter::Positional(_) | Parameter::Special(_),
            indirect: false
        }
    )
}

/// Whether a text that is not taken apart may run something.
fn substitutes(text: &str) -> bool {
    text.contains("$(")
        || text.contains('`')
        || text.contains("${")
        || text.contains("<(")
        || text.contains(">(")
}

fn is_descriptor(word: &Word) -> bool {
    let Word::Literal(text) = word else { return false };
    text == "-" || (!text.is_empty() && text.trim_end_matches('-').bytes().all(|byte| byte.is_ascii_digit()))
}

//! A shell line → the commands it would run, by its syntax tree.
//!
//! Every command that is written anywhere in the line counts: in pipelines, branches, loops, subshells and
//! substitutions, and what a command is given to run ([`wrapper`](super::wrapper)), to any depth. Aliases of the
//! session are replaced as bash would. Where a line builds commands while it runs, it is opaque: what was found is
//! then not all there is.

use brush_parser::ast::{
    AndOr, AssignmentValue, Command, CommandPrefixOrSuffixItem as Item, CompoundCommand, CompoundList,
    IoFileRedirectKind, IoFileRedirectTarget, IoRedirect, Pipeline, RedirectList, SimpleCommand,
    Word as RawWord,
};
use brush_parser::{ParserOptions, tokenize_str_with_options};

use super::names::Names;
use super::word::{self, Word};
use super::wrapper::{self, Inner};

/// Bytes of a line that is looked at, and how deep it may nest: the parser recurses.
const LONGEST: usize = 8 * 1024;
const DEEPEST: usize = 24;
/// Commands of a line, and how many may run one another. More, and the line is not taken apart at all: nothing is to
/// hide behind them.
const MOST: usize = 256;
const WRAPPED: usize = 8;
/// Lines within lines: substitutions, `sh -c`, …
const LINES: usize = 4;

/// What a line is made of.
#[derive(Debug, Default)]
pub(super) struct Parts {
    /// The simple commands.
    pub(super) commands: Vec<Simple>,
    /// What output is redirected to.
    pub(super) targets: Vec<Word>,
    /// Why it may run what cannot be seen, if it may.
    pub(super) opaque: Option<&'static str>,
    /// Whether there are more commands than were taken out.
    is_partial: bool,
}

/// A simple command.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Simple {
    /// The variables assigned before it.
    pub(super) assigned: Vec<String>,
    /// Its name and arguments.
    pub(crate) words: Vec<Word>,
    /// Whether its name is an alias or a function of the session that is not seen through.
    pub(super) shadowed: bool,
    /// Where it stands.
    pub(super) level: Level,
}

/// Where a command stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Level {
    /// In the line itself.
    #[default]
    Line,
    /// In a line within it.
    Inner,
    /// Behind another command's words, which runs it.
    Given,
}

impl Parts {
    fn hide(&mut self, why: &'static str) {
        self.opaque.get_or_insert(why);
    }
}

/// Takes a line apart; nothing, if it is no line of bash as far as the parser knows.
pub(super) fn take_apart(line: &str, names: &Names) -> Option<Parts> {
    if line.len() > LONGEST || is_deep(line) {
        return None;
    }
    let mut parts = Parts::default();
    if expands_history(line) {
        parts.hide("bash may replace a part of it from the history");
    }
    Walk { parts: &mut parts, names, level: Level::Line, left: LINES }.line(line)?;
    (!parts.is_partial).then_some(parts)
}

/// Whether the line nests so deep that a recursive parser must not be let near it.
fn is_deep(line: &str) -> bool {
    const OPENERS: [&str; 7] = ["if", "for", "while", "until", "case", "select", "coproc"];
    line.bytes().filter(|byte| matches!(byte, b'(' | b'{' | b'`' | b'[')).count() > DEEPEST
        || line.split(|c: char| !c.is_ascii_alphabetic()).filter(|word| OPENERS.contains(word)).count()
            > DEEPEST
}

/// Whether an interactive bash may replace parts of the line from its history before it parses it.
fn expands_history(line: &str) -> bool {
    let follows = |(at, _): (usize, &str)| {
        let next = line[at + 1..].chars().next();
        next.is_some_and(|next| !next.is_whitespace() && !matches!(next, '=' | '(' | '"'))
    };
    line.starts_with('^') || line.match_indices('!').any(follows)
}

pub(super) struct Walk<'p> {
    parts: &'p mut Parts,
    names: &'p Names,
    level: Level,
    /// Lines within this one that may still be entered.
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

    /// A line within this one.
    pub(super) fn inner_line(&mut self, line: &str) {
        let Some(left) = self.left.checked_sub(1).filter(|_| !is_deep(line)) else {
            return self.parts.hide("it nests too deep");
        };
        let mut inner = Walk { parts: self.parts, names: self.names, level: Level::Inner, left };
        if inner.line(line).is_none() {
            self.parts.hide("a line within it is none that the parser knows");
        }
    }

    pub(super) fn hide(&mut self, why: &'static str) {
        self.parts.hide(why);
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
                self.hide("it defines a function: whatever is called like it runs that from now on");
                self.compound(&function.body.0);
                self.redirects(function.body.1.as_ref());
            }
            Command::ExtendedTest(test, redirects) => {
                let text = test.expr.to_string();
                // A comparison of numbers evaluates what it is given, subscripts included.
                let evaluates = ["-eq", "-ne", "-lt", "-le", "-gt", "-ge", "-v"];
                let evaluates =
                    text.contains('$') && text.split_whitespace().any(|word| evaluates.contains(&word));
                if word::substitutes(&text) || evaluates {
                    self.hide("a test in it may run something");
                }
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
                if !is_own_variable(&clause.variable_name) {
                    self.hide("its loop sets a variable that others go by");
                }
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
            CompoundCommand::Arithmetic(_) => self.hide(ARITHMETIC),
            CompoundCommand::Coprocess(coprocess) => {
                self.hide("it leaves a coprocess behind");
                self.command(&coprocess.body);
            }
            CompoundCommand::ArithmeticForClause(clause) => {
                self.hide(ARITHMETIC);
                self.list(&clause.body.list);
            }
        }
    }

    fn simple(&mut self, simple: &SimpleCommand) {
        let mut found = Simple { level: self.level, ..Simple::default() };
        let prefix = simple.prefix.iter().flat_map(|prefix| &prefix.0);
        prefix.for_each(|item| self.item(item, &mut found, Place::Before));
        if let Some(name) = &simple.word_or_name {
            self.name(name, &mut found);
        }
        let suffix = simple.suffix.iter().flat_map(|suffix| &suffix.0);
        suffix.for_each(|item| self.item(item, &mut found, Place::Behind));
        if !found.words.is_empty() || !found.assigned.is_empty() {
            self.found(found, 0);
        }
    }

    /// The name of a command: bash replaces it by an alias's words only where nothing of it is quoted.
    fn name(&mut self, raw: &RawWord, found: &mut Simple) {
        match self.names.alias(&raw.value) {
            Some(Some(words)) => {
                found.words.extend(words.iter().cloned().map(Word::Literal));
                found.shadowed = words.first().is_some_and(|name| self.names.is_function(name));
            }
            Some(None) => {
                found.words.push(Word::Literal(raw.value.clone()));
                found.shadowed = true;
            }
            None => {
                let word = self.word(raw);
                found.shadowed = word.literal().is_some_and(|name| self.names.is_function(name));
                found.words.push(word);
            }
        }
    }

    /// A command, and what it is given to run; `depth` others run it.
    fn found(&mut self, command: Simple, depth: usize) {
        self.parts.is_partial |= self.parts.commands.len() == MOST || depth > WRAPPED;
        if self.parts.is_partial {
            return;
        }
        let inner = if command.shadowed { Vec::new() } else { wrapper::inner(&command.words) };
        self.parts.commands.push(command);
        for inner in inner {
            match inner {
                Inner::Words(words) => {
                    self.found(Simple { words, level: Level::Given, ..Simple::default() }, depth + 1)
                }
                Inner::Line(line) => self.inner_line(&line),
                Inner::Hidden => self.hide("what it runs is known only when it runs"),
            }
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
                    AssignmentValue::Array(_) if word::substitutes(&raw.value) => {
                        self.hide("an array in it may run something");
                    }
                    AssignmentValue::Array(_) => {}
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
                found.words.push(Word::Starting("/dev/fd/".to_owned()));
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
                let reaches = word.literal().is_some_and(is_socket);
                let writes = match kind {
                    // bash opens a connection for such a name, whichever way it is redirected.
                    _ if reaches => true,
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
                if document.requires_expansion && word::substitutes(&document.doc.value) {
                    self.hide("a here-document in it may run something");
                }
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
        word::read(&raw.value, self)
    }
}

/// Where an assignment stands: before a command it is one, behind it an argument.
#[derive(Clone, Copy)]
enum Place {
    Before,
    Behind,
}

pub(super) const ARITHMETIC: &str = "its arithmetic may assign, and run what stands in a subscript";

/// A name in small letters: a variable of the line's own, that no program goes by.
pub(super) fn is_own_variable(name: &str) -> bool {
    let is_small = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    name.chars().all(is_small) && !name.ends_with("_proxy")
}

/// Whether bash would open a network connection for this name.
pub(super) fn is_socket(path: &str) -> bool {
    path.starts_with("/dev/tcp/") || path.starts_with("/dev/udp/")
}

fn is_descriptor(word: &Word) -> bool {
    let Word::Literal(text) = word else { return false };
    text == "-" || (!text.is_empty() && text.trim_end_matches('-').bytes().all(|byte| byte.is_ascii_digit()))
}

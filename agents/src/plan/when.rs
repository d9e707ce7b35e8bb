//! Conditions: whether a step runs, and when polling ends.
//!
//! A condition compares what [`Reference`]s stand for with texts and numbers: `==`, `!=`, `<`, `<=`, `>`, `>=`,
//! `contains`, joined by `not`, `and`, `or` and parentheses. Two sides that are both numbers are compared as
//! numbers, any others as texts, byte by byte. A value alone is true unless it is empty, `0` or `false`. So every
//! condition has an answer for whatever a step printed, and nothing in it is ever run.

use super::reference::Reference;

/// How deep parentheses and `not` may stand in each other.
const DEEPEST: usize = 50;

/// A condition.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    /// As it is written.
    pub text: String,
    tree: Tree,
}

#[derive(Debug, Clone, PartialEq)]
enum Tree {
    Or(Vec<Self>),
    And(Vec<Self>),
    Not(Box<Self>),
    Compare(Operand, Comparison, Operand),
    Truth(Operand),
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Operand {
    Text(String),
    Value(Reference),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Comparison {
    Equal,
    Unequal,
    Less,
    AtMost,
    More,
    AtLeast,
    Contains,
}

const COMPARISONS: [(&str, Comparison); 7] = [
    ("==", Comparison::Equal),
    ("!=", Comparison::Unequal),
    ("<=", Comparison::AtMost),
    (">=", Comparison::AtLeast),
    ("<", Comparison::Less),
    (">", Comparison::More),
    ("contains", Comparison::Contains),
];

impl Condition {
    /// Reads a condition.
    ///
    /// # Errors
    ///
    /// If it is none.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut reader = Reader { tokens: tokens(text)?, at: 0, depth: 0 };
        let tree = reader.or()?;
        match reader.tokens.get(reader.at) {
            None => Ok(Self { text: text.to_owned(), tree }),
            Some(token) => Err(format!("{} stands where `and`, `or` or the end should", token.shown())),
        }
    }

    /// What it refers to.
    pub fn references(&self) -> Vec<&Reference> {
        let mut found = Vec::new();
        self.tree.references(&mut found);
        found
    }

    /// What must hold for it to hold: itself, or each part of an `and`.
    pub fn requires(&self, reference: &Reference) -> bool {
        let is = |tree: &Tree| matches!(tree, Tree::Truth(Operand::Value(own)) if own == reference);
        match &self.tree {
            Tree::And(parts) => parts.iter().any(is),
            tree => is(tree),
        }
    }

    /// Whether it holds.
    pub fn holds(&self, value: &dyn Fn(&Reference) -> String) -> bool {
        self.tree.holds(value)
    }
}

impl Tree {
    fn references<'t>(&'t self, found: &mut Vec<&'t Reference>) {
        let mut operand = |operand: &'t Operand| {
            if let Operand::Value(reference) = operand {
                found.push(reference);
            }
        };
        match self {
            Self::Or(parts) | Self::And(parts) => parts.iter().for_each(|part| part.references(found)),
            Self::Not(part) => part.references(found),
            Self::Compare(left, _, right) => [left, right].into_iter().for_each(operand),
            Self::Truth(value) => operand(value),
        }
    }

    fn holds(&self, value: &dyn Fn(&Reference) -> String) -> bool {
        match self {
            Self::Or(parts) => parts.iter().any(|part| part.holds(value)),
            Self::And(parts) => parts.iter().all(|part| part.holds(value)),
            Self::Not(part) => !part.holds(value),
            Self::Compare(left, comparison, right) => {
                comparison.holds(&left.value(value), &right.value(value))
            }
            Self::Truth(operand) => !matches!(operand.value(value).as_str(), "" | "0" | "false"),
        }
    }
}

impl Operand {
    fn value(&self, value: &dyn Fn(&Reference) -> String) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Value(reference) => value(reference),
        }
    }
}

impl Comparison {
    fn holds(self, left: &str, right: &str) -> bool {
        let number = |text: &str| text.trim().parse::<f64>().ok().filter(|number| number.is_finite());
        let order = match (number(left), number(right)) {
            (Some(left), Some(right)) => left.total_cmp(&right),
            _ => left.cmp(right),
        };
        match self {
            Self::Equal => order.is_eq(),
            Self::Unequal => order.is_ne(),
            Self::Less => order.is_lt(),
            Self::AtMost => order.is_le(),
            Self::More => order.is_gt(),
            Self::AtLeast => order.is_ge(),
            Self::Contains => left.contains(right),
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
enum Token {
    Open,
    Close,
    And,
    Or,
    Not,
    Comparison(&'static str, Comparison),
    Operand(Operand),
}

impl Token {
    fn shown(&self) -> String {
        match self {
            Self::Open => "(".to_owned(),
            Self::Close => ")".to_owned(),
            Self::And => "and".to_owned(),
            Self::Or => "or".to_owned(),
            Self::Not => "not".to_owned(),
            Self::Comparison(text, _) => (*text).to_owned(),
            Self::Operand(Operand::Text(text)) => format!("{text:?}"),
            Self::Operand(Operand::Value(reference)) => reference.to_string(),
        }
    }
}

fn tokens(text: &str) -> Result<Vec<Token>, String> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(c) = rest.chars().next() {
        let symbol = COMPARISONS.iter().find(|(symbol, _)| !c.is_alphabetic() && rest.starts_with(symbol));
        let (token, length) = match c {
            '(' => (Token::Open, 1),
            ')' => (Token::Close, 1),
            '"' | '\'' => {
                let length =
                    rest[1..].find(c).ok_or_else(|| format!("the text {rest} has no closing {c}"))?;
                (Token::Operand(Operand::Text(rest[1..=length].to_owned())), length + 2)
            }
            _ if symbol.is_some() => {
                let (symbol, comparison) = symbol.copied().unwrap_or(COMPARISONS[0]);
                (Token::Comparison(symbol, comparison), symbol.len())
            }
            _ => {
                let is_part = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-');
                let length = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
                if length == 0 {
                    return Err(format!("{c:?} means nothing in a condition"));
                }
                (word(&rest[..length])?, length)
            }
        };
        tokens.push(token);
        rest = rest[length..].trim_start();
    }
    Ok(tokens)
}

fn word(word: &str) -> Result<Token, String> {
    Ok(match word {
        "and" => Token::And,
        "or" => Token::Or,
        "not" => Token::Not,
        "contains" => Token::Comparison("contains", Comparison::Contains),
        "true" | "false" => Token::Operand(Operand::Text(word.to_owned())),
        _ if word.parse::<f64>().is_ok_and(f64::is_finite) => Token::Operand(Operand::Text(word.to_owned())),
        _ if Reference::is_meant(word) => Token::Operand(Operand::Value(Reference::parse(word)?)),
        _ => return Err(format!("{word} means nothing in a condition: a text stands in quotes, \"{word}\"")),
    })
}

struct Reader {
    tokens: Vec<Token>,
    at: usize,
    depth: usize,
}

impl Reader {
    fn takes(&mut self, token: &Token) -> bool {
        let is = self.tokens.get(self.at) == Some(token);
        self.at += usize::from(is);
        is
    }

    fn or(&mut self) -> Result<Tree, String> {
        let mut parts = vec![self.and()?];
        while self.takes(&Token::Or) {
            parts.push(self.and()?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { Tree::Or(parts) })
    }

    fn and(&mut self) -> Result<Tree, String> {
        let mut parts = vec![self.not()?];
        while self.takes(&Token::And) {
            parts.push(self.not()?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { Tree::And(parts) })
    }

    fn not(&mut self) -> Result<Tree, String> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err("the condition is nested too deep".to_owned());
        }
        let tree = if self.takes(&Token::Not) {
            Tree::Not(Box::new(self.not()?))
        } else if self.takes(&Token::Open) {
            let tree = self.or()?;
            if !self.takes(&Token::Close) {
                return Err("a parenthesis is not closed".to_owned());
            }
            tree
        } else {
            self.comparison()?
        };
        self.depth -= 1;
        Ok(tree)
    }

    fn comparison(&mut self) -> Result<Tree, String> {
        let left = self.operand()?;
        let Some(Token::Comparison(_, comparison)) = self.tokens.get(self.at) else {
            return Ok(Tree::Truth(left));
        };
        let comparison = *comparison;
        self.at += 1;
        Ok(Tree::Compare(left, comparison, self.operand()?))
    }

    fn operand(&mut self) -> Result<Operand, String> {
        let token = self.tokens.get(self.at);
        self.at += 1;
        match token {
            Some(Token::Operand(operand)) => Ok(operand.clone()),
            Some(other) => Err(format!("{} stands where a value should", other.shown())),
            None => Err("it ends where a value should stand".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(reference: &Reference) -> String {
        match reference.to_string().as_str() {
            "vars.tag" => "v1.10",
            "vars.port" => "8080",
            "steps.a.stdout" => "all healthy\nnow",
            "steps.a.status" => "0",
            "steps.a.succeeded" => "true",
            "steps.a.failed" => "false",
            _ => "",
        }
        .to_owned()
    }

    #[test]
    fn conditions_hold_or_do_not() {
        for (text, expected) in [
            ("vars.tag == 'v1.10'", true),
            ("vars.tag != \"v1.1\"", true),
            ("vars.port > 900", true),
            ("vars.port < 900", false),
            ("vars.port == 8080.0", true),
            ("vars.tag < 'v1.9'", true),
            ("vars.none == ''", true),
            ("vars.none", false),
            ("not vars.none", true),
            ("steps.a.status", false),
            ("steps.a.succeeded and not steps.a.failed", true),
            ("steps.a.stdout contains 'healthy'", true),
            ("steps.a.stdout contains \"sick\" or vars.port >= 8080 and false", false),
            ("(steps.a.stdout contains \"sick\" or vars.port >= 8080) and true", true),
            ("not (true and not false)", false),
            ("vars.none < 1", true),
        ] {
            assert_eq!(Condition::parse(text).unwrap().holds(&value), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_condition_is_told() {
        for (text, why) in [
            ("", "ends where a value should stand"),
            ("vars.a ==", "ends where a value should stand"),
            ("vars.a == b", "a text stands in quotes"),
            ("vars.a vars.b", "vars.b stands where `and`, `or` or the end should"),
            ("vars.a = 1", "'=' means nothing"),
            ("vars.a == 'b", "no closing '"),
            ("(vars.a", "not closed"),
            ("and vars.a", "and stands where a value should"),
            ("vars.a == == 1", "== stands where a value should"),
            ("$(touch x)", "'$' means nothing"),
            ("steps.a.output", "names no field"),
        ] {
            let error = Condition::parse(text).unwrap_err();
            assert!(error.contains(why), "{text}: {error}");
        }
        assert!(Condition::parse(&"(".repeat(100_000)).is_err());
        assert!(Condition::parse(&"not ".repeat(100_000)).is_err());
    }

    #[test]
    fn what_must_hold_is_known() {
        let failed = Reference::parse("steps.a.failed").unwrap();
        for (text, expected) in [
            ("steps.a.failed", true),
            ("vars.x and steps.a.failed", true),
            ("vars.x or steps.a.failed", false),
        ] {
            assert_eq!(Condition::parse(text).unwrap().requires(&failed), expected, "{text}");
        }
    }
}

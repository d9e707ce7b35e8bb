//! What stands at the beginning of a text within a paragraph: markup, text, or the beginning of markup whose
//! end is not in sight yet. Pure; every search is bounded, so hostile text costs no more than its length times
//! the reach.

/// How far the end of emphasis, of code or of a link's text may be from its beginning, in bytes.
pub(super) const REACH: usize = 300;

/// A URL may be longer.
const URL_REACH: usize = 1200;

/// The longest run of asterisks, tildes or backticks that is markup.
const MAX_RUN: usize = 3;

/// What stands at the beginning of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// More text is needed to tell.
    Wait,
    /// Text as typed, of this length in bytes.
    Literal(usize),
    /// One character that a backslash made text.
    Escaped(&'a str),
    /// Code, between runs of this many backticks.
    Code { content: &'a str, run: usize },
    /// Emphasis, between runs of this many of this character.
    Emphasis { content: &'a str, marker: char, run: usize },
    /// A link, in all of this length.
    Link { content: &'a str, url: &'a str, length: usize },
    /// A line break, of this length.
    Break(usize),
    /// A line end that means a space.
    LineEnd,
}

/// Whether more text may come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// It may.
    Open,
    /// It may not.
    Reached,
}

impl End {
    /// At the end of the text: waits, or decides where nothing more comes.
    fn or<T>(self, decided: T) -> Result<T, Unknown> {
        if self == Self::Reached { Ok(decided) } else { Err(Unknown) }
    }
}

/// It depends on text that has not come.
struct Unknown;

/// What stands at the beginning of `text`, behind `previous` and a number of spaces.
pub(super) fn token(text: &str, previous: Option<char>, spaces: usize, end: End) -> Token<'_> {
    let token = match text.chars().next() {
        Some('\\') => escape(text, end),
        Some('\n') if spaces >= 2 => Ok(Token::Break(1)),
        Some('\n') => Ok(Token::LineEnd),
        Some(marker @ ('`' | '*' | '_' | '~')) => run(text, marker, previous, end),
        Some('[') => link(text, 0, end),
        Some('!') => image(text, end),
        Some('<') => angle(text, end),
        Some(other) => Ok(Token::Literal(other.len_utf8())),
        None => Err(Unknown),
    };
    token.unwrap_or(Token::Wait)
}

fn escape(text: &str, end: End) -> Result<Token<'_>, Unknown> {
    match text[1..].chars().next() {
        None => end.or(Token::Literal(1)),
        Some('\n') => Ok(Token::Break(2)),
        Some(c) if c.is_ascii_punctuation() => Ok(Token::Escaped(&text[1..2])),
        Some(_) => Ok(Token::Literal(1)),
    }
}

/// Code or emphasis.
fn run(text: &str, marker: char, previous: Option<char>, end: End) -> Result<Token<'_>, Unknown> {
    let run = run_length(text, marker, MAX_RUN + 1);
    // The rest of a run that was too long is as much text as its beginning.
    if run > MAX_RUN || previous == Some(marker) {
        return Ok(Token::Literal(run));
    }
    let rest = &text[run..];
    let Some(next) = rest.chars().next() else { return end.or(Token::Literal(run)) };
    let window = Window::new(rest, REACH, end);
    if marker == '`' {
        let closed = window.code_end(0, run)?;
        return Ok(closed.map_or(Token::Literal(run), |at| Token::Code { content: &rest[..at], run }));
    }
    if marker == '~' && run != 2 || !Flanks::of(previous, Some(next), marker).opens {
        return Ok(Token::Literal(run));
    }
    let closed = window.emphasis_end(marker, run)?;
    Ok(closed.map_or(Token::Literal(run), |at| Token::Emphasis { content: &rest[..at], marker, run }))
}

fn image(text: &str, end: End) -> Result<Token<'_>, Unknown> {
    match text[1..].chars().next() {
        None => end.or(Token::Literal(1)),
        Some('[') => link(text, 1, end),
        Some(_) => Ok(Token::Literal(1)),
    }
}

/// `[content](url "title")`, with the bracket at `at`.
fn link(text: &str, at: usize, end: End) -> Result<Token<'_>, Unknown> {
    let rest = &text[at + 1..];
    let Some(close) = Window::new(rest, REACH, end).bracket_end('[', ']')? else {
        return Ok(Token::Literal(1));
    };
    let after = &rest[close + 1..];
    match after.chars().next() {
        None => return end.or(Token::Literal(1)),
        Some('(') => {}
        Some(_) => return Ok(Token::Literal(1)),
    }
    let Some(url_end) = Window::new(&after[1..], URL_REACH, end).bracket_end('(', ')')? else {
        return Ok(Token::Literal(1));
    };
    let target = after[1..=url_end].split_whitespace().next().unwrap_or_default();
    let url = target.strip_prefix('<').and_then(|url| url.strip_suffix('>')).unwrap_or(target);
    Ok(Token::Link { content: &rest[..close], url, length: at + 1 + close + 1 + 1 + url_end + 1 })
}

/// `<https://…>` and `<br>`; all else is text.
fn angle(text: &str, end: End) -> Result<Token<'_>, Unknown> {
    const BREAKS: [&str; 3] = ["<br>", "<br/>", "<br />"];
    const SCHEMES: [&str; 3] = ["<https://", "<http://", "<mailto:"];
    if let Some(tag) = BREAKS.iter().find(|tag| text.starts_with(**tag)) {
        return Ok(Token::Break(tag.len()));
    }
    if SCHEMES.iter().any(|scheme| text.starts_with(scheme)) {
        let window = Window::new(&text[1..], URL_REACH, end);
        return match window.text.find(|c: char| c == '>' || c.is_whitespace()) {
            Some(at) if window.text[at..].starts_with('>') => {
                let url = &text[1..=at];
                Ok(Token::Link { content: url, url, length: at + 2 })
            }
            Some(_) => Ok(Token::Literal(1)),
            None => window.nothing().map(|_: Option<()>| Token::Literal(1)),
        };
    }
    let may_become = BREAKS.iter().chain(&SCHEMES).any(|known| known.starts_with(text));
    if may_become { end.or(Token::Literal(1)) } else { Ok(Token::Literal(1)) }
}

/// The part of a text in which the end of markup is looked for.
#[derive(Clone, Copy)]
struct Window<'a> {
    text: &'a str,
    edge: Edge,
}

/// What is behind a window.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Edge {
    /// Text that is too far away.
    Cut,
    /// Nothing.
    End,
    /// What has not come yet.
    Open,
}

impl<'a> Window<'a> {
    fn new(text: &'a str, reach: usize, end: End) -> Self {
        let edge = match end {
            _ if text.len() > reach => Edge::Cut,
            End::Reached => Edge::End,
            End::Open => Edge::Open,
        };
        Self { text: &text[..text.floor_char_boundary(reach)], edge }
    }

    /// Nothing was found in the window.
    fn nothing<T>(self) -> Result<Option<T>, Unknown> {
        if self.edge == Edge::Open { Err(Unknown) } else { Ok(None) }
    }

    /// The length of the run at `at`, if it is known to end there.
    fn run_at(self, at: usize, marker: char) -> Result<Option<usize>, Unknown> {
        let run = run_length(&self.text[at..], marker, usize::MAX);
        if at + run < self.text.len() || self.edge == Edge::End { Ok(Some(run)) } else { self.nothing() }
    }

    /// Where the run of exactly `run` backticks is that ends the code which begins at `from`.
    fn code_end(self, from: usize, run: usize) -> Result<Option<usize>, Unknown> {
        let mut at = from;
        while let Some(offset) = self.text[at..].find('`') {
            at += offset;
            let Some(found) = self.run_at(at, '`')? else { return Ok(None) };
            if found == run {
                return Ok(Some(at));
            }
            at += found;
        }
        self.nothing()
    }

    /// Where the bracket is that closes the one before the window.
    fn bracket_end(self, open: char, close: char) -> Result<Option<usize>, Unknown> {
        if !self.text.contains(close) && !self.text.contains('\n') {
            return self.nothing();
        }
        let mut depth = 0_usize;
        let mut escaped = false;
        for (at, c) in self.text.char_indices() {
            match c {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '\n' if close == ')' => return Ok(None),
                c if c == open => depth += 1,
                c if c == close && depth == 0 => return Ok(Some(at)),
                c if c == close => depth -= 1,
                _ => {}
            }
        }
        self.nothing()
    }

    /// Where the run is that ends the emphasis before the window, minding code and emphasis within.
    fn emphasis_end(self, marker: char, run: usize) -> Result<Option<usize>, Unknown> {
        // Told at a glance for the common lone asterisk.
        if !self.text.as_bytes().windows(2).any(|pair| pair[0] > b' ' && char::from(pair[1]) == marker) {
            return self.nothing();
        }
        let mut open = vec![run];
        let mut unclosed_code = [false; MAX_RUN + 1];
        let (mut at, mut previous) = (0, None);
        while let Some(c) = self.text[at..].chars().next() {
            let mut length = c.len_utf8();
            if c == '\\' {
                length += self.text[at + 1..].chars().next().map_or(0, char::len_utf8);
            } else if c == '`' {
                let Some(ticks) = self.run_at(at, '`')? else { return Ok(None) };
                length = self.code_length(at, ticks, &mut unclosed_code)?;
            } else if c == marker {
                let Some(found) = self.run_at(at, marker)? else { return Ok(None) };
                let next = self.text[at + found..].chars().next();
                if let Some(before) = balance(&mut open, found, Flanks::of(previous, next, marker)) {
                    return Ok(Some(at + before));
                }
                length = found;
            }
            at += length;
            previous = self.text[..at].chars().next_back();
        }
        self.nothing()
    }

    /// The length of the code that begins at `at`, or of its backticks if it does not end.
    fn code_length(self, at: usize, ticks: usize, unclosed: &mut [bool]) -> Result<usize, Unknown> {
        // A run that is not closed is remembered: looking for its end again and again would be quadratic.
        let Some(unclosed) = unclosed.get_mut(ticks).filter(|unclosed| !**unclosed) else { return Ok(ticks) };
        match self.code_end(at + ticks, ticks)? {
            Some(close) => Ok(close + ticks - at),
            None => {
                *unclosed = true;
                Ok(ticks)
            }
        }
    }
}

/// Lets a run close or open emphasis. Once the outermost is closed: how much of the run came before that.
fn balance(open: &mut Vec<usize>, run: usize, flanks: Flanks) -> Option<usize> {
    let mut left = run;
    while flanks.closes && left > 0 {
        if let Some(level) = open.iter().rposition(|length| *length == left) {
            open.truncate(level);
            return open.is_empty().then_some(run - left);
        }
        let Some(length) = open.pop_if(|length| *length < left) else { break };
        if open.is_empty() {
            return Some(run - left);
        }
        left -= length;
    }
    if flanks.opens && left == run && run <= MAX_RUN {
        open.push(run);
    }
    None
}

/// What a run can do, by the characters beside it.
#[derive(Clone, Copy)]
struct Flanks {
    opens: bool,
    closes: bool,
}

impl Flanks {
    /// As CommonMark has it, with ASCII punctuation alone: so emphasis works in text without spaces, too.
    fn of(previous: Option<char>, next: Option<char>, marker: char) -> Self {
        let solid = |c: Option<char>| c.is_some_and(|c| !c.is_whitespace());
        let mark = |c: Option<char>| c.is_some_and(|c| c.is_ascii_punctuation());
        let left = solid(next) && (!mark(next) || !solid(previous) || mark(previous));
        let right = solid(previous) && (!mark(previous) || !solid(next) || mark(next));
        match marker {
            '_' => Self { opens: left && (!right || mark(previous)), closes: right && (!left || mark(next)) },
            _ => Self { opens: left, closes: right },
        }
    }
}

fn run_length(text: &str, marker: char, most: usize) -> usize {
    text.chars().take(most).take_while(|c| *c == marker).count()
}

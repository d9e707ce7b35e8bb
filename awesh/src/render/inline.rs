//! Markup within a paragraph, as it streams: emphasis, code, links, line breaks.
//!
//! Text is passed on at once up to the first markup whose end has not come. That is waited for only so far
//! ([`REACH`]), so that a lone asterisk does not hold an answer back; beyond, or at the end of the paragraph,
//! it is text as typed. What is decided depends on the text alone, not on how it was cut.

use super::style::{Run, Style};
use super::token::{End, REACH, Token, token};

/// Every character that may begin markup.
const SPECIAL: &[char] = &['\\', '`', '*', '_', '~', '[', '!', '<', '\n'];

/// Every character that may end markup which is waited for.
const ENDS: &[char] = &['`', '*', '_', '~', ']', ')', '>', '\n'];

/// Up to this length what is pending may be decided by any character: it is an unfinished run or tag.
const SHORT: usize = 12;

/// What a paragraph is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Span {
    /// Text of one look.
    Text(Run),
    /// A line break that the author asked for.
    Break,
}

/// Reads the markup of one paragraph after the other.
#[derive(Debug, Default)]
pub(super) struct Inline {
    /// What is not decided yet.
    pending: String,
    /// The character before it, as typed.
    previous: Option<char>,
    /// The spaces before it; two before a line end are a line break.
    spaces: usize,
    /// Without colour, code keeps its backticks.
    keeps_backticks: bool,
}

impl Inline {
    /// For a terminal with or without colour.
    pub(super) fn new(colour: bool) -> Self {
        Self { keeps_backticks: !colour, ..Self::default() }
    }

    /// Reads a portion of the paragraph.
    pub(super) fn push(&mut self, text: &str, style: Style, spans: &mut Vec<Span>) {
        let waited = self.pending.len();
        self.pending.push_str(text);
        if waited <= SHORT || self.pending.len() > REACH || text.contains(ENDS) {
            self.read(style, End::Open, spans);
        }
    }

    /// Reads what is left at the end of the paragraph.
    pub(super) fn finish(&mut self, style: Style, spans: &mut Vec<Span>) {
        self.read(style, End::Reached, spans);
        (self.previous, self.spaces) = (None, 0);
    }

    fn read(&mut self, style: Style, end: End, spans: &mut Vec<Span>) {
        let pending = std::mem::take(&mut self.pending);
        let mut rest = pending.as_str();
        while !rest.is_empty() {
            let plain = rest.find(SPECIAL).unwrap_or(rest.len());
            let token = match plain {
                0 => token(rest, self.previous, self.spaces, end),
                _ => Token::Literal(plain),
            };
            match self.append(token, rest, style, spans) {
                0 => break,
                taken => rest = &rest[taken..],
            }
        }
        self.pending = rest.to_owned();
    }

    /// Appends what a token at the beginning of `text` stands for; the bytes it took.
    fn append(&mut self, token: Token<'_>, text: &str, style: Style, spans: &mut Vec<Span>) -> usize {
        let taken = match token {
            Token::Wait => return 0,
            Token::Literal(length) => {
                self.count_spaces(&text[..length]);
                put(&text[..length], style, spans);
                self.previous = text[..length].chars().next_back();
                return length;
            }
            Token::Escaped(character) => {
                put(character, style, spans);
                1 + character.len()
            }
            Token::Code { content, run } => {
                let taken = content.len() + 2 * run;
                let (code, look) = if self.keeps_backticks {
                    (&text[..taken], style)
                } else {
                    (unpadded(content), style.code())
                };
                put(&code.replace('\n', " "), look, spans);
                taken
            }
            Token::Emphasis { content, marker, run } => {
                self.within(content, emphasised(style, marker, run), spans);
                content.len() + 2 * run
            }
            Token::Link { content, url, length } => {
                self.within(content, style.linked(), spans);
                if content != url && !url.is_empty() {
                    put(&format!(" ({url})"), Style { dim: true, ..style }, spans);
                }
                length
            }
            Token::Break(length) => {
                spans.push(Span::Break);
                length
            }
            Token::LineEnd => {
                put(" ", style, spans);
                1
            }
        };
        self.spaces = 0;
        self.previous = text[..taken].chars().next_back();
        taken
    }

    fn count_spaces(&mut self, text: &str) {
        let trimmed = text.trim_end_matches(' ').len();
        self.spaces = text.len() - trimmed + if trimmed == 0 { self.spaces } else { 0 };
    }

    /// Reads a text within markup, which is there as a whole.
    fn within(&self, content: &str, style: Style, spans: &mut Vec<Span>) {
        let mut inner = Self { keeps_backticks: self.keeps_backticks, ..Self::default() };
        inner.push(content, style, spans);
        inner.finish(style, spans);
    }
}

fn emphasised(style: Style, marker: char, run: usize) -> Style {
    match (marker, run) {
        ('~', _) => Style { strike: true, ..style },
        (_, 1) => Style { italic: true, ..style },
        (_, 2) => Style { bold: true, ..style },
        _ => Style { bold: true, italic: true, ..style },
    }
}

/// One space on each side of code is there to set a backtick off.
fn unpadded(code: &str) -> &str {
    let inner = code.strip_prefix(' ').and_then(|code| code.strip_suffix(' '));
    inner.filter(|inner| !inner.trim().is_empty()).unwrap_or(code)
}

fn put(text: &str, style: Style, spans: &mut Vec<Span>) {
    match spans.last_mut() {
        Some(Span::Text(run)) if run.style == style => run.text.push_str(text),
        _ => spans.push(Span::Text(Run::new(text, style))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Spans in a short notation: `b{bold}`, `i{…}`, `c{code}`, `u{link}`, `d{dim}`, `s{strike}`, `⏎`.
    fn notation(spans: &[Span]) -> String {
        let mut notation = String::new();
        for span in spans {
            let Span::Text(Run { text, style }) = span else {
                notation.push('⏎');
                continue;
            };
            let looks = [
                (style.bold, 'b'),
                (style.italic, 'i'),
                (style.colour.is_some(), 'c'),
                (style.underline, 'u'),
                (style.dim, 'd'),
                (style.strike, 's'),
            ];
            let looks: String = looks.iter().filter_map(|(on, look)| on.then_some(*look)).collect();
            notation.push_str(&if looks.is_empty() { text.clone() } else { format!("{looks}{{{text}}}") });
        }
        notation
    }

    fn read(portions: &[&str]) -> String {
        let (mut inline, mut spans) = (Inline::new(true), Vec::new());
        portions.iter().for_each(|portion| inline.push(portion, Style::PLAIN, &mut spans));
        inline.finish(Style::PLAIN, &mut spans);
        notation(&spans)
    }

    const CASES: &[(&str, &str)] = &[
        ("plain text", "plain text"),
        ("**bold** and *it* and _it_ and __b__", "b{bold} and i{it} and i{it} and b{b}"),
        ("***both*** ~~gone~~ ~one~", "bi{both} s{gone} ~one~"),
        ("**bold with *it* and `code`** end", "b{bold with }bi{it}b{ and }bc{code} end"),
        ("*it with **bold** in* x", "i{it with }bi{bold}i{ in} x"),
        ("*a **b***", "i{a }bi{b}"),
        ("**a*** b", "b{a}* b"),
        ("*a **b c* d", "i{a **b c} d"),
        ("2 * 3 * 4 and snake_case_name", "2 * 3 * 4 and snake_case_name"),
        ("*args and **kwargs", "*args and **kwargs"),
        ("****not bold**** *****", "****not bold**** *****"),
        ("`code *not it*` ``a ` b`` `` ` ``", "c{code *not it*} c{a ` b} c{`}"),
        ("`open and **bold**", "`open and b{bold}"),
        ("*a `*` b*", "i{a }ic{*}i{ b}"),
        ("\\*not it\\* \\d \\", "*not it* \\d \\"),
        ("[text](https://a.b/c_(d) \"t\") x", "u{text}d{ (https://a.b/c_(d))} x"),
        ("[**b**](u) [x] [ ] [a](b", "bu{b}d{ (u)} [x] [ ] [a](b"),
        ("![alt](img.png) wow! !", "u{alt}d{ (img.png)} wow! !"),
        ("<https://a.b> <b>html</b> a < b <", "u{https://a.b} <b>html</b> a < b <"),
        ("a<br>b<br/>c<br x", "a⏎b⏎c<br x"),
        ("one\ntwo  \nthree\\\nfour", "one two  ⏎three⏎four"),
        ("**「日本」**は*強*調", "b{「日本」}はi{強}調"),
        ("**Note:** text", "b{Note:} text"),
    ];

    #[test]
    fn markup_is_read() {
        for (text, expected) in CASES {
            assert_eq!(&read(&[text]), expected, "{text:?}");
        }
    }

    #[test]
    fn portions_may_be_cut_anywhere() {
        for (text, expected) in CASES {
            for (cut, _) in text.char_indices() {
                assert_eq!(&read(&[&text[..cut], &text[cut..]]), expected, "{text:?} cut at {cut}");
            }
            let characters: Vec<String> = text.chars().map(String::from).collect();
            let portions: Vec<&str> = characters.iter().map(String::as_str).collect();
            assert_eq!(&read(&portions), expected, "{text:?} one by one");
        }
    }

    #[test]
    fn the_end_is_waited_for_only_so_far() {
        let (mut inline, mut spans) = (Inline::new(true), Vec::new());
        inline.push("*open ", Style::PLAIN, &mut spans);
        assert!(spans.is_empty());
        inline.push(&"word ".repeat(100), Style::PLAIN, &mut spans);
        assert!(notation(&spans).starts_with("*open word word"));
        let far = format!("*open {}end*", "word ".repeat(100));
        assert_eq!(read(&[&far]), far);
    }

    #[test]
    fn without_colour_code_is_as_typed() {
        let (mut inline, mut spans) = (Inline::new(false), Vec::new());
        inline.push("run `ls -l` *now*", Style::PLAIN, &mut spans);
        inline.finish(Style::PLAIN, &mut spans);
        assert_eq!(notation(&spans), "run `ls -l` i{now}");
    }
}

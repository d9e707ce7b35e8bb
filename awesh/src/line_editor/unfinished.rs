//! Whether a line plainly goes on: a quotation that is not closed, or a backslash at its end. A guess for
//! comfort, so that such a line is edited as a whole; everything else that goes on (a here-document, a loop, a
//! substitution) bash itself says. So a doubtful line is taken to be whole.

/// What the text stands in, from the outermost on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Inside {
    /// `'…'`
    Single,
    /// `$'…'`
    Ansi,
    /// `"…"`
    Double,
    /// `(…)`, `$(…)`: a command again.
    Parentheses,
    /// `` `…` ``: a command again.
    Backticks,
    /// `${…}`
    Braces,
}

/// Whether Enter should begin a new line of text instead of entering the line.
pub fn goes_on(text: &str) -> bool {
    let mut scanner = Scanner::default();
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match scanner.take(character) {
            Step::Further => {}
            Step::Escape if characters.next().is_none() => return true,
            Step::Escape => {}
            Step::Comment if !characters.by_ref().any(|c| c == '\n') => return false,
            Step::Comment => scanner.previous = ['\n'; 2],
            Step::HereDocument => return false,
        }
    }
    scanner.inside.iter().any(|inside| matches!(inside, Inside::Single | Inside::Ansi | Inside::Double))
}

enum Step {
    Further,
    /// The next character means nothing.
    Escape,
    /// The rest of the line means nothing.
    Comment,
    /// The next lines may be text with quotes that are none: only bash can tell.
    HereDocument,
}

struct Scanner {
    inside: Vec<Inside>,
    /// The last two characters.
    previous: [char; 2],
    here_document: bool,
}

impl Default for Scanner {
    fn default() -> Self {
        Self { inside: Vec::new(), previous: ['\n'; 2], here_document: false }
    }
}

impl Scanner {
    fn take(&mut self, character: char) -> Step {
        let [before, last] = self.previous;
        self.previous = [last, character];
        match self.inside.last() {
            Some(Inside::Single) => {
                if character == '\'' {
                    self.inside.pop();
                }
            }
            _ if character == '\\' => {
                // What it protects begins nothing either.
                self.previous = ['\\'; 2];
                return Step::Escape;
            }
            Some(Inside::Ansi) => {
                if character == '\'' {
                    self.inside.pop();
                }
            }
            Some(Inside::Double) => self.take_in_text(character, last, '"'),
            Some(Inside::Braces) => self.take_in_text(character, last, '}'),
            None | Some(Inside::Parentheses | Inside::Backticks) => {
                return self.take_in_command(character, before, last);
            }
        }
        Step::Further
    }

    /// In double quotes, or in the braces of an expansion.
    fn take_in_text(&mut self, character: char, last: char, end: char) {
        match character {
            _ if character == end => drop(self.inside.pop()),
            '\'' if !self.inside.contains(&Inside::Double) => self.open_single(last),
            _ => self.open(character, last),
        }
    }

    fn take_in_command(&mut self, character: char, before: char, last: char) -> Step {
        match character {
            '#' if last.is_whitespace() || ";&|(`".contains(last) => return Step::Comment,
            '\n' if self.here_document => return Step::HereDocument,
            '<' if last == '<' && before != '<' => self.here_document = true,
            ')' if self.inside.last() == Some(&Inside::Parentheses) => drop(self.inside.pop()),
            '(' => self.inside.push(Inside::Parentheses),
            '\'' => self.open_single(last),
            _ => self.open(character, last),
        }
        Step::Further
    }

    fn open_single(&mut self, last: char) {
        self.inside.push(if last == '$' { Inside::Ansi } else { Inside::Single });
    }

    fn open(&mut self, character: char, last: char) {
        match (last, character) {
            ('$', '(') => self.inside.push(Inside::Parentheses),
            ('$', '{') => self.inside.push(Inside::Braces),
            (_, '"') => self.inside.push(Inside::Double),
            // A backtick ends the innermost command that one began.
            (_, '`') => match self.inside.iter().rposition(|&inside| inside == Inside::Backticks) {
                Some(at) => self.inside.truncate(at),
                None => self.inside.push(Inside::Backticks),
            },
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::goes_on;

    #[test]
    fn open_quotations_and_a_last_backslash_go_on() {
        for text in [
            "echo 'a",
            "echo \"a 'b'",
            "echo a \\",
            "x='1\n2",
            "echo a#'b",
            "echo \"a\\\"",
            "# it's\necho '",
            "echo $'it\\'s",
            "echo \"$(echo 'x')",
            "x=$(echo 'a",
            "echo \"`echo \"b\"`",
            "echo ${x:-'a",
        ] {
            assert!(goes_on(text), "{text:?}");
        }
    }

    #[test]
    fn whole_lines_do_not() {
        for text in [
            "",
            "echo 'a' \"b\"",
            "echo a \\\\",
            "echo it\\'s",
            "# it's",
            "echo x # don't",
            "cat <<X",
            "if true",
            "echo $'it\\'s'",
            "echo \"$(echo 'x\"y')\" \"${x:-\"quo ted\"}\" \"${x:-it's}\"",
            "echo \"$(case x in x) echo 'a';; esac)\"",
            "cat <<X\nit's\nX",
            "echo $(echo it # isn't",
            "echo $((1 << 2)) ${#x} $# `echo 'a' \\`echo b\\``",
            "x=$(echo",
        ] {
            assert!(!goes_on(text), "{text:?}");
        }
    }
}

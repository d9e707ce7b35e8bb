//! bash's notices of jobs, kept from where bash prints them to where a user expects them. Pure.
//!
//! bash tells of jobs that have ended before it reads a line. Here it begins to read only when the user has
//! entered one; a notice printed then would stand between the line and its output.

/// The notices that are kept.
#[derive(Debug, Default)]
pub struct Notices {
    kept: Vec<u8>,
    /// Where the line begins that has not ended yet.
    line: usize,
    /// Something else was printed: no notice comes any more.
    passed: bool,
}

impl Notices {
    /// Takes what bash prints before a command runs; returns what is no notice.
    pub fn take(&mut self, printed: &[u8]) -> Vec<u8> {
        if self.passed {
            return printed.to_vec();
        }
        self.kept.extend_from_slice(printed);
        while let Some(end) = memchr::memchr(b'\n', &self.kept[self.line..]) {
            if !is_notice(&self.kept[self.line..self.line + end]) {
                return self.pass();
            }
            self.line += end + 1;
        }
        if may_become_notice(&self.kept[self.line..]) { Vec::new() } else { self.pass() }
    }

    /// The command has run: returns all that is kept.
    pub fn end(&mut self) -> Vec<u8> {
        self.passed = false;
        self.line = 0;
        std::mem::take(&mut self.kept)
    }

    fn pass(&mut self) -> Vec<u8> {
        self.passed = true;
        self.kept.split_off(self.line)
    }
}

/// `[1]+  Done                    sleep 1`
fn is_notice(line: &[u8]) -> bool {
    let rest = after_number(line).unwrap_or_default();
    matches!(rest, [b'+' | b'-' | b' ', b' ', b' ', state, ..] if state.is_ascii_uppercase())
}

fn may_become_notice(line: &[u8]) -> bool {
    match after_number(line) {
        Some(rest) => rest.len() < b"+  D".len() || is_notice(line),
        None => {
            line.first().is_none_or(|&first| first == b'[')
                && line[line.len().min(1)..].iter().all(u8::is_ascii_digit)
        }
    }
}

/// What stands behind `[` and the number of a job and `]`.
fn after_number(line: &[u8]) -> Option<&[u8]> {
    let rest = line.strip_prefix(b"[")?;
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    rest[digits..].strip_prefix(b"]").filter(|_| digits > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOTICES: &[u8] =
        b"[1]-  Done                    sleep 1\r\n[12]   Exit 3                  (exit 3)\r\n";

    #[test]
    fn notices_are_kept_however_they_are_cut() {
        for cut in 0..=NOTICES.len() {
            let mut notices = Notices::default();
            let (first, second) = NOTICES.split_at(cut);
            assert_eq!(notices.take(first), b"", "{cut}");
            assert_eq!(notices.take(second), b"", "{cut}");
            assert_eq!(notices.end(), NOTICES);
        }
    }

    #[test]
    fn what_comes_behind_them_passes() {
        let mut notices = Notices::default();
        assert_eq!(notices.take(&[NOTICES, b"echo expan"].concat()), b"echo expan");
        assert_eq!(notices.take(b"ded\r\n[1]+  Done\r\n"), b"ded\r\n[1]+  Done\r\n");
        assert_eq!(notices.end(), NOTICES);
        for text in ["[x", "[1] 4711\r\n", "bash: x\r\n", "\r\n", "[]"] {
            assert_eq!(notices.take(text.as_bytes()), text.as_bytes(), "{text:?}");
            assert_eq!(notices.end(), b"");
        }
    }
}

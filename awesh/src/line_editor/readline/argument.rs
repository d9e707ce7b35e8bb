//! Numeric arguments.

use std::fmt;

use super::{Reading, Readline};

/// A larger argument is none that anybody means.
const LARGEST: i64 = 1_000_000;

/// A numeric argument as far as it is typed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Argument {
    negative: bool,
    digits: Option<i64>,
    /// From `universal-argument`, which the first digit replaces.
    provisional: bool,
}

impl Argument {
    fn value(self) -> i64 {
        let value = self.digits.unwrap_or(1);
        if self.negative { -value } else { value }
    }

    fn add(&mut self, digit: i64) {
        let before = if self.provisional { 0 } else { self.digits.unwrap_or(0) };
        self.provisional = false;
        self.digits = Some((before * 10 + digit).min(LARGEST));
    }
}

impl fmt::Display for Argument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.value())
    }
}

impl Readline {
    /// The argument, or 1.
    pub(super) fn count(&self) -> i64 {
        self.explicit().unwrap_or(1)
    }

    /// The argument, if one was typed.
    pub(super) fn explicit(&self) -> Option<i64> {
        self.argument.map(Argument::value)
    }

    /// Takes a key that goes on with the argument; whether it does.
    pub(super) fn extends_argument(&mut self, function: &str) -> bool {
        let argument = self.argument.get_or_insert_default();
        match (function, self.key) {
            ("universal-argument", _) => {
                argument.digits = Some((argument.digits.unwrap_or(1) * 4).min(LARGEST));
                argument.provisional = true;
                true
            }
            ("digit-argument" | "vi-arg-digit" | "self-insert", key) if key.is_ascii_digit() => {
                if argument.negative && function == "digit-argument" {
                    // The sign alone means -1, to which a digit with Alt is added: readline's own way.
                    argument.digits.get_or_insert(1);
                }
                argument.add(i64::from(u32::from(key) - u32::from('0')));
                true
            }
            ("digit-argument" | "self-insert", '-') if argument.digits.is_none() => {
                argument.negative = true;
                true
            }
            // vi's 0 is a digit only behind others.
            ("beginning-of-line", '0') => {
                argument.add(0);
                true
            }
            _ => false,
        }
    }
}

/// `digit-argument`, `vi-arg-digit`, `universal-argument`
pub(super) fn begin(editor: &mut Readline) {
    editor.reading = Some(Reading::Argument);
    let function = editor.this;
    editor.extends_argument(function);
}

//! Which keys are bound to what, in each of the three keymaps. Pure.

use std::collections::BTreeMap;
use std::ops::Bound::{Excluded, Unbounded};

use super::functions::{self, Function};
use super::notation::{Bound, binding, command_of, keys_of};

/// What keys do.
#[derive(Debug, Clone)]
pub enum Binding {
    /// A function of readline's.
    Function(Function),
    /// They stand for other keys.
    Macro(String),
    /// A command of the shell's, which may edit the line (`bind -x`).
    Command(String),
    /// Nothing, although bash knows something for it.
    Unknown,
}

/// How keys are edited with, and what readline calls it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Mode {
    /// emacs mode.
    #[default]
    Emacs,
    /// vi mode, where text is inserted.
    Insert,
    /// vi mode, where keys are commands.
    Command,
}

impl Mode {
    /// All, in the order in which the session is asked for them.
    pub const ALL: [Self; 3] = [Self::Emacs, Self::Insert, Self::Command];

    /// What is bound where the user has bound nothing: `bind -p` of a bash without an inputrc.
    fn defaults(self) -> &'static str {
        match self {
            Self::Emacs => include_str!("defaults/emacs.inputrc"),
            Self::Insert => include_str!("defaults/vi-insert.inputrc"),
            Self::Command => include_str!("defaults/vi-command.inputrc"),
        }
    }
}

/// What is bound to some keys, and whether more keys may follow.
#[derive(Debug, Clone)]
pub struct Match {
    /// To just these.
    pub exact: Option<Binding>,
    /// Whether they are the beginning of others.
    pub longer: bool,
}

/// A keymap.
#[derive(Debug, Clone, Default)]
pub struct Keymap {
    keys: BTreeMap<String, Binding>,
}

impl Keymap {
    /// readline's own for a mode.
    pub fn of(mode: Mode) -> Self {
        let mut keymap = Self::default();
        keymap.add_functions(mode.defaults());
        if mode == Mode::Emacs {
            keymap.add_own();
        }
        keymap
    }

    /// One from what `bind` prints of its functions, macros and commands; None where that is none.
    pub fn read(functions: &str, macros: &str, commands: &str) -> Option<Self> {
        let mut keymap = Self::default();
        keymap.add_functions(functions);
        if keymap.keys.is_empty() {
            return None;
        }
        for line in macros.lines() {
            if let Some((keys, Bound::Text(text))) = binding(line) {
                keymap.keys.insert(keys, Binding::Macro(keys_of(&text)));
            }
        }
        for line in commands.lines() {
            if let Some((keys, Bound::Text(command))) = binding(line) {
                keymap.keys.insert(keys, Binding::Command(command_of(&command)));
            }
        }
        Some(keymap)
    }

    /// Binds what bash knows nothing of, to keys that are bound to nothing.
    pub fn add_own(&mut self) {
        let own = functions::by_name("awesh-without-output").map_or(Binding::Unknown, Binding::Function);
        self.keys.entry("\x1bo".to_owned()).or_insert(own);
    }

    fn add_functions(&mut self, listing: &str) {
        for line in listing.lines() {
            let Some((keys, Bound::Function(name))) = binding(line) else { continue };
            // bash writes the Escape of vi mode with the end of a string behind it.
            let keys = if keys == "\x1b\0" { "\x1b".to_owned() } else { keys };
            let bound = functions::by_name(&name).map_or(Binding::Unknown, Binding::Function);
            if name != "self-insert" && name != "do-lowercase-version" {
                self.keys.insert(keys, bound);
            }
        }
    }

    /// What is bound to the keys.
    pub fn find(&self, keys: &str) -> Match {
        let follows = self.keys.range::<str, _>((Excluded(keys), Unbounded)).next();
        let longer = follows.is_some_and(|(next, _)| next.starts_with(keys));
        Match { exact: self.exact(keys), longer }
    }

    /// A letter behind Escape or Ctrl-X means its small one where it is bound to nothing itself.
    fn exact(&self, keys: &str) -> Option<Binding> {
        let last = keys.chars().next_back()?;
        self.keys.get(keys).cloned().or_else(|| {
            let head = &keys[..keys.len() - last.len_utf8()];
            let lower = (!head.is_empty() && last.is_ascii_uppercase()).then(|| last.to_ascii_lowercase())?;
            self.keys.get(&format!("{head}{lower}")).cloned()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(found: &Match) -> String {
        match &found.exact {
            Some(Binding::Function(function)) => function.name.to_owned(),
            Some(Binding::Macro(keys)) => format!("macro {keys}"),
            Some(Binding::Command(command)) => format!("command {command}"),
            Some(Binding::Unknown) => "unknown".to_owned(),
            None => "nothing".to_owned(),
        }
    }

    #[test]
    fn defaults_are_readlines() {
        for (mode, keys, bound, longer) in [
            (Mode::Emacs, "\x01", "beginning-of-line", false),
            (Mode::Emacs, "\x1b", "nothing", true),
            (Mode::Emacs, "\x1bF", "forward-word", false),
            (Mode::Emacs, "\x1b[A", "previous-history", false),
            (Mode::Insert, "\x1b", "vi-movement-mode", true),
            (Mode::Command, "d", "vi-delete-to", false),
            (Mode::Command, "g", "nothing", false),
        ] {
            let found = Keymap::of(mode).find(keys);
            assert_eq!((name(&found).as_str(), found.longer), (bound, longer), "{keys:?}");
        }
    }

    #[test]
    fn every_default_is_known() {
        for mode in Mode::ALL {
            for (keys, bound) in Keymap::of(mode).keys {
                assert!(!matches!(bound, Binding::Unknown), "{mode:?} {keys:?}");
            }
        }
    }

    #[test]
    fn the_users_own_are_read() {
        let functions = "\"\\C-a\": end-of-line\n\"\\C-b\": nosuch-function\n";
        let keymap = Keymap::read(functions, r#""\C-xs": "sudo \C-e""#, r#""\C-r": "find 'x'""#).unwrap();
        for (keys, bound) in [
            ("\x01", "end-of-line"),
            ("\x02", "unknown"),
            ("\x18s", "macro sudo \x05"),
            ("\x12", "command find 'x'"),
        ] {
            assert_eq!(name(&keymap.find(keys)), bound, "{keys:?}");
        }
        assert!(Keymap::read("", "", "").is_none());
    }
}

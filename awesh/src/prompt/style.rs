//! How the prompt may look: how wide, in colour or not, with emoji or without.

use crate::config::{AsciiForm, Config};
use crate::glob::matches;

/// How the prompt may look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Style {
    /// The terminal's width.
    pub columns: usize,
    /// Whether escape sequences for colours may be used.
    pub colour: bool,
    /// Whether the prompt does without emoji.
    pub ascii: bool,
    /// Patterns of the contexts that stand out.
    pub protected: Vec<String>,
}

impl Style {
    /// The style that settings, terminal and locale allow; `variable` gives the session's variables.
    pub fn new(config: &Config, variable: impl Fn(&str) -> Option<String>, columns: usize) -> Self {
        let terminal = variable("TERM").unwrap_or_default();
        let ascii = match config.prompt.ascii {
            AsciiForm::Always => true,
            AsciiForm::Never => false,
            AsciiForm::Auto => matches!(terminal.as_str(), "linux" | "dumb" | "vt100") || !is_utf8(variable),
        };
        Self {
            // A terminal that does not know its width is taken for one of the usual width.
            columns: if columns == 0 { 80 } else { columns },
            colour: config.colour && terminal != "dumb",
            ascii,
            protected: config.prompt.protected.clone(),
        }
    }

    /// Whether a context stands out.
    pub(super) fn is_protected(&self, context: &str) -> bool {
        let context = context.to_lowercase();
        self.protected.iter().any(|pattern| matches(&pattern.to_lowercase(), &context))
    }
}

/// Whether the locale's characters are Unicode. The first variable that is set decides, as for the C library.
fn is_utf8(variable: impl Fn(&str) -> Option<String>) -> bool {
    let set = |name| variable(name).filter(|value| !value.is_empty());
    let locale = set("LC_ALL").or_else(|| set("LC_CTYPE")).or_else(|| set("LANG")).unwrap_or_default();
    let locale = locale.to_lowercase();
    locale.contains("utf-8") || locale.contains("utf8")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_terminal_and_the_locale_decide() {
        let ascii = |variables: &[(&str, &str)]| {
            let find =
                |name: &str| variables.iter().find(|(key, _)| *key == name).map(|(_, v)| (*v).to_owned());
            Style::new(&Config::default(), find, 80).ascii
        };
        assert!(!ascii(&[("TERM", "xterm-256color"), ("LANG", "de_DE.UTF-8")]));
        assert!(ascii(&[("TERM", "linux"), ("LANG", "de_DE.UTF-8")]));
        assert!(ascii(&[("TERM", "xterm"), ("LANG", "en_US.utf8"), ("LC_ALL", "C")]));
        assert!(ascii(&[("TERM", "xterm")]));
    }

    #[test]
    fn contexts_stand_out_whatever_their_case() {
        let style = Style::new(&Config::default(), |_| None, 0);
        assert!(style.is_protected("EU-PROD-1") && !style.is_protected("dev"));
        assert_eq!(style.columns, 80);
    }
}

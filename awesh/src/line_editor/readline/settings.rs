//! The variables of readline's that the editor goes by. Pure.

use std::time::Duration;

/// What `set` in an inputrc can change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// `editing-mode`: whether it is vi.
    pub vi: bool,
    /// `completion-ignore-case`
    pub ignore_case: bool,
    /// `completion-query-items`: from how many on it is asked whether to list them; 0 never.
    pub query_items: usize,
    /// `completion-prefix-display-length`: from which length on a common beginning is listed as `...`; 0 never.
    pub prefix_length: usize,
    /// `show-all-if-ambiguous`: the first key lists.
    pub show_all_if_ambiguous: bool,
    /// `show-all-if-unmodified`: the first key lists where it completes nothing.
    pub show_all_if_unmodified: bool,
    /// `menu-complete-display-prefix`: the first key of a menu completes the common beginning, and lists.
    pub menu_displays_prefix: bool,
    /// `page-completions`
    pub pages: bool,
    /// `print-completions-horizontally`
    pub horizontally: bool,
    /// `mark-directories`
    pub mark_directories: bool,
    /// `mark-symlinked-directories`
    pub mark_symlinked: bool,
    /// `match-hidden-files`
    pub hidden_files: bool,
    /// `skip-completed-text`
    pub skip_completed: bool,
    /// `disable-completion`
    pub no_completion: bool,
    /// `history-preserve-point`
    pub preserve_point: bool,
    /// `bell-style`: whether there is any.
    pub bell: bool,
    /// `comment-begin`
    pub comment_begin: String,
    /// `keyseq-timeout`
    pub key_timeout: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            vi: false,
            ignore_case: false,
            query_items: 100,
            prefix_length: 0,
            show_all_if_ambiguous: false,
            show_all_if_unmodified: false,
            menu_displays_prefix: false,
            pages: true,
            horizontally: false,
            mark_directories: true,
            mark_symlinked: false,
            hidden_files: true,
            skip_completed: false,
            no_completion: false,
            preserve_point: false,
            bell: true,
            comment_begin: "#".to_owned(),
            key_timeout: Duration::from_millis(500),
        }
    }
}

impl Settings {
    /// Those that `bind -v` prints.
    pub fn read(listing: &str) -> Self {
        let mut settings = Self::default();
        for line in listing.lines() {
            if let Some((name, value)) = line.strip_prefix("set ").and_then(|rest| rest.split_once(' ')) {
                settings.set(name, value);
            }
        }
        settings
    }

    fn set(&mut self, name: &str, value: &str) {
        let switch = match name {
            "completion-ignore-case" => &mut self.ignore_case,
            "show-all-if-ambiguous" => &mut self.show_all_if_ambiguous,
            "show-all-if-unmodified" => &mut self.show_all_if_unmodified,
            "menu-complete-display-prefix" => &mut self.menu_displays_prefix,
            "page-completions" => &mut self.pages,
            "print-completions-horizontally" => &mut self.horizontally,
            "mark-directories" => &mut self.mark_directories,
            "mark-symlinked-directories" => &mut self.mark_symlinked,
            "match-hidden-files" => &mut self.hidden_files,
            "skip-completed-text" => &mut self.skip_completed,
            "disable-completion" => &mut self.no_completion,
            "history-preserve-point" => &mut self.preserve_point,
            _ => return self.set_value(name, value),
        };
        *switch = value == "on";
    }

    fn set_value(&mut self, name: &str, value: &str) {
        let number = || value.parse::<usize>().unwrap_or(0);
        match name {
            "editing-mode" => self.vi = value == "vi",
            "completion-query-items" => self.query_items = number(),
            "completion-prefix-display-length" => self.prefix_length = number(),
            "keyseq-timeout" => self.key_timeout = Duration::from_millis(value.parse().unwrap_or(0)),
            "comment-begin" => value.clone_into(&mut self.comment_begin),
            "bell-style" => self.bell = value != "none",
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_bash_prints_is_taken_over() {
        let listing = "set completion-ignore-case on\nset bell-style none\nset completion-query-items -1\n\
                       set keyseq-timeout 20\nset comment-begin //\nset nosuch on\nnonsense";
        let expected = Settings {
            ignore_case: true,
            bell: false,
            query_items: 0,
            key_timeout: Duration::from_millis(20),
            comment_begin: "//".to_owned(),
            ..Settings::default()
        };
        assert_eq!(Settings::read(listing), expected);
        assert_eq!(Settings::read(""), Settings::default());
    }
}

//! The variables of readline's that the editor goes by. Pure.

use std::sync::Arc;
use std::time::Duration;

use lscolors::LsColors;

/// readline's own colours, in front of what LS_COLORS says.
const DEFAULT_COLOURS: &str = "di=01;34:ln=01;36:pi=33:so=01;35:bd=01;33:cd=01;33:ex=01;32:do=01;35:su=37;41:sg=30;43:\
                               st=37;44:ow=34;42:tw=30;42:ca=30;41";

/// What `set` in an inputrc can change.
#[derive(Debug, Clone)]
pub struct Settings {
    /// `editing-mode`: whether it is vi.
    pub vi: bool,
    /// `completion-ignore-case`
    pub ignore_case: bool,
    /// `completion-map-case`: with that, `-` and `_` are the same.
    pub map_case: bool,
    /// `visible-stats`: a sign behind the names of a list says what kind of file it is.
    pub visible_stats: bool,
    /// `colored-stats`: the colours of the names of a list, as LS_COLORS has them.
    pub coloured_stats: Option<Arc<LsColors>>,
    /// `enable-bracketed-paste`
    pub bracketed_paste: bool,
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
            map_case: false,
            visible_stats: false,
            coloured_stats: None,
            bracketed_paste: true,
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
    /// Those that `bind -v` prints, and LS_COLORS.
    pub fn read(listing: &str, colours: &str) -> Self {
        let mut settings = Self::default();
        if listing.lines().any(|line| line == "set colored-stats on") {
            let colours = LsColors::from_string(&format!("{DEFAULT_COLOURS}:{colours}"));
            settings.coloured_stats = Some(Arc::new(colours));
        }
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
            "completion-map-case" => &mut self.map_case,
            "visible-stats" => &mut self.visible_stats,
            "enable-bracketed-paste" => &mut self.bracketed_paste,
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
        let Settings { ignore_case, bell, query_items, key_timeout, comment_begin, coloured_stats, .. } =
            Settings::read(listing, "");
        assert!(ignore_case && !bell && query_items == 0 && coloured_stats.is_none());
        assert_eq!((key_timeout, comment_begin.as_str()), (Duration::from_millis(20), "//"));
        let coloured = Settings::read("set colored-stats on", "di=31").coloured_stats.unwrap();
        let prefix =
            |path| coloured.style_for_path(path).unwrap().to_nu_ansi_term_style().prefix().to_string();
        assert_eq!((prefix("/"), prefix("/dev/null")), ("\x1b[31m".into(), "\x1b[1;33m".into()));
    }
}

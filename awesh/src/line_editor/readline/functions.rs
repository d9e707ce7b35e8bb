//! The functions by readline's names.

use super::{
    Readline, Session, argument, completing as complete, editing as edit, entering as enter, killing as kill,
    moving, past, searching as search, vi,
};

/// What keys can be bound to.
#[derive(Debug, Clone, Copy)]
pub struct Function {
    /// readline's name.
    pub name: &'static str,
    /// What it does.
    pub run: fn(&mut Readline, &mut dyn Session),
}

/// The function that printable keys have where nothing else is said.
pub(super) const SELF_INSERT: Function =
    Function { name: "self-insert", run: |editor, _| edit::self_insert(editor) };

/// Finds a function.
pub(super) fn by_name(name: &str) -> Option<Function> {
    let found = TABLE.binary_search_by(|(known, _)| (*known).cmp(name)).ok()?;
    let (name, run) = TABLE[found];
    Some(Function { name, run })
}

type Run = fn(&mut Readline, &mut dyn Session);

/// In order of their names.
#[rustfmt::skip]
static TABLE: &[(&str, Run)] = &[
    ("abort", |e, _| enter::abort(e)),
    ("accept-line", |e, _| enter::accept_line(e)),
    ("alias-expand-line", enter::alias_expand_line),
    ("awesh-without-output", |e, _| enter::without_output(e)),
    ("backward-byte", |e, _| moving::characters(e, -1)),
    ("backward-char", |e, _| moving::characters(e, -1)),
    ("backward-delete-char", |e, _| edit::delete(e, -1)),
    ("backward-kill-line", |e, _| kill::to_beginning(e)),
    ("backward-kill-word", |e, _| kill::words(e, -1)),
    ("backward-word", |e, _| moving::words(e, -1)),
    ("beginning-of-history", |e, _| past::to_first(e)),
    ("beginning-of-line", |e, _| moving::to_beginning(e)),
    ("bracketed-paste-begin", |e, _| edit::begin_paste(e)),
    ("call-last-kbd-macro", |e, _| enter::call_macro(e)),
    ("capitalize-word", |e, _| edit::change_case(e, edit::Case::Capital)),
    ("character-search", |e, _| moving::find_character(e, false)),
    ("character-search-backward", |e, _| moving::find_character(e, true)),
    ("clear-display", |e, _| enter::clear_screen(e)),
    ("clear-screen", |e, _| enter::clear_screen(e)),
    ("complete", complete::complete),
    ("complete-command", |e, s| complete::complete_kind(e, s, complete::Kind::Command)),
    ("complete-filename", |e, s| complete::complete_kind(e, s, complete::Kind::File)),
    ("complete-hostname", |e, s| complete::complete_kind(e, s, complete::Kind::Host)),
    ("complete-username", |e, s| complete::complete_kind(e, s, complete::Kind::User)),
    ("complete-variable", |e, s| complete::complete_kind(e, s, complete::Kind::Variable)),
    ("copy-backward-word", |e, _| kill::copy_word(e, -1)),
    ("copy-forward-word", |e, _| kill::copy_word(e, 1)),
    ("copy-region-as-kill", |e, _| kill::copy_region(e)),
    ("delete-char", |e, _| edit::delete_or_end(e)),
    ("delete-char-or-list", complete::delete_or_list),
    ("delete-horizontal-space", |e, _| edit::delete_blanks(e)),
    ("digit-argument", |e, _| argument::begin(e)),
    ("downcase-word", |e, _| edit::change_case(e, edit::Case::Lower)),
    ("dynamic-complete-history", complete::complete_history),
    ("edit-and-execute-command", |e, _| enter::edit(e)),
    ("emacs-editing-mode", |e, _| vi::leave(e)),
    ("end-kbd-macro", |e, _| enter::end_macro(e)),
    ("end-of-file", |e, _| enter::end_of_file(e)),
    ("end-of-history", |e, _| past::to_present(e)),
    ("end-of-line", |e, _| moving::to_end(e)),
    ("exchange-point-and-mark", |e, _| moving::exchange_mark(e)),
    ("fetch-history", |e, _| past::fetch(e)),
    ("forward-backward-delete-char", |e, _| edit::delete_either(e)),
    ("forward-byte", |e, _| moving::characters(e, 1)),
    ("forward-char", |e, _| moving::characters(e, 1)),
    ("forward-search-history", |e, _| search::begin(e, search::Direction::Forwards)),
    ("forward-word", |e, _| moving::words(e, 1)),
    ("glob-complete-word", complete::glob_complete),
    ("glob-expand-word", complete::glob_expand),
    ("glob-list-expansions", complete::glob_list),
    ("history-and-alias-expand-line", enter::history_and_alias_expand_line),
    ("history-expand-line", enter::history_expand_line),
    ("history-search-backward", |e, _| past::search_prefix(e, -1)),
    ("history-search-forward", |e, _| past::search_prefix(e, 1)),
    ("history-substring-search-backward", |e, _| past::search_substring(e, -1)),
    ("history-substring-search-forward", |e, _| past::search_substring(e, 1)),
    ("insert-comment", |e, _| enter::insert_comment(e)),
    ("insert-completions", complete::insert_all),
    ("insert-last-argument", |e, _| past::yank_last_argument(e)),
    ("kill-line", |e, _| kill::to_end(e)),
    ("kill-region", |e, _| kill::region(e)),
    ("kill-whole-line", |e, _| kill::whole(e)),
    ("kill-word", |e, _| kill::words(e, 1)),
    ("magic-space", enter::magic_space),
    ("menu-complete", |e, s| complete::menu(e, s, 1)),
    ("menu-complete-backward", |e, s| complete::menu(e, s, -1)),
    ("next-history", |e, _| past::walk(e, 1)),
    ("next-screen-line", |e, _| moving::lines(e, 1)),
    ("non-incremental-forward-search-history", |e, _| search::ask(e, search::Direction::Forwards, ':')),
    ("non-incremental-forward-search-history-again", |e, _| search::again(e, search::Direction::Forwards)),
    ("non-incremental-reverse-search-history", |e, _| search::ask(e, search::Direction::Backwards, ':')),
    ("non-incremental-reverse-search-history-again", |e, _| search::again(e, search::Direction::Backwards)),
    ("old-menu-complete", |e, s| complete::menu(e, s, 1)),
    ("operate-and-get-next", |e, _| enter::operate_and_get_next(e)),
    ("overwrite-mode", |e, _| edit::toggle_overwrite(e)),
    ("possible-command-completions", |e, s| complete::list_kind(e, s, complete::Kind::Command)),
    ("possible-completions", complete::list),
    ("possible-filename-completions", |e, s| complete::list_kind(e, s, complete::Kind::File)),
    ("possible-hostname-completions", |e, s| complete::list_kind(e, s, complete::Kind::Host)),
    ("possible-username-completions", |e, s| complete::list_kind(e, s, complete::Kind::User)),
    ("possible-variable-completions", |e, s| complete::list_kind(e, s, complete::Kind::Variable)),
    ("previous-history", |e, _| past::walk(e, -1)),
    ("previous-screen-line", |e, _| moving::lines(e, -1)),
    ("quoted-insert", |e, _| edit::quoted_insert(e)),
    ("re-read-init-file", |e, _| enter::read_init_file(e)),
    ("redraw-current-line", |_, _| ()),
    ("reverse-search-history", |e, _| search::begin(e, search::Direction::Backwards)),
    ("revert-line", |e, _| edit::revert(e)),
    ("self-insert", |e, _| edit::self_insert(e)),
    ("set-mark", |e, _| moving::set_mark(e)),
    ("shell-backward-kill-word", |e, _| kill::shell_words(e, -1)),
    ("shell-backward-word", |e, _| moving::shell_words(e, -1)),
    ("shell-expand-line", |e, _| enter::expand_line(e)),
    ("shell-forward-word", |e, _| moving::shell_words(e, 1)),
    ("shell-kill-word", |e, _| kill::shell_words(e, 1)),
    ("shell-transpose-words", |e, _| edit::transpose_shell_words(e)),
    ("start-kbd-macro", |e, _| enter::start_macro(e)),
    ("tab-insert", |e, _| e.line.insert("\t")),
    ("tilde-expand", complete::tilde_expand),
    ("transpose-chars", |e, _| edit::transpose_characters(e)),
    ("transpose-words", |e, _| edit::transpose_words(e)),
    ("tty-status", |_, _| ()),
    ("undo", |e, _| edit::undo(e)),
    ("universal-argument", |e, _| argument::begin(e)),
    ("unix-filename-rubout", |e, _| kill::filename(e)),
    ("unix-line-discard", |e, _| kill::to_beginning(e)),
    ("unix-word-rubout", |e, _| kill::blank_separated(e)),
    ("upcase-word", |e, _| edit::change_case(e, edit::Case::Upper)),
    ("vi-append-eol", |e, _| vi::append_at_end(e)),
    ("vi-append-mode", |e, _| vi::append(e)),
    ("vi-arg-digit", |e, _| argument::begin(e)),
    ("vi-change-case", |e, _| vi::change_case(e)),
    ("vi-change-char", |e, _| vi::await_replacement(e)),
    ("vi-change-to", |e, _| vi::operate(e, vi::Operator::Change)),
    ("vi-char-search", |e, _| vi::search_character(e)),
    ("vi-column", |e, _| vi::go_to_column(e)),
    ("vi-delete", |e, _| vi::delete(e)),
    ("vi-delete-to", |e, _| vi::operate(e, vi::Operator::Delete)),
    ("vi-edit-and-execute-command", |e, _| enter::edit(e)),
    ("vi-editing-mode", |e, _| vi::editing_mode(e)),
    ("vi-end-word", |e, _| vi::move_by_key(e)),
    ("vi-eof-maybe", |e, _| enter::end_of_file(e)),
    ("vi-fetch-history", |e, _| past::fetch(e)),
    ("vi-first-print", |e, _| vi::move_by_key(e)),
    ("vi-goto-mark", |e, _| vi::await_mark(e, false)),
    ("vi-insert-beg", |e, _| vi::insert_at_beginning(e)),
    ("vi-insertion-mode", |e, _| vi::insert(e)),
    ("vi-match", |e, _| vi::move_by_key(e)),
    ("vi-movement-mode", |e, _| vi::movement_mode(e)),
    ("vi-next-word", |e, _| vi::move_by_key(e)),
    ("vi-prev-word", |e, _| vi::move_by_key(e)),
    ("vi-put", |e, _| vi::put(e)),
    ("vi-redo", |e, _| vi::redo(e)),
    ("vi-replace", |e, _| vi::replace(e)),
    ("vi-rubout", |e, _| vi::rub_out(e)),
    ("vi-search", |e, _| vi::search(e)),
    ("vi-search-again", |e, _| vi::search_again(e)),
    ("vi-set-mark", |e, _| vi::await_mark(e, true)),
    ("vi-subst", |e, _| vi::substitute(e)),
    ("vi-tilde-expand", complete::tilde_expand),
    ("vi-undo", |e, _| edit::undo(e)),
    ("vi-unix-word-rubout", |e, _| kill::blank_separated(e)),
    ("vi-yank-arg", |e, _| vi::yank_argument(e)),
    ("vi-yank-to", |e, _| vi::operate(e, vi::Operator::Yank)),
    ("yank", |e, _| kill::yank(e)),
    ("yank-last-arg", |e, _| past::yank_last_argument(e)),
    ("yank-nth-arg", |e, _| past::yank_nth_argument(e)),
    ("yank-pop", |e, _| kill::yank_pop(e)),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_in_order() {
        assert!(TABLE.is_sorted_by(|(first, _), (second, _)| first < second));
    }
}

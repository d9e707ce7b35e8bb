//! How the word at the cursor could go on. The live session knows what (its programmable completion included);
//! here the line is cut into the words it is asked with, and its candidates become text to insert.

use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use lscolors::LsColors;
use nix::unistd::User;

use super::readline::{Choice, Settings};
use crate::bash::{Candidates, Unfinished};

/// bash's default for COMP_WORDBREAKS.
const WORD_BREAKS: &str = " \t\n\"'><=;|&(:";

/// Words after which another command begins.
const KEYWORDS: [&str; 12] =
    ["if", "then", "else", "elif", "do", "while", "until", "!", "time", "{", "coproc", "&&"];

/// The word at the cursor, and the command it belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// What to ask the session.
    pub command: Unfinished,
    /// Where in the line the word begins, in bytes.
    pub start: usize,
    /// The quotation the cursor stands in.
    pub quote: Option<char>,
}

/// How the names of files are completed and listed.
#[derive(Debug, Clone, Default)]
pub struct FileNames {
    /// Those of directories with a slash behind them.
    pub marked: bool,
    /// So are links that lead to one.
    pub links_marked: bool,
    /// Names that begin with a dot are left out where none was typed.
    pub hidden_left_out: bool,
    /// In a list, a sign behind each says what it is.
    pub signs: bool,
    /// In a list, they have these colours.
    pub colours: Option<Arc<LsColors>>,
}

impl FileNames {
    /// As the user's readline has them.
    pub fn of(settings: &Settings) -> Self {
        Self {
            marked: settings.mark_directories,
            links_marked: settings.mark_symlinked,
            hidden_left_out: !settings.hidden_files,
            signs: settings.visible_stats,
            colours: settings.coloured_stats.clone(),
        }
    }
}

/// Finds the word that ends at `position` of `line`, and its command.
pub fn target(line: &str, position: usize, word_breaks: Option<&str>) -> Target {
    let text = line.get(..position).unwrap_or(line);
    let mut cutter = Cutter::new(word_breaks.unwrap_or(WORD_BREAKS));
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        cutter.push(at, character, &mut characters);
    }
    cutter.finish(text)
}

struct Word {
    start: usize,
    text: String,
}

/// Cuts a line into the words of its last command.
struct Cutter<'a> {
    breaks: &'a str,
    words: Vec<Word>,
    /// The word being read; none between words.
    word: Option<Word>,
    /// Whether it consists of break characters.
    is_break: bool,
    quote: Option<char>,
    command_start: Option<usize>,
}

impl<'a> Cutter<'a> {
    fn new(breaks: &'a str) -> Self {
        Self { breaks, words: Vec::new(), word: None, is_break: false, quote: None, command_start: None }
    }

    fn push(&mut self, at: usize, character: char, rest: &mut std::str::CharIndices<'_>) {
        match (self.quote, character) {
            (Some(quote), _) if quote == character => self.quote = None,
            (Some('\''), _) => self.extend(at, character),
            (_, '\\') => {
                let escaped = rest.next().map_or('\\', |(_, escaped)| escaped);
                self.extend(at, escaped);
            }
            (Some(_), _) => self.extend(at, character),
            (None, '\'' | '"') => {
                self.quote = Some(character);
                self.begin(at);
            }
            (None, ';' | '|' | '&' | '(' | ')' | '\n' | '`') => self.end_command(),
            (None, _) if character.is_whitespace() => self.end_word(),
            (None, '>' | '<' | '=' | ':' | '@') if self.breaks.contains(character) => {
                if !self.is_break {
                    self.end_word();
                }
                self.extend(at, character);
                self.is_break = true;
            }
            (None, _) => {
                if self.is_break {
                    self.end_word();
                }
                self.extend(at, character);
            }
        }
    }

    fn begin(&mut self, at: usize) -> &mut Word {
        if self.is_break {
            self.end_word();
        }
        self.command_start.get_or_insert(at);
        self.word.get_or_insert_with(|| Word { start: at, text: String::new() })
    }

    fn extend(&mut self, at: usize, character: char) {
        self.command_start.get_or_insert(at);
        self.word.get_or_insert_with(|| Word { start: at, text: String::new() }).text.push(character);
    }

    fn end_word(&mut self) {
        self.is_break = false;
        let Some(word) = self.word.take() else { return };
        let begins_command = self.words.is_empty();
        if begins_command && KEYWORDS.contains(&word.text.as_str()) {
            self.command_start = None;
        } else {
            self.words.push(word);
        }
        // `NAME=value` before a command is not its first word.
        if let [name, equals, _] = self.words.as_slice()
            && equals.text == "="
            && is_name(&name.text)
        {
            self.words.clear();
            self.command_start = None;
        }
    }

    fn end_command(&mut self) {
        self.word = None;
        self.is_break = false;
        self.words.clear();
        self.command_start = None;
    }

    fn finish(mut self, text: &str) -> Target {
        if self.is_break {
            self.end_word();
        }
        let last = self.word.take().unwrap_or_else(|| Word { start: text.len(), text: String::new() });
        let begin = self.command_start.unwrap_or(last.start);
        let start = last.start;
        self.words.push(last);
        Target {
            command: Unfinished {
                line: text[begin..].to_owned(),
                point: text[begin..].chars().count(),
                current: self.words.len() - 1,
                words: self.words.into_iter().map(|word| word.text).collect(),
            },
            start,
            quote: self.quote,
        }
    }
}

fn is_name(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && !text.starts_with(|c: char| c.is_ascii_digit())
}

/// Makes text to insert of the session's candidates. `path` says where a candidate that names a file is.
pub fn choices(
    target: &Target,
    candidates: Candidates,
    names: &FileNames,
    path: impl Fn(&str) -> PathBuf,
) -> Vec<Choice> {
    let has = |option: &str| candidates.options.iter().any(|name| name == option);
    let (files, no_space, no_sort) = (has("filenames"), has("nospace"), has("nosort"));
    let quotes = files && !has("noquote");
    let mut words = candidates.words;
    let typed = target.command.words.last().map_or("", String::as_str);
    let dotted = base(typed).starts_with('.');
    // The hook's own functions are nobody's to call.
    words.retain(|word| !word.starts_with("__awesh"));
    words.retain(|word| !(files && names.hidden_left_out && !dotted && base(word).starts_with('.')));
    if !no_sort {
        words.sort();
    }
    words.dedup();
    let choice = |word: String| {
        let is = if files { Is::of(&path(&word)) } else { Is::Other };
        let slash = if is != Is::Other && names.marked && !word.ends_with('/') { "/" } else { "" };
        let open = target.quote.map(String::from).unwrap_or_default();
        let close = open.clone();
        let tail = match is {
            _ if word.ends_with('/') => String::new(),
            Is::Directory => slash.to_owned(),
            Is::LinkToDirectory if word == typed || names.links_marked => slash.to_owned(),
            Is::LinkToDirectory => String::new(),
            Is::Other if no_space => close,
            Is::Other => close + " ",
        };
        let name = if files { base(word.trim_end_matches('/')) } else { &word };
        let listed = files.then(|| path(word.trim_end_matches('/')));
        let sign = listed.as_ref().filter(|_| names.signs).map(|path| sign(path));
        Choice {
            shown: name.trim_end().to_owned(),
            sign: sign.unwrap_or_else(|| slash.chars().next()),
            style: listed.and_then(|path| style(&path, names.colours.as_ref()?)).unwrap_or_default(),
            inserted: if quotes { quoted(&word, typed, target.quote) } else { open + &word },
            tail,
        }
    };
    words.into_iter().map(choice).collect()
}

/// What a file is to a completion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Is {
    Directory,
    LinkToDirectory,
    Other,
}

impl Is {
    fn of(path: &Path) -> Self {
        match path.symlink_metadata() {
            Ok(meta) if meta.is_dir() => Self::Directory,
            Ok(meta) if meta.is_symlink() && path.is_dir() => Self::LinkToDirectory,
            _ => Self::Other,
        }
    }
}

/// What `ls -F` puts behind a name, and readline's `visible-stats`.
fn sign(path: &Path) -> Option<char> {
    let meta = path.symlink_metadata().ok()?;
    let kind = meta.file_type();
    let signs = [
        (kind.is_dir(), '/'),
        (kind.is_symlink(), '@'),
        (kind.is_fifo(), '|'),
        (kind.is_socket(), '='),
        (kind.is_char_device(), '%'),
        (kind.is_block_device(), '#'),
        (meta.mode() & 0o111 != 0, '*'),
    ];
    signs.into_iter().find(|(is, _)| *is).map(|(_, sign)| sign)
}

/// The escape sequence that a name has in front of it.
fn style(path: &Path, colours: &LsColors) -> Option<String> {
    Some(colours.style_for_path(path)?.to_nu_ansi_term_style().prefix().to_string())
}

/// The last part of a name, which a list shows.
fn base(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

/// A name as it can stand where the user began to type it: `~` and `$` at its head keep their meaning.
fn quoted(word: &str, typed: &str, quote: Option<char>) -> String {
    let keeps_dollar = typed.contains('$');
    let special = |character: char| match quote {
        Some('\'') => false,
        Some(_) => "\"\\`".contains(character) || character == '$' && !keeps_dollar,
        None => " \t\n\\'\"|&;()<>`*?[]{}#!".contains(character) || character == '$' && !keeps_dollar,
    };
    let mut text: String = quote.map(String::from).unwrap_or_default();
    for (index, character) in word.chars().enumerate() {
        match (quote, character) {
            (Some('\''), '\'') => text.push_str(r"'\''"),
            (None, '~') if index == 0 && !typed.starts_with('~') => text.push_str("\\~"),
            _ if special(character) => text.extend(['\\', character]),
            _ => text.push(character),
        }
    }
    text
}

/// Where a name that the user wrote is, seen from the session's directory.
pub fn locate(name: &str, directory: &Path, home: Option<&Path>) -> PathBuf {
    let Some((user, rest)) = name.strip_prefix('~').map(|name| name.split_once('/').unwrap_or((name, "")))
    else {
        return directory.join(name);
    };
    let named = || User::from_name(user).ok().flatten().map(|user| user.dir);
    let home = if user.is_empty() { home.map(Path::to_owned) } else { named() };
    home.map_or_else(|| directory.join(name), |home| home.join(rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_from_where_they_begin() {
        let root = User::from_name("root").unwrap().unwrap().dir;
        for (name, expected) in [
            ("a/b", PathBuf::from("/here/a/b")),
            ("/a", "/a".into()),
            ("~", "/home/me".into()),
            ("~/a", "/home/me/a".into()),
            ("~root", root.clone()),
            ("~root/a", root.join("a")),
            ("~nosuchuser/a", "/here/~nosuchuser/a".into()),
        ] {
            assert_eq!(locate(name, Path::new("/here"), Some(Path::new("/home/me"))), expected, "{name}");
        }
    }

    fn cut(line: &str) -> (Vec<String>, usize, String) {
        let target = target(line, line.len(), None);
        assert_eq!(target.command.current, target.command.words.len() - 1);
        (target.command.words, target.start, target.command.line)
    }

    #[test]
    fn lines_are_cut_as_bash_cuts_them() {
        for (line, words, start, command) in [
            ("git che", vec!["git", "che"], 4, "git che"),
            ("", vec![""], 0, ""),
            ("ls ", vec!["ls", ""], 3, "ls "),
            ("cd a; git st", vec!["git", "st"], 10, "git st"),
            ("a | b && c x", vec!["c", "x"], 11, "c x"),
            ("echo $(cat fi", vec!["cat", "fi"], 11, "cat fi"),
            ("X=1 make ta", vec!["make", "ta"], 9, "make ta"),
            ("if true; then ec", vec!["ec"], 14, "ec"),
            ("cat my\\ fi", vec!["cat", "my fi"], 4, "cat my\\ fi"),
            ("cat \"my fi", vec!["cat", "my fi"], 4, "cat \"my fi"),
            ("dd if=/de", vec!["dd", "if", "=", "/de"], 6, "dd if=/de"),
            ("scp host:fi", vec!["scp", "host", ":", "fi"], 9, "scp host:fi"),
            ("make --jobs=", vec!["make", "--jobs", "=", ""], 12, "make --jobs="),
            ("echo >ou", vec!["echo", ">", "ou"], 6, "echo >ou"),
        ] {
            let words: Vec<String> = words.into_iter().map(str::to_owned).collect();
            assert_eq!(cut(line), (words, start, command.to_owned()), "{line:?}");
        }
    }

    fn insert(line: &str, words: &[&str], options: &[&str]) -> Vec<String> {
        let candidates = Candidates {
            words: words.iter().map(|&word| word.to_owned()).collect(),
            options: options.iter().map(|&option| option.to_owned()).collect(),
        };
        let target = target(line, line.len(), None);
        let names = FileNames { marked: true, ..FileNames::default() };
        let path = |name: &str| PathBuf::from(if name.ends_with("dir") { "/" } else { "/nosuch" });
        let choices = choices(&target, candidates, &names, path);
        let tail = |choice: &Choice| if choices.len() == 1 { choice.tail.clone() } else { String::new() };
        let inserted =
            |choice: &Choice| format!("{}{}{}", &line[..target.start], choice.inserted, tail(choice));
        choices.iter().map(inserted).collect()
    }

    #[test]
    fn candidates_fit_where_they_are_inserted() {
        let files = &["filenames"];
        for (line, words, options, result) in [
            ("git che", &["checkout "] as &[&str], &["nospace"] as &[&str], &["git checkout "] as &[&str]),
            ("ec", &["echo", "echo"], &[], &["echo "]),
            ("cat my", &["my file"], files, &["cat my\\ file "]),
            ("cat \"my", &["my file"], files, &["cat \"my file\" "]),
            ("cat 'it", &["it's"], files, &["cat 'it'\\''s' "]),
            ("cd a", &["adir"], files, &["cd adir/"]),
            ("cd a", &["b", "adir"], files, &["cd adir", "cd b"]),
            ("ls ~/x", &["~/x y"], files, &["ls ~/x\\ y "]),
            ("ls $HOME/x", &["$HOME/xy"], files, &["ls $HOME/xy "]),
            ("ls x", &["x$y"], files, &["ls x\\$y "]),
            ("echo $HO", &["$HOME"], &[], &["echo $HOME "]),
            ("echo \"$HO", &["$HOME"], &[], &["echo \"$HOME\" "]),
        ] {
            assert_eq!(insert(line, words, options), result, "{line:?}");
        }
    }
}

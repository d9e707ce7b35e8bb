//! The prompt before bash has come to its own: it is on the screen at once, whatever the user's start-up files do,
//! and what is typed at it is the first line. It shows what this process knows: its environment, its directory.

use std::env;
use std::io;
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};

use super::Shell;
use super::beside::Aside;
use super::start::{environment, watched};
use crate::bash::{Report, Turn};
use crate::config::PromptStyle;
use crate::line_editor::Lent;

/// More descriptors than a prompt takes.
const ROOM: usize = 24;

impl Shell {
    /// Waits for what bash wants first, behind a prompt if that is what the user likes. None where bash is still
    /// on its way to it, or is to have the terminal.
    pub(super) fn first_turn(&mut self) -> io::Result<Option<Turn>> {
        if !self.config.prompt.instant || self.config.prompt.style == PromptStyle::Bash || !has_room() {
            return Ok(None);
        }
        self.report = inherited();
        let prompt = self.at_prompt(|source, session, style| source.glimpse(session, style));
        if !prompt.raw.contains('\n') {
            // The window is too small for more than a line.
            return Ok(None);
        }
        self.first_prompt_is_there();
        let around = self.surroundings();
        let lent = Lent {
            around: &around,
            session: &mut self.session,
            terminal: &mut self.terminal,
            beside: &mut Aside { backend: &mut self.backend, prompt: None },
        };
        let (turn, draft) = self.editor.read_ahead((&prompt.raw, &prompt.styled), lent)?;
        if matches!(turn, Some(Turn::Prompt(_))) {
            self.draft = draft;
        } else {
            // It was typed for what has the terminal now.
            self.terminal.keyboard.put_back((draft.before + &draft.behind).as_bytes());
        }
        Ok(turn)
    }
}

/// Whether there are descriptors enough for the shell to come to its own prompt: if not, what was typed before that
/// would be lost to the bash that takes its place.
fn has_room() -> bool {
    (0..ROOM).map(|_| io::stdout().as_fd().try_clone_to_owned()).collect::<io::Result<Vec<_>>>().is_ok()
}

/// What bash would report if no start-up file changed anything.
fn inherited() -> Report {
    let variable = |name: &'static str| Some((name.to_owned(), ("x".to_owned(), environment(name)?)));
    Report {
        directory: directory(),
        variables: watched().into_iter().filter_map(variable).collect(),
        ..Report::default()
    }
}

/// The directory by the name it was entered by, where that still leads to it.
fn directory() -> PathBuf {
    let named = env::var_os("PWD").map(PathBuf::from).filter(|path| path.is_absolute());
    let is_here = |path: &PathBuf| is_same(path, Path::new("."));
    named.filter(is_here).or_else(|| env::current_dir().ok()).unwrap_or_default()
}

fn is_same(one: &Path, other: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let place = |path: &Path| path.metadata().map(|meta| (meta.dev(), meta.ino())).ok();
    place(one).is_some() && place(one) == place(other)
}

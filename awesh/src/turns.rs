//! The forms of lines that the user turned round with Alt-Enter, kept in one small file that all sessions share.
//!
//! A line of the file is one form: the route, a tab, the form as `router::form_of` gives it; oldest first. The
//! file is only ever replaced by renaming a whole new one over it, and read again before every change, so what
//! another session learned is not lost. A line that cannot be read is passed over.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use crate::router::Route;

/// How many forms are kept: more were not typed by a person.
const KEPT: usize = 500;

/// What is remembered of turned lines.
#[derive(Debug)]
pub struct Turns {
    path: PathBuf,
    turns: Vec<Turn>,
}

/// One form and where its lines go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    /// Bash or ask.
    pub route: Route,
    /// The form.
    pub form: String,
}

/// What to forget.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Forget {
    /// The turn of this number, counted from 1.
    One(usize),
    /// Everything.
    All,
}

impl Turns {
    /// What is remembered in `path`; nothing where there is no such file.
    pub fn new(path: PathBuf) -> Self {
        let turns = read(&path).unwrap_or_default();
        Self { path, turns }
    }

    /// Where lines of that form go, if the user said so.
    pub fn route_of(&self, form: &str) -> Option<Route> {
        self.turns.iter().find(|turn| turn.form == form).map(|turn| turn.route)
    }

    /// Remembers that lines of that form go to `route`; where they go there by themselves, `guess`, there is
    /// nothing to remember any more.
    pub fn learn(&mut self, form: String, route: Route, guess: Route) -> io::Result<()> {
        self.change(|turns| {
            turns.retain(|turn| turn.form != form);
            if route != guess {
                turns.push(Turn { route, form });
            }
            turns.drain(..turns.len().saturating_sub(KEPT));
        })
    }

    /// Forgets; whether there was anything of that number.
    pub fn forget(&mut self, what: Forget) -> io::Result<bool> {
        let mut found = true;
        self.change(|turns| match what {
            Forget::All => turns.clear(),
            Forget::One(number) => match number.checked_sub(1).filter(|index| *index < turns.len()) {
                Some(index) => drop(turns.remove(index)),
                None => found = false,
            },
        })?;
        Ok(found)
    }

    /// What is remembered now, oldest first.
    pub fn list(&mut self) -> io::Result<&[Turn]> {
        self.turns = read(&self.path)?;
        Ok(&self.turns)
    }

    fn change(&mut self, change: impl FnOnce(&mut Vec<Turn>)) -> io::Result<()> {
        self.turns = read(&self.path)?;
        change(&mut self.turns);
        let directory = self.path.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(directory)?;
        let mut file = tempfile::NamedTempFile::new_in(directory)?;
        for turn in &self.turns {
            writeln!(file, "{}\t{}", turn.route, turn.form)?;
        }
        file.as_file().sync_all()?;
        file.persist(&self.path).map(drop::<File>).map_err(|error| error.error)
    }
}

fn read(path: &Path) -> io::Result<Vec<Turn>> {
    let bytes = match fs::read(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        read => read?,
    };
    Ok(String::from_utf8_lossy(&bytes).lines().filter_map(parse).collect())
}

fn parse(line: &str) -> Option<Turn> {
    let (route, form) = line.split_once('\t')?;
    let route = match route {
        "bash" => Route::Bash,
        "ask" => Route::Ask,
        _ => return None,
    };
    Some(Turn { route, form: form.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn turns() -> (tempfile::TempDir, Turns) {
        let directory = tempfile::tempdir().unwrap();
        let turns = Turns::new(directory.path().join("state/turns"));
        (directory, turns)
    }

    #[test]
    fn what_one_session_learns_all_know() {
        let (_directory, mut one) = turns();
        let mut other = Turns::new(one.path.clone());
        one.learn("make it so".to_owned(), Route::Ask, Route::Bash).unwrap();
        other.learn("deploy the web".to_owned(), Route::Bash, Route::Ask).unwrap();
        assert_eq!(other.route_of("make it so"), Some(Route::Ask));
        assert_eq!(one.list().unwrap().len(), 2);
        assert_eq!(one.route_of("deploy the web"), Some(Route::Bash));
        assert_eq!(one.route_of("deploy"), None);
    }

    #[test]
    fn what_is_turned_back_is_forgotten() {
        let (_directory, mut turns) = turns();
        turns.learn("make it so".to_owned(), Route::Ask, Route::Bash).unwrap();
        turns.learn("make it so".to_owned(), Route::Bash, Route::Bash).unwrap();
        assert_eq!(turns.list().unwrap(), []);
    }

    #[test]
    fn turns_are_forgotten_by_number_or_all() {
        let (_directory, mut turns) = turns();
        for form in ["a b", "c d", "e f"] {
            turns.learn(form.to_owned(), Route::Ask, Route::Bash).unwrap();
        }
        assert!(!turns.forget(Forget::One(0)).unwrap() && !turns.forget(Forget::One(4)).unwrap());
        assert!(turns.forget(Forget::One(2)).unwrap());
        assert_eq!((turns.route_of("a b"), turns.route_of("c d")), (Some(Route::Ask), None));
        assert!(turns.forget(Forget::All).unwrap());
        assert_eq!(turns.list().unwrap(), []);
    }

    #[test]
    fn the_file_stays_small_and_damage_costs_a_line() {
        let (_directory, mut turns) = turns();
        turns.learn("x y".to_owned(), Route::Ask, Route::Bash).unwrap();
        let many: String = (0..600).map(|number| format!("bash\tform {number}\n")).collect();
        fs::write(&turns.path, format!("{many}control\tx\nno tab\n\u{fffd}\tz\n")).unwrap();
        turns.learn("last one".to_owned(), Route::Ask, Route::Bash).unwrap();
        let kept = turns.list().unwrap();
        assert_eq!((kept.len(), kept[0].form.as_str()), (KEPT, "form 101"));
    }
}

//! Which questions are about the files of the directory: a table of phrases.

use crate::words::Words;

/// What is asked of a directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    /// What it holds.
    Here,
    /// This many of the largest files below it.
    Largest(usize),
    /// This many of the files changed last below it.
    Newest(usize),
    /// How many files there are below it.
    HowMany,
    /// How much they take.
    HowBig,
}

/// How many files are shown where no number is given, and at most.
const FILES: usize = 10;
const FILES_MOST: usize = 100;

const PLACES: &str = "\
    in the directory|in the folder|in my folder|of the directory|of the folder|below here|\
    under this directory|below this directory|under here|in this dir|in the working directory|\
    in this current directory";

use Asked::{Here, HowBig, HowMany, Largest, Newest};

const PHRASES: [(&str, Asked); 33] = [
    ("what is in this|the [current] directory|folder|dir", Here),
    ("what is in here", Here),
    ("what files|folders|directories are|is [there]", Here),
    ("what files|folders|directories do i have", Here),
    ("[which|what] are [all] the files|folders|directories", Here),
    ("which|what files|folders|directories are there", Here),
    ("what do i have", Here),
    ("what is there", Here),
    ("what does this|the [current] directory|folder|dir contain|hold|have", Here),
    ("[the] contents|content of this|the [current] directory|folder|dir", Here),
    ("[what] [is|are] [the] [#] largest|biggest|heaviest [#] file|files", Largest(FILES)),
    ("which|what file|files is|are [the] largest|biggest|heaviest", Largest(FILES)),
    ("which|what file|files take|takes|use|uses|need|needs [up] [the] most space", Largest(FILES)),
    ("[the] top # largest|biggest files", Largest(FILES)),
    ("[the] largest|biggest # files", Largest(FILES)),
    ("[the] files by size", Largest(FILES)),
    ("[the] files sorted|ordered by size", Largest(FILES)),
    ("[what] [is|are] [the] [#] newest|latest [#] file|files", Newest(FILES)),
    ("[the] most recent|recently [changed|modified|edited] file|files", Newest(FILES)),
    (
        "[what] [is|are] [the] [last|recently] [#] changed|modified|edited file|files most recently",
        Newest(FILES),
    ),
    ("[the] last [#] modified|edited files", Newest(FILES)),
    ("recently modified|edited|changed files", Newest(FILES)),
    ("which|what file|files is|are [the] newest", Newest(FILES)),
    ("which|what files changed|were [changed|modified|edited] recently|lately|last", Newest(FILES)),
    ("[the] files sorted|ordered by date|time|age", Newest(FILES)),
    ("how many files|folders|directories", HowMany),
    ("how many files|folders|directories [are] [there]", HowMany),
    ("how many files|folders|directories are in this|the [current] directory|folder|dir", HowMany),
    ("how many files|folders|directories do|does i|it|we have|contain", HowMany),
    ("[the] number of files", HowMany),
    ("count [the|all] files", HowMany),
    ("how big|large is this|the|my [current] directory|folder|dir", HowBig),
    ("[what] [is] [the] [total] size of this|the|my [current] directory|folder|dir", HowBig),
];

/// What is a question about the directory only if it names it: "… in this folder", "… here".
const PLACED: [(&str, Asked); 4] = [
    ("what is", Here),
    ("[the] contents|content", Here),
    ("[all] [the|my] files [and] [folders|directories]", Here),
    ("[what] [is] [the] [total] size", HowBig),
];

/// What a question asks of the directory, if it asks that and nothing else.
pub(super) fn understand(text: &str) -> Option<Asked> {
    let words = Words::of(text, PLACES);
    let placed = || names_place(text).then(|| words.look_up(&PLACED)).flatten();
    let (&asked, found) = words.look_up(&PHRASES).or_else(placed)?;
    let number = found.number.map(|number| number.clamp(1, FILES_MOST));
    Some(match (asked, number) {
        (Largest(_), Some(number)) => Largest(number),
        (Newest(_), Some(number)) => Newest(number),
        (asked, _) => asked,
    })
}

fn names_place(text: &str) -> bool {
    let text = text.to_lowercase();
    let mut words = text.split(|c: char| !c.is_alphanumeric());
    words.any(|word| matches!(word, "here" | "directory" | "folder" | "dir"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn claimed() {
        let cases = [
            ("what is in this directory", Here),
            ("What's in here?", Here),
            ("what is here?", Here),
            ("what's in this folder", Here),
            ("what files are here?", Here),
            ("which files are there in this directory?", Here),
            ("what does this directory contain", Here),
            ("show me the contents of this folder", Here),
            ("what files do I have here", Here),
            ("list the files in this directory", Here),
            ("show all files in the current folder", Here),
            ("largest files here", Largest(FILES)),
            ("what are the largest files in this directory?", Largest(FILES)),
            ("show me the 5 biggest files", Largest(5)),
            ("the biggest three files please", Largest(3)),
            ("which file is the largest", Largest(FILES)),
            ("which files take up the most space?", Largest(FILES)),
            ("top 20 largest files", Largest(20)),
            ("list files by size", Largest(FILES)),
            ("largest 100000 files", Largest(FILES_MOST)),
            ("newest files", Newest(FILES)),
            ("show the newest files here", Newest(FILES)),
            ("what is the newest file?", Newest(FILES)),
            ("the 3 latest files", Newest(3)),
            ("recently modified files", Newest(FILES)),
            ("which files were changed recently?", Newest(FILES)),
            ("most recently changed files", Newest(FILES)),
            ("how many files are here?", HowMany),
            ("how many files are in this directory", HowMany),
            ("how many files do I have", HowMany),
            ("count the files in this folder", HowMany),
            ("how big is this directory?", HowBig),
            ("what is the total size of this folder", HowBig),
        ];
        let wrong = cases.iter().filter(|(text, asked)| understand(text) != Some(*asked));
        assert_eq!(wrong.collect::<Vec<_>>(), [&("", Here); 0]);
    }

    #[test]
    fn not_claimed() {
        let cases = [
            "find all files larger than 1 GB",
            "delete the largest files",
            "what is this",
            "what is",
            "what is a directory",
            "what is in this file",
            "what is in /etc",
            "largest files in /var/log",
            "how many files can ext4 hold",
            "how many lines are in this file",
            "how many people live here",
            "how do I list files by size",
            "why is this directory so big",
            "how big is the moon",
            "newest version of rust",
            "what is the newest kernel",
            "which files mention TODO",
            "rename the newest file to a.txt",
            "compress all files in this directory",
            "list my pods",
            "what files does nginx read",
            "explain what is in this directory and why",
            "how many files are open",
            "which directory should I use",
            "move files here",
            "what do I do here",
            "show me the largest tables in postgres",
            "files",
            "here",
            "",
        ];
        let wrong = cases.iter().filter(|text| understand(text).is_some());
        assert_eq!(wrong.collect::<Vec<_>>(), [&""; 0]);
    }
}

//! A repository of the size at which prompts that look at the work tree become slow.

use std::fs;
use std::path::{Path, PathBuf};

use git2::{Error, IndexAddOption, Repository, RepositoryInitOptions, Signature};

const DIRECTORIES: usize = 200;
const FILES: usize = 100;

/// How many files are changed after the commit.
const MODIFIED: usize = 50;

/// Fills a directory, commits what is in it, and changes some of it.
pub(crate) fn make(place: &Path) -> Result<(), Error> {
    for directory in 0..DIRECTORIES {
        fs::create_dir(place.join(format!("part-{directory}"))).map_err(error)?;
        for file in 0..FILES {
            let text = format!("fn of_part_{directory}() -> usize {{\n    {file}\n}}\n");
            fs::write(path(place, directory, file), text).map_err(error)?;
        }
    }
    let mut options = RepositoryInitOptions::new();
    let repository = Repository::init_opts(place, options.initial_head("main"))?;
    let mut index = repository.index()?;
    index.add_all(["*"], IndexAddOption::DEFAULT, None)?;
    index.write()?;
    let tree = repository.find_tree(index.write_tree()?)?;
    let author = Signature::now("bench", "bench@example.com")?;
    repository.commit(Some("HEAD"), &author, &author, "All files", &tree, &[])?;
    for number in 0..MODIFIED {
        fs::write(path(place, number * DIRECTORIES / MODIFIED, 0), "// changed\n").map_err(error)?;
    }
    Ok(())
}

fn path(place: &Path, directory: usize, file: usize) -> PathBuf {
    place.join(format!("part-{directory}/file_{file}.rs"))
}

fn error(error: std::io::Error) -> Error {
    Error::from_str(&error.to_string())
}

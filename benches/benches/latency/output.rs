//! What a command prints that prints much.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// What each ends with.
pub const MARK: &[u8] = b"the end of the large output";

/// A file to print.
#[derive(Debug)]
pub struct LargeOutput {
    /// Its name in the table.
    pub name: &'static str,
    path: PathBuf,
}

impl LargeOutput {
    /// Plain lines, and lines with an escape sequence in every tenth byte, as coloured listings have; these are
    /// fewer, because terminals take longer over them.
    pub fn all(directory: &Path) -> io::Result<[Self; 2]> {
        let plain = "Lines of some eighty characters, as programs print them, without any colour.\n";
        let coloured = "\x1b[32m+\x1b[m name \x1b[1;34mdirectory\x1b[m \x1b[2mand so on\x1b[m for a line\n";
        Ok([
            Self::make("large output, 50 MB plain", directory.join("plain"), plain, 50_000_000)?,
            Self::make("large output, 10 MB coloured", directory.join("coloured"), coloured, 10_000_000)?,
        ])
    }

    fn make(name: &'static str, path: PathBuf, line: &str, size: usize) -> io::Result<Self> {
        let mut file = BufWriter::new(File::create(&path)?);
        for _ in 0..size / line.len() {
            file.write_all(line.as_bytes())?;
        }
        file.write_all(MARK)?;
        file.write_all(b"\n")?;
        file.flush()?;
        Ok(Self { name, path })
    }

    /// The command that prints it.
    pub fn command(&self) -> String {
        format!("cat {}", self.path.display())
    }
}

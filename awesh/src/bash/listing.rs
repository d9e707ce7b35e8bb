//! What `history` prints: commands behind their numbers. Pure.

/// The entries of a list as `history` prints it, each behind its number.
pub fn entries(listing: &str) -> Vec<String> {
    let mut entries: Vec<String> = Vec::new();
    let mut due = None;
    for line in listing.lines() {
        match numbered(line).filter(|(number, _)| due.is_none_or(|due| due == *number)) {
            Some((number, text)) => {
                due = Some(number + 1);
                entries.push(text.to_owned());
            }
            // A command of several lines.
            None => entries.last_mut().into_iter().for_each(|entry| *entry = format!("{entry}\n{line}")),
        }
    }
    entries
}

/// `  NUMBER* TEXT`
fn numbered(line: &str) -> Option<(usize, &str)> {
    let line = line.trim_start_matches(' ');
    let end = line.find(|c: char| !c.is_ascii_digit())?;
    let text = line[end..].strip_prefix([' ', '*'])?.strip_prefix(' ')?;
    Some((line[..end].parse().ok()?, text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listing_is_cut_at_its_numbers() {
        let listing = "    9  ls\n   10* cat <<X\n    3  three\nX\n   11   spaced ";
        assert_eq!(entries(listing), ["ls", "cat <<X\n    3  three\nX", " spaced "]);
        assert_eq!(entries(""), [] as [&str; 0]);
    }
}

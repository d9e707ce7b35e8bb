//! A shell line with references in it, and the line that is run.
//!
//! A value never becomes part of the line's text. It is assigned to a shell variable before the line, quoted, and
//! the reference becomes an expansion of that variable, in quotes where it stands in none: bash does not read what
//! an expansion yields as code, nor split it. Where something else would (`eval`, arithmetic, a line for another
//! shell), or where nothing would be expanded (single quotes), a reference is refused before anything runs.

use super::reference::Reference;
use super::scan::{Found, scan};

/// What the variables are called that hold the values.
const VARIABLE: &str = "__awesh_";

/// The bytes of values that a line may carry: a line is one argument, which Linux limits to 128 KiB.
const LONGEST: usize = 96 * 1024;

/// A line as it is written in a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// As it stands there.
    pub text: String,
    pieces: Vec<Piece>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(String),
    Value { reference: Reference, is_quoted: bool },
}

impl Line {
    /// Reads a line.
    ///
    /// # Errors
    ///
    /// If a reference in it refers to nothing, or stands where its value could not be passed as a value.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.trim().is_empty() {
            return Err("the line is empty".to_owned());
        }
        if text.contains('\0') {
            return Err("a line cannot contain NUL".to_owned());
        }
        let mut pieces = Vec::new();
        let mut at = 0;
        for Found { range, is_quoted } in scan(text)? {
            let reference = Reference::parse(&text[range.start + 2..range.end - 1])?;
            if matches!(reference, Reference::Step { step: None, .. }) {
                return Err(format!("{reference} is what comes of this line, and cannot be in it"));
            }
            pieces.push(Piece::Text(text[at..range.start].to_owned()));
            pieces.push(Piece::Value { reference, is_quoted });
            at = range.end;
        }
        pieces.push(Piece::Text(text[at..].to_owned()));
        Ok(Self { text: text.to_owned(), pieces })
    }

    /// What it refers to.
    pub fn references(&self) -> impl Iterator<Item = &Reference> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Value { reference, .. } => Some(reference),
            Piece::Text(_) => None,
        })
    }

    /// The line without the values: what of it can be classified.
    pub fn bare(&self) -> String {
        let mut known: Vec<&Reference> = Vec::new();
        self.pieces.iter().map(|piece| piece.written(&mut known)).collect()
    }

    /// The line to run.
    ///
    /// # Errors
    ///
    /// If a value cannot be passed to a shell.
    pub fn filled(&self, value: &dyn Fn(&Reference) -> String) -> Result<String, String> {
        let mut known: Vec<&Reference> = Vec::new();
        let line: String = self.pieces.iter().map(|piece| piece.written(&mut known)).collect();
        let mut assigned = String::new();
        for (number, reference) in known.iter().enumerate() {
            let value = value(reference);
            let quoted = shlex::try_quote(&value).map_err(|_| {
                format!("the value of {reference} contains NUL, which no shell line can carry")
            })?;
            assigned.push_str(&format!("{VARIABLE}{number}={quoted}\n"));
            if assigned.len() > LONGEST {
                return Err(format!(
                    "the value of {reference} is too long for a line ({} bytes)",
                    value.len()
                ));
            }
        }
        Ok(assigned + &line)
    }
}

impl Piece {
    /// As it stands in the line that is run; `known` are the references so far, by the number of their variable.
    fn written<'p>(&'p self, known: &mut Vec<&'p Reference>) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Value { reference, is_quoted } => {
                let number = known.iter().position(|other| *other == reference).unwrap_or_else(|| {
                    known.push(reference);
                    known.len() - 1
                });
                let expansion = format!("${{{VARIABLE}{number}}}");
                if *is_quoted { expansion } else { format!("\"{expansion}\"") }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    /// What a hostile or a clumsy step may print.
    const VALUES: [&str; 13] = [
        "plain",
        "",
        "two words",
        "'; touch pwned; '",
        "\"; touch pwned; \"",
        "$(touch pwned)",
        "`touch pwned`",
        "a[$(touch pwned)]",
        "* ~ {a,b} $HOME ${x}",
        "line\nbreak\n\nlast",
        "}\nEOF\ntouch pwned\n",
        "\\",
        "-n é 日本 !! #",
    ];

    /// What bash prints for a line in an empty directory, if nothing was made there.
    fn printed(line: &str) -> String {
        let directory = tempfile::tempdir().unwrap();
        let output = Command::new("bash").args(["-c", line]).current_dir(&directory).output().unwrap();
        let made = std::fs::read_dir(&directory).unwrap().count();
        assert_eq!(made, 0, "{line}");
        assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    #[test]
    fn a_value_arrives_as_it_is_and_is_never_code() {
        for line in [
            "printf %s ${vars.v}",
            "printf %s \"${vars.v}\"",
            "printf %s \"$(printf '%s' ${vars.v}; printf x)\" | sed '$ s/x$//'",
            "x=${vars.v}; printf %s \"$x\"",
            "x=(a ${vars.v}); export y=${vars.v}; printf %s \"${x[1]}\"",
            "printf %s \"${unset:-${vars.v}}\"",
            "printf %s ${unset:-${vars.v}}",
            "case ${vars.v} in *) printf %s ${vars.v};; esac # ${vars.v}",
            "[[ ${vars.v} == ${vars.v} ]] && printf %s ${vars.v}",
            "[[ ( a < b && x == ${vars.v} ) || -n x ]] && ls -lt . >/dev/null; printf %s ${vars.v}",
            "v() { printf %s \"$1\"; }; v ${vars.v}",
            "env V=${vars.v} sh -c 'printf %s \"$V\"'",
            "printf %s `printf %s ok >/dev/null`${vars.v}",
            "echo 'it''s' \"a 'quoted' b\" $'\\'' \\' >/dev/null; printf %s ${vars.v}",
            "cat <<'X' >/dev/null\nit's \"$(\nX\nprintf %s ${vars.v}",
            "printf %s \"$((1 + 2))\" >/dev/null; printf %s ${vars.v}",
        ] {
            for value in VALUES {
                // `$(…)` takes newlines away at the end of any text.
                let value = value.trim_end();
                let filled = Line::parse(line).unwrap().filled(&|_| value.to_owned()).unwrap();
                assert_eq!(printed(&filled), value, "{line} of {value:?}: {filled}");
            }
        }
    }

    #[test]
    fn here_documents_expand_unless_they_are_quoted() {
        for (line, expected) in [
            ("cat <<EOF\na ${vars.v} 'b' \"${vars.v}\"\nEOF", "a VALUE 'b' \"VALUE\"\n"),
            ("cat <<-EOF; echo ${vars.v}\n\t${vars.v}\n\tEOF", "VALUE\nVALUE\n"),
            ("cat <<A <<B\nx\nA\n${vars.v}\nB", "VALUE\n"),
            ("cat <<<${vars.v}", "VALUE\n"),
        ] {
            let line = Line::parse(line).unwrap();
            for value in VALUES {
                let value = value.trim_end();
                let filled = line.filled(&|_| value.to_owned()).unwrap();
                assert_eq!(printed(&filled), expected.replace("VALUE", value), "{filled}");
            }
        }
    }

    #[test]
    fn where_a_value_could_become_code_it_is_refused() {
        for (line, why) in [
            ("echo '${vars.v}'", "single quotes"),
            ("echo $'${vars.v}'", "single quotes"),
            ("cat <<'X'\n${vars.v}\nX", "quoted here-document"),
            ("echo $((${vars.v} + 1))", "arithmetic"),
            ("((x = ${vars.v}))", "arithmetic"),
            ("echo ${x[${vars.v}]}", "subscript"),
            ("x[${vars.v}]=1", "subscript"),
            ("[[ ${vars.v} -gt 1 ]]", "arithmetic"),
            ("for ((i = 0; i < ${vars.v}; i++)); do ls; done", "arithmetic"),
            ("x=([${vars.v}]=1)", "subscript"),
            ("declare \"x[${vars.v}]=1\"", "arithmetic"),
            ("declare -i x=${vars.v}", "arithmetic"),
            ("printf -v \"x[${vars.v}]\" %s a", "arithmetic"),
            ("[[ -v ${vars.v} ]]", "arithmetic"),
            ("if [[ x || 1 -eq ${vars.v} ]]; then ls; fi", "arithmetic"),
            ("[[ x && ( 1 -lt ${vars.v} ) ]]", "arithmetic"),
            ("eval echo ${vars.v}", "eval"),
            ("let x=${vars.v}", "let"),
            ("true && sudo sh -c \"echo ${vars.v}\"", "another shell"),
            ("bash -ec \"x; echo ${vars.v}\"", "another shell"),
            ("ssh web \"systemctl restart ${vars.v}\"", "another shell"),
            ("echo \"$(eval ${vars.v})\"", "eval"),
            ("${vars.v} --help", "name of a command"),
            ("true; a=1 ${vars.v}", "name of a command"),
            ("echo ${vars.v", "has no end"),
            ("echo ${vars.a-b.c}", "refers to nothing"),
            ("echo ${self.stdout}", "cannot be in it"),
            (" ", "empty"),
        ] {
            let error = Line::parse(line).unwrap_err();
            assert!(error.contains(why), "{line}: {error}");
        }
    }

    #[test]
    fn the_shells_own_expansions_stay() {
        for line in [
            "echo ${HOME} $1 ${x:-y} ${#a[@]} ${x//a/b}",
            "echo \"${x%%.*}\" # it's",
            "a=(1 2); echo ${a[1]}",
        ] {
            let line = Line::parse(line).unwrap();
            assert_eq!(line.filled(&|_| unreachable!()).unwrap(), line.text);
            assert_eq!(line.bare(), line.text);
        }
        let twice = Line::parse("echo ${vars.a} \"${vars.b}\" ${vars.a}").unwrap();
        assert_eq!(twice.bare(), "echo \"${__awesh_0}\" \"${__awesh_1}\" \"${__awesh_0}\"");
    }

    #[test]
    fn what_no_shell_can_carry_is_refused() {
        let line = Line::parse("echo ${steps.a.stdout}").unwrap();
        assert!(line.filled(&|_| "a\0b".to_owned()).unwrap_err().contains("steps.a.stdout contains NUL"));
        assert!(line.filled(&|_| "x".repeat(200_000)).unwrap_err().contains("too long"));
    }
}

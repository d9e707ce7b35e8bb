//! JSON as models write it, read where it can mean only one thing. Pure.
//!
//! Repaired are: commas before a closing bracket, raw line ends and tabs in texts, `True` and `None`, texts in
//! single or curly quotes, backslashes of a shell's pattern that JSON does not know, and closing brackets missing
//! at the very end. A text that is not closed is not repaired: nobody knows how it goes on.

use serde_json::Value;

/// The value, or what is wrong with it.
pub(in crate::ai) fn repair(text: &str) -> Result<Value, String> {
    let text = text.trim();
    serde_json::from_str(text).or_else(|_| {
        let mended = Mender::default().mend(text)?;
        serde_json::from_str(&mended).map_err(|error| error.to_string())
    })
}

#[derive(Default)]
struct Mender {
    mended: String,
    /// The brackets that are open.
    open: Vec<char>,
}

impl Mender {
    fn mend(mut self, text: &str) -> Result<String, String> {
        let mut letters = text.chars().peekable();
        while let Some(letter) = letters.next() {
            match letter {
                '"' | '\'' | '“' | '‘' => self.text(letter, &mut letters)?,
                '{' | '[' => {
                    self.open.push(if letter == '{' { '}' } else { ']' });
                    self.mended.push(letter);
                }
                '}' | ']' => {
                    if self.open.pop() != Some(letter) {
                        return Err(format!("{letter} closes nothing"));
                    }
                    self.drop_comma();
                    self.mended.push(letter);
                }
                letter if letter.is_alphabetic() => {
                    let mut word = letter.to_string();
                    while let Some(next) = letters.next_if(|next| next.is_alphanumeric()) {
                        word.push(next);
                    }
                    self.mended.push_str(match word.as_str() {
                        "True" => "true",
                        "False" => "false",
                        "None" => "null",
                        word => word,
                    });
                }
                letter => self.mended.push(letter),
            }
        }
        self.drop_comma();
        let missing: String = self.open.iter().rev().collect();
        Ok(self.mended + &missing)
    }

    /// A text up to the quote that closes it, which for one in single quotes is not the first apostrophe.
    fn text(
        &mut self,
        quote: char,
        letters: &mut std::iter::Peekable<std::str::Chars<'_>>,
    ) -> Result<(), String> {
        let closing = match quote {
            '“' => '”',
            '‘' => '’',
            quote => quote,
        };
        self.mended.push('"');
        while let Some(letter) = letters.next() {
            match letter {
                letter if letter == closing => {
                    self.mended.push('"');
                    return Ok(());
                }
                '\\' => match letters.next() {
                    Some(escaped) if escaped == closing && closing != '"' => self.mended.push(escaped),
                    Some(escaped @ ('"' | '\\' | '/' | 'b' | 'f' | 'n' | 'r' | 't' | 'u')) => {
                        self.mended.extend(['\\', escaped]);
                    }
                    // A pattern's or the shell's own backslash.
                    Some(escaped) if escaped != '\'' && !escaped.is_control() => {
                        self.mended.extend(['\\', '\\', escaped]);
                    }
                    _ => return Err("a backslash that escapes nothing".to_owned()),
                },
                '"' => self.mended.push_str("\\\""),
                '\n' => self.mended.push_str("\\n"),
                '\r' => {}
                '\t' => self.mended.push_str("\\t"),
                letter => self.mended.push(letter),
            }
        }
        Err("a text that is not closed".to_owned())
    }

    fn drop_comma(&mut self) {
        let kept = self.mended.trim_end();
        if kept.ends_with(',') {
            self.mended.truncate(kept.len() - 1);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_can_mean_only_one_thing_is_read() {
        let wanted = json!({"a": "b", "n": [1, true, null]});
        for text in [
            r#"{"a":"b","n":[1,true,null]}"#,
            r#"{"a":"b","n":[1,true,null,],}"#,
            "{'a': 'b', 'n': [1, True, None]}",
            "{“a”: “b”, “n”: [1, true, null]}",
            r#"{"a":"b","n":[1,true,null"#,
            " {\"a\":\"b\",\n \"n\":[1,true,null]\n",
        ] {
            assert_eq!(repair(text).as_ref(), Ok(&wanted), "{text}");
        }
        for (text, read) in [
            ("{\"c\":\"one\ntwo\tthree\"}", "one\ntwo\tthree"),
            (r#"{"c":"grep '\.rs$' | wc \-l"}"#, r"grep '\.rs$' | wc \-l"),
            (r#"{"c":"say \"hi\" \\ \u00e4"}"#, "say \"hi\" \\ ä"),
            (r#"{'c':'it said "no"'}"#, "it said \"no\""),
            (r"{'c':'it\'s'}", "it's"),
        ] {
            assert_eq!(repair(text), Ok(json!({"c": read})), "{text}");
        }
    }

    #[test]
    fn what_could_mean_more_is_not() {
        for text in [
            "",
            "{\"a\":\"b",
            "{\"a\":\"b\\",
            "{'c':'it's'}",
            "{\"a\" \"b\"}",
            "{a: 1}",
            "{\"a\":}",
            "}{",
            "{\"a\":1]",
            "{\"a\":\"it\\'s\" x}",
            "{\"a\":1} {\"b\":2}",
        ] {
            assert!(repair(text).is_err(), "{text}");
        }
    }
}

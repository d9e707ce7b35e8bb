//! The objects of a list, cut out of its JSON as it comes: of 5,000 pods one is held at a time, whatever the
//! length of the page.

use serde::Deserialize;

/// The largest object; etcd keeps none of this size.
const OBJECT: usize = 8 << 20;

/// The largest list without its objects.
const ENVELOPE: usize = 1 << 20;

/// Why bytes are no list.
pub(super) type Nonsense = &'static str;

/// A list as far as it came.
#[derive(Debug, Default)]
pub(super) struct Items {
    /// What is around the objects.
    envelope: Vec<u8>,
    /// The object under way.
    object: Vec<u8>,
    in_items: bool,
    /// Braces and brackets that are open: of the object within the items, else of the envelope.
    depth: u32,
    in_string: bool,
    escaped: bool,
}

/// A list without its objects.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Envelope {
    /// `PodList`, …
    #[serde(default)]
    pub(super) kind: String,
    /// Where it goes on.
    #[serde(default)]
    pub(super) metadata: ListMeta,
}

/// What a list says of itself.
#[derive(Debug, Default, Deserialize)]
pub(super) struct ListMeta {
    /// Asks for the next page.
    #[serde(default, rename = "continue")]
    pub(super) next: Option<String>,
}

impl Items {
    /// Takes bytes as they came and gives each object that they complete to `each`.
    pub(super) fn push<E: From<Nonsense>>(
        &mut self,
        bytes: &[u8],
        mut each: impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        for &byte in bytes {
            let is_complete = self.take(byte);
            if is_complete {
                each(&self.object)?;
                self.object.clear();
            }
        }
        if self.object.len() > OBJECT || self.envelope.len() > ENVELOPE {
            return Err("a list with an object beyond all measure".into());
        }
        Ok(())
    }

    /// The list is at its end.
    pub(super) fn finish(self) -> Result<Envelope, Nonsense> {
        let envelope: Envelope =
            serde_json::from_slice(&self.envelope).map_err(|_| "what answers there is no Kubernetes API")?;
        if envelope.kind.ends_with("List") { Ok(envelope) } else { Err("the answer is no list") }
    }

    /// Takes a byte; whether it completes an object.
    fn take(&mut self, byte: u8) -> bool {
        if self.in_items && self.depth == 0 && byte == b']' {
            (self.in_items, self.depth) = (false, 1);
            self.envelope.push(byte);
            return false;
        }
        if !self.in_items {
            self.envelope.push(byte);
        } else if self.depth > 0 || byte == b'{' {
            self.object.push(byte);
        }
        if self.in_string {
            self.in_string = self.escaped || byte != b'"';
            self.escaped = !self.escaped && byte == b'\\';
            return false;
        }
        match byte {
            b'"' => self.in_string = true,
            b'[' if self.begins_items() => (self.in_items, self.depth) = (true, 0),
            b'{' | b'[' => self.depth += 1,
            b'}' | b']' => {
                self.depth = self.depth.saturating_sub(1);
                return self.in_items && self.depth == 0;
            }
            _ => {}
        }
        false
    }

    /// Whether the bracket at the end of the envelope opens the items.
    fn begins_items(&self) -> bool {
        if self.in_items || self.depth != 1 {
            return false;
        }
        let before = self.envelope[..self.envelope.len() - 1].trim_ascii_end();
        before.strip_suffix(b":").is_some_and(|key| key.trim_ascii_end().ends_with(b"\"items\""))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn cut(text: &str, portion: usize) -> (Vec<Value>, Result<Envelope, Nonsense>) {
        let (mut items, mut objects) = (Items::default(), Vec::new());
        for bytes in text.as_bytes().chunks(portion) {
            let each = |object: &[u8]| -> Result<(), Nonsense> {
                objects.push(serde_json::from_slice(object).map_err(|_| "no object")?);
                Ok(())
            };
            items.push(bytes, each).unwrap();
        }
        (objects, items.finish())
    }

    #[test]
    fn objects_are_cut_out_whatever_the_portions() {
        let objects = json!([
            {"metadata": {"name": "a]}\"\\", "items": [1, {"x": [{}]}]}},
            {},
            {"text": "\"items\":[{"},
        ]);
        let list = json!({"kind": "PodList", "items": objects, "metadata": {"continue": "n\"]"}});
        for text in [list.to_string(), serde_json::to_string_pretty(&list).unwrap()] {
            for portion in [1, 2, 7, 4096] {
                let (cut, envelope) = cut(&text, portion);
                assert_eq!(Value::Array(cut), objects);
                assert_eq!(envelope.unwrap().metadata.next.as_deref(), Some("n\"]"));
            }
        }
    }

    #[test]
    fn other_arrays_called_items_are_none() {
        let text = r#"{"kind":"PodList","metadata":{"items":[{"a":1}]},"items":[{"b":2}],"x":[{"c":3}]}"#;
        assert_eq!(cut(text, 3).0, [json!({"b": 2})]);
        assert!(cut(r#"{"kind":"PodList","items":null}"#, 9).1.is_ok());
    }

    #[test]
    fn what_is_no_list_is_told() {
        for text in
            ["", "<html>", "[1]", r#"{"kind":"PodList","items":["#, r#"{"kind":"Pod","items":[]}"#, "]]]"]
        {
            assert!(cut(text, 5).1.is_err(), "{text}");
        }
        let endless = format!("{{\"items\":[{{\"a\":\"{}", "x".repeat(OBJECT));
        assert!(Items::default().push::<Nonsense>(endless.as_bytes(), |_| Ok(())).is_err());
    }
}

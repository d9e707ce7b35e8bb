//! Values as people write them in a plan: names, one or many, times, texts. Each refuses what it cannot be where it
//! stands, so that the error has its line.

use std::fmt;
use std::marker::PhantomData;
use std::time::Duration;

use jiff::SignedDuration;
use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, de};

/// The longest time that may be given.
const LONGEST: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// Whether a text can be the name of something in a plan: then it needs no quoting in a reference or condition.
pub(super) fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
}

/// A name.
fn name<E: Error>(text: &str) -> Result<String, E> {
    if is_name(text) {
        return Ok(text.to_owned());
    }
    Err(E::custom(format!("{text:?} is no name: letters, digits, _ and - make one")))
}

/// Things by name, in the order they stand there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named<T>(pub Vec<(String, T)>);

impl<T> Default for Named<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Named<T> {
    /// The one of a name.
    pub fn get(&self, name: &str) -> Option<&T> {
        self.0.iter().find(|(own, _)| own == name).map(|(_, value)| value)
    }

    /// The names.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_str())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Named<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Map<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Map<T> {
            type Value = Named<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("names, each with what it stands for")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut named = Named::default();
                while let Some(name) = map.next_key_seed(Fresh(&named))? {
                    named.0.push((name, map.next_value()?));
                }
                Ok(named)
            }
        }
        deserializer.deserialize_map(Map(PhantomData))
    }
}

/// A name that is not there yet.
struct Fresh<'n, T>(&'n Named<T>);

impl<'de, T> DeserializeSeed<'de> for Fresh<'_, T> {
    type Value = String;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<String, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<T> Visitor<'_> for Fresh<'_, T> {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<String, E> {
        let name = name(text)?;
        if self.0.get(&name).is_some() {
            return Err(E::custom(format!("{name} is there twice")));
        }
        Ok(name)
    }
}

/// One text or a list of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Texts(pub Vec<String>);

impl<'de> Deserialize<'de> for Texts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OneOrMany;
        impl<'de> Visitor<'de> for OneOrMany {
            type Value = Texts;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text or a list of texts")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Texts, E> {
                Ok(Texts(vec![text.to_owned()]))
            }

            fn visit_u64<E: Error>(self, number: u64) -> Result<Texts, E> {
                Ok(Texts(vec![number.to_string()]))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Texts, A::Error> {
                let mut texts = Vec::new();
                while let Some(text) = list.next_element()? {
                    texts.push(text);
                }
                Ok(Texts(texts))
            }
        }
        deserializer.deserialize_any(OneOrMany)
    }
}

/// A scalar that is read as something else. What it cannot be is told while it is read: only then has it a place.
pub(super) fn parsed<'de, T, D: Deserializer<'de>>(
    deserializer: D,
    parse: fn(&str) -> Result<T, String>,
) -> Result<T, D::Error> {
    struct Scalar<T>(fn(&str) -> Result<T, String>);
    impl<T> Visitor<'_> for Scalar<T> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a text")
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
            self.0(text).map_err(E::custom)
        }
    }
    deserializer.deserialize_str(Scalar(parse))
}

/// A time: `2s`, `1m30s`, `500ms`; a bare number is seconds.
pub(super) fn time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    parsed(deserializer, read_time)
}

/// A time that may be left out.
pub(super) fn some_time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Duration>, D::Error> {
    parsed(deserializer, |text| match read_time(text)? {
        Duration::ZERO => Err("there is nothing that takes no time".to_owned()),
        time => Ok(Some(time)),
    })
}

fn read_time(text: &str) -> Result<Duration, String> {
    let seconds = text.parse::<f64>().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    let time = seconds.or_else(|| Duration::try_from(text.parse::<SignedDuration>().ok()?).ok());
    time.filter(|time| *time <= LONGEST)
        .ok_or_else(|| format!("{text:?} is no time: 500ms, 2s, 1m30s and 1h are, up to 7 days"))
}

/// Implements reading for what is one scalar in short and a map when it is written out.
pub(super) trait Short<'de>: Sized {
    /// What is expected, in words.
    const EXPECTED: &'static str;
    /// The form that is written out.
    type Long: Deserialize<'de>;

    /// Of the short form.
    fn short<E: Error>(text: &str) -> Result<Self, E>;
    /// Of the other form.
    fn long<E: Error>(long: Self::Long) -> Result<Self, E>;
}

/// Reads either form.
pub(super) fn short_or_long<'de, T: Short<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    struct Either<T>(PhantomData<T>);
    impl<'de, T: Short<'de>> Visitor<'de> for Either<T> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(T::EXPECTED)
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
            T::short(text)
        }

        fn visit_u64<E: Error>(self, number: u64) -> Result<T, E> {
            T::short(&number.to_string())
        }

        fn visit_bool<E: Error>(self, truth: bool) -> Result<T, E> {
            // The commands `true` and `false`.
            T::short(&truth.to_string())
        }

        fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
            T::long(<T as Short>::Long::deserialize(MapAccessDeserializer::new(map))?)
        }

        fn visit_seq<A: SeqAccess<'de>>(self, _: A) -> Result<T, A::Error> {
            Err(de::Error::invalid_type(de::Unexpected::Seq, &self))
        }
    }
    deserializer.deserialize_any(Either(PhantomData))
}

//! What JSON may stand where: a text, one object, a list; and nothing where there is none.
//!
//! Clients of the field send `null`, `""`, `[]` and `{}` for what they do not know; each reads as
//! not given. Anything else of the wrong kind is an error: an object is never made of a list.

use std::{borrow::Cow, fmt, marker::PhantomData, ops::Deref};

use serde::{
    Deserialize, Deserializer,
    de::{Error, IgnoredAny, MapAccess, SeqAccess, Visitor, value::MapAccessDeserializer},
};
use serde_json::value::RawValue;

/// A text, borrowed from the input where it holds no escapes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::exchange) struct Text<'a>(Cow<'a, str>);

/// One object or nothing.
#[derive(Clone, Debug)]
pub(in crate::exchange) struct One<T>(Option<T>);

/// A list of objects; an empty leftover keeps its place.
#[derive(Clone, Debug)]
pub(in crate::exchange) struct Many<T>(Vec<T>);

/// A list of texts or numbers.
#[derive(Clone, Debug)]
pub(in crate::exchange) struct Values<T>(Vec<T>);

/// A number as it was written: FHIR decimals keep their digits.
#[derive(Clone, Copy, Debug)]
pub(in crate::exchange) struct Number<'a>(&'a str);

/// An object whose members nobody needs.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::exchange) struct Anything;

impl Text<'_> {
    /// The text without blanks around it; `None` where nothing is left.
    pub(in crate::exchange) fn get(&self) -> Option<&str> {
        Some(self.0.trim()).filter(|text| !text.is_empty())
    }

    /// Whether it says exactly `word`.
    pub(in crate::exchange) fn is(&self, word: &str) -> bool {
        self.get() == Some(word)
    }
}

impl Number<'_> {
    /// The digits as written: a JSON number.
    pub(in crate::exchange) fn as_str(&self) -> &str {
        self.0
    }
}

impl<T> One<T> {
    /// The object, where there is one.
    pub(in crate::exchange) fn get(&self) -> Option<&T> {
        self.0.as_ref()
    }

    /// The object itself.
    pub(in crate::exchange) fn into_inner(self) -> Option<T> {
        self.0
    }
}

impl<T> Default for One<T> {
    fn default() -> Self {
        One(None)
    }
}

impl<T> Default for Many<T> {
    fn default() -> Self {
        Many(Vec::new())
    }
}

impl<T> Default for Values<T> {
    fn default() -> Self {
        Values(Vec::new())
    }
}

impl<T> Deref for Many<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<T> Deref for Values<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextVisitor;
        impl<'de> Visitor<'de> for TextVisitor {
            type Value = Text<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text")
            }

            fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Borrowed(text)))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Owned(text.to_owned())))
            }

            fn visit_unit<E: Error>(self) -> Result<Text<'de>, E> {
                Ok(Text::default())
            }
        }
        deserializer.deserialize_any(TextVisitor)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for One<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OneVisitor<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for OneVisitor<T> {
            type Value = One<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<One<T>, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map)).map(|value| One(Some(value)))
            }

            fn visit_unit<E: Error>(self) -> Result<One<T>, E> {
                Ok(One(None))
            }
        }
        deserializer.deserialize_any(OneVisitor(PhantomData))
    }
}

impl<'de, T: Deserialize<'de> + Default> Deserialize<'de> for Many<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let list = deserializer.deserialize_any(ListVisitor::<One<T>>(PhantomData))?;
        Ok(Many(list.into_iter().map(|one| one.and_then(|one| one.0).unwrap_or_default()).collect()))
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Values<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let list = deserializer.deserialize_any(ListVisitor::<T>(PhantomData))?;
        Ok(Values(list.into_iter().flatten().collect()))
    }
}

struct ListVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ListVisitor<T> {
    type Value = Vec<Option<T>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut list = Vec::new();
        while let Some(value) = seq.next_element()? {
            list.push(value);
        }
        Ok(list)
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(Vec::new())
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Number<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <&'de RawValue>::deserialize(deserializer)?.get();
        if text.starts_with(|first: char| first == '-' || first.is_ascii_digit()) {
            Ok(Number(text))
        } else {
            Err(D::Error::custom("expected a number"))
        }
    }
}

impl<'de> Deserialize<'de> for Anything {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        IgnoredAny::deserialize(deserializer).map(|_| Anything)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Default, Deserialize)]
    #[serde(default)]
    struct Shapes<'a> {
        #[serde(borrow)]
        text: Text<'a>,
        #[serde(borrow)]
        one: One<Inner<'a>>,
        #[serde(borrow)]
        many: Many<Inner<'a>>,
        values: Values<u32>,
        number: Option<Number<'a>>,
    }

    #[derive(Debug, Default, Deserialize)]
    #[serde(default)]
    struct Inner<'a> {
        #[serde(borrow)]
        text: Text<'a>,
    }

    #[test]
    fn nothing_reads_as_nothing_and_wrong_kinds_do_not() {
        let check = |json: &str, expected: Result<(usize, usize), &str>| {
            let read = serde_json::from_str::<Shapes<'_>>(json).map(|s| (s.many.len(), s.values.len()));
            match (read, expected) {
                (Ok(read), Ok(expected)) => assert_eq!(read, expected, "{json}"),
                (Err(error), Err(part)) => assert!(error.to_string().contains(part), "{json}: {error}"),
                (read, _) => panic!("{json}: {read:?}"),
            }
        };
        check("{}", Ok((0, 0)));
        check(r#"{"text":null,"one":null,"many":null,"values":null,"number":null}"#, Ok((0, 0)));
        check(r#"{"one":{},"many":[{},null],"values":[null,3]}"#, Ok((2, 1)));
        check(r#"{"number":1.50e2}"#, Ok((0, 0)));
        check(r#"{"text":5}"#, Err("expected a text"));
        check(r#"{"one":["x"]}"#, Err("expected an object"));
        check(r#"{"many":{"text":"x"}}"#, Err("expected a list"));
        check(r#"{"many":["x"]}"#, Err("expected an object"));
        check(r#"{"values":["3"]}"#, Err("expected u32"));
        check(r#"{"number":"3"}"#, Err("expected a number"));
    }

    #[test]
    fn texts_are_borrowed_and_trimmed() {
        let read: Shapes<'_> = serde_json::from_str(r#"{"text":" a ","one":{"text":"b\nc"},"number":412.50}"#).unwrap();
        assert!(matches!(read.text.0, Cow::Borrowed(_)));
        assert!(read.text.is("a"));
        assert_eq!(read.one.get().and_then(|one| one.text.get()), Some("b\nc"));
        assert_eq!(read.number.unwrap().as_str(), "412.50");
    }
}

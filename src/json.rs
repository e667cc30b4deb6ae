//! Reading JSON as it stands: what kind a value is, its members, items and text, each borrowed from the document.
//!
//! No tree is built and no number is read: what the policy does not look at is skipped, and what it leaves alone is
//! written back byte for byte.

use std::{borrow::Cow, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::value::RawValue;

use crate::field::{Path, Violation, quote};

/// The kind of a JSON value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Null,
    Boolean,
    Number,
    String,
    List,
    Object,
}

impl Kind {
    /// The kind of a value: its first byte tells.
    pub(crate) fn of(raw: &RawValue) -> Self {
        match raw.get().as_bytes().first() {
            Some(b'n') => Kind::Null,
            Some(b't' | b'f') => Kind::Boolean,
            Some(b'"') => Kind::String,
            Some(b'[') => Kind::List,
            Some(b'{') => Kind::Object,
            _ => Kind::Number,
        }
    }

    /// The kind as a printed value: a message names it in place of content of the wrong kind.
    pub(crate) const fn shown(self) -> &'static str {
        match self {
            Kind::Null => "null",
            Kind::Boolean => "\"boolean\"",
            Kind::Number => "\"number\"",
            Kind::String => "\"string\"",
            Kind::List => "\"list\"",
            Kind::Object => "\"object\"",
        }
    }
}

/// Reads a whole JSON document.
///
/// # Errors
/// What is wrong with the text, with its line and column.
pub(crate) fn document<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, String> {
    let text = std::str::from_utf8(bytes).map_err(|error| error.to_string())?;
    serde_json::from_str(text).map_err(|error| error.to_string())
}

/// The members of an object in document order, keys and values as they stand.
pub(crate) struct Members<'a>(Vec<(JsonString<'a>, &'a RawValue)>);

impl<'a> Members<'a> {
    /// Reads a whole document, which stands at `at`.
    ///
    /// # Errors
    /// Where it is no object; what it is instead is not said.
    pub(crate) fn document(at: Path<'_>, bytes: &'a [u8]) -> Result<Self, Violation> {
        document(bytes).map_err(|_| Violation::invalid(at, "\"bytes\"", "must be a JSON object"))
    }

    /// Reads the object at `at`.
    ///
    /// # Errors
    /// Any other kind.
    pub(crate) fn read(at: Path<'_>, raw: &'a RawValue) -> Result<Self, Violation> {
        let members = match Kind::of(raw) {
            Kind::Object => serde_json::from_str(raw.get()).ok(),
            _ => None,
        };
        members.ok_or_else(|| Violation::invalid(at, Kind::of(raw).shown(), "must be an object"))
    }

    /// The value of `key` in the object at `at`; `null` means absent.
    ///
    /// # Errors
    /// As [`Members::value`].
    pub(crate) fn get(&self, at: Path<'_>, key: &str) -> Result<Option<&'a RawValue>, Violation> {
        let value = self.value(at, key)?;
        Ok(value.filter(|value| Kind::of(value) != Kind::Null))
    }

    /// The value of `key` in the object at `at`, which may be `null`.
    ///
    /// # Errors
    /// Where the key stands twice: readers differ in which one counts.
    pub(crate) fn value(&self, at: Path<'_>, key: &str) -> Result<Option<&'a RawValue>, Violation> {
        let mut values = self.named(key);
        let first = values.next();
        match values.next() {
            None => Ok(first),
            Some(second) => {
                let detail = "stands more than once";
                Err(Violation::invalid(at.name(key), Kind::of(second).shown(), detail))
            }
        }
    }

    /// The first value of `key`, which may be `null`.
    pub(crate) fn first(&self, key: &str) -> Option<&'a RawValue> {
        self.named(key).next()
    }

    fn named(&self, key: &str) -> impl Iterator<Item = &'a RawValue> {
        let members = self.iter().filter(move |(name, _)| name.is(key));
        members.map(|(_, value)| value)
    }

    /// Every member.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&JsonString<'a>, &'a RawValue)> {
        self.0.iter().map(|(key, value)| (key, *value))
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct All;
        impl<'de> Visitor<'de> for All {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(All)
    }
}

/// A JSON string that may hold lone surrogates (`"\ud800"`), which Go accepts and no `str` can hold.
#[derive(Debug)]
pub(crate) struct JsonString<'a>(Cow<'a, [u8]>);

impl JsonString<'_> {
    /// Whether it is this text.
    fn is(&self, text: &str) -> bool {
        *self.0 == *text.as_bytes()
    }

    /// The text; `None` where it holds a lone surrogate.
    pub(crate) fn as_str(&self) -> Option<&str> {
        std::str::from_utf8(&self.0).ok()
    }

    /// The text for a message, lone surrogates replaced.
    pub(crate) fn to_text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.0)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for JsonString<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Bytes;
        impl<'de> Visitor<'de> for Bytes {
            type Value = JsonString<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_borrowed_bytes<E: serde::de::Error>(self, bytes: &'de [u8]) -> Result<Self::Value, E> {
                Ok(JsonString(Cow::Borrowed(bytes)))
            }

            fn visit_bytes<E: serde::de::Error>(self, bytes: &[u8]) -> Result<Self::Value, E> {
                Ok(JsonString(Cow::Owned(bytes.to_vec())))
            }
        }
        deserializer.deserialize_bytes(Bytes)
    }
}

/// The text of a string value; `None` where it holds a lone surrogate or is no string.
pub(crate) fn string(raw: &RawValue) -> Option<Cow<'_, str>> {
    let JsonString(bytes) = serde_json::from_str(raw.get()).ok()?;
    match bytes {
        Cow::Borrowed(bytes) => std::str::from_utf8(bytes).ok().map(Cow::Borrowed),
        Cow::Owned(bytes) => String::from_utf8(bytes).ok().map(Cow::Owned),
    }
}

/// The text of the string at `at`.
///
/// # Errors
/// Another kind, and a lone surrogate.
pub(crate) fn text<'a>(at: Path<'_>, raw: &'a RawValue) -> Result<Cow<'a, str>, Violation> {
    match Kind::of(raw) {
        Kind::String => string(raw)
            .ok_or_else(|| Violation::invalid(at, quote(raw.get()), "must not contain a lone surrogate")),
        other => Err(Violation::invalid(at, other.shown(), "must be a string")),
    }
}

/// The items of a list; `None` where it is none.
pub(crate) fn items(raw: &RawValue) -> Option<Vec<&RawValue>> {
    match Kind::of(raw) {
        Kind::List => serde_json::from_str(raw.get()).ok(),
        _ => None,
    }
}

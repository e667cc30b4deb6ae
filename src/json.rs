//! Reading JSON strictly: what kind a value is, and text as it stands, before any type is expected.

use std::{borrow::Cow, fmt};

use serde::{Deserialize, Deserializer, de::Visitor};
use serde_json::{Value, value::RawValue};

use crate::field::{Path, Violation};

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
    /// The kind of a value not yet parsed: its first byte tells.
    pub(crate) fn of_raw(raw: &RawValue) -> Self {
        match raw.get().as_bytes().first() {
            Some(b'n') => Kind::Null,
            Some(b't' | b'f') => Kind::Boolean,
            Some(b'"') => Kind::String,
            Some(b'[') => Kind::List,
            Some(b'{') => Kind::Object,
            _ => Kind::Number,
        }
    }

    /// The kind of a parsed value.
    pub(crate) const fn of(value: &Value) -> Self {
        match value {
            Value::Null => Kind::Null,
            Value::Bool(_) => Kind::Boolean,
            Value::Number(_) => Kind::Number,
            Value::String(_) => Kind::String,
            Value::Array(_) => Kind::List,
            Value::Object(_) => Kind::Object,
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
/// What the document lacks; the content stands in it only where `T` expects a certain kind.
pub(crate) fn document<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, String> {
    let text = std::str::from_utf8(bytes).map_err(|error| error.to_string())?;
    serde_json::from_str(text).map_err(|error| error.to_string())
}

/// Reads the members of the object at `at`.
///
/// # Errors
/// Any other kind (derived structs also accept lists, field by position; a list is not an object here), and an
/// object in which a member that `T` knows stands twice.
pub(crate) fn members<'a, T: Deserialize<'a>>(at: Path<'_>, raw: &'a RawValue) -> Result<T, Violation> {
    let refused = |detail| Violation::invalid(at, Kind::of_raw(raw).shown(), detail);
    match Kind::of_raw(raw) {
        Kind::Object => serde_json::from_str(raw.get())
            .map_err(|_| refused("must be an object in which no key stands twice")),
        _ => Err(refused("must be an object")),
    }
}

/// A JSON string that may hold lone surrogates (`"\ud800"`), which Go accepts and no `str` can hold.
#[derive(Debug)]
pub(crate) struct JsonString<'a>(Cow<'a, [u8]>);

impl JsonString<'_> {
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

/// Reads a string value; `None` where it holds a lone surrogate or is no string.
pub(crate) fn string(raw: &RawValue) -> Option<String> {
    let text: JsonString<'_> = serde_json::from_str(raw.get()).ok()?;
    text.as_str().map(str::to_owned)
}

//! JSON as it stands: what kind a value is, its members, items and text, each borrowed from the document.
//!
//! `serde_json` says what is JSON and what is not, once, before anything is looked at. What follows only locates: it
//! finds its way in a text that is known to be JSON, skips what the policy does not look at, and never builds a tree or
//! reads a number. So a value can be left alone to the last byte.

mod cursor;
mod readable;
mod string;
#[cfg(test)]
mod tests;
mod wanted;

use std::borrow::Cow;

use serde::de::IgnoredAny;

use crate::base::field::{FieldPath, Violation, quote, shorten};
use cursor::Cursor;
pub(crate) use string::JsonString;
pub(crate) use wanted::Wanted;

/// A value: its text, without white space around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Json<'a>(&'a str);

/// The kind of a JSON value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum JsonKind {
    Null,
    Boolean,
    Number,
    String,
    List,
    Object,
}

impl JsonKind {
    /// The kind as a printed value.
    pub(crate) const fn shown(self) -> &'static str {
        match self {
            JsonKind::Null => "null",
            JsonKind::Boolean => "\"boolean\"",
            JsonKind::Number => "\"number\"",
            JsonKind::String => "\"string\"",
            JsonKind::List => "\"list\"",
            JsonKind::Object => "\"object\"",
        }
    }
}

impl<'a> Json<'a> {
    /// The object `{}`.
    pub(crate) const EMPTY_OBJECT: Json<'static> = Json("{}");

    /// Reads a whole document.
    ///
    /// # Errors
    /// What is wrong with the text, with its line and column.
    pub(crate) fn document(text: &'a str) -> Result<Self, serde_json::Error> {
        serde_json::from_str::<IgnoredAny>(text)?;
        Ok(Json(text.trim_matches(WHITE_SPACE)))
    }

    /// Reads a whole document of bytes.
    ///
    /// # Errors
    /// As [`Json::document`], and where it is not UTF-8.
    pub(crate) fn of_bytes(bytes: &'a [u8]) -> Result<Self, String> {
        let text = std::str::from_utf8(bytes).map_err(|error| error.to_string())?;
        Self::document(text).map_err(|error| error.to_string())
    }

    /// The value's text.
    #[must_use]
    pub const fn get(self) -> &'a str {
        self.0
    }

    /// The value's kind: its first byte tells.
    pub(crate) fn kind(self) -> JsonKind {
        match self.0.as_bytes().first() {
            Some(b'n') => JsonKind::Null,
            Some(b't' | b'f') => JsonKind::Boolean,
            Some(b'"') => JsonKind::String,
            Some(b'[') => JsonKind::List,
            Some(b'{') => JsonKind::Object,
            _ => JsonKind::Number,
        }
    }

    /// Whether it is an object.
    pub(crate) fn is_object(self) -> bool {
        self.kind() == JsonKind::Object
    }

    /// The items of a list, of which there may be `most`.
    ///
    /// # Errors
    /// It is not a list, or has more.
    pub(crate) fn items(self, most: usize) -> Result<Vec<Json<'a>>, NoItems> {
        self.list(most, Cursor::value)
    }

    /// What `item` reads at the beginning of each item of a list; it must go behind the item.
    fn list<T>(self, most: usize, mut item: impl FnMut(&mut Cursor<'a>) -> T) -> Result<Vec<T>, NoItems> {
        if self.kind() != JsonKind::List {
            return Err(NoItems::NoList);
        }
        let mut items = Vec::new();
        let mut cursor = Cursor::inside(self);
        while !cursor.is_at_end() {
            if items.len() >= most {
                return Err(NoItems::TooMany);
            }
            items.push(item(&mut cursor));
        }
        Ok(items)
    }

    /// The text of a string; `None` where it holds a lone surrogate or is not a string.
    pub(crate) fn string(self) -> Option<Cow<'a, str>> {
        match self.kind() {
            JsonKind::String => Cursor::at_start(self).key().as_str(),
            _ => None,
        }
    }

    /// The text of the string at `at`.
    ///
    /// # Errors
    /// Another kind, and a lone surrogate.
    pub(crate) fn text(self, at: FieldPath<'_>) -> Result<Cow<'a, str>, Violation> {
        match self.kind() {
            JsonKind::String => self
                .string()
                .ok_or_else(|| Violation::invalid(at, quote(self.0), "must not contain a lone surrogate")),
            _ => Err(Violation::invalid(at, self.shown(), "must be a string")),
        }
    }

    /// The value as messages print it: a string as [`quote`] prints it, another scalar as it is written, shortened alike,
    /// and of a list or an object its kind only.
    pub(crate) fn shown(self) -> String {
        match self.kind() {
            // A lone surrogate is replaced.
            JsonKind::String => quote(&Cursor::at_start(self).key().to_text()),
            JsonKind::Null | JsonKind::Boolean | JsonKind::Number => shorten(self.0).into_owned(),
            kind @ (JsonKind::List | JsonKind::Object) => kind.shown().to_owned(),
        }
    }
}

/// Why a value has no items to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoItems {
    /// It is not a list.
    NoList,
    /// It has more than there may be: three bytes of JSON become a hundred and more in memory.
    TooMany,
}

/// What JSON has between its tokens.
const WHITE_SPACE: [char; 4] = [' ', '\t', '\n', '\r'];

/// The members of an object in document order, keys and values as they stand.
#[derive(Debug, Default)]
pub(crate) struct Members<'a>(Vec<(JsonString<'a>, Json<'a>)>);

impl<'a> Members<'a> {
    /// Reads the text of an object.
    ///
    /// # Errors
    /// It is no JSON object.
    pub(crate) fn of_text(at: FieldPath<'_>, text: &'a str) -> Result<Self, Violation> {
        let json = Json::document(text)
            .map_err(|error| Violation::invalid(at, "\"text\"", format!("must be JSON: {error}")))?;
        Members::read(at, json)
    }

    /// Reads the object at `at`.
    ///
    /// # Errors
    /// Any other kind.
    pub(crate) fn read(at: FieldPath<'_>, json: Json<'a>) -> Result<Self, Violation> {
        let object = Cursor::at_start(json).object(&[], &mut Vec::new());
        let no_object = || Violation::invalid(at, json.shown(), "must be an object");
        object.map(|(_, members)| members).ok_or_else(no_object)
    }

    /// Reads an object and those that are in it along `path`, one in the other, in one walk. Where they end early, or
    /// a key on the way is duplicated, there are fewer or more of them than keys: then they are to be read one by one.
    pub(crate) fn along(json: Json<'a>, path: &[&str]) -> (Self, Vec<Self>) {
        let mut inner = Vec::new();
        let object = Cursor::at_start(json).object(path, &mut inner);
        (object.map(|(_, members)| members).unwrap_or_default(), inner)
    }

    /// The value of `key` in the object at `at`; `null` means absent.
    ///
    /// # Errors
    /// As [`Members::value`].
    pub(crate) fn get(&self, at: FieldPath<'_>, key: &str) -> Result<Option<Json<'a>>, Violation> {
        let value = self.value(at, key)?;
        Ok(value.filter(|value| value.kind() != JsonKind::Null))
    }

    /// The value of `key` in the object at `at`, which may be `null`.
    ///
    /// # Errors
    /// Where the key is duplicated: readers differ in which one counts.
    pub(crate) fn value(&self, at: FieldPath<'_>, key: &str) -> Result<Option<Json<'a>>, Violation> {
        let mut values = self.named(key);
        let first = values.next();
        match values.next() {
            None => Ok(first),
            Some(second) => {
                let detail = "is a duplicate key";
                Err(Violation::invalid(at.name(key), second.shown(), detail))
            }
        }
    }

    /// The first value of `key`, which may be `null`.
    pub(crate) fn first(&self, key: &str) -> Option<Json<'a>> {
        self.named(key).next()
    }

    /// Every value of `key`.
    pub(crate) fn all(&self, key: &str) -> impl Iterator<Item = Json<'a>> {
        self.named(key)
    }

    fn named(&self, key: &str) -> impl Iterator<Item = Json<'a>> {
        let members = self.iter().filter(move |(name, _)| name.is(key));
        members.map(|(_, value)| value)
    }

    /// Every member.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&JsonString<'a>, Json<'a>)> {
        self.0.iter().map(|(key, value)| (key, *value))
    }
}

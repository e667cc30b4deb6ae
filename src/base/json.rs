//! JSON as it stands: what kind a value is, its members, items and text, each borrowed from the document.
//!
//! `serde_json` says what is JSON and what is not, once, before anything is looked at. What follows only locates: it
//! finds its way in a text that is known to be JSON, skips what the policy does not look at, and never builds a tree or
//! reads a number. So a value can be left alone to the last byte.

use std::borrow::Cow;

use serde::de::IgnoredAny;

use crate::base::field::{Path, Violation, quote};

/// A value: its text, without white space around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Json<'a>(&'a str);

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
    pub(crate) fn kind(self) -> Kind {
        match self.0.as_bytes().first() {
            Some(b'n') => Kind::Null,
            Some(b't' | b'f') => Kind::Boolean,
            Some(b'"') => Kind::String,
            Some(b'[') => Kind::List,
            Some(b'{') => Kind::Object,
            _ => Kind::Number,
        }
    }

    /// Whether a host that reads JSON into a tree can read it: strings are Unicode, numbers fit into 64 bits, and it is
    /// nested no deeper than [`MOST_NESTED`].
    pub(crate) fn is_readable(self) -> bool {
        let mut cursor = Cursor::at_start(self);
        let mut depth = 0_usize;
        while let Some(byte) = self.0.as_bytes().get(cursor.at) {
            match byte {
                b'"' => {
                    let string = cursor.key();
                    if string.is_escaped && string.as_str().is_none() {
                        return false;
                    }
                    continue;
                }
                b'-' | b'0'..=b'9' => {
                    if !is_in_range(cursor.value().0) {
                        return false;
                    }
                    continue;
                }
                b'{' | b'[' if depth >= MOST_NESTED => return false,
                b'{' | b'[' => depth = depth.saturating_add(1),
                b'}' | b']' => depth = depth.saturating_sub(1),
                _ => {}
            }
            cursor.at = cursor.at.saturating_add(1);
        }
        true
    }

    /// Whether it is an object.
    pub(crate) fn is_object(self) -> bool {
        self.kind() == Kind::Object
    }

    /// The items of a list, of which there may be `most`.
    ///
    /// # Errors
    /// It is no list, or has more.
    pub(crate) fn items(self, most: usize) -> Result<Vec<Json<'a>>, NoItems> {
        self.list(most, Cursor::value)
    }

    /// As [`Json::items`], each with its members if it is an object.
    pub(crate) fn objects(self, most: usize) -> Result<Vec<(Json<'a>, Option<Members<'a>>)>, NoItems> {
        self.list(most, |cursor| match cursor.object(&[], &mut Vec::new()) {
            Some((object, members)) => (object, Some(members)),
            None => (cursor.value(), None),
        })
    }

    /// What `item` reads at the beginning of each item of a list; it must go behind the item.
    fn list<T>(self, most: usize, mut item: impl FnMut(&mut Cursor<'a>) -> T) -> Result<Vec<T>, NoItems> {
        if self.kind() != Kind::List {
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

    /// The text of a string; `None` where it holds a lone surrogate or is no string.
    pub(crate) fn string(self) -> Option<Cow<'a, str>> {
        match self.kind() {
            Kind::String => Cursor::at_start(self).key().as_str(),
            _ => None,
        }
    }

    /// The text of the string at `at`.
    ///
    /// # Errors
    /// Another kind, and a lone surrogate.
    pub(crate) fn text(self, at: Path<'_>) -> Result<Cow<'a, str>, Violation> {
        match self.kind() {
            Kind::String => self
                .string()
                .ok_or_else(|| Violation::invalid(at, quote(self.0), "must not contain a lone surrogate")),
            other => Err(Violation::invalid(at, other.shown(), "must be a string")),
        }
    }
}

/// Why a value has no items to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoItems {
    /// It is no list.
    NoList,
    /// It has more than there may be: three bytes of JSON become a hundred and more in memory.
    TooMany,
}

/// The deepest nesting of what is read and sent back: `serde_json`, with which Kubewarden's hosts read the answer, gives up
/// at 128. Pods have around ten levels.
const MOST_NESTED: usize = 100;

/// Whether a number is no larger than the largest 64-bit floating-point number. What is near zero becomes zero.
fn is_in_range(number: &str) -> bool {
    /// The digits of the largest, 309 of them in front of the point.
    const LARGEST: &str = "17976931348623157";
    let (mantissa, exponent) = number.split_once(['e', 'E']).unwrap_or((number, "0"));
    if exponent.starts_with('-') {
        return true;
    }
    let mantissa = mantissa.trim_start_matches('-');
    let digits = mantissa.split('.').next().unwrap_or_default().len();
    let exponent = exponent.trim_start_matches('+').parse::<usize>();
    match exponent.map(|exponent| exponent.saturating_add(digits)) {
        Ok(..309) => true,
        Ok(309) => mantissa.replace('.', "").as_str() <= LARGEST,
        _ => false,
    }
}

/// What JSON has between its tokens.
const WHITE_SPACE: [char; 4] = [' ', '\t', '\n', '\r'];

/// The members of an object in document order, keys and values as they stand.
#[derive(Debug, Default)]
pub(crate) struct Members<'a>(Vec<(JsonString<'a>, Json<'a>)>);

impl<'a> Members<'a> {
    /// Reads the object at `at`.
    ///
    /// # Errors
    /// Any other kind.
    pub(crate) fn read(at: Path<'_>, json: Json<'a>) -> Result<Self, Violation> {
        let object = Cursor::at_start(json).object(&[], &mut Vec::new());
        let no_object = || Violation::invalid(at, json.kind().shown(), "must be an object");
        object.map(|(_, members)| members).ok_or_else(no_object)
    }

    /// Reads an object and those that lie in it along `path`, one in the other, in one walk. Where they end early, or
    /// a key on the way stands twice, there are fewer or more of them than keys: then they are to be read one by one.
    pub(crate) fn along(json: Json<'a>, path: &[&str]) -> (Self, Vec<Self>) {
        let mut inner = Vec::new();
        let object = Cursor::at_start(json).object(path, &mut inner);
        (object.map(|(_, members)| members).unwrap_or_default(), inner)
    }

    /// The value of `key` in the object at `at`; `null` means absent.
    ///
    /// # Errors
    /// As [`Members::value`].
    pub(crate) fn get(&self, at: Path<'_>, key: &str) -> Result<Option<Json<'a>>, Violation> {
        let value = self.value(at, key)?;
        Ok(value.filter(|value| value.kind() != Kind::Null))
    }

    /// The value of `key` in the object at `at`, which may be `null`.
    ///
    /// # Errors
    /// Where the key stands twice: readers differ in which one counts.
    pub(crate) fn value(&self, at: Path<'_>, key: &str) -> Result<Option<Json<'a>>, Violation> {
        let mut values = self.named(key);
        let first = values.next();
        match values.next() {
            None => Ok(first),
            Some(second) => {
                let detail = "stands more than once";
                Err(Violation::invalid(at.name(key), second.kind().shown(), detail))
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

/// A JSON string. It may hold lone surrogates (`"\ud800"`), which Go accepts and no `str` can hold.
#[derive(Clone, Copy, Debug)]
pub(crate) struct JsonString<'a> {
    /// What stands between the quotes.
    inside: &'a str,
    is_escaped: bool,
}

impl<'a> JsonString<'a> {
    /// Whether it is this text.
    fn is(self, text: &str) -> bool {
        if self.is_escaped {
            return self.as_str().as_deref() == Some(text);
        }
        self.inside == text
    }

    /// The text; `None` where it holds a lone surrogate.
    pub(crate) fn as_str(self) -> Option<Cow<'a, str>> {
        if !self.is_escaped {
            return Some(Cow::Borrowed(self.inside));
        }
        match unescape(self.inside) {
            (text, false) => Some(Cow::Owned(text)),
            (_, true) => None,
        }
    }

    /// The text for a message, lone surrogates replaced.
    pub(crate) fn to_text(self) -> Cow<'a, str> {
        self.as_str()
            .unwrap_or_else(|| Cow::Owned(unescape(self.inside).0))
    }
}

/// What a string's inside stands for, and whether it holds a lone surrogate, which is replaced.
fn unescape(inside: &str) -> (String, bool) {
    let mut text = String::with_capacity(inside.len());
    let mut is_lone = false;
    let mut rest = inside.chars();
    while let Some(c) = rest.next() {
        if c != '\\' {
            text.push(c);
            continue;
        }
        text.push(match rest.next() {
            Some('b') => '\u{8}',
            Some('f') => '\u{c}',
            Some('n') => '\n',
            Some('r') => '\r',
            Some('t') => '\t',
            Some('u') => {
                let unit = code_unit(&mut rest);
                // A surrogate may be the first of a pair; then the second is read with it.
                let mut ahead = rest.clone();
                let second = match (ahead.next(), ahead.next()) {
                    (Some('\\'), Some('u')) => Some(code_unit(&mut ahead)),
                    _ => None,
                };
                let pair = [unit, second.unwrap_or_default()];
                match char::decode_utf16(pair).next() {
                    Some(Ok(c)) => {
                        if c > '\u{ffff}' {
                            rest = ahead;
                        }
                        c
                    }
                    _ => {
                        is_lone = true;
                        char::REPLACEMENT_CHARACTER
                    }
                }
            }
            // `"`, `\` and `/` stand for themselves.
            other => other.unwrap_or_default(),
        });
    }
    (text, is_lone)
}

/// Four hexadecimal digits.
fn code_unit(text: &mut std::str::Chars<'_>) -> u16 {
    let digits = text.as_str().get(..4).unwrap_or_default();
    let unit = u16::from_str_radix(digits, 16).unwrap_or_default();
    *text = text.as_str().get(4..).unwrap_or_default().chars();
    unit
}

/// Marks each of the eight bytes that is `byte`, by its highest bit; a byte above a marked one may be marked too.
const fn marks(bytes: u64, byte: u8) -> u64 {
    const LOWEST_BITS: u64 = u64::from_le_bytes([1; 8]);
    const HIGHEST_BITS: u64 = u64::from_le_bytes([0x80; 8]);
    let different = bytes ^ u64::from_le_bytes([byte; 8]);
    different.wrapping_sub(LOWEST_BITS) & !different & HIGHEST_BITS
}

/// A place in a text that is JSON.
struct Cursor<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Cursor<'a> {
    /// Behind the bracket that opens a list or an object.
    const fn inside(json: Json<'a>) -> Self {
        Cursor { text: json.0, at: 1 }
    }

    const fn at_start(json: Json<'a>) -> Self {
        Cursor { text: json.0, at: 0 }
    }

    /// Goes to the next value or key. Whether there is none before the closing bracket.
    fn is_at_end(&mut self) -> bool {
        let bytes = self.text.as_bytes();
        while let Some(b' ' | b'\t' | b'\n' | b'\r' | b',' | b':') = bytes.get(self.at) {
            self.at = self.at.saturating_add(1);
        }
        matches!(bytes.get(self.at), None | Some(b']' | b'}'))
    }

    /// The object that begins here, if one does, and its members. Objects along `path` are added to `inner`.
    fn object(&mut self, path: &[&str], inner: &mut Vec<Members<'a>>) -> Option<(Json<'a>, Members<'a>)> {
        if self.text.as_bytes().get(self.at) != Some(&b'{') {
            return None;
        }
        let start = self.at;
        self.at = self.at.saturating_add(1);
        // As many as most objects of a pod have: growing costs more than the space.
        let mut members = Vec::with_capacity(8);
        while !self.is_at_end() {
            let key = self.key();
            self.is_at_end();
            let next = path.split_first().filter(|(first, _)| key.is(first));
            let place = inner.len();
            let nested = next.and_then(|(_, path)| self.object(path, inner));
            let value = match nested {
                Some((object, members)) => {
                    inner.insert(place, members);
                    object
                }
                None => self.value(),
            };
            members.push((key, value));
        }
        self.at = self.at.saturating_add(1);
        Some((self.since(start), Members(members)))
    }

    /// The string that begins here.
    fn key(&mut self) -> JsonString<'a> {
        let start = self.at.saturating_add(1);
        let is_escaped = self.skip_string();
        let end = self.at.saturating_sub(1);
        JsonString {
            inside: self.text.get(start..end).unwrap_or_default(),
            is_escaped,
        }
    }

    /// The value that begins here.
    fn value(&mut self) -> Json<'a> {
        let start = self.at;
        let bytes = self.text.as_bytes();
        match bytes.get(start) {
            Some(b'"') => {
                self.skip_string();
            }
            Some(b'{' | b'[') => self.skip_brackets(),
            _ => {
                let is_part = |byte: &u8| !matches!(byte, b',' | b']' | b'}' | b' ' | b'\t' | b'\n' | b'\r');
                while bytes.get(self.at).is_some_and(is_part) {
                    self.at = self.at.wrapping_add(1);
                }
            }
        }
        self.since(start)
    }

    /// Goes behind the list or object that begins here.
    fn skip_brackets(&mut self) {
        let bytes = self.text.as_bytes();
        let mut depth = 0_usize;
        while let Some(&byte) = bytes.get(self.at) {
            if byte == b'"' {
                self.skip_string();
                continue;
            }
            self.at = self.at.wrapping_add(1);
            // `[` and `{`, like `]` and `}`, differ in this bit only.
            match byte | 0x20 {
                b'{' => depth = depth.wrapping_add(1),
                b'}' if depth <= 1 => return,
                b'}' => depth = depth.wrapping_sub(1),
                _ => {}
            }
        }
    }

    /// Goes behind the string that begins here. Whether it holds an escape.
    fn skip_string(&mut self) -> bool {
        let bytes = self.text.as_bytes();
        let mut is_escaped = false;
        let mut at = self.at.wrapping_add(1);
        loop {
            // Eight bytes at a time, as long as none of them is a quote or a backslash.
            while let Some(chunk) = bytes.get(at..).and_then(<[u8]>::first_chunk) {
                let marks =
                    marks(u64::from_le_bytes(*chunk), b'"') | marks(u64::from_le_bytes(*chunk), b'\\');
                if marks != 0 {
                    at = at.wrapping_add((marks.trailing_zeros() / 8) as usize);
                    break;
                }
                at = at.wrapping_add(8);
            }
            let byte = bytes.get(at);
            at = at.wrapping_add(1);
            match byte {
                // The second byte of an escape is never the closing quote.
                Some(b'\\') => {
                    is_escaped = true;
                    at = at.wrapping_add(1);
                }
                Some(b'"') | None => break,
                Some(_) => {}
            }
        }
        self.at = at.min(bytes.len());
        is_escaped
    }

    fn since(&self, start: usize) -> Json<'a> {
        Json(self.text.get(start..self.at).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;
    use serde_json::Value;

    use super::*;

    /// The same document, as `serde_json` reads it.
    fn to_value(json: Json<'_>) -> Value {
        match json.kind() {
            Kind::List => json.items(99).unwrap().into_iter().map(to_value).collect(),
            Kind::Object => {
                let members = Members::read(Path::root("x"), json).unwrap();
                let members = members.iter();
                Value::Object(
                    members
                        .map(|(key, value)| (key.to_text().into_owned(), to_value(value)))
                        .collect(),
                )
            }
            Kind::String => Value::String(json.string().unwrap().into_owned()),
            _ => serde_json::from_str(json.get()).unwrap(),
        }
    }

    fn value() -> impl Strategy<Value = Value> {
        let text = "[ab\"\\\\{}\\[\\],: \n\u{1}é\u{1f600}]{0,6}";
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            (-1e9..1e9).prop_map(Value::from),
            text.prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 40, 5, move |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
                prop::collection::vec((text, inner), 0..5)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn a_document_is_read_as_serde_json_reads_it(value in value(), pretty in any::<bool>()) {
            let text = if pretty { format!(" {value:#}\n") } else { value.to_string() };
            let json = Json::document(&text).unwrap();
            prop_assert_eq!(json.get(), text.trim());
            prop_assert_eq!(to_value(json), value);
        }

        #[test]
        fn a_string_is_unescaped_as_serde_json_unescapes_it(
            parts in prop::collection::vec("[a-cé/]|\\\\[\"\\\\/bfnrt]|\\\\u[0-9a-fA-F]{4}|\\\\ud83d\\\\ude0[0-9]", 0..6)
        ) {
            let text = format!("\"{}\"", parts.concat());
            let expected = serde_json::from_str::<String>(&text).ok();
            let json = Json::document(&text).unwrap();
            prop_assert_eq!(json.string().map(Cow::into_owned), expected);
        }

        #[test]
        fn the_lowest_mark_is_that_of_the_first_such_byte(
            bytes in prop::array::uniform8(prop::sample::select(&[b'"', b'#', b'!', b'\\', 0, 0x80, 0xa2, 0xff][..]))
        ) {
            let first = bytes.iter().position(|&byte| byte == b'"');
            let marked = marks(u64::from_le_bytes(bytes), b'"').trailing_zeros() / 8;
            prop_assert_eq!(marked as usize, first.unwrap_or(8));
        }

        #[test]
        fn any_text_is_no_panic(text in "[\\[\\]{}\",:\\\\u0-9a \n]{0,24}") {
            for json in [Json(&text), Json::document(&text).unwrap_or(Json::EMPTY_OBJECT)] {
                let _ = json.items(99);
                json.string();
                Members::along(json, &["a", "a"]);
            }
        }
    }

    #[rstest]
    #[case::escapes(r#"{"a": ["\\ud800", "\ud83d\ude00", "é\n"]}"#, true)]
    #[case::lone_surrogate_in_a_key(r#"{"a": {"\udc00": 1}}"#, false)]
    #[case::lone_surrogate_in_a_value(r#"{"a": ["x\ud800"]}"#, false)]
    #[case::pair_in_the_wrong_order(r#"{"a": "\ude00\ud83d"}"#, false)]
    #[case::numbers(r#"[0, -1.5, 1e+300, 12E306, 1e-999, 18446744073709551616, "1e999"]"#, true)]
    #[case::largest("[1.7976931348623157e308, -1.7976931348623157E+308, 9e307]", true)]
    #[case::larger("[1.7976931348623160e308]", false)]
    #[case::exponent_out_of_range(r#"{"a": [1e+873]}"#, false)]
    #[case::digits_out_of_range(&format!("[1{}.5]", "0".repeat(309)), false)]
    #[case::exponent_beyond_words("[1e99999999999999999999]", false)]
    #[case::nested(&format!("{}{}", "[".repeat(100), "]".repeat(100)), true)]
    #[case::nested_too_deep(&format!("{}{}", "[".repeat(101), "]".repeat(101)), false)]
    fn what_serde_json_cannot_read_is_not_readable(#[case] text: &str, #[case] readable: bool) {
        assert_eq!(Json::document(text).unwrap().is_readable(), readable);
        assert!(!readable || serde_json::from_str::<Value>(text).is_ok());
    }

    #[rstest]
    #[case::last_that_is_no_pair(r#""\uffff\u0041""#, "\u{ffff}A")]
    #[case::first_that_is_a_pair(r#""\ud800\udc00\u0041""#, "\u{10000}A")]
    #[case::before_surrogates(r#""\ud7ff\ue000""#, "\u{d7ff}\u{e000}")]
    fn code_units_are_read_one_by_one_or_in_pairs(#[case] text: &str, #[case] expected: &str) {
        assert_eq!(Json::document(text).unwrap().string().unwrap(), expected);
    }

    #[rstest]
    #[case::spaces("{ \"a\" : [ 1 , \"]\" ] ,\"b\":{}\n}", &[("a", "[ 1 , \"]\" ]"), ("b", "{}")])]
    #[case::escaped_quote(r#"{"a":"\"}","b\"":-1.5e3}"#, &[("a", r#""\"}""#), ("b\"", "-1.5e3")])]
    #[case::escaped_key(r#"{"\u0061":true}"#, &[("a", "true")])]
    #[case::twice(r#"{"a":null,"a":false}"#, &[("a", "null"), ("a", "false")])]
    #[case::lone_surrogate(r#"{"\ud800":0}"#, &[("\u{fffd}", "0")])]
    fn members_stand_in_document_order(#[case] text: &str, #[case] expected: &[(&str, &str)]) {
        let members = Members::read(Path::root("x"), Json::document(text).unwrap()).unwrap();
        let members: Vec<(String, &str)> = members
            .iter()
            .map(|(key, value)| (key.to_text().into_owned(), value.get()))
            .collect();
        let members: Vec<(&str, &str)> = members.iter().map(|(key, value)| (&**key, *value)).collect();
        assert_eq!(members, expected);
    }

    #[rstest]
    #[case::all(r#"{"a":{"x":1,"b":{"y":2}},"b":3}"#, &["a", "b"], &[2, 1])]
    #[case::ends_early(r#"{"a":{"b":[]}}"#, &["a", "b"], &[1])]
    #[case::is_absent(r#"{"b":{}}"#, &["a", "b"], &[])]
    #[case::stands_twice(r#"{"a":{},"a":{"x":1}}"#, &["a"], &[0, 1])]
    fn objects_along_a_path_are_read_in_one_walk(
        #[case] text: &str,
        #[case] path: &[&str],
        #[case] members: &[usize],
    ) {
        let json = Json::document(text).unwrap();
        let (outer, inner) = Members::along(json, path);
        assert_eq!(
            outer.0.len(),
            Members::read(Path::root("x"), json).unwrap().0.len()
        );
        assert_eq!(
            inner.iter().map(|inner| inner.0.len()).collect::<Vec<_>>(),
            members
        );
    }
}

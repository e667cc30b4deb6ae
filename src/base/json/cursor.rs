//! Finding one's way in a text that is known to be JSON.

use super::{Json, JsonString, Members};

/// What an object holds under one key.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Found<'a> {
    pub(super) value: Option<Json<'a>>,
    /// A second value: readers differ in which one counts.
    pub(super) second: Option<Json<'a>>,
}

/// Marks each of the eight bytes that is `byte`, by its highest bit; a byte above a marked one may be marked too.
pub(super) const fn marks(bytes: u64, byte: u8) -> u64 {
    const LOWEST_BITS: u64 = u64::from_le_bytes([1; 8]);
    const HIGHEST_BITS: u64 = u64::from_le_bytes([0x80; 8]);
    let different = bytes ^ u64::from_le_bytes([byte; 8]);
    different.wrapping_sub(LOWEST_BITS) & !different & HIGHEST_BITS
}

/// A place in a text that is JSON.
pub(super) struct Cursor<'a> {
    text: &'a str,
    pub(super) at: usize,
}

impl<'a> Cursor<'a> {
    /// Behind the bracket that opens a list or an object.
    pub(super) const fn inside(json: Json<'a>) -> Self {
        Cursor { text: json.0, at: 1 }
    }

    pub(super) const fn at_start(json: Json<'a>) -> Self {
        Cursor { text: json.0, at: 0 }
    }

    /// Goes to the next value or key. Whether there is none before the closing bracket.
    pub(super) fn is_at_end(&mut self) -> bool {
        let bytes = self.text.as_bytes();
        while let Some(b' ' | b'\t' | b'\n' | b'\r' | b',' | b':') = bytes.get(self.at) {
            self.at = self.at.saturating_add(1);
        }
        matches!(bytes.get(self.at), None | Some(b']' | b'}'))
    }

    /// The object that begins here, if one does, and its members. Objects along `path` are added to `inner`.
    pub(super) fn object(
        &mut self,
        path: &[&str],
        inner: &mut Vec<Members<'a>>,
    ) -> Option<(Json<'a>, Members<'a>)> {
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

    /// The object that begins here, if one does, and what it holds under `keys`.
    pub(super) fn wanted(&mut self, keys: &[&str], found: &mut [Found<'a>]) -> Option<Json<'a>> {
        if self.text.as_bytes().get(self.at) != Some(&b'{') {
            return None;
        }
        let start = self.at;
        self.at = self.at.saturating_add(1);
        while !self.is_at_end() {
            let key = self.key();
            self.is_at_end();
            let value = self.value();
            let wanted = keys.iter().position(|wanted| key.is(wanted));
            if let Some(found) = wanted.and_then(|wanted| found.get_mut(wanted)) {
                match found.value {
                    None => found.value = Some(value),
                    Some(_) => {
                        found.second.get_or_insert(value);
                    }
                }
            }
        }
        self.at = self.at.saturating_add(1);
        Some(self.since(start))
    }

    /// The string that begins here.
    pub(super) fn key(&mut self) -> JsonString<'a> {
        let start = self.at.saturating_add(1);
        let is_escaped = self.skip_string();
        let end = self.at.saturating_sub(1);
        JsonString {
            inside: self.text.get(start..end).unwrap_or_default(),
            is_escaped,
        }
    }

    /// The value that begins here.
    pub(super) fn value(&mut self) -> Json<'a> {
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

//! JSON strings: what is between the quotes, and what it stands for.

use std::borrow::Cow;

/// A JSON string. It may hold lone surrogates (`"\ud800"`), which Go accepts and no `str` can hold.
#[derive(Clone, Copy, Debug)]
pub(crate) struct JsonString<'a> {
    /// What is between the quotes.
    pub(super) inside: &'a str,
    pub(super) is_escaped: bool,
}

impl<'a> JsonString<'a> {
    /// Whether it is this text.
    pub(super) fn is(self, text: &str) -> bool {
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

//! Values as messages print them: quoted, on one line, and not too long.

use std::{borrow::Cow, fmt};

/// The longest value that is shown whole, in bytes.
pub(crate) const SHOWN_BYTES: usize = 128;

/// A user's text, ready for a message: in double quotes, on one line, control characters escaped,
/// shortened over 128 bytes.
#[must_use]
pub(crate) fn quote(text: &str) -> String {
    quote_within(text, SHOWN_BYTES)
}

/// [`quote`] with another limit, in bytes.
pub(crate) fn quote_within(text: &str, limit: usize) -> String {
    if text.len() <= limit {
        return format!("{text:?}");
    }
    let shown = text.get(..text.floor_char_boundary(limit)).unwrap_or_default();
    format!("{:?}", format!("{shown}…"))
}

/// A text that needs no quotes, shortened over 128 bytes.
pub(crate) fn shorten(text: &str) -> Cow<'_, str> {
    if text.len() <= SHOWN_BYTES {
        return Cow::Borrowed(text);
    }
    let shown = text
        .get(..text.floor_char_boundary(SHOWN_BYTES))
        .unwrap_or_default();
    Cow::Owned(format!("{shown}…"))
}

/// The longest list that a message prints whole.
const LISTED: usize = 16;

/// `items` joined by commas; a long list is cut, with the count of what is left out.
pub(crate) fn list<T: fmt::Display>(items: impl IntoIterator<Item = T>) -> String {
    let items: Vec<String> = items.into_iter().map(|item| item.to_string()).collect();
    let shown = items.iter().take(LISTED).cloned().collect::<Vec<_>>().join(", ");
    match items.len().saturating_sub(LISTED) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_shortened_at_a_character_boundary() {
        let text = "é".repeat(65);
        assert_eq!(text.len(), 130);
        assert_eq!(quote(&text), format!("\"{}…\"", "é".repeat(64)));
        let fits = "a".repeat(128);
        assert_eq!(quote(&fits), format!("\"{fits}\""));
        assert_eq!(quote_within("abc", 1), "\"a…\"");
    }

    #[test]
    fn a_text_without_quotes_is_shortened_alike() {
        assert_eq!(shorten("/a"), "/a");
        assert_eq!(shorten(&"é".repeat(65)), format!("{}…", "é".repeat(64)));
    }

    #[test]
    fn what_could_break_a_line_or_turn_its_direction_is_escaped() {
        assert_eq!(quote("a\u{0}\u{2028}\u{202e}\""), r#""a\0\u{2028}\u{202e}\"""#);
    }

    #[test]
    fn a_list_is_cut_with_a_count() {
        assert_eq!(list(["/a", "/b"]), "/a, /b");
        assert_eq!(
            list(0..18),
            "0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 and 2 more"
        );
        assert_eq!(
            list(0..16),
            "0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15"
        );
    }
}

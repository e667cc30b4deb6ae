//! JSON for programs.

use serde::Serialize;

/// A JSON document over several lines.
pub fn document(value: &impl Serialize) -> Result<String, serde_json::Error> {
    let mut text = safe(&serde_json::to_string_pretty(value)?);
    text.push('\n');
    Ok(text)
}

/// The same JSON, with all characters of its strings escaped that a terminal obeys, and one of each `##`, which a workflow
/// runner may take for the beginning of a command.
#[must_use]
pub fn safe(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    let mut rest = json.chars().peekable();
    while let Some(c) = rest.next() {
        // serde_json leaves all but U+0000 to U+001F as they are.
        let is_escaped = match c {
            '\n' => false,
            '#' => rest.peek() == Some(&'#'),
            ' '..='~' => false,
            other => other.escape_debug().nth(1).is_some(),
        };
        match is_escaped {
            false => text.push(c),
            true => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    text.push_str(&format!("\\u{unit:04x}"));
                }
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::document;

    #[test]
    fn strings_are_safe_and_the_same() {
        let value = "a\u{7f}\u{9b}\u{202e}\u{feff}\u{e0001} ##[x] # ä 日\n\u{1b}";
        let text = document(&value).unwrap();
        let expected = r##""a\u007f\u009b\u202e\ufeff\udb40\udc01 \u0023#[x] # ä 日\n\u001b""##;
        assert_eq!(text.trim_end(), expected);
        assert_eq!(serde_json::from_str::<String>(&text).unwrap(), value);
    }
}

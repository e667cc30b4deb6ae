//! JSON for programs.

use serde::Serialize;

/// A JSON document over several lines.
pub fn document(value: &impl Serialize) -> Result<String, serde_json::Error> {
    let text = serde_json::to_string_pretty(value)?;
    // serde_json leaves those over U+007E as they are, and some terminals obey them. They are in strings only.
    let escape = |c: char| match c {
        '\n' => "\n".to_owned(),
        c if c.is_control() => format!("\\u{:04x}", u32::from(c)),
        c => c.to_string(),
    };
    let mut text: String = text.chars().map(escape).collect();
    text.push('\n');
    Ok(text)
}

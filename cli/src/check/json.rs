//! The findings, for programs.

use serde::Serialize;

use crate::check::finding::{Finding, Summary};

/// The document that `-o json` prints. Members may be added to it, none is taken away or changes its meaning.
#[derive(Serialize)]
struct Report<'a> {
    results: &'a [Finding],
    summary: Summary,
}

/// The findings as one JSON document.
pub fn report(findings: &[Finding]) -> Result<String, serde_json::Error> {
    document(&Report {
        results: findings,
        summary: Summary::of(findings),
    })
}

/// A JSON document over several lines.
pub(super) fn document(value: &impl Serialize) -> Result<String, serde_json::Error> {
    let text = serde_json::to_string_pretty(value)?;
    // serde_json leaves those over U+007E as they are, and some terminals obey them. They stand in strings only.
    let escape = |c: char| match c {
        '\n' => "\n".to_owned(),
        c if c.is_control() => format!("\\u{:04x}", u32::from(c)),
        c => c.to_string(),
    };
    let mut text: String = text.chars().map(escape).collect();
    text.push('\n');
    Ok(text)
}

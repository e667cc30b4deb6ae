//! The checks, for people.

use doctor::check::{Check, Finding, Status};
use serde_json::Value;

use crate::printing::escape::one_line;
use crate::printing::style::{ACCEPTED, HEADING, REJECTED, SKIPPED, WARNING, styled};
use crate::printing::wrap;

/// How far what was found is in.
const INDENT: usize = 9;

/// How much of a value is shown.
const VALUE: usize = 300;

/// A line for each check, and below it what was found and what to do; a last line that counts them. Styled.
#[must_use]
pub fn report(checks: &[Check], width: usize) -> String {
    let mut lines = Vec::new();
    for check in checks {
        let (style, state) = match check.status() {
            Status::Ok => (ACCEPTED, "ok"),
            Status::Warning => (WARNING, "warning"),
            Status::Failed => (REJECTED, "failed"),
            Status::Unknown => (SKIPPED, "unknown"),
        };
        let name = styled(HEADING, &one_line(&check.name));
        let padding = " ".repeat(INDENT.saturating_sub(state.len()));
        lines.push(format!("{}{padding}{name}", styled(style, state)));
        if check.findings.is_empty() {
            lines.extend(wrap::lines(&check.seen, INDENT, width));
        }
        for (index, finding) in check.findings.iter().enumerate() {
            lines.extend(wrap::lines(&sentence(finding), INDENT, width));
            let next = check.findings.get(index.saturating_add(1));
            // One fix for several findings is said after the last.
            if let Some(fix) = finding
                .fix
                .as_ref()
                .filter(|fix| next.and_then(|next| next.fix.as_ref()) != Some(*fix))
            {
                lines.extend(wrap::lines(&format!("fix: {fix}"), INDENT, width));
            }
        }
    }
    let count = |status| checks.iter().filter(|check| check.status() == status).count();
    lines.push(String::new());
    lines.push(format!(
        "ok: {}, warning: {}, failed: {}, unknown: {}; nothing was created or changed",
        count(Status::Ok),
        count(Status::Warning),
        count(Status::Failed),
        count(Status::Unknown)
    ));
    lines.push(String::new());
    lines.join("\n")
}

/// `spec.mode is "monitor", not "protect": …`
#[must_use]
pub fn sentence(finding: &Finding) -> String {
    match (&finding.field, &finding.expected, &finding.found) {
        (Some(field), Some(expected), Some(found)) => {
            format!(
                "{field} is {}, not {}: {}",
                value(found),
                value(expected),
                finding.consequence
            )
        }
        _ => finding.consequence.clone(),
    }
}

fn value(value: &Value) -> String {
    let text = match value {
        Value::Null => "missing".to_owned(),
        value => value.to_string(),
    };
    match text.char_indices().nth(VALUE) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}

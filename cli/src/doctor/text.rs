//! The checks, for people.

use crate::doctor::check::{Check, State};
use crate::printing::escape::one_line;
use crate::printing::style::{ACCEPTED, HEADING, REJECTED, SKIPPED, WARNING, styled};
use crate::printing::wrap;

/// How far what was found is in.
const INDENT: usize = 9;

/// A line for each check, and below it what was found and what to do; a last line that counts them. Styled.
#[must_use]
pub fn report(checks: &[Check], width: usize) -> String {
    let mut lines = Vec::new();
    for check in checks {
        let (style, state) = match check.state {
            State::Ok => (ACCEPTED, "ok"),
            State::Warning => (WARNING, "warning"),
            State::Failed => (REJECTED, "failed"),
            State::Unknown => (SKIPPED, "unknown"),
        };
        let name = styled(HEADING, &one_line(&check.name));
        let padding = " ".repeat(INDENT.saturating_sub(state.len()));
        lines.push(format!("{}{padding}{name}", styled(style, state)));
        lines.extend(wrap::lines(&check.why, INDENT, width));
        if let Some(fix) = &check.fix {
            lines.extend(wrap::lines(&format!("fix: {fix}"), INDENT, width));
        }
    }
    let count = |state| checks.iter().filter(|check| check.state == state).count();
    lines.push(String::new());
    lines.push(format!(
        "ok: {}, warning: {}, failed: {}, unknown: {}; nothing was created or changed",
        count(State::Ok),
        count(State::Warning),
        count(State::Failed),
        count(State::Unknown)
    ));
    lines.push(String::new());
    lines.join("\n")
}

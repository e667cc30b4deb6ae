//! The checks, for programs.

use doctor::check::{Check, Finding, Status};
use serde::Serialize;

use super::text::sentence;

/// The document.
#[derive(Debug, Serialize)]
pub(super) struct Document<'c> {
    checks: Vec<Entry<'c>>,
}

#[derive(Debug, Serialize)]
struct Entry<'c> {
    name: &'c str,
    state: Status,
    /// What was found, in a sentence.
    why: String,
    /// What to do about the worst of it.
    fix: Option<&'c str>,
    findings: &'c [Finding],
}

impl<'c> Document<'c> {
    /// Of these checks.
    #[must_use]
    pub(super) fn of(checks: &'c [Check]) -> Self {
        Document {
            checks: checks.iter().map(entry).collect(),
        }
    }
}

fn entry(check: &Check) -> Entry<'_> {
    let state = check.status();
    let sentences: Vec<String> = check.findings.iter().map(sentence).collect();
    let worst = check
        .findings
        .iter()
        .filter(|finding| finding.status == state)
        .find_map(|finding| finding.fix.as_deref());
    Entry {
        name: &check.name,
        state,
        why: match sentences.is_empty() {
            true => check.seen.clone(),
            false => sentences.join("; "),
        },
        fix: worst,
        findings: &check.findings,
    }
}

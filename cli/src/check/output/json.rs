//! The findings, for programs.

use serde::Serialize;

use crate::check::Report;
use crate::check::finding::{Finding, Summary};
use crate::check::manifest::Unreadable;

/// The document that `-o json` and `-o yaml` print. Members may be added to it, none is taken away or changes its meaning.
#[derive(Serialize)]
pub(super) struct Document<'a> {
    results: Vec<&'a Finding>,
    errors: &'a [Unreadable],
    summary: Summary,
}

impl<'a> Document<'a> {
    pub(super) fn of(report: &'a Report) -> Self {
        Document {
            results: report.shown().collect(),
            errors: &report.faults,
            summary: Summary::of(&report.findings),
        }
    }
}

/// The findings as one JSON document.
pub(super) fn report(report: &Report) -> Result<String, serde_json::Error> {
    crate::printing::json::document(&Document::of(report))
}

//! The findings, for programs.

use checker::manifests::finding::Summary;
use checker::manifests::report::Document;

use crate::check::Report;

/// The document that is printed.
pub(super) fn document(report: &Report) -> Document<'_> {
    Document {
        results: report.shown().collect(),
        errors: &report.faults,
        summary: Summary::of(&report.findings),
    }
}

/// The findings as one JSON document.
pub(super) fn report(report: &Report) -> Result<String, serde_json::Error> {
    crate::printing::json::document(&document(report))
}

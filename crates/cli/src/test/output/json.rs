//! The results, for programs.

use serde::Serialize;

use crate::check::manifest::Unreadable;
use crate::test::report::{Failure, Report, Status, Summary};

/// The document that is printed.
#[derive(Serialize)]
struct Document<'r> {
    tests: Vec<Test<'r>>,
    summary: Summary,
}

#[derive(Serialize)]
struct Test<'r> {
    file: &'r str,
    status: Status,
    updated: &'r [String],
    failures: &'r [Failure],
    errors: &'r [Unreadable],
}

/// The results as one JSON document.
pub(super) fn report(report: &Report) -> Result<String, serde_json::Error> {
    let tests = report.results.iter().map(|result| Test {
        file: &result.file,
        status: result.status(),
        updated: &result.updated,
        failures: &result.failures,
        errors: &result.errors,
    });
    crate::printing::json::document(&Document {
        tests: tests.collect(),
        summary: report.summary(),
    })
}

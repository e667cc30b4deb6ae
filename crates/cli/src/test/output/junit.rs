//! The results as JUnit XML: a test suite for each directory, a test case for each test.

use std::path::Path;

use quick_junit::{NonSuccessKind, TestCaseStatus};

use crate::Error;
use crate::check::output::junit::{Suites, joined};
use crate::printing::escape::one_line;
use crate::reading::place::Place;
use crate::test::report::{Report, Status, TestResult};

/// The report as XML.
pub(super) fn report(report: &Report) -> Result<String, Error> {
    let mut suites = Suites::default();
    for result in &report.results {
        let path = Path::new(&result.file);
        let part = |part: Option<&std::ffi::OsStr>| part.and_then(|name| name.to_str()).map(str::to_owned);
        let name = part(path.file_name()).unwrap_or_else(|| result.file.clone());
        let directory = path.parent().map(Path::as_os_str).filter(|name| !name.is_empty());
        let directory = part(directory).unwrap_or_else(|| ".".to_owned());
        suites.add(&Place::of_file(&directory), &name, status(result), &[]);
    }
    suites.document("sidecar-hostpath test")
}

fn status(result: &TestResult) -> TestCaseStatus {
    let kind = match result.status() {
        Status::Passed => return TestCaseStatus::success(),
        Status::Failed => NonSuccessKind::Failure,
        Status::Error => NonSuccessKind::Error,
    };
    let mut lines: Vec<String> = result.errors.iter().map(ToString::to_string).collect();
    for failure in &result.failures {
        lines.push(format!("{}:{}: {}", failure.file, failure.line, failure.message));
        lines.extend(failure.expected.iter().map(|line| format!("- {line}")));
        lines.extend(failure.found.iter().map(|line| format!("+ {line}")));
    }
    let failed = result.failures.iter().map(|failure| failure.message.as_str());
    let mut reasons = result
        .errors
        .iter()
        .map(|error| error.reason.as_str())
        .chain(failed);
    let mut status = TestCaseStatus::non_success(kind);
    status
        .set_type(match kind {
            NonSuccessKind::Failure => "failed",
            NonSuccessKind::Error => "unreadable",
        })
        .set_message(reasons.next().map(one_line).unwrap_or_default())
        .set_description(joined(lines.into_iter()));
    status
}

//! The findings as JUnit XML: a test suite for each file, a test case for each object.

use quick_junit::{NonSuccessKind, Report as Document, TestCase, TestCaseStatus, TestSuite};

use crate::Error;
use crate::check::Report;
use crate::check::finding::{Finding, Verdict};
use crate::reading::place::Place;

/// The report as XML.
pub(super) fn report(report: &Report) -> Result<String, Error> {
    let mut document = Document::new("sidecar-hostpath check");
    for finding in report.shown() {
        add(&mut document, &finding.place, case(finding, report.is_strict));
    }
    for fault in &report.faults {
        let status = failed(NonSuccessKind::Error, "unreadable", &fault.reason);
        let case = TestCase::new(fault.place.to_string(), status);
        add(
            &mut document,
            &fault.place,
            at(case, &fault.place, fault.place.line),
        );
    }
    let mut text = document.to_string().map_err(Error::Junit)?;
    text.push('\n');
    Ok(text)
}

fn case(finding: &Finding, is_strict: bool) -> TestCase {
    let status = match finding.verdict {
        Verdict::Rejected => failed(
            NonSuccessKind::Failure,
            "rejected",
            &finding.violations.join("\n"),
        ),
        _ if finding.fails(is_strict) => {
            failed(NonSuccessKind::Failure, "warning", &finding.warnings.join("\n"))
        }
        Verdict::Accepted => TestCaseStatus::success(),
        Verdict::Skipped => {
            let mut status = TestCaseStatus::skipped();
            status.set_message("objects of this kind are not judged");
            status
        }
    };
    let case = TestCase::new(finding.object(), status);
    let mut case = at(case, &finding.place, finding.line());
    if !finding.warnings.is_empty() {
        case.set_system_out(finding.warnings.join("\n"));
    }
    case
}

fn failed(kind: NonSuccessKind, r#type: &str, reasons: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(kind);
    let first = reasons.lines().next().unwrap_or_default();
    status
        .set_type(r#type)
        .set_message(first)
        .set_description(reasons);
    status
}

/// GitLab and others read the file and the line from these attributes.
fn at(mut case: TestCase, place: &Place, line: usize) -> TestCase {
    case.set_classname(place.file.as_str());
    case.extra.insert("file".into(), place.file.as_str().into());
    case.extra.insert("line".into(), line.to_string().as_str().into());
    case
}

fn add(document: &mut Document, place: &Place, case: TestCase) {
    match document.test_suites.last_mut() {
        Some(suite) if suite.name.as_str() == place.file => {
            suite.add_test_case(case);
        }
        _ => {
            let mut suite = TestSuite::new(place.file.as_str());
            suite.add_test_case(case);
            document.add_test_suite(suite);
        }
    }
}

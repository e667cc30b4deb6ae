//! The findings as JUnit XML: a test suite for each file, a test case for each object.

use quick_junit::{NonSuccessKind, Report as Document, TestCase, TestCaseStatus, TestSuite};

use crate::Error;
use crate::check::Report;
use crate::check::finding::{Finding, Verdict};
use crate::input;
use crate::reading::place::Place;

/// The report as XML.
pub(super) fn report(report: &Report) -> Result<String, Error> {
    let mut suites = Vec::new();
    for finding in report.shown() {
        add(&mut suites, &finding.place, case(finding, report.is_strict));
    }
    for fault in &report.faults {
        let status = failed(
            NonSuccessKind::Error,
            "unreadable",
            &fault.place,
            fault.place.line,
            std::slice::from_ref(&fault.reason),
        );
        let case = TestCase::new(fault.place.to_string(), status);
        add(&mut suites, &fault.place, at(case, &fault.place));
    }
    let mut document = Document::new("sidecar-hostpath check");
    document.add_test_suites(suites);
    let text = document.to_string().map_err(Error::Junit)?;
    Ok(without_skipped(&text))
}

/// The schema of Jenkins knows no `skipped` on the outermost element, only on test suites.
fn without_skipped(text: &str) -> String {
    let is_outermost = |line: &&str| line.starts_with("<testsuites ");
    let Some(line) = text.lines().find(is_outermost) else {
        return text.to_owned();
    };
    let attributes = line
        .split(' ')
        .filter(|attribute| !attribute.starts_with("skipped=\""));
    text.replacen(line, &attributes.collect::<Vec<&str>>().join(" "), 1)
}

fn case(finding: &Finding, is_strict: bool) -> TestCase {
    let failure = |r#type, reasons: &[String]| {
        failed(
            NonSuccessKind::Failure,
            r#type,
            &finding.place,
            finding.line(),
            reasons,
        )
    };
    let status = match finding.verdict {
        Verdict::Rejected => {
            let reasons: Vec<String> = finding.violations.iter().map(ToString::to_string).collect();
            failure("rejected", &reasons)
        }
        _ if finding.fails(is_strict) => failure("warning", &finding.warnings),
        Verdict::Accepted => TestCaseStatus::success(),
        Verdict::Skipped => {
            let mut status = TestCaseStatus::skipped();
            status.set_message("objects of this kind are not judged");
            status
        }
    };
    let case = TestCase::new(finding.object(), status);
    let mut case = at(case, &finding.place);
    if !finding.warnings.is_empty() {
        case.set_system_out(finding.warnings.join("\n"));
    }
    case
}

fn failed(
    kind: NonSuccessKind,
    r#type: &str,
    place: &Place,
    line: usize,
    reasons: &[String],
) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(kind);
    let first = reasons.first().map(String::as_str).unwrap_or_default();
    let file = input::name(place.file.as_ref());
    let lines: Vec<String> = reasons
        .iter()
        .map(|reason| format!("{file}:{line}: {reason}"))
        .collect();
    status
        .set_type(r#type)
        .set_message(first)
        .set_description(lines.join("\n"));
    status
}

/// The schema has no attributes for the place: the class is the file, and the text of a failure names the line.
fn at(mut case: TestCase, place: &Place) -> TestCase {
    case.set_classname(place.file.as_str());
    case
}

fn add(suites: &mut Vec<TestSuite>, place: &Place, case: TestCase) {
    let of_file = |suite: &&mut TestSuite| suite.name.as_str() == place.file;
    match suites.iter_mut().find(of_file) {
        Some(suite) => {
            suite.add_test_case(case);
        }
        None => {
            let mut suite = TestSuite::new(place.file.as_str());
            suite.add_test_case(case);
            suites.push(suite);
        }
    }
}

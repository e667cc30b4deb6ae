//! The findings as JUnit XML: a test suite for each file, a test case for each object.

use std::collections::HashMap;

use quick_junit::{NonSuccessKind, Report as Document, TestCase, TestCaseStatus, TestSuite};

use crate::Error;
use crate::check::Report;
use crate::check::finding::{Finding, Verdict};
use crate::input;
use crate::printing::escape::one_line;
use crate::reading::place::Place;

/// The report as XML.
pub(super) fn report(report: &Report) -> Result<String, Error> {
    let mut suites = Suites::default();
    for finding in report.shown() {
        suites.add(
            &finding.place,
            &finding.object(),
            status(finding, report.is_strict),
            &finding.warnings,
        );
    }
    for fault in &report.faults {
        let status = failed(
            NonSuccessKind::Error,
            "unreadable",
            &fault.place,
            fault.place.line,
            std::slice::from_ref(&fault.reason),
        );
        suites.add(&fault.place, &fault.place.to_string(), status, &[]);
    }
    suites.document("sidecar-hostpath check")
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

fn status(finding: &Finding, is_strict: bool) -> TestCaseStatus {
    let failure = |r#type, reasons: &[String]| {
        failed(
            NonSuccessKind::Failure,
            r#type,
            &finding.place,
            finding.line(),
            reasons,
        )
    };
    match finding.verdict {
        Verdict::Rejected => {
            let reasons: Vec<String> = finding.violations.iter().map(ToString::to_string).collect();
            failure("rejected", &reasons)
        }
        _ if finding.fails(is_strict) => failure("warning", &finding.warnings),
        Verdict::Accepted => TestCaseStatus::success(),
        Verdict::Skipped => {
            let mut status = TestCaseStatus::skipped();
            status.set_message(match finding.kind.as_str() {
                "" => "what is not a Kubernetes object is not judged",
                _ => "objects of this kind are not judged",
            });
            status
        }
    }
}

fn failed(
    kind: NonSuccessKind,
    r#type: &str,
    place: &Place,
    line: usize,
    reasons: &[String],
) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(kind);
    let first = reasons.first().map(|reason| one_line(reason));
    let file = input::name(place.file.as_ref());
    let lines = reasons.iter().map(|reason| format!("{file}:{line}: {reason}"));
    status
        .set_type(r#type)
        .set_message(first.unwrap_or_default())
        .set_description(joined(lines));
    status
}

/// Lines of texts, each of them one line and nothing that XML does not allow.
pub(crate) fn joined(texts: impl Iterator<Item = String>) -> String {
    texts
        .map(|text| one_line(&text))
        .collect::<Vec<String>>()
        .join("\n")
}

/// The suites, in the order of their first cases.
#[derive(Default)]
pub(crate) struct Suites {
    list: Vec<TestSuite>,
    /// The number of each file's suite, and for the names of its cases a number from which on no case has it.
    of_files: HashMap<String, (usize, HashMap<String, usize>)>,
}

impl Suites {
    /// Adds a case. Its name tells the object, and no other case of the file has it: readers keep one case of a name.
    pub(crate) fn add(&mut self, place: &Place, object: &str, status: TestCaseStatus, warnings: &[String]) {
        let file = one_line(&place.file);
        let next = self.list.len();
        let (number, names) = self
            .of_files
            .entry(file.clone())
            .or_insert_with(|| (next, HashMap::new()));
        let object = one_line(object);
        let mut name = object.clone();
        let mut count = names.get(&object).copied().unwrap_or(1);
        while names.contains_key(&name) {
            count = count.saturating_add(1);
            name = format!("{object} ({count})");
        }
        names.insert(object, count);
        names.insert(name.clone(), 1);
        let mut case = TestCase::new(name, status);
        // The schema has no attributes for the place: the class is the file, and the text of a failure names the line.
        case.set_classname(file.as_str());
        if !warnings.is_empty() {
            case.set_system_out(joined(warnings.iter().cloned()));
        }
        if *number == next {
            self.list.push(TestSuite::new(file));
        }
        if let Some(suite) = self.list.get_mut(*number) {
            suite.add_test_case(case);
        }
    }

    /// The suites as XML.
    pub(crate) fn document(self, name: &str) -> Result<String, Error> {
        let mut document = Document::new(name);
        document.add_test_suites(self.list);
        let text = document.to_string().map_err(Error::Junit)?;
        Ok(without_skipped(&text))
    }
}

//! The results, for people.

use crate::printing::escape::one_line;
use crate::printing::style::{ACCEPTED, REJECTED, SKIPPED, styled};
use crate::printing::wrap;
use crate::test::report::{Failure, Report, Status, Summary};

/// How far a failure is in from its test.
const INDENT: usize = 4;
/// How far its difference is in.
const INNER: usize = 6;

/// A line for each test, its failures below it, and a last line that counts. Styled. Standard error says what cannot be read.
pub(super) fn report(report: &Report, width: usize) -> String {
    let mut lines = Vec::new();
    for result in &report.results {
        let status = match result.status() {
            Status::Passed => styled(ACCEPTED, "PASSED"),
            Status::Failed => styled(REJECTED, "FAILED"),
            Status::Error => styled(REJECTED, "ERROR "),
        };
        lines.push(format!("{status}  {}", one_line(&result.file)));
        for file in &result.updated {
            lines.push(styled(
                SKIPPED,
                &format!("{:INDENT$}wrote {}", "", one_line(file)),
            ));
        }
        for failure in &result.failures {
            lines.extend(failed(failure, &result.file, width));
        }
    }
    let Summary {
        passed,
        failed,
        errors,
    } = report.summary();
    lines.push(String::new());
    lines.push(format!("{passed} passed, {failed} failed, {errors} unreadable"));
    lines.push(String::new());
    lines.join("\n")
}

fn failed(failure: &Failure, test: &str, width: usize) -> Vec<String> {
    // The file of the test is in the line above.
    let place = match failure.file == test {
        true => format!("line {}", failure.line),
        false => format!("{}:{}", failure.file, failure.line),
    };
    let mut lines = wrap::lines(&format!("{place}: {}", failure.message), INDENT, width);
    for (sign, style, texts) in [
        ("-", REJECTED, &failure.expected),
        ("+", ACCEPTED, &failure.found),
    ] {
        for text in texts {
            let mut wrapped = wrap::lines(text, INNER.saturating_add(2), width);
            if let Some(first) = wrapped.first_mut() {
                *first = format!("{:INNER$}{} {}", "", styled(style, sign), first.trim_start());
            }
            lines.extend(wrapped);
        }
    }
    lines
}

//! The results as workflow commands of GitHub Actions.

use crate::check::output::github::command;
use crate::reading::place::Place;
use crate::test::report::Report;

/// A line for each failure and each file that cannot be read.
pub(super) fn report(report: &Report) -> String {
    let mut lines = String::new();
    for result in &report.results {
        for failure in &result.failures {
            let mut message = failure.message.clone();
            for (label, texts) in [("expected", &failure.expected), ("found", &failure.found)] {
                if !texts.is_empty() {
                    message.push_str(&format!("; {label}: {}", texts.join("; ")));
                }
            }
            let place = Place::of_file(&failure.file);
            lines.push_str(&command("error", &place, failure.line, "test failed", &message));
        }
        for error in &result.errors {
            let (place, line) = (&error.place, error.place.line);
            lines.push_str(&command("error", place, line, "not readable", &error.reason));
        }
    }
    lines
}

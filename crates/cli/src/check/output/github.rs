//! The findings as workflow commands of GitHub Actions:
//! <https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands>.

use crate::check::Report;
use crate::printing::escape::one_line;
use crate::reading::place::Place;

/// A line for each violation, each warning and each fault.
pub(super) fn report(report: &Report) -> String {
    let mut lines = String::new();
    for finding in &report.findings {
        let title = finding.object();
        let mut add = |level, line, message: &str| {
            lines.push_str(&command(level, &finding.place, line, &title, message));
        };
        finding
            .placed_violations()
            .for_each(|(reason, line)| add("error", line, &reason.to_string()));
        let level = if report.is_strict { "error" } else { "warning" };
        finding
            .warnings
            .iter()
            .for_each(|message| add(level, finding.line(), message));
    }
    for fault in &report.faults {
        lines.push_str(&command(
            "error",
            &fault.place,
            fault.place.line,
            "not judged",
            &fault.reason,
        ));
    }
    lines
}

/// One command, on its line.
pub(crate) fn command(level: &str, place: &Place, line: usize, title: &str, message: &str) -> String {
    let file = property(&place.file);
    let title = property(title);
    let message = data(message);
    format!("::{level} file={file},line={line},title={title}::{message}\n")
}

/// On one line, without what would begin an escape.
fn data(text: &str) -> String {
    one_line(text).replace('%', "%25")
}

/// What would end a property as well.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

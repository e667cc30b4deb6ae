//! What is permitted to whom, in lines that fit the terminal.

use checker::classes::rows::Row;
use checker::classes::sentence;

use crate::printing::wrap;

/// The sentence of the row, in lines after `indent` spaces; several paths follow it. `may` is what is said of the requests.
pub(crate) fn lines(row: &Row, may: &str, indent: usize, width: usize) -> Vec<String> {
    let sentence = sentence::of_row(row, may);
    let mut lines = wrap::lines(&sentence.text, indent, width);
    for path in &sentence.paths {
        lines.extend(wrap::lines(&format!("- {path}"), indent.saturating_add(2), width));
    }
    lines
}

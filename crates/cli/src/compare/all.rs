//! What a change of settings does over all possible requests, for people.

use checker::classes::difference::Difference;
use checker::classes::sentence;

use super::text;
use crate::printing::style::{ACCEPTED, HEADING, REJECTED, styled};
use crate::printing::{row, wrap};

/// How far a sentence is in.
const INDENT: usize = 2;

/// What is newly permitted, newly refused, and what else changes. Styled.
pub(super) fn report(difference: &Difference, warnings: &[String], width: usize) -> String {
    let mut lines = Vec::new();
    let rows = [
        (
            styled(ACCEPTED, "Newly permitted"),
            "may now",
            &difference.permitted,
        ),
        (
            styled(REJECTED, "Newly refused"),
            "may no longer",
            &difference.refused,
        ),
    ];
    for (heading, may, rows) in rows {
        lines.extend(section(heading, rows, |row| row::lines(row, may, INDENT, width)));
    }
    lines.extend(section(
        styled(HEADING, "On other nodes"),
        &difference.nodes,
        |nodes| wrap::lines(&sentence::of_nodes(nodes), INDENT, width),
    ));
    lines.extend(section(
        styled(HEADING, "Other settings"),
        &difference.settings,
        |setting| wrap::lines(&sentence::of_setting(setting), INDENT, width),
    ));
    lines.extend(text::warnings(warnings, width));
    lines.push(sentence::of_effect(difference.effect()).to_owned());
    lines.push(String::new());
    lines.join("\n")
}

/// The heading, the lines of each item and an empty one; nothing where there are no items.
fn section<T>(heading: String, items: &[T], of_item: impl Fn(&T) -> Vec<String>) -> Vec<String> {
    if items.is_empty() {
        return Vec::new();
    }
    let lines = std::iter::once(heading).chain(items.iter().flat_map(of_item));
    lines.chain([String::new()]).collect()
}

//! What a change of settings does over all possible requests, for people.

use checker::classes::difference::Difference;
use checker::classes::sentence;

use super::text::{self, SENTENCE, section};
use crate::printing::style::{ACCEPTED, HEADING, REJECTED, styled};
use crate::printing::{row, wrap};

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
        lines.extend(section(heading, rows, |row| {
            row::lines(row, may, SENTENCE, width)
        }));
    }
    lines.extend(section(
        styled(HEADING, "On other nodes"),
        &difference.nodes,
        |nodes| wrap::lines(&sentence::of_nodes(nodes), SENTENCE, width),
    ));
    lines.extend(text::settings(&difference.settings, width));
    lines.extend(text::warnings(warnings, width));
    lines.push(sentence::of_effect(difference.effect()).to_owned());
    lines.push(String::new());
    lines.join("\n")
}

//! What a change of settings does over all possible requests, for people.

use checker::classes::difference::{Difference, Effect, OtherNodes, Setting};
use serde_json::{Map, Value};

use super::text;
use crate::printing::escape::one_line;
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
        |nodes| other_nodes(nodes, width),
    ));
    lines.extend(section(
        styled(HEADING, "Other settings"),
        &difference.settings,
        |setting| self::setting(setting, width),
    ));
    lines.extend(text::warnings(warnings, width));
    lines.push(summary(difference.effect()).to_owned());
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

const fn summary(effect: Effect) -> &'static str {
    match (effect.widens, effect.narrows) {
        (false, false) => "no request is judged otherwise",
        (true, false) => "widened: more is permitted, and nothing is newly refused",
        (false, true) => "narrowed: less is permitted, and nothing is newly permitted",
        (true, true) => "widened and narrowed: some requests are newly permitted, others newly refused",
    }
}

fn other_nodes(nodes: &OtherNodes, width: usize) -> Vec<String> {
    let paths: Vec<String> = nodes.paths.iter().map(row::range).collect();
    let text = format!(
        "For requests of {} for {}: nodes with {}, before: {}",
        row::namespaces(&nodes.namespaces),
        row::joined(&paths),
        labels(&nodes.after),
        labels(&nodes.before)
    );
    wrap::lines(&text, INDENT, width)
}

fn labels(labels: &Map<String, Value>) -> String {
    if labels.is_empty() {
        return "any labels".to_owned();
    }
    let text = |(key, value): (&String, &Value)| format!("{key}={}", value.as_str().unwrap_or_default());
    labels.iter().map(text).collect::<Vec<_>>().join(", ")
}

fn setting(setting: &Setting, width: usize) -> Vec<String> {
    let effect = match (setting.effect.widens, setting.effect.narrows) {
        (true, false) => " (widens)",
        (false, true) => " (narrows)",
        (true, true) => " (widens and narrows)",
        (false, false) => "",
    };
    let value = |value: &Value| match value {
        Value::Null => "not set".to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(items) => {
            let items: Vec<&str> = items.iter().filter_map(Value::as_str).collect();
            items.join(", ")
        }
        other => other.to_string(),
    };
    let text = format!(
        "{}: {}, before: {}{effect}",
        setting.field,
        value(&setting.after),
        value(&setting.before)
    );
    wrap::lines(&one_line(&text), INDENT, width)
}

//! Suggested settings in YAML, with comments.

use serde_json::Value;

use super::Objects;
use super::draft::Draft;
use crate::printing::escape::one_line;
use crate::settings::warnings;

/// The settings, and what their reader should know.
pub(super) fn settings(draft: &Draft, objects: &Objects) -> String {
    let accepted = objects.manifests.len().saturating_sub(objects.given_up.len());
    let mut lines = vec![format!(
        "# The narrowest settings under which the policy accepts {accepted} of {} objects.",
        objects.manifests.len()
    )];
    if !objects.given_up.is_empty() {
        lines.push("# Rejected under any settings:".to_owned());
    }
    for (index, violations) in &objects.given_up {
        lines.push(format!("#   {}", object(objects, *index)));
        lines.extend(
            violations
                .iter()
                .map(|violation| format!("#     {}", one_line(&violation.to_string()))),
        );
    }
    let dangers = warnings::of_settings(&draft.settings());
    match draft.rules().next() {
        None => lines.push("allowedHostPaths: []".to_owned()),
        Some(_) => lines.push("allowedHostPaths:".to_owned()),
    }
    for (rule, number) in draft.rules().zip(0_usize..) {
        lines.push(format!("  # asked for by {}", users(objects, &rule.users)));
        let place = format!("settings.allowedHostPaths[{number}].");
        let dangers = dangers.iter().map(ToString::to_string);
        let of_rule = dangers.filter_map(|danger| danger.strip_prefix(&place).map(str::to_owned));
        lines.extend(of_rule.map(|danger| format!("  # dangerous: {}", one_line(&danger))));
        let mut marker = "- ";
        for (key, value) in rule.fields() {
            lines.push(format!("  {marker}{key}: {}", flow(&value)));
            marker = "  ";
        }
    }
    for (key, value) in draft.others() {
        lines.push(format!("{key}: {}", flow(&value)));
    }
    lines.push(String::new());
    lines.join("\n")
}

fn object(objects: &Objects, index: usize) -> String {
    let Some(manifest) = objects.manifests.get(index) else {
        return String::new();
    };
    one_line(&format!("{}: {}", manifest.place, manifest.title()))
}

/// The first of them, and how many more there are.
fn users(objects: &Objects, users: &std::collections::BTreeSet<usize>) -> String {
    let first = users
        .first()
        .map(|index| object(objects, *index))
        .unwrap_or_default();
    match users.len().saturating_sub(1) {
        0 => first,
        1 => format!("{first}, and one more object"),
        more => format!("{first}, and {more} more objects"),
    }
}

/// A value in one line of YAML.
fn flow(value: &Value) -> String {
    match value {
        Value::String(text) => scalar(text),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(flow).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Object(members) => {
            let members: Vec<String> = members
                .iter()
                .map(|(key, value)| format!("{}: {}", scalar(key), flow(value)))
                .collect();
            format!("{{{}}}", members.join(", "))
        }
        other => other.to_string(),
    }
}

/// Without quotes where nobody can take it for anything but text. What JSON quotes is YAML too.
fn scalar(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '.' | '-' | '_');
    let mut characters = text.chars();
    let begins = matches!(characters.next(), Some('/'))
        || text.len() > 5 && text.starts_with(|c: char| c.is_ascii_alphabetic())
        || matches!(text, "File");
    match begins && text.chars().all(is_plain) {
        true => text.to_owned(),
        false => Value::from(text).to_string(),
    }
}

//! Suggested settings in YAML, with comments.

use std::collections::BTreeSet;

use checker::suggest::{Opening, Rejection, Suggestion};
use kubevirt_sidecar_hostpath_policy::{Field, FieldSegment};
use serde_json::Value;

use crate::check::manifest::Manifest;
use crate::printing::escape::one_line;
use crate::printing::yaml;
use crate::settings::warnings::{self, Level, Warning};

/// The settings, and what their reader should know.
pub(super) fn settings(suggestion: &Suggestion, manifests: &[Manifest], skipped: &[Manifest]) -> String {
    let accepted = manifests.len().saturating_sub(suggestion.rejected.len());
    let mut lines = vec![format!(
        "# The narrowest settings under which the policy accepts {accepted} of {} objects.",
        manifests.len()
    )];
    lines.extend(not_judged(skipped));
    lines.extend(rejected(suggestion, manifests));
    let warnings = warnings::of_settings(&suggestion.settings);
    match suggestion.rules.as_slice() {
        [] => lines.push("allowedHostPaths: []".to_owned()),
        _ => lines.push("allowedHostPaths:".to_owned()),
    }
    for (rule, number) in suggestion.rules.iter().zip(0_usize..) {
        lines.push(format!("  # needed by {}", users(manifests, rule.users())));
        let openings = rule
            .openings
            .iter()
            .map(|opening| self::opening(opening, manifests));
        lines.extend(openings.map(|opening| format!("  # {opening}")));
        let of_rule = warnings
            .iter()
            .filter_map(|warning| Some((warning, place_in(&warning.field, number)?)));
        lines.extend(of_rule.map(|(warning, place)| format!("  # {}", remark(warning, &place))));
        let mut marker = "- ";
        for (key, value) in rule.members() {
            lines.push(format!("  {marker}{key}: {}", flow(&value)));
            marker = "  ";
        }
    }
    let openings = suggestion.openings.iter();
    lines.extend(openings.map(|opening| format!("# {}", self::opening(opening, manifests))));
    for (key, value) in suggestion
        .settings
        .iter()
        .filter(|(key, _)| *key != "allowedHostPaths")
    {
        lines.push(format!("{key}: {}", flow(value)));
    }
    lines.push(String::new());
    lines.join("\n")
}

/// How many objects are not judged, and what is to be said of them.
fn not_judged(skipped: &[Manifest]) -> Vec<String> {
    if skipped.is_empty() {
        return Vec::new();
    }
    let count = format!(
        "# Not judged, so that they count for nothing here: {}.",
        skipped.len()
    );
    let warnings = skipped.iter().flat_map(Manifest::placed_warnings);
    let warnings = warnings.map(|warning| format!("#   warning: {}", one_line(&warning)));
    std::iter::once(count).chain(warnings).collect()
}

/// The objects that are rejected, and why.
fn rejected(suggestion: &Suggestion, manifests: &[Manifest]) -> Vec<String> {
    let (mut always, mut unclear, mut beside) = (Vec::new(), Vec::new(), Vec::new());
    for (index, rejection) in &suggestion.rejected {
        let object = format!("#   {}", object(manifests, *index));
        match rejection {
            Rejection::Always(reasons) => {
                let warnings = manifests
                    .get(*index)
                    .map_or(&[][..], |manifest| &manifest.warnings);
                let list = if warnings.is_empty() {
                    &mut always
                } else {
                    &mut unclear
                };
                list.push(object);
                let reasons = reasons.iter().map(ToString::to_string);
                let warnings = warnings.iter().map(|warning| format!("warning: {warning}"));
                list.extend(
                    reasons
                        .chain(warnings)
                        .map(|text| format!("#     {}", one_line(&text))),
                );
            }
            Rejection::Beside { why, other } => {
                beside.push(object);
                beside.push(format!("#     {}", one_line(why)));
                beside
                    .extend(other.map(|other| {
                        format!("#     the other object is {}", self::object(manifests, other))
                    }));
            }
        }
    }
    let heads = [
        ("# Rejected under any settings:", always),
        ("# Rejected as they are written here:", unclear),
        ("# Rejected under settings that accept the others:", beside),
    ];
    let mut lines = Vec::new();
    for (head, list) in heads.into_iter().filter(|(_, list)| !list.is_empty()) {
        lines.push(head.to_owned());
        lines.extend(list);
    }
    lines
}

/// What is opened, and because of which object.
fn opening(opening: &Opening, manifests: &[Manifest]) -> String {
    let object = object(manifests, opening.object);
    one_line(&format!("{}, because {object} {}", opening.what, opening.why))
}

fn remark(warning: &Warning, place: &str) -> String {
    let level = match warning.level {
        Level::Danger => "danger",
        Level::Note => "note",
    };
    one_line(&format!("{level}: {place}: {}", warning.why))
}

/// The member of the rule of this number, if the field is in that.
fn place_in(field: &Field, number: usize) -> Option<String> {
    match field.0.as_slice() {
        [
            _,
            FieldSegment::Name(list),
            FieldSegment::Index(index),
            FieldSegment::Name(member),
            ..,
        ] if list == "allowedHostPaths" && *index == number => Some(member.clone()),
        _ => None,
    }
}

fn object(manifests: &[Manifest], index: usize) -> String {
    let named = manifests
        .get(index)
        .map(|manifest| format!("{}: {}", manifest.place, manifest.title()));
    one_line(&named.unwrap_or_default())
}

/// The first of them, and how many more there are.
fn users(manifests: &[Manifest], users: &BTreeSet<usize>) -> String {
    let first = users
        .first()
        .map(|index| object(manifests, *index))
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

/// Without quotes where nobody can take it for anything but text.
fn scalar(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '.' | '-' | '_');
    let mut characters = text.chars();
    let begins = matches!(characters.next(), Some('/'))
        || text.len() > 5 && text.starts_with(|c: char| c.is_ascii_alphabetic())
        || matches!(text, "File");
    match begins && text.chars().all(is_plain) {
        true => text.to_owned(),
        false => yaml::quoted(text),
    }
}

//! The same document, written otherwise: what a verdict must not depend on.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use crate::choices::Choices;

/// Writes `value` with its members in another order, with white space, and with escapes in its texts.
pub fn rewritten(choices: &mut Choices<'_>, value: &Value) -> String {
    let space = choices.one(&["", " ", "\n", "\t\r\n "]);
    match value {
        Value::Object(map) => {
            let mut members: Vec<_> = map.iter().collect();
            let first = choices.below(members.len().max(1));
            members.rotate_left(first);
            if choices.once_in(2) {
                members.reverse();
            }
            let members: Vec<String> = members
                .into_iter()
                .map(|(key, value)| format!("{}{space}:{}", text(choices, key), rewritten(choices, value)))
                .collect();
            format!("{space}{{{}{space}}}", members.join(","))
        }
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(|item| rewritten(choices, item)).collect();
            format!("{space}[{space}{}]", items.join(","))
        }
        Value::String(string) => format!("{space}{}{space}", text(choices, string)),
        other => format!("{space}{other}"),
    }
}

fn text(choices: &mut Choices<'_>, text: &str) -> String {
    let plain = json!(text).to_string();
    if !choices.once_in(4) {
        return plain;
    }
    let mut escaped = String::from("\"");
    for unit in text.encode_utf16() {
        // Writing to a string cannot fail.
        let _ = write!(escaped, "\\u{unit:04X}");
    }
    escaped.push('"');
    escaped
}

/// Adds members that nobody knows to some objects of a pod.
pub fn add_unknown(choices: &mut Choices<'_>, value: &mut Value) {
    match value {
        Value::Object(map) => {
            for inner in map.values_mut() {
                add_unknown(choices, inner);
            }
            if choices.once_in(3) {
                let unknown = choices.one(&[
                    Value::Null,
                    json!({"hostPath": {"path": "/etc"}}),
                    json!([1.0, "x"]),
                    json!(1e30),
                ]);
                map.insert("zzUnknown".into(), unknown);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| add_unknown(choices, item)),
        _ => {}
    }
}

/// Takes them out again.
pub fn remove_unknown(value: &mut Value) {
    match value {
        Value::Object(map) => {
            map.remove("zzUnknown");
            map.values_mut().for_each(remove_unknown);
        }
        Value::Array(items) => items.iter_mut().for_each(remove_unknown),
        _ => {}
    }
}

/// Whether an object in the text has a key twice, which a [`Value`] no longer shows.
#[must_use]
pub fn repeats_a_key(text: &str) -> bool {
    crate::go_json::parse(text).is_some_and(repeats)
}

fn repeats(json: crate::go_json::Json<'_>) -> bool {
    if let Some(members) = json.as_object() {
        let keys: Map<String, Value> = members
            .iter()
            .map(|(key, _)| (key.as_string().unwrap_or_default(), Value::Null))
            .collect();
        return keys.len() != members.len() || members.into_iter().any(|(_, value)| repeats(value));
    }
    json.as_list().is_some_and(|items| items.into_iter().any(repeats))
}

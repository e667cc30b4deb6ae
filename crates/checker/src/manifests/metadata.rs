//! An object's `metadata`: what kubectl, or the API server, refuses for its form.

use serde_json::Value;

use super::hidden::ANNOTATIONS;
use crate::reading::node::{Content, Fault, Node};

/// What must be a text, if it is there.
const TEXTS: [&str; 3] = ["name", "generateName", "namespace"];

/// What must be a mapping with texts, if it is there.
const MAPPINGS: [&str; 2] = ["labels", "annotations"];

/// The longest name of most objects.
const LONGEST: usize = 253;

/// The longest label of DNS.
const LONGEST_LABEL: usize = 63;

/// What is wrong with the form of an object's metadata, or with its names if the policy judges it. The policy itself judges
/// what kind of value its annotations have.
pub(super) fn fault(object: &Node, is_judged: bool) -> Option<Fault> {
    let metadata = object.get("metadata").filter(|metadata| !metadata.is_null())?;
    if metadata.entries().is_none() {
        return Some(wrong(metadata, "metadata", "a mapping"));
    }
    if let Some(twice) = metadata.duplicate(|key| TEXTS.contains(&key)) {
        return Some(twice);
    }
    for key in TEXTS {
        let Some(value) = metadata.get(key).filter(|value| !value.is_null()) else {
            continue;
        };
        let Some(text) = value.as_str() else {
            return Some(wrong(value, &format!("metadata.{key}"), "a text"));
        };
        if is_judged && !text.is_empty() && !text.contains("${") {
            let misnamed = match key {
                "namespace" => {
                    (!is_label(text)).then_some("the name of a namespace: at most 63 of a-z, 0-9 and -")
                }
                "name" => (!is_name(text)).then_some("a name: at most 253 of a-z, 0-9, - and ."),
                _ => {
                    (!is_name(&format!("{text}0"))).then_some("the beginning of a name: of a-z, 0-9, - and .")
                }
            };
            if let Some(what) = misnamed {
                return Some(Fault {
                    at: value.at,
                    message: format!("metadata.{key}: {text:?} is not {what}"),
                });
            }
        }
    }
    MAPPINGS
        .into_iter()
        .find_map(|key| mapping(metadata.get(key)?, key))
}

/// What is wrong with labels or annotations.
fn mapping(node: &Node, key: &str) -> Option<Fault> {
    if node.is_null() {
        return None;
    }
    let Some(entries) = node.entries() else {
        return Some(wrong(node, &format!("metadata.{key}"), "a mapping"));
    };
    let is_text = |node: &Node| node.is_null() || node.as_str().is_some();
    let entry = entries
        .iter()
        .find(|entry| !is_text(&entry.value) && !ANNOTATIONS.contains(&entry.key.as_str()))?;
    Some(wrong(
        &entry.value,
        &format!("metadata.{key}[{}]", entry.key),
        "a text",
    ))
}

fn wrong(node: &Node, field: &str, expected: &str) -> Fault {
    let found = match &node.content {
        Content::Scalar(Value::Number(_)) => "YAML reads a number here: quote it",
        Content::Scalar(Value::Bool(_)) => "YAML reads true or false here: quote it",
        Content::Scalar(_) => "this is a text",
        Content::List(_) => "this is a list",
        Content::Mapping(_) => "this is a mapping",
    };
    Fault {
        at: node.at,
        message: format!("{field} must be {expected}, and {found}"),
    }
}

/// Whether a namespace may have this name: a label of DNS.
#[must_use]
pub fn is_label(text: &str) -> bool {
    let is_alphanumeric = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let bytes = text.as_bytes();
    text.len() <= LONGEST_LABEL
        && bytes.first().is_some_and(is_alphanumeric)
        && bytes.last().is_some_and(is_alphanumeric)
        && bytes.iter().all(|byte| is_alphanumeric(byte) || *byte == b'-')
}

/// Whether an object may have this name: labels as of DNS, joined by points, but of any length.
fn is_name(text: &str) -> bool {
    let is_alphanumeric = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let is_part = |part: &str| {
        let bytes = part.as_bytes();
        bytes.first().is_some_and(is_alphanumeric)
            && bytes.last().is_some_and(is_alphanumeric)
            && bytes.iter().all(|byte| is_alphanumeric(byte) || *byte == b'-')
    };
    text.len() <= LONGEST && text.split('.').all(is_part)
}

#[cfg(test)]
mod tests {
    use super::{is_label, is_name};

    #[test]
    fn names_are_those_of_kubernetes() {
        let long = "a".repeat(63);
        for name in ["a", "a-b", "0", "a0", &long] {
            assert!(is_label(name) && is_name(name), "{name}");
        }
        for name in ["", "-a", "a-", "A", "a_b", "a/b", "\u{e4}", "a b"] {
            assert!(!is_label(name) && !is_name(name), "{name}");
        }
        assert!(is_name("a.b") && !is_label("a.b"));
        assert!(is_name(&format!("{long}a")) && !is_label(&format!("{long}a")));
        assert!(!is_name("a..b") && !is_name(&"a".repeat(254)));
    }
}

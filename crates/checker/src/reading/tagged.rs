//! Values of YAML with their tags.

use libyaml_safer::ScalarStyle;
use serde_json::Value;

use super::node::{Content, Node, Position};
use super::scalar::{self, Tag};

/// What YAML's own tags begin with.
const OF_YAML: &str = "tag:yaml.org,2002:";

/// A scalar: what its style, its tag and its text make of it.
pub(super) fn scalar_node(at: Position, text: &str, style: ScalarStyle, tag: Option<&str>) -> Node {
    let (tag, unknown) = match tag {
        None => (None, None),
        Some(tag) => match of_yaml(tag).and_then(Tag::named) {
            Some(tag) => (Some(tag), None),
            None => (None, Some(unknown_tag(tag))),
        },
    };
    let value = match (style, tag) {
        (ScalarStyle::Plain, _) | (_, Some(_)) => scalar::value(text, tag),
        _ => Ok(Value::from(text)),
    };
    let (value, misfit) = match value {
        Ok(value) => (value, None),
        Err(message) => (Value::from(text), Some(message)),
    };
    Node {
        at,
        fault: unknown.or(misfit).map(String::into_boxed_str),
        content: Content::Scalar(value),
        folds: None,
    }
}

/// A list or a mapping, whose tag may only be the one it has anyway.
pub(super) fn collection(at: Position, content: Content, tag: Option<&str>, name: &str) -> Node {
    let unknown = tag.filter(|tag| of_yaml(tag) != Some(name)).map(unknown_tag);
    Node {
        at,
        fault: unknown.map(String::into_boxed_str),
        content,
        folds: None,
    }
}

/// The name of one of YAML's own tags.
fn of_yaml(tag: &str) -> Option<&str> {
    tag.strip_prefix(OF_YAML)
}

fn unknown_tag(tag: &str) -> String {
    let name = match of_yaml(tag) {
        Some(name) => format!("!!{name}"),
        None => tag.to_owned(),
    };
    let why = match name.as_str() {
        "!vault" => ": a value that Ansible has encrypted must be decrypted first",
        _ => ": the file is for another program, which replaces it first",
    };
    format!("kubectl does not know the tag {name}{why}")
}

//! Parameters of templates, `${NAME}` and `${{NAME}}`, that nobody has replaced by their values.
//!
//! Most of a virtual machine may hold such a text and mean it, a script for example. What the verdict rests on may not.

use serde_json::Value;

use super::hidden::ANNOTATIONS;
use crate::reading::node::{Content, Node, Position};

/// A warning for each parameter that may change the verdict: in a key, in the namespace, in a node selector, in an annotation for
/// host paths, anywhere in a pod, or as a whole value that may become an object.
pub(super) fn warnings(object: &Node, kind: &str) -> Vec<String> {
    let mut found = Vec::new();
    search(object, kind == "Pod", &mut found);
    let namespace = object.below(&["metadata", "namespace"]);
    found.extend(namespace.and_then(parameter_in));
    texts(found, "so the verdict may be another")
}

/// A warning for each parameter by which an object that is not judged may become one that is, or may ask for host paths: in
/// `apiVersion` and `kind`, and in the keys of annotations.
pub(super) fn of_unjudged(object: &Node) -> Vec<String> {
    let mut found = Vec::new();
    for key in ["apiVersion", "kind"] {
        found.extend(object.get(key).and_then(parameter_in));
    }
    annotation_keys(object, &mut found);
    texts(
        found,
        "and without it nobody can say whether this object is judged",
    )
}

/// The parameters in the keys of all annotations below the node.
fn annotation_keys(node: &Node, found: &mut Vec<(Position, String)>) {
    match &node.content {
        Content::List(items) => items.iter().for_each(|item| annotation_keys(item, found)),
        Content::Mapping(entries) => {
            for entry in entries.iter() {
                if entry.key == "annotations" {
                    let keys = entry.value.entries().unwrap_or_default().iter();
                    found.extend(keys.filter_map(|key| Some((key.at, parameter(&key.key)?))));
                }
                annotation_keys(&entry.value, found);
            }
        }
        Content::Scalar(_) => {}
    }
}

fn texts(mut found: Vec<(Position, String)>, consequence: &str) -> Vec<String> {
    found.sort();
    found.dedup();
    found
        .into_iter()
        .map(|(at, parameter)| {
            format!(
                "line {}: the parameter {parameter} is not substituted, {consequence}: process the template first",
                at.line
            )
        })
        .collect()
}

/// `is_read` of a value in which every text counts.
fn search(node: &Node, is_read: bool, found: &mut Vec<(Position, String)>) {
    match &node.content {
        Content::List(items) => items.iter().for_each(|item| search(item, is_read, found)),
        Content::Mapping(entries) => {
            for entry in entries.iter() {
                found.extend(parameter(&entry.key).map(|parameter| (entry.at, parameter)));
                let is_read =
                    is_read || entry.key == "nodeSelector" || ANNOTATIONS.contains(&entry.key.as_str());
                search(&entry.value, is_read, found);
            }
        }
        Content::Scalar(_) => {
            found.extend(parameter_in(node).filter(|(_, parameter)| is_read || parameter.starts_with("${{")))
        }
    }
}

fn parameter_in(node: &Node) -> Option<(Position, String)> {
    match &node.content {
        Content::Scalar(Value::String(text)) => Some((node.at, parameter(text)?)),
        _ => None,
    }
}

/// The first parameter in the text; `${{NAME}}` only as the whole text, as OpenShift has it.
fn parameter(text: &str) -> Option<String> {
    let is_name = |name: &str| {
        !name.is_empty()
            && name
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "_-.".contains(c))
    };
    let whole = text.strip_prefix("${{").and_then(|rest| rest.strip_suffix("}}"));
    if whole.is_some_and(|name| is_name(name.trim())) {
        return Some(text.to_owned());
    }
    let mut parts = text.split("${");
    parts.next();
    let mut names = parts.filter_map(|after| after.split_once('}'));
    // Flux may have a default value behind the name.
    let named = names.find(|(name, _)| is_name(name.split_once(":=").map_or(*name, |(name, _)| name)));
    named.map(|(name, _)| format!("${{{name}}}"))
}

#[cfg(test)]
mod tests {
    use super::parameter;

    #[test]
    fn a_parameter_has_a_name() {
        assert_eq!(parameter("/srv/${DIR}/x").as_deref(), Some("${DIR}"));
        assert_eq!(parameter("${{ANNOTATIONS}}").as_deref(), Some("${{ANNOTATIONS}}"));
        assert_eq!(parameter("${} ${a b} ${dir:=x}").as_deref(), Some("${dir:=x}"));
        for text in ["", "$DIR", "$(DIR)", "${", "${}", "a ${{B}} c", "${a b}"] {
            assert_eq!(parameter(text), None, "{text}");
        }
    }
}

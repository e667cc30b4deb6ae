//! The annotations in what is not judged: as keys, as JSON pointers, or within a text such as a patch or a manifest.

use std::borrow::Cow;

use kubevirt_sidecar_hostpath_policy::{HOOK_SIDECARS, HOST_PATHS};
use serde_json::Value;

use crate::reading::node::{Content, Node, Position};

/// The annotations that ask for host paths.
pub(super) const ANNOTATIONS: [&str; 2] = [HOOK_SIDECARS, HOST_PATHS];

/// Where `kubectl apply` keeps a copy of the whole object.
const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// How a slash is written, also in a JSON pointer and in a URL.
const SLASHES: [&str; 4] = ["/", "~1", "%2f", "%2F"];

/// How many times a text may be text in another one: JSON in a patch in a manifest in a ConfigMap.
const LEVELS: usize = 4;

/// The places of the annotations in the object, and which one each is. What kubectl keeps of the object itself is not searched.
pub(super) fn annotations(object: &Node) -> Vec<(Position, &'static str)> {
    let mut places = Vec::new();
    search(object, &["metadata", "annotations", LAST_APPLIED], &mut places);
    places
}

/// The annotations that are keys of an object which is judged, but at a place that nobody reads: neither where KubeVirt reads
/// them (`read`) nor in the object's own metadata, of which the policy itself says so.
pub(super) fn misplaced(object: &Node, read: &str) -> Vec<(Position, &'static str)> {
    let mut places = Vec::new();
    let read: Vec<&str> = read.split('.').collect();
    misplaced_keys(
        object,
        &mut Vec::new(),
        &[&read, &["metadata", "annotations"]],
        &mut places,
    );
    places
}

fn misplaced_keys<'n>(
    node: &'n Node,
    above: &mut Vec<&'n str>,
    read: &[&[&str]],
    places: &mut Vec<(Position, &'static str)>,
) {
    match &node.content {
        Content::List(items) => {
            // No place that is read is in a list.
            above.push("");
            items
                .iter()
                .for_each(|item| misplaced_keys(item, above, read, places));
            above.pop();
        }
        Content::Mapping(entries) if !read.contains(&above.as_slice()) => {
            for entry in entries.iter() {
                // Managed fields have the key with `f:` before it, and ask for nothing.
                let key = ANNOTATIONS.into_iter().find(|key| *key == entry.key);
                places.extend(key.map(|key| (entry.at, key)));
                above.push(&entry.key);
                misplaced_keys(&entry.value, above, read, places);
                above.pop();
            }
        }
        Content::Mapping(_) | Content::Scalar(_) => {}
    }
}

/// Without what is below the keys of `except`, one in another.
fn search(node: &Node, except: &[&str], places: &mut Vec<(Position, &'static str)>) {
    match &node.content {
        Content::List(items) => items.iter().for_each(|item| search(item, &[], places)),
        Content::Mapping(entries) => {
            for entry in entries.iter() {
                let below = match except.split_first() {
                    Some((key, [])) if *key == entry.key => continue,
                    Some((key, below)) if *key == entry.key => below,
                    _ => &[],
                };
                places.extend(named_in(&entry.key).map(|key| (entry.at, key)));
                search(&entry.value, below, places);
            }
        }
        Content::Scalar(Value::String(text)) => places.extend(named_in(text).map(|key| (node.at, key))),
        Content::Scalar(_) => {}
    }
}

/// The annotations that the text names.
fn named_in(text: &str) -> impl Iterator<Item = &'static str> {
    let texts: Vec<Cow<'_, str>> =
        std::iter::successors(Some(Cow::from(text)), |text| unescaped(text).map(Cow::from))
            .take(LEVELS)
            .collect();
    ANNOTATIONS
        .into_iter()
        .filter(move |key| texts.iter().any(|text| names(text, key)))
}

/// The text with the escapes of JSON and of YAML's double quotes replaced by what they stand for; none without any.
fn unescaped(text: &str) -> Option<String> {
    let (first, rest) = text.split_once('\\')?;
    let mut unescaped = first.to_owned();
    let mut rest = rest;
    loop {
        let digits: usize = match rest.chars().next() {
            Some('x') => 2,
            Some('u') => 4,
            Some('U') => 8,
            _ => 0,
        };
        let end = digits.saturating_add(1);
        let code = rest
            .get(1..end)
            .and_then(|digits| u32::from_str_radix(digits, 16).ok());
        match code.and_then(char::from_u32) {
            Some(c) => {
                unescaped.push(c);
                rest = rest.get(end..).unwrap_or_default();
            }
            // A line that goes on in the next one.
            None if rest.starts_with(['\r', '\n']) => rest = rest.trim_start(),
            None => {
                let next = rest.chars().next();
                unescaped.extend(next);
                rest = rest.get(next.map_or(0, char::len_utf8)..).unwrap_or_default();
            }
        }
        match rest.split_once('\\') {
            Some((before, after)) => {
                unescaped.push_str(before);
                rest = after;
            }
            None => {
                unescaped.push_str(rest);
                return Some(unescaped);
            }
        }
    }
}

fn names(text: &str, key: &str) -> bool {
    let Some((domain, name)) = key.split_once('/') else {
        return text.contains(key);
    };
    let mut parts = text.split(domain);
    parts.next();
    parts.any(|after| {
        let mut rests = SLASHES.iter().filter_map(|slash| after.strip_prefix(slash));
        rests.any(|rest| rest.starts_with(name))
    })
}

#[cfg(test)]
mod tests {
    use super::named_in;

    #[test]
    fn a_text_names_an_annotation_in_any_notation() {
        for text in [
            "hooks.kubevirt.io/hookSidecars",
            "/metadata/annotations/hooks.kubevirt.io~1hookSidecars",
            r#"{"hooks.kubevirt.io\/hookSidecars": ""}"#,
            r#"{"hooks.kubevirt.io\\u002fhookSidecars": ""}"#,
            "hooks.kubevirt.io/x hooks.kubevirt.io%2FhookSidecars",
            r#"{"path": "/metadata/annotations/hooks.kubevirt.io\u007e1hook\u0053idecars"}"#,
            r#"path: "/hooks.kubevirt.io\x7e1hookSidecars""#,
            "\"hooks.kubevirt.io/hook\\\n   Sidecars\": x",
            r#"{"a": "{\"b\": \"{\\\"hooks.kubevirt.io\\\\/hookSidecars\\\": 1}\"}"}"#,
        ] {
            let found: Vec<&str> = named_in(text).collect();
            assert_eq!(found, ["hooks.kubevirt.io/hookSidecars"], "{text}");
        }
        let pointer = "kubevirt-sidecar-hostpath-policy.dev~1hostPaths";
        let found: Vec<&str> = named_in(pointer).collect();
        assert_eq!(found, ["kubevirt-sidecar-hostpath-policy.dev/hostPaths"]);
        for text in [
            "hooks.kubevirt.io",
            "hookSidecars",
            "hooks.kubevirt.io/hook",
            "hooks.kubevirt.io~0hookSidecars",
        ] {
            assert_eq!(named_in(text).count(), 0, "{text}");
        }
    }
}

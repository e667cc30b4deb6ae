//! The annotations in what is not judged: as keys, as JSON pointers, or within a text such as a patch or a manifest.

use kubevirt_sidecar_hostpath_policy::{HOOK_SIDECARS, HOST_PATHS};
use serde_json::Value;

use crate::reading::node::{Content, Node, Position};

/// The annotations that ask for host paths.
pub(super) const ANNOTATIONS: [&str; 2] = [HOOK_SIDECARS, HOST_PATHS];

/// Where `kubectl apply` keeps a copy of the whole object.
const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// How a slash is written in a JSON pointer, in a URL, and in escapes of JSON and YAML, whose backslashes are skipped.
const SLASHES: [&str; 6] = ["/", "~1", "%2f", "%2F", "u002f", "u002F"];

/// The places of the annotations in the object, and which one each is. What kubectl keeps of the object itself is not searched.
pub(super) fn annotations(object: &Node) -> Vec<(Position, &'static str)> {
    let mut places = Vec::new();
    search(object, &["metadata", "annotations", LAST_APPLIED], &mut places);
    places
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
    ANNOTATIONS.into_iter().filter(move |key| names(text, key))
}

fn names(text: &str, key: &str) -> bool {
    let Some((domain, name)) = key.split_once('/') else {
        return text.contains(key);
    };
    let mut parts = text.split(domain);
    parts.next();
    parts.any(|after| {
        let after = after.trim_start_matches('\\');
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

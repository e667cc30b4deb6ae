//! YAML's merge key `<<`.
//!
//! Tools agree on a key that is written below `<<`: it counts, and not the merged one. On a key above it they differ:
//! kubectl and Helm take the merged one, kustomize and most other readers the written one. And kubectl does not merge
//! for a `<<` with quotes, tag or anchor. What is not the same for all is a fault.

use std::collections::HashSet;
use std::rc::Rc;

use super::node::{Content, Entry, Node, Position};

/// The key.
pub(super) const KEY: &str = "<<";

/// Why a `<<` may merge and may not.
pub(super) const NOT_PLAIN: &str = "the key << must be written without quotes, tag or anchor";

/// Two of them.
pub(super) const TWICE: &str = "duplicate key <<: give one << a list of mappings";

/// A list that is not written there.
pub(super) const LIST_BY_ALIAS: &str = "a list for the key << must be written there, without alias";

const NO_MAPPING: &str = "the key << needs a mapping, or a list of mappings";

/// The keys that a message names.
const NAMED: usize = 3;

/// Adds what the `<<` at this place merges to the entries above it.
pub(super) fn into(entries: &mut Vec<Entry>, at: Position, value: Node) {
    let mut merged = Vec::new();
    let duplicate = |node: &Node| {
        node.duplicate(|_| true)
            .map(|fault| fault.message.into_boxed_str())
    };
    let within = match &value.content {
        Content::List(mappings) => mappings.iter().find_map(duplicate),
        _ => duplicate(&value),
    };
    let mut fault = value.fault.or(within);
    match value.content {
        _ if fault.is_some() => {}
        Content::Mapping(mapping) => merged = Rc::unwrap_or_clone(mapping),
        Content::List(mappings) => {
            // Of several mappings with a key the first one counts.
            let mut seen = HashSet::new();
            for mapping in Rc::unwrap_or_clone(mappings) {
                match mapping.content {
                    Content::Mapping(mapping) => {
                        let new = Rc::unwrap_or_clone(mapping)
                            .into_iter()
                            .filter(|entry| seen.insert(entry.key.clone()));
                        merged.extend(new);
                    }
                    _ => fault = Some(NO_MAPPING.into()),
                }
            }
        }
        Content::Scalar(_) => fault = Some(NO_MAPPING.into()),
    }
    // Each key counts once, however often it is merged.
    let mut above: HashSet<&str> = entries.iter().map(|entry| entry.key.as_str()).collect();
    let merged_keys = merged.iter().map(|entry| entry.key.as_str());
    let twice: Vec<&str> = merged_keys.filter(|key| above.remove(key)).collect();
    if !twice.is_empty() {
        fault = fault.or_else(|| Some(already_written(&twice).into_boxed_str()));
    }
    // The fault stands for all of them, and is met before them.
    entries.extend(fault.map(|fault| Entry {
        key: KEY.to_owned(),
        at,
        fault: Some(fault),
        is_merged: false,
        value: Node {
            at,
            fault: None,
            content: Content::Mapping(Rc::default()),
            folds: None,
        },
    }));
    entries.extend(merged.into_iter().map(|entry| Entry {
        is_merged: true,
        ..entry
    }));
}

fn already_written(keys: &[&str]) -> String {
    let named: Vec<String> = keys.iter().take(NAMED).map(|key| format!("{key:?}")).collect();
    let more = match keys.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let noun = if keys.len() == 1 { "key" } else { "keys" };
    format!(
        "the merge key << repeats the {noun} {}{more} written above it; kubectl takes the merged value, other tools take the \
         written one: move the {noun} below <<, or remove one of the two",
        named.join(", ")
    )
}

//! The host paths that an object's annotations ask for, as they are written. What they mean is for the policy to say.

use std::hash::{DefaultHasher, Hash, Hasher};

use serde_json::Value;

/// KubeVirt's annotation.
pub(crate) const HOOK_SIDECARS: &str = "hooks.kubevirt.io/hookSidecars";

/// The policy's own.
pub(crate) const HOST_PATHS: &str = "kubevirt-sidecar-hostpath-policy.dev/hostPaths";

/// How many requests are kept to be shown, and how much of each, in characters: there may be thousands of VMs.
const KEPT: usize = 3;
const KEPT_CHARACTERS: usize = 160;

/// What is asked for. Equal, if the same is, in whatever order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Requests {
    /// How many requests there are.
    pub(crate) count: usize,
    /// The first of them, in the order of their texts.
    pub(crate) first: Vec<String>,
    /// Of all of them.
    digest: u64,
}

impl Requests {
    /// Those of these annotations; none if they cannot be read.
    pub(crate) fn of(annotations: Option<&Value>) -> Option<Self> {
        let of = |key: &str| match annotations.and_then(|annotations| annotations.get(key)) {
            None | Some(Value::Null) => Some(Value::Null),
            Some(text) => serde_json::from_str(text.as_str()?).ok(),
        };
        let mut texts: Vec<String> = Vec::new();
        match of(HOOK_SIDECARS)? {
            Value::Null => {}
            Value::Array(entries) => {
                let asked = entries.iter().filter_map(|entry| entry.get("hostPath"));
                texts.extend(asked.flat_map(one_or_many).map(Value::to_string));
            }
            _ => return None,
        }
        match of(HOST_PATHS)? {
            Value::Null => {}
            Value::Object(containers) => {
                for (container, asked) in &containers {
                    let asked = one_or_many(asked).into_iter();
                    texts.extend(asked.map(|request| format!("{container}: {request}")));
                }
            }
            _ => return None,
        }
        texts.sort_unstable();
        let mut hasher = DefaultHasher::new();
        texts.hash(&mut hasher);
        let shown = |text: &String| text.chars().take(KEPT_CHARACTERS).collect();
        Some(Requests {
            count: texts.len(),
            first: texts.iter().take(KEPT).map(shown).collect(),
            digest: hasher.finish(),
        })
    }
}

fn one_or_many(value: &Value) -> Vec<&Value> {
    match value {
        Value::Array(items) => items.iter().filter(|item| !item.is_null()).collect(),
        Value::Null => Vec::new(),
        one => vec![one],
    }
}

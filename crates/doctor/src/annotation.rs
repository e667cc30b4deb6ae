//! How many host paths an object's annotations ask for. What they ask for is for the policy to say.

use serde_json::Value;

/// KubeVirt's annotation.
pub(crate) const HOOK_SIDECARS: &str = "hooks.kubevirt.io/hookSidecars";

/// The policy's own.
pub(crate) const HOST_PATHS: &str = "kubevirt-sidecar-hostpath-policy.dev/hostPaths";

/// The number of host path requests in these annotations; none if they cannot be read.
pub(crate) fn requests(annotations: Option<&Value>) -> Option<usize> {
    let of = |key: &str| match annotations.and_then(|annotations| annotations.get(key)) {
        None | Some(Value::Null) => Some(Value::Null),
        Some(text) => serde_json::from_str(text.as_str()?).ok(),
    };
    let sidecars = match of(HOOK_SIDECARS)? {
        Value::Null => 0,
        Value::Array(entries) => entries
            .iter()
            .filter_map(|entry| entry.get("hostPath"))
            .map(one_or_many)
            .fold(0, usize::saturating_add),
        _ => return None,
    };
    let others = match of(HOST_PATHS)? {
        Value::Null => 0,
        Value::Object(containers) => containers
            .values()
            .map(one_or_many)
            .fold(0, usize::saturating_add),
        _ => return None,
    };
    Some(sidecars.saturating_add(others))
}

fn one_or_many(value: &Value) -> usize {
    match value {
        Value::Null => 0,
        Value::Array(items) => items.iter().filter(|item| !item.is_null()).count(),
        _ => 1,
    }
}

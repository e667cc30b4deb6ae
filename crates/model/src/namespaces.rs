//! Who asks for a host path, by namespace.

use serde_json::Value;

/// Who asks for a host path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asker {
    /// Somebody in this namespace.
    In(String),
    /// Somebody in no namespace.
    Nowhere,
    /// An object that serves every namespace that uses it.
    Anywhere,
}

/// Who asks in this request.
#[must_use]
pub fn asker(request: &Value) -> Asker {
    let kind = request["kind"]["kind"].as_str().unwrap_or_default();
    if request["kind"]["group"] == "instancetype.kubevirt.io" && kind.starts_with("VirtualMachineCluster") {
        return Asker::Anywhere;
    }
    match request["namespace"].as_str() {
        Some(name) if is_label(name) => Asker::In(name.to_owned()),
        _ => Asker::Nowhere,
    }
}

/// Whether a namespace may have this name.
#[must_use]
pub fn is_label(text: &str) -> bool {
    let plain = |c: char| matches!(c, 'a'..='z' | '0'..='9');
    (1..=63).contains(&text.len())
        && text.starts_with(plain)
        && text.ends_with(plain)
        && text.chars().all(|c| plain(c) || c == '-')
}

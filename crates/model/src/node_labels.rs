//! Labels of nodes, as rules name them.

use std::collections::BTreeMap;

use serde_json::Value;

/// Labels of nodes, as Kubernetes accepts them.
pub(crate) fn node_labels(value: &Value) -> Option<BTreeMap<String, String>> {
    let map = value.as_object().filter(|map| map.len() <= 16)?;
    let label = |(key, value): (&String, &Value)| {
        let value = value.as_str()?;
        (is_label_key(key) && (value.is_empty() || is_label_name(value)))
            .then(|| (key.clone(), value.to_owned()))
    };
    map.iter().map(label).collect()
}

/// A name, after a domain if there is one.
fn is_label_key(key: &str) -> bool {
    let Some((domain, name)) = key.split_once('/') else {
        return is_label_name(key);
    };
    is_label_name(name) && domain.len() <= 253 && domain.split('.').all(is_part_of_domain)
}

/// A DNS label, but that only the whole domain has a limit.
fn is_part_of_domain(part: &str) -> bool {
    let plain = |c: char| matches!(c, 'a'..='z' | '0'..='9');
    part.starts_with(plain) && part.ends_with(plain) && part.chars().all(|c| plain(c) || c == '-')
}

fn is_label_name(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric();
    name.len() <= 63
        && name.starts_with(plain)
        && name.ends_with(plain)
        && name.chars().all(|c| plain(c) || "-_.".contains(c))
}

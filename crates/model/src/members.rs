//! Values of settings, of the type that they must have.

use serde_json::{Map, Value};

/// How many items any list but that of the rules may have.
pub(crate) const MOST: usize = 1000;

pub(crate) fn texts(value: &Value) -> Option<Vec<String>> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let list = value.as_array().filter(|list| list.len() <= MOST)?;
    list.iter().map(text).collect()
}

pub(crate) fn boolean(map: &Map<String, Value>, key: &str, default: bool) -> Option<bool> {
    map.get(key).map_or(Some(default), Value::as_bool)
}

/// An object that has no other keys than these.
pub(crate) fn object<'v>(value: &'v Value, keys: &[&str]) -> Option<&'v Map<String, Value>> {
    let known = |key: &String| keys.contains(&key.as_str());
    value.as_object().filter(|map| map.keys().all(known))
}

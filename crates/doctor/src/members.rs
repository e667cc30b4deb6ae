//! The members in which two values differ, so that what is shown of a long value is what differs.

use std::collections::BTreeSet;

use serde_json::Value;

/// Each member that differs, with its name within the value and both its values. Lists of other lengths differ as a whole.
pub(crate) fn members(expected: &Value, found: &Value) -> Vec<(String, Value, Value)> {
    let mut differing = Vec::new();
    collect(String::new(), expected, found, &mut differing);
    differing
}

fn collect(name: String, expected: &Value, found: &Value, differing: &mut Vec<(String, Value, Value)>) {
    match (expected, found) {
        (expected, found) if expected == found => {}
        (Value::Object(wanted), Value::Object(has)) => {
            let keys: BTreeSet<&String> = wanted.keys().chain(has.keys()).collect();
            for key in keys {
                let of = |members: &serde_json::Map<String, Value>| {
                    members.get(key).cloned().unwrap_or(Value::Null)
                };
                collect(format!("{name}.{key}"), &of(wanted), &of(has), differing);
            }
        }
        (Value::Array(wanted), Value::Array(has)) if wanted.len() == has.len() => {
            for ((wanted, has), index) in wanted.iter().zip(has).zip(0_usize..) {
                collect(format!("{name}[{index}]"), wanted, has, differing);
            }
        }
        (expected, found) => differing.push((name, expected.clone(), found.clone())),
    }
}

//! Label selectors and the rules of webhooks.

use serde_json::{Map, Value};

/// Whether a LabelSelector selects these labels; one that is absent or empty selects all. An operator that Kubernetes does
/// not have selects nothing.
#[must_use]
pub fn selects(selector: Option<&Value>, labels: &Map<String, Value>) -> bool {
    let Some(selector) = selector.and_then(Value::as_object) else {
        return true;
    };
    let equal = selector.get("matchLabels").and_then(Value::as_object);
    let equal = equal
        .into_iter()
        .flatten()
        .all(|(key, value)| labels.get(key) == Some(value));
    let expressions = selector.get("matchExpressions").and_then(Value::as_array);
    equal
        && expressions
            .into_iter()
            .flatten()
            .all(|expression| matches(expression, labels))
}

fn matches(expression: &Value, labels: &Map<String, Value>) -> bool {
    let text = |name: &str| expression.get(name).and_then(Value::as_str).unwrap_or_default();
    let label = labels.get(text("key"));
    let values = expression.get("values").and_then(Value::as_array);
    let is_named = label.is_some_and(|label| values.is_some_and(|values| values.contains(label)));
    match text("operator") {
        "In" => is_named,
        "NotIn" => !is_named,
        "Exists" => label.is_some(),
        "DoesNotExist" => label.is_none(),
        _ => false,
    }
}

/// Whether one of the rules covers the operation on the resource.
#[must_use]
pub fn covers(rules: Option<&Value>, group: &str, resource: &str, operation: &str) -> bool {
    let rules = rules.and_then(Value::as_array);
    rules.into_iter().flatten().any(|rule| {
        let has = |list: &str, wanted: &[&str]| {
            let list = rule.get(list).and_then(Value::as_array);
            list.into_iter().flatten().any(|item| {
                item.as_str()
                    .is_some_and(|item| item == "*" || wanted.contains(&item))
            })
        };
        let (parent, sub) = resource.split_once('/').unwrap_or((resource, ""));
        let all_of_parent = format!("{parent}/*");
        let all_of_kind = format!("*/{sub}");
        let resources: &[&str] = match sub {
            "" => &[resource],
            _ => &[resource, &all_of_parent, &all_of_kind, "*/*"],
        };
        // `*` is all resources, without their subresources.
        let is_named = match sub {
            "" => has("resources", resources),
            _ => {
                let list = rule.get("resources").and_then(Value::as_array);
                let mut items = list.into_iter().flatten().filter_map(Value::as_str);
                items.any(|item| resources.contains(&item))
            }
        };
        has("apiGroups", &[group]) && is_named && has("operations", &[operation])
    })
}

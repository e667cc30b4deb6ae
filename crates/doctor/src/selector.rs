//! Label selectors, by what they mean.

use std::collections::BTreeSet;

use serde_json::{Value, json};

/// The label of launcher pods.
const KEY: &str = "kubevirt.io";

/// Its value.
const VALUE: &str = "virt-launcher";

/// A LabelSelector: what all of it asks for. Two that are equal select the same objects, whatever the order they are written in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Selector(BTreeSet<Expression>);

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Expression {
    key: String,
    operator: String,
    values: BTreeSet<String>,
}

impl Selector {
    /// Reads one; none, and an empty one, select all. What is no selector is kept as it is, and equals no selector.
    pub(crate) fn of(value: &Value) -> Self {
        let mut expressions = BTreeSet::new();
        match value {
            Value::Null => {}
            Value::Object(members) => {
                for (name, member) in members {
                    match (name.as_str(), member) {
                        ("matchLabels", Value::Object(labels)) => {
                            expressions.extend(labels.iter().map(|(key, value)| Expression {
                                key: key.clone(),
                                operator: "In".to_owned(),
                                values: BTreeSet::from([text(value)]),
                            }));
                        }
                        ("matchExpressions", Value::Array(items)) => {
                            expressions.extend(items.iter().map(expression));
                        }
                        (_, Value::Null) => {}
                        (name, member) => {
                            expressions.insert(strange(&format!("{name}: {member}")));
                        }
                    }
                }
            }
            other => {
                expressions.insert(strange(&other.to_string()));
            }
        }
        Selector(expressions)
    }

    /// Whether it asks for nothing that the other does not ask for: it selects all that the other selects.
    pub(crate) fn is_wider_than(&self, other: &Selector) -> bool {
        self.0.is_subset(&other.0)
    }

    /// Whether some launcher pod could be selected: their owners choose all labels but one.
    pub(crate) fn may_select_launchers(&self) -> bool {
        self.0
            .iter()
            .filter(|expression| expression.key == KEY)
            .all(|expression| match expression.operator.as_str() {
                "In" => expression.values.contains(VALUE),
                "NotIn" => !expression.values.contains(VALUE),
                "DoesNotExist" => false,
                _ => true,
            })
    }

    /// For people: a text for each of its expressions.
    pub(crate) fn to_json(&self) -> Value {
        let text = |expression: &Expression| {
            let values: Vec<&str> = expression.values.iter().map(String::as_str).collect();
            match values.is_empty() {
                true => format!("{} {}", expression.key, expression.operator),
                false => format!(
                    "{} {} ({})",
                    expression.key,
                    expression.operator,
                    values.join(", ")
                ),
            }
        };
        json!(self.0.iter().map(text).collect::<Vec<String>>())
    }
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn expression(value: &Value) -> Expression {
    let member = |name: &str| value.get(name).and_then(Value::as_str);
    let (Some(key), Some(operator)) = (member("key"), member("operator")) else {
        return strange(&value.to_string());
    };
    let values = value.get("values").and_then(Value::as_array);
    Expression {
        key: key.to_owned(),
        operator: operator.to_owned(),
        values: values.into_iter().flatten().map(text).collect(),
    }
}

/// Something that Kubernetes would not take either.
fn strange(text: &str) -> Expression {
    Expression {
        key: text.to_owned(),
        operator: "?".to_owned(),
        values: BTreeSet::new(),
    }
}

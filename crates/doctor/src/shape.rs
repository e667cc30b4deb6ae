//! Objects held against each other field by field, with what servers fill in taken for what it is.

use serde_json::{Map, Value, json};

use crate::members::members;
use crate::rules::Rules;
use crate::selector::Selector;

/// How the value of a field is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// As it is.
    Plain,
    /// Rules of a webhook.
    Rules,
    /// A LabelSelector.
    Selector,
    /// A list whose order means nothing.
    Set,
}

/// What a server writes where nothing is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Default {
    /// It leaves it so.
    Nothing,
    /// This text.
    Text(&'static str),
    /// This truth value.
    Bool(bool),
    /// This number.
    Number(u64),
    /// An empty list.
    List,
}

/// A field that is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Field {
    /// Its name, or names with points between them.
    pub(crate) name: &'static str,
    /// What its absence means.
    pub(crate) default: Default,
    /// How it is read.
    pub(crate) form: Form,
}

/// A field of this name.
pub(crate) const fn field(name: &'static str, default: Default, form: Form) -> Field {
    Field { name, default, form }
}

/// The fields of a kind of objects.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shape {
    /// Those that are compared.
    pub(crate) fields: &'static [Field],
    /// Those that each cluster has its own of.
    pub(crate) ignored: &'static [&'static str],
}

/// A field that is not equal.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Difference {
    /// Its name within the object.
    pub(crate) field: &'static str,
    /// The member within the field, such as `[0].reason`; else nothing.
    pub(crate) at: String,
    /// As it should be.
    pub(crate) expected: Value,
    /// As it is.
    pub(crate) found: Value,
    /// Which requests are left out by it.
    pub(crate) narrows: Narrows,
}

/// Whether a difference leaves requests out that should be judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Narrows {
    /// Some are left out.
    Yes,
    /// None is; there are more.
    No,
    /// It is no field that chooses requests.
    NotApplicable,
}

/// A field that this table does not know, and that holds something.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Stranger {
    /// Its name.
    pub(crate) field: String,
    /// What it holds.
    pub(crate) found: Value,
}

impl Default {
    fn value(self) -> Value {
        match self {
            Default::Nothing => Value::Null,
            Default::Text(text) => json!(text),
            Default::Bool(is) => json!(is),
            Default::Number(number) => json!(number),
            Default::List => json!([]),
        }
    }
}

/// What an object has at this name.
fn at<'v>(object: &'v Value, name: &str) -> &'v Value {
    name.split('.')
        .try_fold(object, |value, part| value.get(part))
        .unwrap_or(&Value::Null)
}

/// Whether it says nothing.
fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.values().all(is_nothing),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

impl Shape {
    /// The fields that differ, in the order of the table.
    pub(crate) fn differences(&self, expected: &Value, found: &Value) -> Vec<Difference> {
        let pairs = self
            .fields
            .iter()
            .map(|field| (field, at(expected, field.name), at(found, field.name)));
        pairs
            .flat_map(|(field, expected, found)| field.differences(expected, found))
            .collect()
    }

    /// The fields that are not in the table: what they do is not known here.
    pub(crate) fn strangers(&self, found: &Value) -> Vec<Stranger> {
        let mut strangers = Vec::new();
        if let Some(members) = found.as_object() {
            self.strangers_in(members, "", &mut strangers);
        }
        strangers
    }

    fn strangers_in(&self, members: &Map<String, Value>, prefix: &str, strangers: &mut Vec<Stranger>) {
        for (key, value) in members {
            let name = format!("{prefix}{key}");
            let mut names = self
                .fields
                .iter()
                .map(|field| field.name)
                .chain(self.ignored.iter().copied());
            if names.clone().any(|known| known == name) || is_nothing(value) {
                continue;
            }
            let inner = format!("{name}.");
            match value {
                Value::Object(members) if names.any(|known| known.starts_with(&inner)) => {
                    self.strangers_in(members, &inner, strangers);
                }
                value => strangers.push(Stranger {
                    field: name,
                    found: value.clone(),
                }),
            }
        }
    }
}

impl Field {
    fn differences(&self, expected: &Value, found: &Value) -> Vec<Difference> {
        let or_default = |value: &Value| match is_nothing(value) {
            true => self.default.value(),
            false => value.clone(),
        };
        let one = |expected: Value, found: Value, narrows: Narrows| {
            vec![Difference {
                field: self.name,
                at: String::new(),
                expected,
                found,
                narrows,
            }]
        };
        match self.form {
            Form::Plain => members(&or_default(expected), &or_default(found))
                .into_iter()
                .map(|(at, expected, found)| Difference {
                    field: self.name,
                    at,
                    expected,
                    found,
                    narrows: Narrows::NotApplicable,
                })
                .collect(),
            Form::Set => match (sorted(or_default(expected)), sorted(or_default(found))) {
                (expected, found) if expected == found => Vec::new(),
                (expected, found) => one(expected, found, Narrows::NotApplicable),
            },
            Form::Selector => match (Selector::of(expected), Selector::of(found)) {
                (expected, found) if expected == found => Vec::new(),
                (expected, found) => {
                    let narrows = match found.is_wider_than(&expected) {
                        true => Narrows::No,
                        false => Narrows::Yes,
                    };
                    one(expected.to_json(), found.to_json(), narrows)
                }
            },
            Form::Rules => match (Rules::of(expected), Rules::of(found)) {
                (expected, found) if expected == found => Vec::new(),
                (expected, found) => {
                    let narrows = match expected.beyond(&found).is_empty() {
                        true => Narrows::No,
                        false => Narrows::Yes,
                    };
                    one(expected.to_json(), found.to_json(), narrows)
                }
            },
        }
    }
}

fn sorted(value: Value) -> Value {
    match value {
        Value::Array(mut items) => {
            items.sort_by_key(ToString::to_string);
            Value::Array(items)
        }
        other => other,
    }
}

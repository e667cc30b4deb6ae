//! A value of a document, and where it is written.
//!
//! What kubectl would take for something, but may not mean what its author thinks (a duplicate key, an unknown tag), is
//! noted in the tree, and is an error only for who turns that part of it into JSON: what is not judged may hold it.

use std::collections::HashSet;
use std::rc::Rc;

use serde_json::{Map, Value};

use super::folds::Folds;

/// How deep values may be nested.
pub(super) const DEPTH: usize = 128;

/// A line and a column, both from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The line.
    pub line: usize,
    /// The column, in characters.
    pub column: usize,
}

/// What is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The place in the file.
    pub at: Position,
    /// The reason.
    pub message: String,
}

/// A value.
#[derive(Clone, Debug)]
pub struct Node {
    /// Where it begins.
    pub at: Position,
    /// Why it is not a value of JSON, though kubectl takes it for one.
    pub fault: Option<Box<str>>,
    /// What it is.
    pub content: Content,
    /// The lines of a text that is written over several.
    pub folds: Option<Folds>,
}

/// The kinds of values. What several aliases stand for is shared, not copied.
#[derive(Clone, Debug)]
pub enum Content {
    /// Neither a list nor a mapping.
    Scalar(Value),
    /// A list.
    List(Rc<Vec<Node>>),
    /// A mapping, in the order of its text.
    Mapping(Rc<Vec<Entry>>),
}

/// What a value costs once it is written out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Weight {
    /// The count of values, keys aside.
    pub(super) values: usize,
    /// The length of all texts, keys included.
    pub(super) bytes: usize,
}

/// A key and its value.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The key as text.
    pub key: String,
    /// Where it is written.
    pub at: Position,
    /// Why it is not a key.
    pub fault: Option<Box<str>>,
    /// Whether it was merged from another mapping, so that a later one of the same key overrides it.
    pub is_merged: bool,
    /// The value.
    pub value: Node,
}

impl Node {
    /// Whether it is nothing, as an empty document is.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self.content, Content::Scalar(Value::Null))
    }

    /// The text, if it is one.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match &self.content {
            Content::Scalar(Value::String(text)) => Some(text),
            _ => None,
        }
    }

    /// The entries of a mapping.
    #[must_use]
    pub fn entries(&self) -> Option<&[Entry]> {
        match &self.content {
            Content::Mapping(entries) => Some(entries),
            _ => None,
        }
    }

    /// The value of the key; of several the last, which counts.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Node> {
        let entry = self.entries()?.iter().rev().find(|entry| entry.key == key)?;
        Some(&entry.value)
    }

    /// The value below these keys, one in another.
    #[must_use]
    pub fn below(&self, keys: &[&str]) -> Option<&Node> {
        keys.iter().try_fold(self, |node, key| node.get(key))
    }

    /// The value of the key, to be changed; of several the last, which counts.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Node> {
        let Content::Mapping(entries) = &mut self.content else {
            return None;
        };
        let mut entries = Rc::make_mut(entries).iter_mut().rev();
        Some(&mut entries.find(|entry| entry.key == key)?.value)
    }

    /// Takes the value of the key out.
    pub fn take(&mut self, key: &str) -> Option<Node> {
        let Content::Mapping(entries) = &mut self.content else {
            return None;
        };
        let position = entries.iter().rposition(|entry| entry.key == key)?;
        Some(Rc::make_mut(entries).remove(position).value)
    }

    /// Makes this text the only value of the key in a mapping.
    pub fn set(&mut self, key: &str, text: &str) {
        let at = self.at;
        if let Content::Mapping(entries) = &mut self.content {
            let entries = Rc::make_mut(entries);
            entries.retain(|entry| entry.key != key);
            entries.push(Entry {
                key: key.to_owned(),
                at,
                fault: None,
                is_merged: false,
                value: Node {
                    at,
                    fault: None,
                    content: Content::Scalar(Value::from(text)),
                    folds: None,
                },
            });
        }
    }

    /// What it costs once it is written out, itself included.
    pub(super) fn weight(&self) -> Weight {
        let mut weight = Weight::default();
        self.weigh(&mut weight);
        weight
    }

    fn weigh(&self, weight: &mut Weight) {
        weight.values = weight.values.saturating_add(1);
        match &self.content {
            Content::Scalar(Value::String(text)) => weight.bytes = weight.bytes.saturating_add(text.len()),
            Content::Scalar(_) => {}
            Content::List(items) => items.iter().for_each(|item| item.weigh(weight)),
            Content::Mapping(entries) => {
                for entry in entries.iter() {
                    weight.bytes = weight.bytes.saturating_add(entry.key.len());
                    entry.value.weigh(weight);
                }
            }
        }
    }

    /// Whether `is` holds of a key of this mapping that is written twice.
    #[must_use]
    pub fn duplicate(&self, is: impl Fn(&str) -> bool) -> Option<Fault> {
        let entries = self.entries()?;
        let mut seen = HashSet::new();
        let written = |entry: &&Entry| !entry.is_merged && is(&entry.key);
        let again = entries
            .iter()
            .filter(written)
            .find(|entry| !seen.insert(entry.key.as_str()))?;
        Some(duplicate_key(again))
    }

    /// The value in JSON.
    ///
    /// # Errors
    /// The first fault in it.
    pub fn into_json(self) -> Result<Value, Fault> {
        if let Some(message) = self.fault {
            return Err(Fault {
                at: self.at,
                message: message.into(),
            });
        }
        match self.content {
            Content::Scalar(value) => Ok(value),
            Content::List(items) => Rc::unwrap_or_clone(items)
                .into_iter()
                .map(Node::into_json)
                .collect(),
            Content::Mapping(entries) => {
                let mut map = Map::new();
                let mut merged = HashSet::new();
                for entry in Rc::unwrap_or_clone(entries) {
                    if let Some(message) = entry.fault {
                        return Err(Fault {
                            at: entry.at,
                            message: message.into(),
                        });
                    }
                    if entry.is_merged {
                        merged.insert(entry.key.clone());
                    } else if !merged.remove(&entry.key) && map.contains_key(&entry.key) {
                        return Err(duplicate_key(&entry));
                    }
                    let value = entry.value.into_json()?;
                    map.insert(entry.key, value);
                }
                Ok(Value::Object(map))
            }
        }
    }
}

fn duplicate_key(entry: &Entry) -> Fault {
    Fault {
        at: entry.at,
        message: format!("duplicate key {:?}", entry.key),
    }
}

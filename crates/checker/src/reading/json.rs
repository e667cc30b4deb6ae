//! JSON: the tree of one document.

use std::cell::Cell;
use std::fmt::{self, Formatter};
use std::rc::Rc;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::node::{Content, DEPTH, Entry, Fault, Node, Position};

/// The documents of `text`, the last one with a fault unless the whole text is JSON in form: then `true`.
pub(crate) fn documents(text: &str) -> (Vec<Result<Node, Fault>>, bool) {
    let places = Places::of(text);
    if let Some(part) = too_deep(text) {
        // Each level is read once more for those above it: deep ones would take long to be refused.
        let (at, message) = (
            places.position(part),
            format!("nested too deeply: more than {DEPTH} levels"),
        );
        return (vec![Err(Fault { at, message })], false);
    }
    let mut documents = Vec::new();
    let stream = serde_json::Deserializer::from_str(text).into_iter::<&RawValue>();
    for next in stream {
        match next
            .map_err(|error| fault(&error))
            .and_then(|raw| node(raw, &places))
        {
            Ok(document) => documents.push(Ok(document)),
            Err(fault) => {
                documents.push(Err(fault));
                return (documents, false);
            }
        }
    }
    (documents, true)
}

fn fault(error: &serde_json::Error) -> Fault {
    let message = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    Fault {
        at: Position {
            line: error.line().max(1),
            column: error.column().max(1),
        },
        message: message.strip_suffix(&place).unwrap_or(&message).to_owned(),
    }
}

/// The places in a text. They are asked for from its beginning to its end: each is counted from the one before.
struct Places<'t> {
    text: &'t str,
    last: Cell<(usize, Position)>,
}

impl<'t> Places<'t> {
    fn of(text: &'t str) -> Self {
        let start = Position { line: 1, column: 1 };
        Self {
            text,
            last: Cell::new((0, start)),
        }
    }

    /// The place of a part of the text.
    fn position(&self, part: &str) -> Position {
        let offset = part.as_ptr().addr().saturating_sub(self.text.as_ptr().addr());
        let (last, Position { line, column }) = self.last.get();
        let between = self.text.get(last..offset).unwrap_or_default();
        let new_lines = between.matches('\n').count();
        let on_line = between.rsplit('\n').next().unwrap_or_default().chars().count();
        let position = Position {
            line: line.saturating_add(new_lines),
            column: match new_lines {
                0 => column.saturating_add(on_line),
                _ => on_line.saturating_add(1),
            },
        };
        self.last.set((offset, position));
        position
    }
}

/// The text from the first bracket on that is too deep. Within strings a bracket is none.
fn too_deep(text: &str) -> Option<&str> {
    let (mut depth, mut is_string, mut is_escaped) = (0_usize, false, false);
    let bracket = text.bytes().position(|byte| {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = is_string,
            b'"' => is_string = !is_string,
            b'[' | b'{' if !is_string => depth = depth.saturating_add(1),
            b']' | b'}' if !is_string => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth > DEPTH
    })?;
    text.get(bracket..)
}

fn node(raw: &RawValue, places: &Places<'_>) -> Result<Node, Fault> {
    let text = raw.get();
    let at = places.position(text);
    let content = match text.as_bytes().first() {
        Some(b'[') => {
            let items: Vec<&RawValue> = parsed(text, at)?;
            let items = items.into_iter().map(|item| node(item, places));
            Content::List(Rc::new(items.collect::<Result<_, _>>()?))
        }
        Some(b'{') => {
            let members: Members<'_> = parsed(text, at)?;
            let entries = members.0.into_iter().map(|(key, value)| {
                let at = places.position(key.get());
                Ok(Entry {
                    at,
                    key: parsed(key.get(), at)?,
                    fault: None,
                    is_merged: false,
                    value: node(value, places)?,
                })
            });
            Content::Mapping(Rc::new(entries.collect::<Result<_, Fault>>()?))
        }
        _ => Content::Scalar(parsed(text, at)?),
    };
    Ok(Node {
        at,
        fault: None,
        content,
        folds: None,
    })
}

/// A part of the text, which begins there.
fn parsed<'t, T: Deserialize<'t>>(text: &'t str, at: Position) -> Result<T, Fault> {
    // The place in the error is one in the part.
    serde_json::from_str(text).map_err(|error| Fault { at, ..fault(&error) })
}

/// All members of an object, in their order.
struct Members<'t>(Vec<(&'t RawValue, &'t RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct All;
        impl<'de> Visitor<'de> for All {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = access.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(All)
    }
}

//! The documents of a file: YAML or JSON, any number of them.

use std::cell::Cell;

use serde::de::DeserializeSeed;
use serde_json::Value;

use crate::strict::Strict;

/// The values that aliases may add to what is written out.
const FROM_ALIASES: usize = 100_000;

/// The brackets of one document that may be open.
const OPEN_BRACKETS: usize = 10_000;

/// Where and why a file cannot be read.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    /// The number of the document, from 1.
    pub(crate) document: usize,
    /// The reason, with line and column.
    pub(crate) message: String,
}

/// Reads all documents; an empty one is `null`. The name of the file tells in which language a fault is told.
pub(crate) fn documents(text: &str, file: &str) -> Result<Vec<Value>, Fault> {
    // JSON first: YAML is not quite a superset of it (surrogate pairs, tabs, several documents).
    let json = match text.trim_start().starts_with(['{', '[']) {
        true => json(text),
        false => return yaml(text),
    };
    json.or_else(|json_fault| {
        yaml(text).map_err(|yaml_fault| {
            if file.ends_with(".json") {
                json_fault
            } else {
                yaml_fault
            }
        })
    })
}

fn json(text: &str) -> Result<Vec<Value>, Fault> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let mut documents = Vec::new();
    while deserializer.end().is_err() {
        let budget = budget(text);
        let strict = Strict {
            budget: &budget,
            merge: false,
        };
        let document = strict.deserialize(&mut deserializer);
        documents.push(document.map_err(|error| fault(&documents, &error.to_string()))?);
    }
    Ok(documents)
}

fn yaml(text: &str) -> Result<Vec<Value>, Fault> {
    if let Some(line) = too_deep(text) {
        let message = format!("nested too deeply at line {line}");
        return Err(Fault { document: 1, message });
    }
    let mut documents = Vec::new();
    for deserializer in yaml_serde::Deserializer::from_str(text) {
        let budget = budget(text);
        let strict = Strict {
            budget: &budget,
            merge: true,
        };
        let document = strict.deserialize(deserializer);
        documents.push(document.map_err(|error| fault(&documents, &yaml_message(&error)))?);
    }
    Ok(documents)
}

/// The line in which brackets are nested beyond all reason. The YAML parser takes a time that grows with the square of the
/// depth, hours for a million of them, before the limit of 128 can stop it. Here brackets within texts count as well, so
/// the limit leaves room for scripts.
fn too_deep(text: &str) -> Option<usize> {
    let mut open = 0_usize;
    text.lines().zip(1..).find_map(|(line, number)| {
        if line.starts_with("---") {
            open = 0;
        }
        let too_deep = line.bytes().any(|byte| {
            match byte {
                b'[' | b'{' => open = open.saturating_add(1),
                b']' | b'}' => open = open.saturating_sub(1),
                _ => {}
            }
            open > OPEN_BRACKETS
        });
        too_deep.then_some(number)
    })
}

/// The error with its position, which yaml_serde leaves out where it is the very beginning.
fn yaml_message(error: &yaml_serde::Error) -> String {
    let message = error.to_string();
    match error.location() {
        Some(place) if !message.contains(" at line ") => {
            format!("{message} at line {} column {}", place.line(), place.column())
        }
        _ => message,
    }
}

/// Without aliases, no text has more values than bytes (and an empty one has one).
fn budget(text: &str) -> Cell<usize> {
    Cell::new(text.len().saturating_add(FROM_ALIASES))
}

fn fault(before: &[Value], message: &str) -> Fault {
    Fault {
        document: before.len().saturating_add(1),
        message: message.to_owned(),
    }
}

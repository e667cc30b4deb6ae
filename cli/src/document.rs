//! The documents of a file: YAML or JSON, any number of them.

use std::cell::Cell;

use serde::de::{DeserializeSeed, IgnoredAny};
use serde_json::Value;

use crate::strict::Strict;
use crate::strict::merge::{self, Merging};

/// The values that aliases may add to what is written out.
const FROM_ALIASES: usize = 100_000;

/// The brackets of one document that may be open.
const OPEN_BRACKETS: usize = 10_000;

/// Where and why a document cannot be read.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    /// The number of the document, from 1.
    pub(crate) document: usize,
    /// The reason, with line and column.
    pub(crate) message: String,
}

/// A document, or why it cannot be read.
pub(crate) type Document = Result<Value, Fault>;

/// Reads all documents; an empty one is `null`. A document with a fault does not hide the next one, unless the fault
/// leaves open where that begins. The name of the file decides in which language a fault is described.
pub(crate) fn documents(text: &str, file: &str) -> Vec<Document> {
    // JSON first: YAML is not quite a superset of it (surrogate pairs, tabs, several documents).
    if !text.trim_start().starts_with(['{', '[']) {
        return yaml(text);
    }
    match json(text) {
        (documents, true) => documents,
        (documents, false) => {
            let yaml = yaml(text);
            match file.ends_with(".json") && yaml.iter().any(Result::is_err) {
                true => documents,
                false => yaml,
            }
        }
    }
}

/// The documents, the last one with a fault unless the whole text is JSON in form: then `true`.
fn json(text: &str) -> (Vec<Document>, bool) {
    let mut documents = Vec::new();
    let mut stream = serde_json::Deserializer::from_str(text).into_iter::<IgnoredAny>();
    let mut above = 0_usize;
    loop {
        let start = stream.byte_offset();
        let (end, malformed) = match stream.next() {
            None => return (documents, true),
            Some(Ok(IgnoredAny)) => (stream.byte_offset(), None),
            Some(Err(error)) => (text.len(), Some(error)),
        };
        let part = Part::new(text, start, end, &mut above);
        let budget = budget(part.text);
        let strict = Strict {
            budget: &budget,
            merging: None,
        };
        let document = strict.deserialize(&mut serde_json::Deserializer::from_str(part.text));
        let is_malformed = malformed.is_some();
        // The strict reader meets the same fault, or one before it.
        let document = match malformed {
            None => document,
            Some(error) => document.and(Err(error)),
        };
        let number = documents.len().saturating_add(1);
        documents.push(document.map_err(|error| part.fault(number, &error.to_string())));
        if is_malformed {
            return (documents, false);
        }
    }
}

fn yaml(text: &str) -> Vec<Document> {
    let mut documents = Vec::new();
    for part in yaml_parts(text) {
        yaml_part(&part, &mut documents);
    }
    documents
}

/// Reads a part up to its first fault: the parser cannot go on after one.
fn yaml_part(part: &Part<'_>, documents: &mut Vec<Document>) {
    let text = part.text;
    let has_explicit_keys = merge::has_explicit_keys(text);
    let next = documents.len().saturating_add(1);
    if let Some(line) = too_deep(text) {
        documents.push(Err(part.fault(next, &format!("nested too deeply at line {line}"))));
        return;
    }
    for (deserializer, number) in yaml_serde::Deserializer::from_str(text).zip(next..) {
        let budget = budget(text);
        let placed = Cell::new(false);
        let strict = Strict {
            budget: &budget,
            merging: Some(Merging {
                text,
                has_explicit_keys,
                placed: &placed,
            }),
        };
        match strict.deserialize(deserializer) {
            Ok(document) => documents.push(Ok(document)),
            Err(error) => {
                documents.push(Err(part.fault(number, &yaml_message(&error, placed.get()))));
                return;
            }
        }
    }
}

/// Cuts before each line with `---`. What is above the first one belongs to the part below if it is only comments or
/// directives.
fn yaml_parts(text: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let (mut start, mut end, mut above) = (0_usize, 0_usize, 0_usize);
    let (mut has_content, mut has_directive) = (false, false);
    for line in text.split_inclusive('\n') {
        let is_marker = line
            .strip_prefix("---")
            .is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t', '\r', '\n']));
        if is_marker && has_content && !has_directive {
            parts.push(Part::new(text, start, end, &mut above));
            start = end;
        }
        has_directive = line.starts_with('%') || has_directive && !is_marker;
        has_content |= is_marker || !(line.trim().is_empty() || line.starts_with(['#', '%']));
        end = end.saturating_add(line.len());
    }
    parts.push(Part::new(text, start, end, &mut above));
    parts
}

/// A part of a text, and the lines above it.
struct Part<'a> {
    text: &'a str,
    above: usize,
}

impl<'a> Part<'a> {
    /// Counts its lines for the next part.
    fn new(text: &'a str, start: usize, end: usize, above: &mut usize) -> Self {
        let part = Part {
            text: text.get(start..end).unwrap_or_default(),
            above: *above,
        };
        *above = above.saturating_add(part.text.matches('\n').count());
        part
    }

    /// The fault. The lines that the message names become those of the whole text.
    fn fault(&self, document: usize, message: &str) -> Fault {
        let mut pieces = message.split(AT_LINE);
        let mut message = pieces.next().unwrap_or_default().to_owned();
        for piece in pieces {
            let rest = piece.trim_start_matches(|c: char| c.is_ascii_digit());
            let line = piece.strip_suffix(rest).unwrap_or_default();
            message.push_str(AT_LINE);
            match line.parse::<usize>() {
                Ok(line) => message.push_str(&line.saturating_add(self.above).to_string()),
                Err(_) => message.push_str(line),
            }
            message.push_str(rest);
        }
        Fault { document, message }
    }
}

/// What the parsers write before the number of a line.
const AT_LINE: &str = " at line ";

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

/// The error with its position, which yaml_serde leaves out where it is the very beginning. If the message has been
/// `placed`, what yaml_serde adds is left out.
fn yaml_message(error: &yaml_serde::Error, placed: bool) -> String {
    let message = error.to_string();
    let Some(place) = error.location() else {
        return message;
    };
    let place = format!("{AT_LINE}{} column {}", place.line(), place.column());
    match placed {
        true => message.strip_suffix(&place).unwrap_or(&message).to_owned(),
        false if message.contains(AT_LINE) => message,
        false => message + &place,
    }
}

/// Without aliases, no text has more values than bytes (and an empty one has one).
fn budget(text: &str) -> Cell<usize> {
    Cell::new(text.len().saturating_add(FROM_ALIASES))
}

//! The documents of a file: YAML or JSON, any number of them.

use super::node::{Fault, Node};
use super::{json, yaml};

/// A document, or why it cannot be read.
pub type Document = Result<Node, Fault>;

/// Reads all documents; an empty one is null. A document with a fault does not hide the next one, unless the fault
/// leaves open where that begins. The name of the file decides in which language a fault is described.
pub fn documents(text: &str, file: &str) -> Vec<Document> {
    // JSON first: YAML is not quite a superset of it (surrogate pairs, tabs, several documents).
    let documents = match text.trim_start().starts_with(['{', '[']) {
        false => yaml(text),
        true => match json::documents(text) {
            (documents, true) => documents,
            (documents, false) => {
                let yaml = yaml(text);
                match file.ends_with(".json") && yaml.iter().any(Result::is_err) {
                    true => documents,
                    false => yaml,
                }
            }
        },
    };
    documents
        .into_iter()
        .map(|document| explained(document, text))
        .collect()
}

/// A file that was never rendered is seldom valid YAML, and its fault says nothing of the reason.
fn explained(document: Document, text: &str) -> Document {
    document.map_err(|fault| {
        let placeholder = text.lines().zip(1..).find(|(line, _)| line.contains("{{"));
        match placeholder {
            None => fault,
            Some((_, line)) => Fault {
                message: format!(
                    "{}; the file is a template: {{{{ at line {line} must be rendered first (helm template, for example)",
                    fault.message
                ),
                ..fault
            },
        }
    })
}

fn yaml(text: &str) -> Vec<Document> {
    let mut documents = Vec::new();
    for Part { text, above } in parts(text) {
        documents.extend(yaml::documents(text, above));
    }
    documents
}

/// A part of a text, and the count of lines above it.
struct Part<'t> {
    text: &'t str,
    above: usize,
}

/// Cuts before each line with `---`, as kubectl does. What is above the first one belongs to the part below if it is only
/// comments or directives.
fn parts(text: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let (mut start, mut end) = (0_usize, 0_usize);
    let (mut above, mut lines) = (0_usize, 0_usize);
    let (mut has_content, mut has_directive) = (false, false);
    for line in text.split_inclusive('\n') {
        let is_marker = line
            .strip_prefix("---")
            .is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t', '\r', '\n']));
        if is_marker && has_content && !has_directive {
            let text = text.get(start..end).unwrap_or_default();
            parts.push(Part { text, above });
            start = end;
            above = lines;
        }
        has_directive = line.starts_with('%') || has_directive && !is_marker;
        has_content |= is_marker || !(line.trim().is_empty() || line.starts_with(['#', '%']));
        end = end.saturating_add(line.len());
        lines = lines.saturating_add(1);
    }
    let text = text.get(start..end).unwrap_or_default();
    parts.push(Part { text, above });
    parts
}

//! The documents of a file: YAML or JSON, any number of them.

use super::budget::Budget;
use super::node::{Fault, Node, Position};
use super::{json, yaml};

/// A document, or why it cannot be read.
pub type Document = Result<Node, Fault>;

/// The documents that a file may have.
const DOCUMENTS: usize = 20_000;

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
                let count =
                    |documents: &[Document]| documents.iter().filter(|document| document.is_ok()).count();
                let is_json = file.ends_with(".json") || count(&documents) > count(&yaml);
                match is_json && yaml.iter().any(Result::is_err) {
                    true => documents,
                    false => yaml,
                }
            }
        },
    };
    let hint = Placeholders::of(text).hint(|_| true);
    let explained = |fault: Fault| Fault {
        message: format!("{}{hint}", fault.message),
        ..fault
    };
    documents
        .into_iter()
        .map(|document| document.map_err(explained))
        .collect()
}

/// The lines of a file that hold a placeholder, `{{`.
pub(crate) struct Placeholders(Vec<usize>);

impl Placeholders {
    pub(crate) fn of(text: &str) -> Self {
        // `${{NAME}}` is a parameter of OpenShift's templates.
        let holds = |line: &str| {
            line.match_indices("{{")
                .any(|(at, _)| !line.get(..at).unwrap_or_default().ends_with('$'))
        };
        let lines = text.lines().zip(1..);
        Placeholders(
            lines
                .filter(|(line, _)| holds(line))
                .map(|(_, number)| number)
                .collect(),
        )
    }

    /// What to add to a fault if a line that may be its reason holds one: a file that was never rendered is seldom what it
    /// should be, and its fault says nothing of the reason.
    pub(crate) fn hint(&self, may_be_reason: impl Fn(usize) -> bool) -> String {
        match self.0.iter().find(|line| may_be_reason(**line)) {
            None => String::new(),
            Some(line) => format!(
                "; the file is a template: {{{{ at line {line} must be rendered first (helm template, for example)"
            ),
        }
    }
}

fn yaml(text: &str) -> Vec<Document> {
    let mut documents = Vec::new();
    let mut budget = Budget::default();
    for Part {
        text,
        above,
        text_on_separator,
    } in parts(text)
    {
        if documents.len() >= DOCUMENTS {
            documents.push(Err(at_line(
                above,
                format!("more than {DOCUMENTS} documents: the rest of the file is not read"),
            )));
            break;
        }
        documents.extend(text_on_separator.into_iter().map(|line| {
            let why = "kubectl refuses text after --- on the same line: move it to the next line";
            Err(at_line(line, why.to_owned()))
        }));
        // Up to a line with `---` a file that begins as JSON is JSON.
        let begins_as_json = above == 0 && text.trim_start().starts_with('{');
        match begins_as_json.then(|| json::documents(text)) {
            Some((json, true)) => documents.extend(json),
            _ => documents.extend(yaml::documents(text, above, &mut budget)),
        }
    }
    documents
}

/// A fault below so many lines.
fn at_line(above: usize, message: String) -> Fault {
    let line = above.saturating_add(1);
    let at = Position { line, column: 1 };
    Fault { at, message }
}

/// What kubectl gives its parser at once, and the count of lines above it.
struct Part<'t> {
    text: &'t str,
    above: usize,
    /// The count of lines above a line in it that begins with `---` and a text. In a block of text too: kubectl does not look.
    text_on_separator: Option<usize>,
}

/// Cuts at each line that begins with `---`, as kubectl does. Such a line belongs to no part, unless the part begins with it, or
/// is only directives and comments so far.
fn parts(text: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let (mut start, mut end) = (0_usize, 0_usize);
    let (mut above, mut lines) = (0_usize, 0_usize);
    let (mut has_content, mut has_directive) = (false, false);
    let mut text_on_separator = None;
    for line in text.split_inclusive('\n') {
        let after = end.saturating_add(line.len());
        if let Some(rest) = line.strip_prefix("---") {
            let rest = rest.trim();
            let is_separator = rest.is_empty() || rest.starts_with('#');
            if !is_separator {
                text_on_separator = text_on_separator.or(Some(lines));
            }
            let is_of_part = end == start || has_directive && !has_content;
            if is_separator && !is_of_part {
                parts.push(Part {
                    text: text.get(start..end).unwrap_or_default(),
                    above,
                    text_on_separator: text_on_separator.take(),
                });
                start = after;
                above = lines.saturating_add(1);
                has_content = false;
                has_directive = false;
            } else {
                has_content = true;
            }
        } else {
            has_directive |= line.starts_with('%');
            has_content |= !(line.trim().is_empty() || line.starts_with(['#', '%']));
        }
        end = after;
        lines = lines.saturating_add(1);
    }
    parts.push(Part {
        text: text.get(start..end).unwrap_or_default(),
        above,
        text_on_separator,
    });
    parts
}

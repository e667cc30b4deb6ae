//! The texts of the annotations that ask for host paths, as a file holds them.

use kubevirt_sidecar_hostpath_policy::{Field, FieldSegment};

use super::hidden::ANNOTATIONS;
use crate::reading::folds::Folds;
use crate::reading::json;
use crate::reading::node::{Content, Node, Position};

/// The text of an annotation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnnotationText {
    /// Where it is in the object, as Kubernetes prints it.
    field: String,
    /// The line in which it begins.
    line: usize,
    /// The text; empty for what is none.
    text: String,
    /// Its lines, if they are several.
    folds: Option<Folds>,
}

impl AnnotationText {
    /// Those in the object.
    pub(super) fn all(object: &Node) -> Vec<AnnotationText> {
        let mut texts = Vec::new();
        collect(object, &mut Vec::new(), &mut texts);
        texts
    }

    /// Whether it is the one at this field.
    pub(super) fn is_at(&self, field: &Field) -> bool {
        self.field == field.to_string()
    }

    /// The line of the file in which so many bytes of the text end.
    pub(super) fn line(&self, bytes: usize) -> usize {
        match &self.folds {
            Some(folds) => folds.line(self.line, self.text.get(..bytes).unwrap_or(&self.text)),
            None => self.line,
        }
    }

    /// Its values, if it is JSON.
    pub(super) fn values(&self) -> Option<Node> {
        let (documents, _) = json::documents(&self.text);
        documents.into_iter().next()?.ok()
    }

    /// The line of the file in which the value begins to which these steps lead in `values`, or the last one on the way to it.
    pub(super) fn line_of(&self, values: &Node, steps: &[FieldSegment]) -> usize {
        let (mut at, mut node) = (values.at, values);
        for step in steps {
            let next = match (step, &node.content) {
                (FieldSegment::Index(number), Content::List(items)) => {
                    items.get(*number).map(|item| (item.at, item))
                }
                (FieldSegment::Name(key) | FieldSegment::Key(key), Content::Mapping(entries)) => {
                    let entry = entries.iter().rev().find(|entry| entry.key == *key);
                    entry.map(|entry| (entry.at, &entry.value))
                }
                _ => None,
            };
            match next {
                Some(next) => (at, node) = next,
                None => break,
            }
        }
        self.line(behind(&self.text, at))
    }
}

/// How many bytes of the text are up to this character of it, and with it.
fn behind(text: &str, at: Position) -> usize {
    let above = at.line.saturating_sub(1);
    let lines = text.split_inclusive('\n');
    let start: usize = lines.take(above).map(str::len).sum();
    let rest = text.get(start..).unwrap_or_default().chars();
    let line: usize = rest.take(at.column).map(char::len_utf8).sum();
    start.saturating_add(line)
}

/// Adds those below the keys `above`, one in another.
fn collect<'n>(node: &'n Node, above: &mut Vec<&'n str>, texts: &mut Vec<AnnotationText>) {
    for entry in node.entries().unwrap_or_default() {
        let is_annotation = ANNOTATIONS.contains(&entry.key.as_str()) && above.last() == Some(&"annotations");
        match &entry.value.content {
            Content::Scalar(_) if is_annotation => texts.push(AnnotationText {
                field: format!("{}[{}]", above.join("."), entry.key),
                line: entry.value.at.line,
                text: entry.value.as_str().unwrap_or_default().to_owned(),
                folds: entry.value.folds.clone(),
            }),
            Content::Mapping(_) => {
                above.push(&entry.key);
                collect(&entry.value, above, texts);
                above.pop();
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reading::document::documents;
    use FieldSegment::{Index, Name};

    const KEY: &str = "hooks.kubevirt.io/hookSidecars";

    /// The line of the value at these steps in the only annotation of the YAML.
    fn line(yaml: &str, steps: &[FieldSegment]) -> usize {
        let documents = documents(yaml, "vm.yaml");
        let texts = AnnotationText::all(documents.first().unwrap().as_ref().unwrap());
        let [text] = texts.as_slice() else {
            panic!("one annotation: {texts:?}");
        };
        text.line_of(&text.values().unwrap(), steps)
    }

    #[test]
    fn a_value_is_in_the_line_that_the_file_has_it_in_in_every_style() {
        let in_one_line =
            r#"[null, {"hostPath": {"path": "/é", "type": "File"}}, {"hostPath": [{"path": "/b"}]}]"#;
        let folded = "[null,\n    {\"hostPath\": {\"path\": \"/é\",\n    \"type\": \"File\"}},\n    {\"hostPath\": [{\"path\": \"/b\"}]}]";
        let escaped = folded.replace('"', "\\\"");
        // `path` and `type` of the first request, `path` of the second.
        for (value, lines) in [
            (format!("'{folded}'"), [3, 4, 5]),
            (format!("\"{escaped}\""), [3, 4, 5]),
            (format!("|\n    {folded}"), [4, 5, 6]),
            (format!(">-\n    {folded}"), [4, 5, 6]),
            (format!("'{in_one_line}'"), [2, 2, 2]),
            (serde_json::to_string(in_one_line).unwrap(), [2, 2, 2]),
        ] {
            let yaml = format!("annotations:\n  {KEY}: {value}\n");
            let name = |name: &str| Name(name.to_owned());
            let first = |key| [Index(1), name("hostPath"), name(key)];
            let second = |key| [Index(2), name("hostPath"), Index(0), name(key)];
            let found = [
                line(&yaml, &first("path")),
                line(&yaml, &first("type")),
                line(&yaml, &second("path")),
            ];
            assert_eq!(found, lines, "{yaml}");
            // What is missing: the line of what lacks it.
            assert_eq!(line(&yaml, &second("volumePath")), lines[2], "{yaml}");
            assert_eq!(line(&yaml, &[Index(7)]), line(&yaml, &[]), "{yaml}");
        }
    }
}

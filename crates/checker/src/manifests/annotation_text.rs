//! The texts of the annotations that ask for host paths, as a file holds them.

use kubevirt_sidecar_hostpath_policy::Field;

use super::hidden::ANNOTATIONS;
use crate::reading::folds::Folds;
use crate::reading::node::{Content, Node};

/// The text of an annotation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnnotationText {
    /// Where it is in the object, as Kubernetes prints it.
    field: String,
    /// The line in which it begins.
    line: usize,
    /// The text and its lines, if they are several.
    folded: Option<(String, Folds)>,
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
        match &self.folded {
            Some((text, folds)) => folds.line(self.line, text.get(..bytes).unwrap_or(text)),
            None => self.line,
        }
    }
}

/// Adds those below the keys `above`, one in another.
fn collect<'n>(node: &'n Node, above: &mut Vec<&'n str>, texts: &mut Vec<AnnotationText>) {
    for entry in node.entries().unwrap_or_default() {
        let is_annotation = ANNOTATIONS.contains(&entry.key.as_str()) && above.last() == Some(&"annotations");
        match &entry.value.content {
            Content::Scalar(_) if is_annotation => texts.push(AnnotationText {
                field: format!("{}[{}]", above.join("."), entry.key),
                line: entry.value.at.line,
                folded: entry
                    .value
                    .as_str()
                    .map(str::to_owned)
                    .zip(entry.value.folds.clone()),
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

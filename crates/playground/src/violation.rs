//! Violations as the page shows them: the parts of each, and where it leads to.

use checker::manifests::manifest::Manifest;
use checker::manifests::reason::Reason;
use checker::preview::RequestSummary;
use kubevirt_sidecar_hostpath_policy::{FaultKind, Field, FieldSegment, HOOK_SIDECARS, HOST_PATHS};
use serde::Serialize;

/// One violation.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ShownViolation {
    /// Its field, if that is known.
    field: Option<String>,
    /// What is wrong there.
    text: String,
    /// Whether the field is in an annotation that asks for host paths.
    in_annotation: bool,
    /// The members and elements that lead to the place in the annotation for hook sidecars.
    steps: Option<Vec<Step>>,
    /// The request of which the path is forbidden, for `explain`.
    asks: Option<Asks>,
}

/// A member, or an element of a list.
#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Step {
    Member(String),
    Element(usize),
}

/// A request.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Asks {
    host_path: String,
    container: String,
    r#type: &'static str,
}

/// The violations of one object.
pub(crate) fn shown(manifest: &Manifest, reasons: &[Reason]) -> Vec<ShownViolation> {
    let requests = manifest.asked();
    let shown = reasons.iter().map(|reason| {
        let Some(violation) = reason.violation() else {
            return ShownViolation {
                field: None,
                text: reason.to_string(),
                in_annotation: false,
                steps: None,
                asks: None,
            };
        };
        // Fields are told apart as they are printed: `metadata.annotations` is one step for some readers, and two for others.
        let field = violation.field.to_string();
        let is_forbidden = violation.kind == FaultKind::Forbidden;
        let of_path = |request: &&RequestSummary| is_forbidden && field == format!("{}.path", request.field);
        let request = requests.iter().find(of_path);
        let question = request.and_then(|request| request.question.as_ref());
        ShownViolation {
            field: Some(field.clone()),
            text: violation.what(true),
            in_annotation: annotation(&violation.field).is_some(),
            steps: steps(&violation.field),
            asks: question.map(|question| Asks {
                host_path: question.path.to_string(),
                container: question.container.clone(),
                r#type: question.host_path_type.as_str(),
            }),
        }
    });
    shown.collect()
}

/// The annotation that the field is in, and what leads on from there.
fn annotation(field: &Field) -> Option<(&str, &[FieldSegment])> {
    field.0.iter().zip(1..).find_map(|(segment, next)| match segment {
        FieldSegment::Key(key) if key == HOOK_SIDECARS || key == HOST_PATHS => {
            Some((key.as_str(), field.0.get(next..)?))
        }
        _ => None,
    })
}

fn steps(field: &Field) -> Option<Vec<Step>> {
    let (key, rest) = annotation(field)?;
    let steps = rest.iter().map(|segment| match segment {
        FieldSegment::Name(name) | FieldSegment::Key(name) => Step::Member(name.clone()),
        FieldSegment::Index(index) => Step::Element(*index),
    });
    (key == HOOK_SIDECARS).then(|| steps.collect())
}

//! Violations as the page shows them: the parts of each.

use checker::manifests::manifest::Manifest;
use checker::manifests::reason::Reason;
use checker::preview::RequestSummary;
use kubevirt_sidecar_hostpath_policy::FaultKind;
use serde::Serialize;

/// One violation.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ShownViolation {
    /// Its field, if that is known.
    field: Option<String>,
    /// What is wrong there.
    text: String,
    /// The request of which the path is forbidden, for `explain`.
    asks: Option<Asks>,
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
            asks: question.map(|question| Asks {
                host_path: question.path.to_string(),
                container: question.container.clone(),
                r#type: question.host_path_type.as_str(),
            }),
        }
    });
    shown.collect()
}

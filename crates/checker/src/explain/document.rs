//! The explanation, for programs.

use kubevirt_sidecar_hostpath_policy::{HostPath, Settings};
use serde_json::{Value, json};

use super::change::Change;
use super::verdict::Asker;
use crate::manifests::reason::Reason;

/// The document that `explain -o json` prints.
#[must_use]
pub fn document(
    rules: &Settings,
    asker: &Asker,
    violations: &[Reason],
    write_as: Option<&HostPath>,
    change: Option<&Result<Change, Vec<Reason>>>,
) -> Value {
    let change = match change {
        Some(Ok(change)) => json!({
            "fields": change.fields,
            "dangers": change.dangers().iter().map(ToString::to_string).collect::<Vec<_>>(),
            "settings": change.settings,
        }),
        Some(Err(_)) | None => Value::Null,
    };
    json!({
        "accepted": violations.is_empty(),
        "rule": asker.steps(rules).rule,
        "violations": violations,
        "writeAs": write_as.map(HostPath::as_str),
        "change": change,
    })
}

//! A whole ClusterAdmissionPolicy or AdmissionPolicy that carries the settings.

use schemars::Schema;
use serde_json::{Map, Value, json};

/// The schema of a Kubewarden policy whose settings have this schema. All its other fields are Kubewarden's, with any value.
#[must_use]
pub fn around(settings: Schema) -> Schema {
    let mut settings: Map<String, Value> = settings.as_object().cloned().unwrap_or_default();
    let definitions = settings.remove("$defs").unwrap_or_default();
    let dialect = settings.remove("$schema").unwrap_or_default();
    let policy = json!({
        "$schema": dialect,
        "title": "A Kubewarden policy that runs kubevirt-sidecar-hostpath-policy",
        "type": "object",
        "properties": {
            "apiVersion": { "type": "string", "pattern": "^policies\\.kubewarden\\.io/" },
            "kind": { "enum": ["ClusterAdmissionPolicy", "AdmissionPolicy"] },
            "spec": {
                "type": "object",
                "properties": {
                    "module": { "type": "string", "pattern": "kubevirt-sidecar-hostpath-policy" },
                    "settings": settings,
                },
                "required": ["module", "settings"],
            },
        },
        "required": ["apiVersion", "kind", "spec"],
        "$defs": definitions,
    });
    policy.try_into().unwrap_or_default()
}

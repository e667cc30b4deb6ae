//! The values of the Helm chart, which hold the settings.

use schemars::Schema;
use serde_json::{Map, Value, json};

/// The schema of the chart's values, whose `settings` have this schema. `verifyOnly` is not among them: the chart sets it
/// for each policy.
#[must_use]
pub fn around(settings: Schema) -> Schema {
    let mut settings: Map<String, Value> = settings.as_object().cloned().unwrap_or_default();
    let definitions = settings.remove("$defs").unwrap_or_default();
    let dialect = settings.remove("$schema").unwrap_or_default();
    if let Some(properties) = settings.get_mut("properties").and_then(Value::as_object_mut) {
        properties.remove("verifyOnly");
    }
    let labels = json!({ "type": "object", "additionalProperties": { "type": "string" } });
    let object = |properties: Value| json!({ "type": "object", "properties": properties, "additionalProperties": false });
    let properties = json!({
        // Helm adds it where the chart is a dependency.
        "global": { "type": "object" },
        // For the `condition` of such a dependency.
        "enabled": { "type": "boolean" },
        "module": {
            "description": "The module, as policy servers pull it; required.",
            "type": "string",
            "pattern": "^((registry|https|http|file)://.+)?$",
        },
        "mode": {
            "description": "`monitor` accepts everything, injects nothing, and counts verdicts.",
            "enum": ["protect", "monitor"],
        },
        "policyServer": {
            "description": "The PolicyServer that runs the policies. Empty: Kubewarden's default.",
            "type": "string",
        },
        "settings": settings,
        "companion": object(json!({
            "enabled": { "type": "boolean" },
            "validationActions": {
                "type": "array",
                "items": { "enum": ["Deny", "Warn", "Audit"] },
                "minItems": 1,
                "uniqueItems": true,
            },
        })),
        "monitoring": object(json!({
            "prometheusRule": object(json!({ "enabled": { "type": "boolean" }, "labels": labels })),
            "dashboard": object(json!({ "enabled": { "type": "boolean" }, "labels": labels })),
        })),
    });
    let values = json!({
        "$schema": dialect,
        "title": "Values of the chart sidecar-hostpath",
        "type": "object",
        "properties": properties,
        "required": ["module", "mode", "settings"],
        "additionalProperties": false,
        "$defs": definitions,
    });
    values.try_into().unwrap_or_default()
}

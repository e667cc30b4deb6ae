//! The findings as SARIF 2.1.0: <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>.

use serde_json::{Value, json};

use crate::check::Report;
use crate::reading::place::Place;

/// The schema that the document follows.
const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// The kinds of results, and what they say.
const RULES: [(&str, &str); 3] = [
    ("rejected", "The policy rejects the object."),
    (
        "warning",
        "The policy accepts the object, but its owner should know something.",
    ),
    ("unreadable", "A file, or a part of it, cannot be judged."),
];

/// The report as one JSON document.
pub(super) fn report(report: &Report) -> Result<String, serde_json::Error> {
    let mut results = Vec::new();
    for finding in &report.findings {
        let object = finding.object();
        let mut add = |rule, level, line, message: &str| {
            let text = format!("{object}: {message}");
            results.push(result(rule, level, &text, &finding.place, line));
        };
        finding
            .placed_violations()
            .for_each(|(reason, line)| add("rejected", "error", line, &reason.to_string()));
        let level = if report.is_strict { "error" } else { "warning" };
        finding
            .warnings
            .iter()
            .for_each(|message| add("warning", level, finding.line(), message));
    }
    for fault in &report.faults {
        results.push(result(
            "unreadable",
            "error",
            &fault.reason,
            &fault.place,
            fault.place.line,
        ));
    }
    let rules: Vec<Value> = RULES
        .iter()
        .map(|(id, text)| json!({ "id": id, "shortDescription": { "text": text } }))
        .collect();
    crate::printing::json::document(&json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "sidecar-hostpath",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            } },
            "results": results,
        }],
    }))
}

fn result(rule: &str, level: &str, text: &str, place: &Place, line: usize) -> Value {
    json!({
        "ruleId": rule,
        "level": level,
        "message": { "text": text },
        "locations": [{ "physicalLocation": {
            "artifactLocation": { "uri": uri(&place.file) },
            "region": { "startLine": line },
        } }],
    })
}

/// The file as a URI reference. A relative one stays relative, as code scanning expects.
fn uri(file: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte);
    let escape = |byte: u8| match plain(byte) {
        true => char::from(byte).to_string(),
        false => format!("%{byte:02X}"),
    };
    let path: String = file.bytes().map(escape).collect();
    match path.starts_with('/') {
        true => format!("file://{path}"),
        false => path,
    }
}

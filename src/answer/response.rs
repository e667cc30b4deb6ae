//! The answers to the host: the one place where a verdict becomes a response.

use kubewarden_policy_sdk::settings::SettingsValidationResponse;
use serde::Serialize;

use crate::{
    answer::verdict::{Accepted, Verdict},
    base::field::Violations,
};

/// The answer to `validate`: `kubewarden_policy_sdk::response::ValidationResponse`, as the host reads it. The SDK's own
/// type would have the object parsed into a tree, only to be written out again.
#[derive(Default, Serialize)]
struct ValidationResponse {
    accepted: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    audit_annotations: Option<AuditAnnotations>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<String>,
}

/// The audit annotations; the API server puts the webhook's name in front of each key.
#[derive(Serialize)]
struct AuditAnnotations {
    #[serde(rename = "host-paths")]
    host_paths: String,
}

/// The answer to `validate`.
#[must_use]
pub fn validation(verdict: Verdict) -> Vec<u8> {
    match verdict {
        Verdict::Allow(notes) => bytes(&accepted(notes)),
        Verdict::Mutate(object, notes) => behind(object, &bytes(&accepted(notes))),
        Verdict::Deny(violations) => bytes(&ValidationResponse {
            message: Some(violations.to_string()),
            code: Some(violations.code()),
            ..ValidationResponse::default()
        }),
    }
}

fn accepted(notes: Accepted) -> ValidationResponse {
    let audit = (!notes.mounts.is_empty()).then(|| AuditAnnotations {
        host_paths: serde_json::to_string(&notes.mounts).unwrap_or_default(),
    });
    ValidationResponse {
        accepted: true,
        audit_annotations: audit,
        warnings: notes.warnings,
        ..ValidationResponse::default()
    }
}

/// How an answer with a changed object begins. The object is written behind it in the first place: it is most of the
/// answer, and would have to be copied otherwise.
pub(crate) const FRONT: &str = "{\"mutated_object\":";

/// Puts the members of `response` behind the object.
fn behind(object: String, response: &[u8]) -> Vec<u8> {
    let mut answer = object.into_bytes();
    if let Some(members) = response.strip_prefix(b"{") {
        answer.push(b',');
        answer.extend_from_slice(members);
    }
    answer
}

/// The answer to `validate_settings`.
#[must_use]
pub fn settings(faults: Option<&Violations>) -> Vec<u8> {
    bytes(&SettingsValidationResponse {
        valid: faults.is_none(),
        message: faults.map(ToString::to_string),
    })
}

/// Strings and numbers always serialise; if they ever did not, the empty answer is one that the host
/// refuses.
fn bytes(response: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(response).unwrap_or_default()
}

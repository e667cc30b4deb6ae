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
        Verdict::Mutate(object, notes) => with_object(bytes(&accepted(notes)), &object),
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

/// Puts the member `mutated_object` into a response, in front of its closing brace.
fn with_object(mut response: Vec<u8>, object: &str) -> Vec<u8> {
    const MEMBER: &[u8] = b",\"mutated_object\":";
    response.reserve(MEMBER.len().saturating_add(object.len()));
    if response.pop().is_some() {
        response.extend_from_slice(MEMBER);
        response.extend_from_slice(object.as_bytes());
        response.push(b'}');
    }
    response
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

//! The answers to the host: the one place where a verdict becomes a response.

use std::collections::HashMap;

use kubewarden_policy_sdk::{response::ValidationResponse, settings::SettingsValidationResponse};
use serde::Serialize;

use crate::{
    field::Violations,
    verdict::{Accepted, HostPathMount, Verdict},
};

/// The key of the audit annotation; the API server puts the webhook's name in front of it.
pub const AUDIT_ANNOTATION: &str = "host-paths";

/// The answer to `validate`.
#[must_use]
pub fn validation(verdict: Verdict) -> Vec<u8> {
    let accepted = |mutated_object, accepted: Accepted| ValidationResponse {
        accepted: true,
        message: None,
        code: None,
        mutated_object,
        audit_annotations: audit(&accepted.mounts),
        warnings: (!accepted.warnings.is_empty()).then_some(accepted.warnings),
    };
    bytes(&match verdict {
        Verdict::Allow(notes) => accepted(None, notes),
        Verdict::Mutate(object, notes) => accepted(Some(object), notes),
        Verdict::Deny(violations) => ValidationResponse {
            accepted: false,
            message: Some(violations.to_string()),
            code: Some(violations.code()),
            mutated_object: None,
            audit_annotations: None,
            warnings: None,
        },
    })
}

/// The answer to `validate_settings`.
#[must_use]
pub fn settings(faults: Option<&Violations>) -> Vec<u8> {
    bytes(&SettingsValidationResponse {
        valid: faults.is_none(),
        message: faults.map(ToString::to_string),
    })
}

fn audit(mounts: &[HostPathMount]) -> Option<HashMap<String, String>> {
    if mounts.is_empty() {
        return None;
    }
    let text = serde_json::to_string(mounts).unwrap_or_default();
    Some(HashMap::from([(AUDIT_ANNOTATION.to_owned(), text)]))
}

/// Strings, numbers and string maps always serialise; if they ever did not, the empty answer is one that the host
/// refuses.
fn bytes(response: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(response).unwrap_or_default()
}

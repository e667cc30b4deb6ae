//! The answer to `validate`, read strictly.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::Engine;
use crate::format::{AuditedMount, Verdict};

/// The audit annotation that lists the mounts.
const HOST_PATHS: &str = "host-paths";

/// What KubeVirt takes for a message of Pod Security, and rewrites.
const REWRITTEN: &str = "violates PodSecurity";

/// Kubewarden's `ValidationResponse`.
#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Response {
    /// Whether the request may pass.
    pub accepted: bool,
    /// Why not.
    pub message: Option<String>,
    /// The HTTP status of a rejection.
    pub code: Option<u16>,
    /// The object in place of the request's.
    pub mutated_object: Option<Value>,
    audit_annotations: Option<BTreeMap<String, String>>,
    warnings: Option<Vec<String>>,
}

impl Response {
    /// Asks the engine to `validate`.
    ///
    /// # Errors
    ///
    /// The engine fails, or its answer is no such response.
    pub fn ask(engine: &Engine<'_>, payload: &[u8]) -> Result<Self, String> {
        let bytes = engine("validate", payload).map_err(|e| format!("the engine failed: {e}"))?;
        serde_json::from_slice(&bytes)
            .map_err(|e| format!("malformed response ({e}): {}", String::from_utf8_lossy(&bytes)))
    }

    pub(crate) fn verdict(&self) -> Verdict {
        match (self.accepted, &self.mutated_object) {
            (false, _) => Verdict::Deny,
            (true, None) => Verdict::Allow,
            (true, Some(_)) => Verdict::Mutate,
        }
    }

    /// The warnings of an accepted request.
    #[must_use]
    pub fn warnings(&self) -> &[String] {
        self.warnings.as_deref().unwrap_or_default()
    }

    /// The audit annotation, parsed; `None` if there is none.
    pub(crate) fn audit(&self) -> Result<Option<Vec<AuditedMount>>, String> {
        let Some(text) = self
            .audit_annotations
            .as_ref()
            .and_then(|all| all.get(HOST_PATHS))
        else {
            return Ok(None);
        };
        serde_json::from_str(text)
            .map(Some)
            .map_err(|e| format!("audit annotation {HOST_PATHS}: {e}: {text}"))
    }

    /// What is wrong with the response itself, regardless of the request.
    #[must_use]
    pub fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        if self.accepted {
            if let Some(message) = &self.message {
                faults.push(format!("accepted with a message: {message}"));
            }
            if let Some(code) = self.code {
                faults.push(format!("accepted with the code {code}"));
            }
        } else {
            if self.mutated_object.is_some() {
                faults.push("rejected with a mutated object".into());
            }
            faults.extend(text_fault("message", self.message.as_deref().unwrap_or_default()));
            if !matches!(self.code, Some(403 | 422)) {
                faults.push(format!("rejected with the code {:?}", self.code));
            }
            if !self.warnings().is_empty() {
                faults.push(format!("rejected with warnings: {:?}", self.warnings()));
            }
            if self.audit_annotations.as_ref().is_some_and(|all| !all.is_empty()) {
                faults.push("rejected with audit annotations".into());
            }
        }
        faults.extend(
            self.warnings()
                .iter()
                .filter_map(|warning| text_fault("warning", warning)),
        );
        for key in self
            .audit_annotations
            .iter()
            .flat_map(BTreeMap::keys)
            .filter(|key| *key != HOST_PATHS)
        {
            faults.push(format!("unknown audit annotation {key:?}"));
        }
        faults
    }
}

/// What is wrong with a text that a person reads: it is one line, of printable characters.
pub(crate) fn text_fault(what: &str, text: &str) -> Option<String> {
    if text.trim().is_empty() {
        Some(format!("an empty {what}"))
    } else if text
        .chars()
        .any(|c| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}'))
    {
        Some(format!("control characters in the {what}: {text:?}"))
    } else if text.contains(REWRITTEN) {
        Some(format!("{REWRITTEN:?} in the {what}: {text}"))
    } else {
        None
    }
}

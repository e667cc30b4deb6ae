//! Cases about settings: `validate_settings` says whether they are valid, and `validate` agrees.

use serde::Deserialize;
use serde_json::Value;

use crate::Engine;
use crate::format::ExpectSettings;
use crate::request::Parts;
use crate::response::{Response, text_fault};

/// The fixture that is accepted under any valid settings.
pub(crate) const HARMLESS: &str = "launcher-no-annotation";
/// The fixture that no policy without valid settings may let through.
pub(crate) const ASKING: &str = "launcher-image-volume";

/// A settings case, ready to run.
#[derive(Debug)]
pub(crate) struct SettingsCase {
    pub(crate) settings: Value,
    pub(crate) expect: ExpectSettings,
    /// The admission request that shows whether `validate` agrees: [`HARMLESS`] or [`ASKING`].
    pub(crate) request: Value,
}

/// Kubewarden's `SettingsValidationResponse`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SettingsResponse {
    valid: bool,
    message: Option<String>,
}

impl ExpectSettings {
    /// A contradiction within the expectation.
    pub(crate) fn contradiction(&self) -> Option<&'static str> {
        (self.valid == self.message.is_some())
            .then_some("`message` goes with `valid: false`, and is required there")
    }
}

impl SettingsCase {
    /// The message of the engine's answer.
    pub(crate) fn message(&self, engine: &Engine<'_>) -> Result<Option<String>, String> {
        Ok(self.ask(engine)?.message)
    }

    /// All that is wrong with the engine's answers.
    pub(crate) fn faults(&self, engine: &Engine<'_>) -> Vec<String> {
        let response = match self.ask(engine) {
            Ok(response) => response,
            Err(error) => return vec![error],
        };
        let mut faults = Vec::new();
        if response.valid != self.expect.valid {
            let told = response.message.as_deref().unwrap_or("no message");
            faults.push(format!(
                "valid: expected {}, got {} ({told})",
                self.expect.valid, response.valid
            ));
        } else if response.message != self.expect.message {
            let expected = self.expect.message.as_deref().unwrap_or("none");
            let actual = response.message.as_deref().unwrap_or("none");
            faults.push(format!(
                "message:\n    expected {expected}\n    got      {actual}"
            ));
        }
        if !response.valid {
            faults.extend(text_fault(
                "message",
                response.message.as_deref().unwrap_or_default(),
            ));
        }
        faults.extend(self.agreement(engine));
        faults
    }

    /// `validate` accepts under valid settings, and fails closed under others.
    fn agreement(&self, engine: &Engine<'_>) -> Vec<String> {
        let parts = Parts {
            request: self.request.clone(),
            settings: self.settings.clone(),
        };
        let response = match Response::ask(engine, &parts.bytes()) {
            Ok(response) => response,
            Err(error) => return vec![format!("validate: {error}")],
        };
        let mut faults = response.faults();
        if response.accepted != self.expect.valid {
            let told = response.message.as_deref().unwrap_or("no message");
            let verdict = if response.accepted { "accepted" } else { "rejected" };
            faults.push(format!(
                "a launcher pod is {verdict} under these settings ({told})"
            ));
        }
        faults
            .into_iter()
            .map(|fault| format!("validate: {fault}"))
            .collect()
    }

    fn ask(&self, engine: &Engine<'_>) -> Result<SettingsResponse, String> {
        let payload = self.settings.to_string().into_bytes();
        let bytes = engine("validate_settings", &payload).map_err(|e| format!("the engine failed: {e}"))?;
        serde_json::from_slice(&bytes)
            .map_err(|e| format!("malformed response ({e}): {}", String::from_utf8_lossy(&bytes)))
    }
}

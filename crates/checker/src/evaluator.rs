//! Kubewarden's protocol on top of waPC: what a policy is asked, and how its answers are understood.

use serde::{Deserialize, Serialize};

use crate::Error;
use crate::admission::{AdmissionRequest, AdmissionResponse};
use crate::manifests::reason::{self, Reason};
use crate::policy::CallError;
use crate::policy::Policy;
use crate::settings::SettingsJson;

/// A policy with its settings.
pub struct Evaluator {
    policy: Box<dyn Policy>,
    settings: SettingsJson,
}

/// The payload of `validate`.
#[derive(Serialize)]
struct Validation<'a> {
    request: &'a AdmissionRequest,
    settings: &'a SettingsJson,
}

/// The answer to `validate_settings`.
#[derive(Deserialize)]
struct SettingsValidationResponse {
    valid: bool,
    message: Option<String>,
}

impl Evaluator {
    /// Has the settings validated by the policy, as policy-server does at its start.
    pub fn new(policy: impl Policy + 'static, settings: SettingsJson) -> Result<Self, Error> {
        let payload = serde_json::to_vec(&settings)?;
        let refusal = match policy.call("validate_settings", &payload) {
            Ok(answer) => refusal(&answer),
            Err(error @ CallError::Start(_)) => return Err(Error::Start(error)),
            // kwctl prints the error of the waPC crate in its debug form.
            Err(CallError::Guest(message)) => Some(format!(
                "Error invoking settings validation callback: GuestCallFailure({message:?})"
            )),
            Err(error @ (CallError::OutOfFuel { .. } | CallError::OutOfMemory { .. })) => {
                Some(error.to_string())
            }
        };
        match refusal {
            None => Ok(Self {
                policy: Box::new(policy),
                settings,
            }),
            Some(message) => Err(Error::SettingsRefused(message)),
        }
    }

    /// The reasons of a rejection of this request, which the policy gave with this message.
    ///
    /// # Errors
    /// The request cannot be written.
    pub fn reasons(&self, request: &AdmissionRequest, message: &str) -> Result<Vec<Reason>, Error> {
        Ok(reason::reasons(&self.payload(request)?, message))
    }

    fn payload(&self, request: &AdmissionRequest) -> Result<Vec<u8>, Error> {
        Ok(serde_json::to_vec(&Validation {
            request,
            settings: &self.settings,
        })?)
    }

    /// The policy's verdict.
    pub fn validate(&self, request: &AdmissionRequest) -> Result<AdmissionResponse, Error> {
        let payload = self.payload(request)?;
        match self.policy.call("validate", &payload) {
            Err(error @ CallError::Start(_)) => Err(Error::Start(error)),
            answer => Ok(AdmissionResponse::from_answer(request, answer)),
        }
    }
}

fn refusal(answer: &[u8]) -> Option<String> {
    match serde_json::from_slice(answer) {
        Ok(SettingsValidationResponse { valid: true, .. }) => None,
        Ok(SettingsValidationResponse { message, .. }) => {
            Some(message.unwrap_or_else(|| "the policy gives no reason".to_owned()))
        }
        Err(error) => Some(format!("invalid response from policy: {error}")),
    }
}

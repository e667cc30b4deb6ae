//! The policy that is linked into the command, as the judge of `doctor`.

use doctor::judge::{Judge, Values, Verdict};
use serde_json::Value;

use crate::Error;
use crate::admission::{AdmissionRequest, AdmissionResponse};
use crate::evaluator::Evaluator;
use crate::policy::Linked as Policy;
use crate::settings::file::SettingsFile;
use crate::settings::warnings;

/// It.
pub(super) struct Linked;

impl Judge for Linked {
    fn settings(&self, settings: &Values) -> Result<Vec<String>, Vec<String>> {
        let text = Value::Object(settings.clone()).to_string();
        let file = SettingsFile::from_text(&text, "settings", None).map_err(|error| error.lines())?;
        let rules = file.rules().map_err(|refusal| -> Vec<String> {
            refusal
                .faults
                .into_iter()
                .map(|fault| fault.reason.to_string())
                .collect()
        })?;
        Ok(warnings::of(&file, &rules)
            .into_iter()
            .map(|warning| warning.to_string())
            .collect())
    }

    fn verdict(&self, settings: &Values, request: &Value) -> Result<Verdict, String> {
        let request: AdmissionRequest =
            serde_json::from_value(request.clone()).map_err(|error| error.to_string())?;
        let response = response(settings, &request).map_err(|error| error.to_string())?;
        let missing = |what: &str| format!("the policy's answer has no {what}");
        if !response.allowed {
            let message = response.status.and_then(|status| status.message);
            return message.map(Verdict::Rejected).ok_or_else(|| missing("reason"));
        }
        let mut object = request.object.ok_or_else(|| missing("object"))?;
        if let Some(patch) = response.patch {
            json_patch::patch(&mut object, &patch).map_err(|error| error.to_string())?;
        }
        Ok(Verdict::Accepted(object))
    }
}

fn response(settings: &Values, request: &AdmissionRequest) -> Result<AdmissionResponse, Error> {
    Ok(Evaluator::new(Policy, settings.clone())?.validate(request)?)
}

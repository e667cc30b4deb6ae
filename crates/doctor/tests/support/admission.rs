//! The policy itself, linked into the tests: as the judge of doctor, and as what the fake API server asks.

use checker::admission::AdmissionRequest;
use checker::evaluator::Evaluator;
use checker::policy::Linked;
use checker::settings::file::SettingsFile;
use checker::settings::warnings;
use doctor::judge::{Judge, Values, Verdict};
use serde_json::Value;

/// The policy.
pub(crate) struct Policy;

impl Judge for Policy {
    fn settings(&self, settings: &Values) -> Result<Vec<String>, Vec<String>> {
        let text = Value::Object(settings.clone()).to_string();
        let file =
            SettingsFile::from_text(&text, "settings", None).map_err(|error| vec![error.to_string()])?;
        let rules = file.rules().map_err(|refusal| {
            refusal
                .faults
                .into_iter()
                .map(|fault| fault.reason.to_string())
                .collect::<Vec<String>>()
        })?;
        Ok(warnings::of(&file, &rules)
            .into_iter()
            .map(|warning| warning.to_string())
            .collect())
    }

    fn verdict(&self, settings: &Values, request: &Value) -> Result<Verdict, String> {
        let response =
            |request: &AdmissionRequest| Evaluator::new(Linked, settings.clone())?.validate(request);
        let request: AdmissionRequest =
            serde_json::from_value(request.clone()).map_err(|error| error.to_string())?;
        let response = response(&request).map_err(|error| error.to_string())?;
        if !response.allowed {
            let message = response.status.and_then(|status| status.message);
            return Ok(Verdict::Rejected(message.ok_or("no reason")?));
        }
        let mut object = request.object.ok_or("no object")?;
        if let Some(patch) = response.patch {
            json_patch::patch(&mut object, &patch).map_err(|error| error.to_string())?;
        }
        Ok(Verdict::Accepted(object))
    }
}

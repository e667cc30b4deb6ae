//! `compare`: what a change of settings does over all possible requests, as sentences.

use checker::classes::difference::Difference;
use checker::classes::rows::Row;
use checker::classes::sentence::{self, Sentence};
use checker::settings::file::SettingsFile;
use kubevirt_sidecar_hostpath_policy::Settings;
use serde::{Deserialize, Serialize};

/// The settings, and those before the change.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Request {
    settings: String,
    against: String,
}

/// What the change does, or why nobody can say.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Response {
    fault: Option<String>,
    /// In a few words.
    effect: &'static str,
    permitted: Vec<Sentence>,
    refused: Vec<Sentence>,
    nodes: Vec<String>,
    settings: Vec<String>,
}

/// Compares the settings.
pub(crate) fn compare(request: &Request) -> Response {
    difference(request).unwrap_or_else(|fault| Response {
        fault: Some(fault),
        ..Response::default()
    })
}

fn difference(request: &Request) -> Result<Response, String> {
    let before = settings(&request.against, "The settings to compare with")?;
    let after = settings(&request.settings, "The settings")?;
    let difference = Difference::of(&before, &after);
    let sentences = |rows: &[Row], may: &str| rows.iter().map(|row| sentence::of_row(row, may)).collect();
    Ok(Response {
        fault: None,
        effect: sentence::of_effect(difference.effect()),
        permitted: sentences(&difference.permitted, "may now"),
        refused: sentences(&difference.refused, "may no longer"),
        nodes: difference.nodes.iter().map(sentence::of_nodes).collect(),
        settings: difference.settings.iter().map(sentence::of_setting).collect(),
    })
}

fn settings(text: &str, name: &str) -> Result<Settings, String> {
    let file = SettingsFile::from_text(text, "settings", None).map_err(|error| error.to_string())?;
    file.rules().map_err(|refusal| {
        let reason = refusal
            .faults
            .first()
            .map(|fault| format!(": line {}: {}", fault.at.line, fault.reason));
        format!("{name} are not valid{}.", reason.unwrap_or_default())
    })
}

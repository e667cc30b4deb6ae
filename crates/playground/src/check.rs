//! `check`: the report of `sidecar-hostpath check -o json`, and what the page shows beside it.

use checker::Error;
use checker::evaluator::Evaluator;
use checker::manifests::finding::{self, Finding, Summary};
use checker::manifests::manifest::{Manifest, Unreadable};
use checker::manifests::reader;
use checker::manifests::report::Document;
use checker::policy::Policy;
use checker::settings::file::{Refusal, SettingsFile};
use checker::settings::warnings;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::violation::{self, ShownViolation};

/// What the file of settings is called in messages.
const SETTINGS: &str = "settings";

/// The texts of both editors.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Request {
    settings: String,
    manifest: String,
    /// The name of the manifest's file.
    file: String,
    /// The namespace of objects without one.
    namespace: Option<String>,
}

/// All that the page shows.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Response {
    /// The policy that has the settings, if they are not alone.
    title: Option<String>,
    /// What is wrong with the settings; then there is no report.
    faults: Vec<Note>,
    /// What is dangerous about them.
    warnings: Vec<Note>,
    /// The document of `check -o json`.
    report: Option<Value>,
    /// The violations of each result.
    violations: Vec<Vec<ShownViolation>>,
    /// The pods that the policy changes.
    patched: Vec<Patched>,
    /// The annotations for hook sidecars, for their schema.
    annotations: Vec<Annotation>,
}

/// The text of an annotation, and its line.
#[derive(Debug, Serialize)]
struct Annotation {
    /// The number of its object's result, from 0.
    result: usize,
    line: usize,
    text: String,
}

/// Something to say about a place in the settings.
#[derive(Debug, Serialize)]
pub(crate) struct Note {
    line: usize,
    column: usize,
    message: String,
}

/// A pod before and after.
#[derive(Debug, Serialize)]
pub(crate) struct Patched {
    /// The number of its result, from 0.
    result: usize,
    before: Value,
    after: Value,
}

/// Checks the manifest against the settings.
pub(crate) fn check(request: &Request, policy: impl Policy + 'static) -> Result<Response, String> {
    let mut found = reader::read(&request.manifest, &request.file);
    let mut response = Response {
        title: None,
        faults: Vec::new(),
        warnings: Vec::new(),
        report: None,
        violations: Vec::new(),
        patched: Vec::new(),
        annotations: found
            .manifests
            .iter()
            .enumerate()
            .filter_map(annotation)
            .collect(),
    };
    let file = match SettingsFile::from_text(&request.settings, SETTINGS, None) {
        Ok(file) => file,
        Err(error) => {
            response.faults = vec![of_error(&error)];
            return Ok(response);
        }
    };
    response.title.clone_from(&file.title);
    let rules = match file.rules() {
        Ok(rules) => rules,
        Err(refusal) => {
            response.faults = of_refusal(refusal);
            return Ok(response);
        }
    };
    let warnings = warnings::of(&file, &rules).into_iter();
    response.warnings = warnings
        .map(|warning| Note {
            line: warning.at.line,
            column: warning.at.column,
            message: warning.to_string(),
        })
        .collect();
    let evaluator = match Evaluator::new(policy, file.settings.clone()) {
        Ok(evaluator) => evaluator,
        Err(Error::SettingsRefused(message)) => {
            response.faults = of_refusal(file.refused(&message));
            return Ok(response);
        }
        Err(error) => return Err(error.to_string()),
    };
    let mut findings = Vec::new();
    for (manifest, number) in found.manifests.iter_mut().zip(1_usize..) {
        if let Some(namespace) = &request.namespace {
            manifest.default_namespace(namespace);
        }
        let Some(admission) = manifest.request(number) else {
            findings.push(finding::skipped(manifest));
            response.violations.push(Vec::new());
            continue;
        };
        let answer = evaluator
            .validate(&admission)
            .map_err(|error| error.to_string())?;
        if let Some(patch) = &answer.patch {
            response.patched.push(patched(manifest, patch, findings.len()));
        }
        let reasons = evaluator
            .reasons(&admission, finding::message(&answer))
            .map_err(|error| error.to_string())?;
        response.violations.push(match answer.allowed {
            true => Vec::new(),
            false => violation::shown(manifest, &reasons),
        });
        findings.push(finding::judged(manifest, answer, reasons, &rules));
    }
    response.report = Some(report(&findings, &found.faults)?);
    Ok(response)
}

fn annotation((result, manifest): (usize, &Manifest)) -> Option<Annotation> {
    Some(Annotation {
        result,
        line: manifest.annotation?.line,
        text: manifest.hook_sidecars()?.to_owned(),
    })
}

fn report(findings: &[Finding], faults: &[Unreadable]) -> Result<Value, String> {
    let document = Document {
        results: findings.iter().collect(),
        errors: faults,
        summary: Summary::of(findings),
    };
    serde_json::to_value(document).map_err(|error| error.to_string())
}

fn patched(manifest: &Manifest, patch: &json_patch::Patch, result: usize) -> Patched {
    let before = manifest.object.clone().unwrap_or_default();
    let mut after = before.clone();
    // It was made from this very object, so it fits.
    let _ = json_patch::patch(&mut after, patch);
    Patched {
        result,
        before,
        after,
    }
}

/// What is wrong where there are no settings at all.
fn of_error(error: &Error) -> Note {
    match error {
        Error::SettingsSyntax { at, message, .. } => Note {
            line: at.line,
            column: at.column,
            message: format!("the settings cannot be parsed: {message}"),
        },
        other => Note {
            line: 1,
            column: 1,
            message: other.to_string(),
        },
    }
}

fn of_refusal(refusal: Refusal) -> Vec<Note> {
    let faults = refusal.faults.into_iter();
    faults
        .map(|fault| Note {
            line: fault.at.line,
            column: fault.at.column,
            message: fault.reason.to_string(),
        })
        .collect()
}

//! The settings that manifests are checked against: a file of settings, or the Kubewarden policy that carries them.

use std::path::Path;

use kubevirt_sidecar_hostpath_policy::{self as policy, settings::Settings as Rules};
use serde_json::Value;

use crate::Error;
use crate::input;
use crate::settings::{self, Settings};

/// The kinds that carry settings for a policy.
const POLICIES: [&str; 2] = ["ClusterAdmissionPolicy", "AdmissionPolicy"];

/// Their API group, before the version.
const GROUP: &str = "policies.kubewarden.io/";

/// What the second deployment of this policy sets; for the rest its settings are those of the first.
const VERIFY_ONLY: &str = "verifyOnly";

/// Settings and where they come from.
#[derive(Debug, Clone, PartialEq)]
pub struct SettingsFile {
    /// For messages: the file, and the policy in it.
    pub place: String,
    /// The settings as they are written.
    pub settings: Settings,
}

/// Settings in the manifest of a policy.
struct PolicyManifest {
    /// `ClusterAdmissionPolicy x (document 1)`
    name: String,
    settings: Settings,
}

impl SettingsFile {
    /// Reads the file.
    pub fn read(path: &Path) -> Result<Self, Error> {
        if input::is_stdin(path) {
            return Err(Error::SettingsOnStdin);
        }
        let file = input::name(path);
        Self::from_text(&input::text(input::file(path)?, &file)?, &file)
    }

    /// Reads the content of the file.
    pub fn from_text(text: &str, file: &str) -> Result<Self, Error> {
        let documents = settings::documents(text, file)?;
        let mut policies = Vec::new();
        for (document, number) in documents.iter().zip(1..) {
            policies.extend(policy_manifest(document, number, file)?);
        }
        match one_of(&policies) {
            None if policies.is_empty() => Self::plain(documents, file),
            None => {
                let names: Vec<&str> = policies.iter().map(|policy| policy.name.as_str()).collect();
                Err(Error::SettingsDiffer {
                    file: file.to_owned(),
                    policies: names.join(", "),
                })
            }
            Some(policy) => Ok(SettingsFile {
                place: format!("{file}, {}", policy.name),
                settings: policy.settings.clone(),
            }),
        }
    }

    /// Settings with nothing around them.
    fn plain(documents: Vec<Value>, file: &str) -> Result<Self, Error> {
        let settings = settings::from_documents(documents, file)?;
        match (settings.get("apiVersion"), settings.get("kind")) {
            (Some(_), Some(Value::String(kind))) => Err(Error::SettingsOfAnother {
                file: file.to_owned(),
                kind: kind.clone(),
            }),
            _ => Ok(SettingsFile {
                place: file.to_owned(),
                settings,
            }),
        }
    }

    /// What the settings mean to the policy.
    pub fn rules(&self) -> Result<Rules, Error> {
        let payload = serde_json::to_vec(&self.settings)?;
        policy::read_settings(&payload).map_err(|faults| self.refused(&faults.to_string()))
    }

    /// The policy refuses the settings.
    #[must_use]
    pub fn refused(&self, message: &str) -> Error {
        Error::CheckSettings {
            place: self.place.clone(),
            message: message.to_owned(),
        }
    }
}

/// The first policy, if the others have its settings. One that only verifies stands back: it is the same policy once
/// more, and says nothing of what would be mounted.
fn one_of(policies: &[PolicyManifest]) -> Option<&PolicyManifest> {
    let verifies = |policy: &&PolicyManifest| policy.settings.get(VERIFY_ONLY) == Some(&Value::Bool(true));
    let first = policies
        .iter()
        .find(|policy| !verifies(policy))
        .or(policies.first())?;
    let essence = |policy: &PolicyManifest| {
        let mut settings = policy.settings.clone();
        settings.remove(VERIFY_ONLY);
        settings
    };
    let same = |policy: &PolicyManifest| essence(policy) == essence(first);
    policies.iter().all(same).then_some(first)
}

/// The policy in the document, if it is one.
fn policy_manifest(document: &Value, number: usize, file: &str) -> Result<Option<PolicyManifest>, Error> {
    let text = |pointer: &str| {
        document
            .pointer(pointer)
            .and_then(Value::as_str)
            .unwrap_or_default()
    };
    let kind = text("/kind");
    if !text("/apiVersion").starts_with(GROUP) || !POLICIES.contains(&kind) {
        return Ok(None);
    }
    let namespace = text("/metadata/namespace");
    let slash = if namespace.is_empty() { "" } else { "/" };
    let name = format!(
        "{kind} {namespace}{slash}{} (document {number})",
        text("/metadata/name")
    );
    let settings = match document.pointer("/spec/settings") {
        None | Some(Value::Null) => Settings::new(),
        Some(Value::Object(settings)) => settings.clone(),
        Some(_) => {
            return Err(Error::SettingsKind {
                file: format!("{file}, {name}"),
            });
        }
    };
    Ok(Some(PolicyManifest { name, settings }))
}

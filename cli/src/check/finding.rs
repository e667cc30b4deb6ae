//! What the policy says of one manifest.

use kubevirt_sidecar_hostpath_policy::answer::verdict::HostPathMount;
use kubevirt_sidecar_hostpath_policy::objects::preview;
use kubevirt_sidecar_hostpath_policy::settings::{Settings, rule::Rule};
use serde::Serialize;
use serde_json::Value;

use crate::Error;
use crate::admission::AdmissionResponse;
use crate::check::manifest::{Manifest, Place};
use crate::check::violations;
use crate::evaluator::Evaluator;

/// The verdict on one manifest, with all that belongs to it. As JSON it is one element of `results`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// The file as it was given; `-` for standard input.
    pub file: String,
    /// The number of the document in the file, from 1.
    pub document: usize,
    /// In a list, the number of the object, from 1.
    pub item: Option<usize>,
    /// As in the manifest.
    pub api_version: String,
    /// As in the manifest.
    pub kind: String,
    /// As in the manifest, or of the command, if either has one.
    pub namespace: Option<String>,
    /// As in the manifest, if it has one.
    pub name: Option<String>,
    /// The verdict.
    pub verdict: Verdict,
    /// The HTTP status code of a rejection.
    pub code: Option<u16>,
    /// Why it is rejected.
    pub violations: Vec<String>,
    /// What its owner should know all the same.
    pub warnings: Vec<String>,
    /// What hook sidecars and `compute` see of the node; empty unless accepted.
    pub host_paths: Vec<HostPathMount>,
    /// Whether it names no namespace though the settings have rules for some namespaces only.
    #[serde(skip)]
    pub lacks_namespace: bool,
}

/// The verdict on a manifest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// The API server would take it.
    Accepted,
    /// The API server would refuse it.
    Rejected,
    /// The policy does not judge objects of this kind.
    Skipped,
}

/// Has the manifests evaluated, in their order.
pub fn findings(
    manifests: &[Manifest],
    evaluator: &Evaluator,
    settings: &Settings,
) -> Result<Vec<Finding>, Error> {
    let finding = |(manifest, number)| match preview::knows(Manifest::group(manifest), &manifest.kind) {
        true => {
            let response = evaluator.validate(&manifest.request(number))?;
            Ok(judged(manifest, response, settings))
        }
        false => Ok(skipped(manifest)),
    };
    manifests.iter().zip(1..).map(finding).collect()
}

fn skipped(manifest: &Manifest) -> Finding {
    let Place { file, document, item } = manifest.place.clone();
    Finding {
        file,
        document,
        item,
        api_version: manifest.api_version.clone(),
        kind: manifest.kind.clone(),
        namespace: manifest.namespace.clone(),
        name: manifest.name.clone(),
        verdict: Verdict::Skipped,
        code: None,
        violations: Vec::new(),
        warnings: Vec::new(),
        host_paths: Vec::new(),
        lacks_namespace: false,
    }
}

fn judged(manifest: &Manifest, response: AdmissionResponse, settings: &Settings) -> Finding {
    let restricted = settings.rules.iter().any(Rule::is_restricted);
    let skipped = Finding {
        lacks_namespace: restricted
            && manifest.namespace.is_none()
            && preview::is_namespaced(manifest.group(), &manifest.kind),
        ..skipped(manifest)
    };
    let warnings = response.warnings.clone().unwrap_or_default();
    if response.allowed {
        let object = resulting(manifest, &response).to_string();
        let host_paths = preview::mounts(
            settings,
            manifest.namespace.as_deref().unwrap_or_default(),
            manifest.group(),
            &manifest.kind,
            &object,
        );
        return Finding {
            verdict: Verdict::Accepted,
            warnings,
            host_paths,
            ..skipped
        };
    }
    let status = response.status.unwrap_or_default();
    let message = status.message.as_deref().unwrap_or("the policy gives no reason");
    Finding {
        verdict: Verdict::Rejected,
        code: status.code,
        violations: violations::split(message),
        warnings,
        ..skipped
    }
}

/// The object as the API server would store it.
fn resulting(manifest: &Manifest, response: &AdmissionResponse) -> Value {
    let mut object = manifest.object.clone();
    if let Some(patch) = &response.patch {
        // It was made from this very object, so it fits.
        let _ = json_patch::patch(&mut object, patch);
    }
    object
}

/// How many manifests were accepted, rejected and skipped.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// The count of those that are accepted.
    pub accepted: usize,
    /// The count of those that are rejected.
    pub rejected: usize,
    /// The count of those that are not judged.
    pub skipped: usize,
}

impl Summary {
    /// Counts.
    #[must_use]
    pub fn of(findings: &[Finding]) -> Self {
        let count = |verdict| {
            findings
                .iter()
                .filter(|finding| finding.verdict == verdict)
                .count()
        };
        Summary {
            accepted: count(Verdict::Accepted),
            rejected: count(Verdict::Rejected),
            skipped: count(Verdict::Skipped),
        }
    }
}

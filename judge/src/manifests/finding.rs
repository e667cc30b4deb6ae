//! What the policy says of one manifest.

use kubevirt_sidecar_hostpath_policy::answer::verdict::HostPathMount;
use kubevirt_sidecar_hostpath_policy::objects::preview;
use kubevirt_sidecar_hostpath_policy::settings::{Settings, rule::Rule};
use serde::Serialize;
use serde_json::Value;

use crate::Error;
use crate::admission::AdmissionResponse;
use crate::evaluator::Evaluator;
use crate::manifests::denied;
use crate::manifests::manifest::{Manifest, title};
use crate::printing::field_error;
use crate::reading::place::Place;

/// The verdict on one manifest, with all that belongs to it. As JSON it is one element of `results`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// Where it was found.
    #[serde(flatten)]
    pub place: Place,
    /// The line of its first annotation that asks for host paths, if it has one.
    pub annotation_line: Option<usize>,
    /// As in the manifest; empty for what is no Kubernetes object.
    pub api_version: String,
    /// As in the manifest; empty for what is no Kubernetes object.
    pub kind: String,
    /// As in the manifest, or of the command, if either has one.
    pub namespace: Option<String>,
    /// As in the manifest, if it has one.
    pub name: Option<String>,
    /// As in the manifest, if it has one.
    pub generate_name: Option<String>,
    /// The verdict.
    pub verdict: Verdict,
    /// The HTTP status code of a rejection.
    pub code: Option<u16>,
    /// Why it is rejected.
    pub violations: Vec<String>,
    /// For each violation the setting that forbids; none where no setting can permit.
    pub denied_by: Vec<Option<String>>,
    /// What its owner should know all the same.
    pub warnings: Vec<String>,
    /// What hook sidecars and `compute` see of the node; empty unless accepted.
    pub host_paths: Vec<Mount>,
    /// The images of its hook sidecars, where it is rejected.
    #[serde(skip)]
    pub images: Vec<Option<String>>,
    /// Whether it names no namespace though the settings have rules for some namespaces only.
    #[serde(skip)]
    pub lacks_namespace: bool,
}

/// A host path as one container sees it, and the rule that permits it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Mount {
    /// The mount.
    #[serde(flatten)]
    pub mount: HostPathMount,
    /// The setting, such as `allowedHostPaths[0]`; none in pods that are not guarded.
    pub rule: Option<String>,
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

impl Finding {
    /// Whether it is rejected, or `is_strict` and has a warning.
    #[must_use]
    pub fn fails(&self, is_strict: bool) -> bool {
        self.verdict == Verdict::Rejected || is_strict && !self.warnings.is_empty()
    }

    /// `Pod default/p`; a name that the API server completes ends in `*`.
    #[must_use]
    pub fn object(&self) -> String {
        title(
            &self.kind,
            self.namespace.as_deref(),
            self.name.as_deref(),
            self.generate_name.as_deref(),
        )
    }

    /// The line to look at.
    #[must_use]
    pub fn line(&self) -> usize {
        self.annotation_line.unwrap_or(self.place.line)
    }
}

/// What the policy says of the manifest, which is this one by number.
pub fn finding(
    manifest: &Manifest,
    number: usize,
    evaluator: &Evaluator,
    settings: &Settings,
) -> Result<Finding, Error> {
    match manifest.request(number) {
        Some(request) => {
            let response = evaluator.validate(&request)?;
            Ok(judged(manifest, response, settings))
        }
        None => Ok(skipped(manifest)),
    }
}

/// An object that the policy does not judge.
#[must_use]
pub fn skipped(manifest: &Manifest) -> Finding {
    Finding {
        place: manifest.place.clone(),
        annotation_line: manifest.annotation.map(|at| at.line),
        api_version: manifest.api_version.clone(),
        kind: manifest.kind.clone(),
        namespace: manifest.namespace.clone(),
        name: manifest.name.clone(),
        generate_name: manifest.generate_name.clone(),
        verdict: Verdict::Skipped,
        code: None,
        violations: Vec::new(),
        denied_by: Vec::new(),
        warnings: manifest.warnings.clone(),
        host_paths: Vec::new(),
        images: Vec::new(),
        lacks_namespace: false,
    }
}

/// What the policy's answer says of the manifest.
#[must_use]
pub fn judged(manifest: &Manifest, response: AdmissionResponse, settings: &Settings) -> Finding {
    let restricted = settings.rules.iter().any(Rule::is_restricted);
    let skipped = Finding {
        lacks_namespace: restricted
            && manifest.namespace.is_none()
            && preview::is_namespaced(manifest.group(), &manifest.kind),
        ..skipped(manifest)
    };
    let mut warnings = manifest.warnings.clone();
    warnings.extend(response.warnings.clone().unwrap_or_default());
    if response.allowed {
        return Finding {
            verdict: Verdict::Accepted,
            warnings,
            host_paths: mounts(manifest, &response, settings),
            ..skipped
        };
    }
    let status = response.status.unwrap_or_default();
    let message = status.message.as_deref().unwrap_or("the policy gives no reason");
    let violations = field_error::split(message);
    Finding {
        verdict: Verdict::Rejected,
        code: status.code,
        denied_by: denied::by(&violations, manifest, settings),
        violations,
        warnings,
        images: images(manifest),
        ..skipped
    }
}

/// The images of the hook sidecars in the first annotation for them.
fn images(manifest: &Manifest) -> Vec<Option<String>> {
    let entries: Option<Vec<Value>> = manifest
        .hook_sidecars()
        .and_then(|text| serde_json::from_str(text).ok());
    let image = |entry: Value| Some(entry.get("image")?.as_str()?.to_owned());
    entries.unwrap_or_default().into_iter().map(image).collect()
}

/// What containers would see in the object as the API server would store it.
fn mounts(manifest: &Manifest, response: &AdmissionResponse, settings: &Settings) -> Vec<Mount> {
    let object = match (&manifest.object, &response.patch) {
        (None, _) => return Vec::new(),
        (Some(object), None) => object.to_string(),
        (Some(object), Some(patch)) => {
            let mut object = object.clone();
            // It was made from this very object, so it fits.
            let _ = json_patch::patch(&mut object, patch);
            object.to_string()
        }
    };
    let (group, kind) = (manifest.group(), manifest.kind.as_str());
    let namespace = manifest.namespace.as_deref().unwrap_or_default();
    let mounts = preview::mounts(settings, namespace, group, kind, &object);
    let rules = preview::rules(settings, namespace, group, kind, &mounts);
    let with_rule = |(mount, rule): (HostPathMount, Option<usize>)| Mount {
        mount,
        rule: rule.map(|rule| format!("allowedHostPaths[{rule}]")),
    };
    mounts.into_iter().zip(rules).map(with_rule).collect()
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

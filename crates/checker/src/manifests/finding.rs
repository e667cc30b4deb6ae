//! What the policy says of one manifest.

use std::collections::BTreeMap;

use crate::preview::{self, SeenMount};
use kubevirt_sidecar_hostpath_policy::{MountSummary, Rule, Settings};
use serde::Serialize;
use serde_json::Value;

use crate::Error;
use crate::admission::AdmissionResponse;
use crate::evaluator::Evaluator;
use crate::manifests::manifest::{Manifest, title};
use crate::manifests::reason::Reason;
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
    pub violations: Vec<Reason>,
    /// For each violation the line that it is about.
    pub violation_lines: Vec<usize>,
    /// For each violation the setting that forbids; none where no setting can permit.
    pub denied_by: Vec<Option<String>>,
    /// What its owner should know all the same.
    pub warnings: Vec<String>,
    /// What its containers see of the node; empty unless accepted.
    pub host_paths: Vec<Mount>,
    /// The images of its hook sidecars, where it is rejected.
    #[serde(skip)]
    pub images: Vec<Option<String>>,
    /// Whether it names no namespace though the settings have rules for some namespaces only.
    #[serde(skip)]
    pub lacks_namespace: bool,
    /// Whether it is a pod without the label of launcher pods, at whose mounts the policy does not look.
    #[serde(skip)]
    pub is_other_pod: bool,
}

/// A host path as one container sees it, and the rule that permits it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Mount {
    /// The mount.
    #[serde(flatten)]
    pub mount: MountSummary,
    /// The setting, such as `allowedHostPaths[0]`; none of KubeVirt's own mounts, and in pods that are not judged.
    pub rule: Option<String>,
    /// What the admin says of the rule.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The labels of the nodes on which it starts, for a request.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub nodes: BTreeMap<String, String>,
}

impl Mount {
    /// Whether the same is seen on the same nodes, whatever rule permits it.
    #[must_use]
    pub fn is_like(&self, other: &Self) -> bool {
        (&self.mount, &self.nodes) == (&other.mount, &other.nodes)
    }
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

    /// The violations, each with the line that it is about.
    pub fn placed_violations(&self) -> impl Iterator<Item = (&Reason, usize)> {
        self.violations.iter().zip(self.violation_lines.iter().copied())
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
            let reasons = evaluator.reasons(&request, message(&response))?;
            Ok(judged(manifest, response, reasons, settings))
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
        violation_lines: Vec::new(),
        denied_by: Vec::new(),
        warnings: manifest.warnings.clone(),
        host_paths: Vec::new(),
        images: Vec::new(),
        lacks_namespace: false,
        is_other_pod: false,
    }
}

/// The message of a rejection.
#[must_use]
pub fn message(response: &AdmissionResponse) -> &str {
    let message = response
        .status
        .as_ref()
        .and_then(|status| status.message.as_deref());
    message.unwrap_or("the policy gives no reason")
}

/// What the policy's answer says of the manifest; `reasons` are those of a rejection.
#[must_use]
pub fn judged(
    manifest: &Manifest,
    response: AdmissionResponse,
    reasons: Vec<Reason>,
    settings: &Settings,
) -> Finding {
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
            is_other_pod: preview::is_pod(manifest.group(), &manifest.kind) && !is_launcher(manifest),
            ..skipped
        };
    }
    let reasons: Vec<Reason> = reasons
        .into_iter()
        .map(|reason| manifest.locate(reason))
        .collect();
    Finding {
        verdict: Verdict::Rejected,
        code: response.status.unwrap_or_default().code,
        denied_by: reasons.iter().map(Reason::setting).collect(),
        violation_lines: manifest.lines_of(&reasons),
        violations: reasons,
        warnings,
        images: images(manifest),
        ..skipped
    }
}

fn is_launcher(manifest: &Manifest) -> bool {
    let label = |object: &Value| object.get("metadata")?.get("labels")?.get("kubevirt.io").cloned();
    manifest.object.as_ref().and_then(label) == Some(Value::from("virt-launcher"))
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
    let with_rule = |(seen, number): (SeenMount, Option<usize>)| {
        let rule = number.and_then(|number| settings.rules.get(number));
        Mount {
            mount: seen.mount,
            rule: number.map(|number| format!("allowedHostPaths[{number}]")),
            description: rule.and_then(|rule| rule.description.clone()),
            nodes: rule
                .filter(|_| !seen.by_others)
                .map(|rule| rule.node_selector.iter().cloned().collect())
                .unwrap_or_default(),
        }
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

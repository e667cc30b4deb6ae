//! Who asks for a host path: the policy's verdict on an object that does, and the steps to it.

use kubevirt_sidecar_hostpath_policy::base::container_name::{COMPUTE, hook_sidecar_number};
use kubevirt_sidecar_hostpath_policy::base::namespace::Namespace;
use kubevirt_sidecar_hostpath_policy::requests::entry::Access;
use kubevirt_sidecar_hostpath_policy::requests::explanation::{self, Question};
use kubevirt_sidecar_hostpath_policy::requests::place::{HOOK_SIDECARS, HOST_PATHS};
use kubevirt_sidecar_hostpath_policy::requests::refusal::Refusal;
use kubevirt_sidecar_hostpath_policy::settings::{Settings as Rules, rule::Rule};
use serde_json::{Value, json};

use crate::evaluator::Evaluator;
use crate::manifests::finding;
use crate::manifests::manifest::Manifest;
use crate::policy::Linked;
use crate::reading::place::Place;
use crate::settings::{Settings, rules};

/// Where the path is mounted, in containers that do not say where they may have mounts.
const MOUNT_PATH: &str = "/host-path";

/// Nobody has as many sidecars.
const MOST_ENTRIES: usize = 10_000;

/// A VirtualMachineInstance with one request.
#[derive(Debug, Clone)]
pub struct Asker {
    /// What it asks for.
    pub question: Question,
    /// The name of its namespace.
    pub namespace: String,
    manifest: Manifest,
}

/// What each step says, with rules by their names in the settings.
#[derive(Debug, Clone)]
pub struct Steps {
    /// The rules at or above the path.
    pub covering: Vec<CoveringRule>,
    /// The rule that decides, if one does.
    pub rule: Option<String>,
    /// The steps that refuse.
    pub refused: Vec<Refusal>,
}

/// A rule at or above the path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CoveringRule {
    /// Its number in the settings.
    pub number: usize,
    /// Whether it decides.
    pub decides: bool,
    /// What it has to do with the request.
    pub relation: Relation,
}

/// What a rule at or above a path has to do with a request for that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relation {
    /// It is for the request.
    For,
    /// It is for other namespaces.
    OtherNamespaces,
    /// It is for other containers.
    OtherContainers,
    /// It is for its own path alone, which is above.
    ExactAbove,
}

impl Asker {
    /// Who asks, under settings which say where a container may have mounts.
    #[must_use]
    pub fn new(namespace: &str, question: &Question, rules: &Rules) -> Self {
        let named = rules
            .request_containers
            .iter()
            .find(|(name, _)| *name == question.container);
        let directory = named.map_or(MOUNT_PATH, |(_, directory)| directory.as_str());
        let request = json!({
            "path": question.path.as_str(),
            "volumePath": directory,
            "type": question.host_path_type.as_str(),
            "readOnly": question.access == Access::ReadOnly,
            "sharedComputePath": question.shares.then_some(MOUNT_PATH),
        });
        let (key, annotation) = match entry(&question.container) {
            Some(number) => {
                let mut entries = vec![Value::Null; number];
                entries.push(json!({ "hostPath": request }));
                (HOOK_SIDECARS, Value::from(entries))
            }
            None => (HOST_PATHS, json!({ question.container.as_str(): request })),
        };
        let (api_version, kind) = ("kubevirt.io/v1", "VirtualMachineInstance");
        let object = json!({
            "apiVersion": api_version,
            "kind": kind,
            "metadata": { "name": "x", "annotations": { key: annotation.to_string() } },
        });
        Asker {
            question: question.clone(),
            namespace: namespace.to_owned(),
            manifest: Manifest {
                place: Place::of_file("-"),
                annotation: None,
                api_version: api_version.to_owned(),
                kind: kind.to_owned(),
                namespace: Some(namespace.to_owned()),
                name: None,
                generate_name: None,
                object: Some(object),
                warnings: Vec::new(),
            },
        }
    }

    /// Why the policy would reject it; empty if it would not. Settings that are refused have their violations.
    #[must_use]
    pub fn violations(&self, settings: &Settings) -> Vec<String> {
        let rules = match rules(settings) {
            Ok(rules) => rules,
            Err(violations) => return violations,
        };
        let evaluator = Evaluator::new(Linked, settings.clone());
        let finding = evaluator.and_then(|evaluator| finding::finding(&self.manifest, 1, &evaluator, &rules));
        match finding {
            Ok(finding) => finding.violations,
            Err(error) => vec![error.to_string()],
        }
    }

    /// The steps of the judgement.
    #[must_use]
    pub fn steps(&self, rules: &Rules) -> Steps {
        let mine = rules.clone().for_requester(&Namespace::named(&self.namespace));
        let explanation = explanation::explain(&mine, &self.question);
        let number = |rule: &Rule| mine.rules.iter().position(|other| std::ptr::eq(other, rule));
        let decides = explanation.rule.and_then(number);
        let covering = explanation.covering.iter().filter_map(|covering| {
            let number = number(covering.rule)?;
            let relation = match covering.rule {
                rule if !rule.is_for_container(&self.question.container) => Relation::OtherContainers,
                _ if !covering.is_mine => Relation::OtherNamespaces,
                _ if !covering.counts() => Relation::ExactAbove,
                _ => Relation::For,
            };
            Some(CoveringRule {
                number,
                decides: decides == Some(number),
                relation,
            })
        });
        Steps {
            covering: covering.collect(),
            rule: decides.map(|number| format!("allowedHostPaths[{number}]")),
            refused: explanation.refused,
        }
    }

    /// Whether `settings.requestContainers` must name the container.
    #[must_use]
    pub fn needs_request_container(&self, rules: &Rules) -> bool {
        let container = &self.question.container;
        entry(container).is_none()
            && container != COMPUTE
            && !rules.request_containers.iter().any(|(name, _)| name == container)
    }
}

/// The entry of the annotation that a hook sidecar has its number from.
#[must_use]
pub fn entry(container: &str) -> Option<usize> {
    hook_sidecar_number(container)?
        .parse()
        .ok()
        .filter(|number| *number < MOST_ENTRIES)
}

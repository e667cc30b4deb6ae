//! Who asks for a host path: the policy's verdict on an object that does, and the steps to it.

use crate::preview::Question;
use kubevirt_sidecar_hostpath_policy::{
    Access, COMPUTE, Covering, HOOK_SIDECARS, HOST_PATHS, HostPath, Namespace, Permission, Refusal, Settings,
    SettingsFor, Viewer, hook_sidecar_number, permission,
};
use serde_json::{Value, json};

use crate::evaluator::Evaluator;
use crate::manifests::finding;
use crate::manifests::manifest::Manifest;
use crate::manifests::reason::Reason;
use crate::policy::Linked;
use crate::reading::place::Place;
use crate::settings::{SettingsJson, rules};

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
    /// It is for mounts by others only.
    NotRequestable,
    /// It is for its own path alone, which is above.
    ExactAbove,
}

impl Asker {
    /// Who asks, under settings which say where a container may have mounts.
    #[must_use]
    pub fn new(namespace: &str, question: &Question, rules: &Settings) -> Self {
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
                texts: Vec::new(),
                warnings: Vec::new(),
            },
        }
    }

    /// Why the policy would reject it; empty if it would not. Settings that are refused have their violations.
    #[must_use]
    pub fn violations(&self, settings: &SettingsJson) -> Vec<Reason> {
        let rules = match rules(settings) {
            Ok(rules) => rules,
            Err(violations) => return violations.into_iter().map(Reason::from).collect(),
        };
        let evaluator = Evaluator::new(Linked, settings.clone());
        let finding = evaluator.and_then(|evaluator| finding::finding(&self.manifest, 1, &evaluator, &rules));
        match finding {
            Ok(finding) => finding.violations,
            Err(error) => vec![Reason::Text(error.to_string())],
        }
    }

    /// Another name of the path under which the request would be accepted, if it is rejected: on most nodes it is the same.
    #[must_use]
    pub fn permitted_name(&self, settings: &SettingsJson, rules: &Settings) -> Option<HostPath> {
        let names = self.question.path.names();
        let mut others = names.into_iter().skip(1);
        let is_permitted = |name: &HostPath| {
            let question = Question {
                path: name.clone(),
                ..self.question.clone()
            };
            Asker::new(&self.namespace, &question, rules)
                .violations(settings)
                .is_empty()
        };
        let name = others.find(is_permitted)?;
        (!self.violations(settings).is_empty()).then_some(name)
    }

    /// The steps of the judgement.
    #[must_use]
    pub fn steps(&self, rules: &Settings) -> Steps {
        let Question {
            container,
            path,
            host_path_type,
            access,
            shares,
        } = &self.question;
        let namespace = Namespace::named(&self.namespace);
        let settings = SettingsFor::new(rules, &namespace);
        let around = settings.around(path);
        let of = |container| {
            let viewer = Viewer::requesting(container);
            permission(&settings, &around, viewer, Some(*host_path_type), Some(*access))
        };
        let Permission { rule, refusals } = of(container);
        let mut refused = refusals;
        if *shares && container != COMPUTE {
            let in_compute = of(COMPUTE).refusals.into_iter();
            let in_compute =
                in_compute.filter(|refusal| refused.iter().all(|own| own.detail != refusal.detail));
            refused.extend(in_compute.collect::<Vec<_>>());
        }
        let decides = rule.map(|rule| rule.rule.number);
        let covering = around.names.first().map(|(_, covering)| covering.as_slice());
        let mut covering: Vec<CoveringRule> = covering
            .unwrap_or_default()
            .iter()
            .map(|covering| CoveringRule {
                number: covering.position,
                decides: decides == Some(covering.position),
                relation: relation(
                    &settings,
                    covering,
                    Viewer::requesting(container),
                    path.as_str().len(),
                ),
            })
            .collect();
        covering.sort_by_key(|covering| covering.number);
        Steps {
            covering,
            rule: decides.map(|number| format!("allowedHostPaths[{number}]")),
            refused,
        }
    }

    /// Whether `settings.requestContainers` must name the container.
    #[must_use]
    pub fn needs_request_container(&self, rules: &Settings) -> bool {
        let container = &self.question.container;
        entry(container).is_none()
            && container != COMPUTE
            && !rules.request_containers.iter().any(|(name, _)| name == container)
    }
}

fn relation(settings: &SettingsFor<'_>, covering: &Covering, viewer: Viewer<'_>, length: usize) -> Relation {
    let rule = settings.rule(covering.position).rule;
    let names = |name: &str| {
        rule.container_names()
            .is_none_or(|mut names| names.any(|known| known == name))
    };
    if !viewer.container.is_some_and(names) {
        Relation::OtherContainers
    } else if !covering.applies {
        Relation::OtherNamespaces
    } else if !rule.requestable {
        Relation::NotRequestable
    } else if rule.is_exact() && covering.length != length {
        Relation::ExactAbove
    } else {
        Relation::For
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

//! The nodes: those that rules mean, and what their container runtimes can do.

use serde_json::{Map, Value, json};

use crate::check::{Check, Finding};
use crate::cluster::Cluster;
use crate::enforcement::condition;
use crate::object::text;
use crate::settings::{Rule, Settings};
use crate::some_of::some_of;

/// KubeVirt writes it on the nodes that VMs may run on.
const SCHEDULABLE: &str = "kubevirt.io/schedulable";

/// What the settings need of the nodes.
pub(crate) async fn check(cluster: &Cluster, settings: Option<&Settings>) -> Check {
    let name = "nodes";
    let Some(settings) = settings else {
        let finding = Finding::unknown("no settings could be read").fix("see the checks above");
        return Check::one(name, finding);
    };
    let nodes = match cluster.list_of("/api/v1/nodes", part).await {
        Ok(nodes) => nodes,
        Err(unseen) => return Check::unseen(name, &unseen),
    };
    if nodes.is_empty() {
        let finding = Finding::unknown("there is none: what their runtimes can do is not known")
            .fix("run doctor again when there are nodes");
        return Check::one(name, finding);
    }
    let mut findings = selected(&nodes, settings);
    findings.extend(recursive(&nodes, settings));
    Check::new(
        name,
        format!(
            "nodes: {}; they have what the rules name, and what recursiveReadOnly needs",
            nodes.len()
        ),
        findings,
    )
}

/// What is looked at of a node, which says much of its images.
fn part(node: Value) -> Value {
    let of = |pointer: &str| node.pointer(pointer).cloned().unwrap_or(Value::Null);
    json!({
        "metadata": { "name": of("/metadata/name"), "labels": of("/metadata/labels") },
        "spec": { "unschedulable": of("/spec/unschedulable") },
        "status": { "conditions": of("/status/conditions"), "runtimeHandlers": of("/status/runtimeHandlers") },
    })
}

/// Whether VMs run there at all, by what KubeVirt writes.
fn is_for_machines(node: &Value) -> bool {
    labels(node).is_some_and(|labels| labels.get(SCHEDULABLE).is_some_and(|value| value == "true"))
}

/// Why no pod comes there for now.
fn is_closed(node: &Value) -> Option<&'static str> {
    if node.pointer("/spec/unschedulable") == Some(&json!(true)) {
        return Some("is cordoned");
    }
    match condition(node, "Ready") {
        Some(condition) if text(condition, "/status") == "True" => None,
        _ => Some("is not ready"),
    }
}

fn labels(node: &Value) -> Option<&Map<String, Value>> {
    node.pointer("/metadata/labels")?.as_object()
}

/// A rule whose nodes do not exist, or run no VMs, starts no VM.
fn selected(nodes: &[Value], settings: &Settings) -> Vec<Finding> {
    let knows_machines = nodes
        .iter()
        .any(|node| labels(node).is_some_and(|labels| labels.contains_key(SCHEDULABLE)));
    let rules = settings.rules().into_iter();
    rules
        .filter(|rule| !rule.node_selector.is_empty())
        .filter_map(|rule| {
            let is_meant = |node: &&Value| {
                let mut wanted = rule.node_selector.iter();
                wanted.all(|(key, value)| labels(node).and_then(|labels| labels.get(key)) == Some(value))
            };
            let meant: Vec<&Value> = nodes.iter().filter(is_meant).collect();
            let usable = meant
                .iter()
                .copied()
                .filter(|node| !knows_machines || is_for_machines(node));
            let usable: Vec<&Value> = usable.collect();
            let names = |nodes: &[&Value]| -> Vec<String> {
                nodes
                    .iter()
                    .map(|node| text(node, "/metadata/name").to_owned())
                    .collect()
            };
            let cannot = format!("a VM that asks for {} cannot be scheduled", rule.path);
            let finding = if meant.is_empty() {
                Finding::failed(format!("no node has these labels: {cannot}")).fix(
                    "kubectl label node NAME KEY=VALUE, on the nodes that have the path; or correct the rule",
                )
            } else if usable.is_empty() {
                Finding::failed(format!(
                    "KubeVirt runs no VMs on the nodes with these labels: {cannot}"
                ))
                .fix(format!(
                    "see why {SCHEDULABLE} is not true there: virt-handler writes it"
                ))
            } else if usable.iter().all(|node| is_closed(node).is_some()) {
                let closed: Vec<String> = usable
                    .iter()
                    .map(|node| {
                        format!(
                            "{} {}",
                            text(node, "/metadata/name"),
                            is_closed(node).unwrap_or_default()
                        )
                    })
                    .collect();
                return Some(
                    Finding::warning(format!("{}: {cannot}, for now", some_of(&closed)))
                        .fix("see to these nodes, or label others that have the path")
                        .at(field(&rule)),
                );
            } else {
                return None;
            };
            Some(finding.field(field(&rule), json!(rule.node_selector), json!(names(&meant))))
        })
        .collect()
}

fn field(rule: &Rule) -> String {
    format!("settings.allowedHostPaths[{}].nodeSelector", rule.number)
}

/// Whether file systems mounted below a host path are read-only too.
fn recursive(nodes: &[Value], settings: &Settings) -> Option<Finding> {
    let (is_required, consequence) = match settings.recursive_read_only() {
        "Disabled" => return None,
        "Enabled" => (true, "launcher pods with host paths do not start there"),
        _ => (
            false,
            "file systems that are mounted below a host path stay writable there",
        ),
    };
    let meant: Vec<&Value> = match nodes.iter().any(is_for_machines) {
        true => nodes.iter().filter(|node| is_for_machines(node)).collect(),
        false => nodes.iter().collect(),
    };
    let lacking: Vec<String> = meant
        .into_iter()
        .filter(|node| !is_recursive(node))
        .map(|node| text(node, "/metadata/name").to_owned())
        .collect();
    (!lacking.is_empty()).then(|| {
        let why = format!(
            "the container runtimes of these nodes do no recursive read-only mounts, or do not say so: {}; {consequence}",
            some_of(&lacking)
        );
        let finding = match is_required {
            true => Finding::failed(why),
            false => Finding::warning(why),
        };
        finding
            .fix("upgrade them (containerd 2.0, CRI-O 1.30), or mount nothing below an allowed path")
            .field(
                "status.runtimeHandlers[].features.recursiveReadOnlyMounts",
                json!(true),
                json!(false),
            )
    })
}

/// What the handler without a name can do, which launcher pods run with.
fn is_recursive(node: &Value) -> bool {
    let handlers = node.pointer("/status/runtimeHandlers").and_then(Value::as_array);
    handlers.into_iter().flatten().any(|handler| {
        text(handler, "/name").is_empty()
            && handler.pointer("/features/recursiveReadOnlyMounts") == Some(&json!(true))
    })
}

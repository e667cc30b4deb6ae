//! The nodes: those that rules mean, and what their container runtimes can do.

use serde_json::{Map, Value, json};

use crate::check::{Check, Finding};
use crate::cluster::Cluster;
use crate::policy::text;
use crate::settings::Settings;
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
    let nodes = match cluster.list("/api/v1/nodes").await {
        Ok(nodes) => nodes,
        Err(unseen) => return Check::unseen(name, &unseen),
    };
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

fn labels(node: &Value) -> Option<&Map<String, Value>> {
    node.pointer("/metadata/labels")?.as_object()
}

/// A rule whose nodes do not exist starts no VM.
fn selected(nodes: &[Value], settings: &Settings) -> Vec<Finding> {
    let rules = settings.rules();
    let without = rules.iter().filter(|rule| {
        let is_meant = |node: &Value| {
            let mut wanted = rule.node_selector.iter();
            wanted.all(|(key, value)| labels(node).and_then(|labels| labels.get(key)) == Some(value))
        };
        !rule.node_selector.is_empty() && !nodes.iter().any(is_meant)
    });
    without
        .map(|rule| {
            Finding::failed(format!(
                "no node has these labels: a VM that asks for {} cannot be scheduled",
                rule.path
            ))
            .fix("kubectl label node NAME KEY=VALUE, on the nodes that have the path; or correct the rule")
            .field(
                format!("settings.allowedHostPaths[{}].nodeSelector", rule.number),
                json!(rule.node_selector),
                json!([]),
            )
        })
        .collect()
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
    let is_for_machines = |node: &&Value| {
        labels(node).is_some_and(|labels| labels.get(SCHEDULABLE).is_some_and(|value| value == "true"))
    };
    let meant: Vec<&Value> = match nodes.iter().any(|node| is_for_machines(&node)) {
        true => nodes.iter().filter(is_for_machines).collect(),
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

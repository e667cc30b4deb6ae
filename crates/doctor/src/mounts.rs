//! The hostPath mounts of a pod, and whether they are as the policy makes them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::check::Finding;
use crate::object::text;

/// Where a container sees a host path.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Mount {
    container: String,
    mount_path: String,
    path: String,
    is_read_only: bool,
    recursive: String,
}

/// All of them.
pub(crate) fn of(pod: &Value) -> BTreeSet<Mount> {
    let volumes = pod.pointer("/spec/volumes").and_then(Value::as_array);
    let paths: BTreeMap<&str, &str> = volumes
        .into_iter()
        .flatten()
        .filter(|volume| volume.get("hostPath").is_some())
        .map(|volume| (text(volume, "/name"), text(volume, "/hostPath/path")))
        .collect();
    let mut found = BTreeSet::new();
    for list in ["containers", "initContainers"] {
        let containers = pod.pointer(&format!("/spec/{list}")).and_then(Value::as_array);
        for container in containers.into_iter().flatten() {
            let mounts = container.get("volumeMounts").and_then(Value::as_array);
            for mount in mounts.into_iter().flatten() {
                if let Some(path) = paths.get(text(mount, "/name")) {
                    found.insert(Mount {
                        container: text(container, "/name").to_owned(),
                        mount_path: text(mount, "/mountPath").to_owned(),
                        path: (*path).to_owned(),
                        is_read_only: mount.get("readOnly") == Some(&json!(true)),
                        recursive: text(mount, "/recursiveReadOnly").to_owned(),
                    });
                }
            }
        }
    }
    found
}

impl Mount {
    /// The same, whether file systems below it are read-only too or not.
    fn is_but_for_recursion(&self, other: &Mount) -> bool {
        let without = |mount: &Mount| Mount {
            recursive: String::new(),
            ..mount.clone()
        };
        without(self) == without(other)
    }

    /// `hook-sidecar-0: /data at /host-images, read-only`
    fn text(&self) -> String {
        let access = match (self.is_read_only, self.recursive.as_str()) {
            (false, _) => "writable".to_owned(),
            (true, "") => "read-only".to_owned(),
            (true, recursive) => format!("read-only (recursive: {recursive})"),
        };
        format!(
            "{}: {} at {}, {access}",
            self.container, self.path, self.mount_path
        )
    }
}

/// For people: what was accepted, and how it is mounted.
pub(crate) fn stored_text(what: &str, stored: &Value) -> String {
    let mounts: Vec<String> = of(stored).iter().map(Mount::text).collect();
    format!("{what} is accepted: {}", mounts.join("; "))
}

/// Whether all is mounted as the policy would do it.
pub(crate) fn difference(wanted: &Value, stored: &Value) -> Vec<Finding> {
    let (expected, found) = (of(wanted), of(stored));
    let texts = |mounts: &[&Mount]| json!(mounts.iter().map(|mount| mount.text()).collect::<Vec<String>>());
    let all: Vec<&Mount> = found.iter().collect();
    let mut findings = Vec::new();
    let lost: Vec<&Mount> = expected
        .iter()
        .filter(|mount| !found.iter().any(|other| other.is_but_for_recursion(mount)))
        .collect();
    if !lost.is_empty() {
        findings.push(
            Finding::failed("it is not mounted as the policy does it")
                .fix("see the checks of inject and verify, and of others that change launcher pods, above")
                .field("spec.containers[].volumeMounts", texts(&lost), texts(&all)),
        );
    }
    let more: Vec<&Mount> = found
        .iter()
        .filter(|mount| !expected.iter().any(|other| other.is_but_for_recursion(mount)))
        .collect();
    if lost.is_empty() && !more.is_empty() {
        let is_writable = more.iter().any(|mount| !mount.is_read_only);
        let finding = match is_writable {
            true => Finding::failed("somebody adds a writable mount, and verify accepts it"),
            false => Finding::warning("somebody adds a mount, and verify accepts it"),
        };
        findings.push(
            finding
                .fix("see the check of others that change launcher pods above")
                .field("spec.containers[].volumeMounts", json!([]), texts(&more)),
        );
    }
    if lost.is_empty() && more.is_empty() && expected != found {
        let wanted: Vec<&Mount> = expected.iter().collect();
        findings.push(
            Finding::warning(
                "somebody takes recursiveReadOnly away: file systems mounted below stay writable",
            )
            .fix("see the check of others that change launcher pods above; or set recursiveReadOnly: Enabled")
            .field("spec.containers[].volumeMounts", texts(&wanted), texts(&all)),
        );
    }
    let labels = |pod: &Value| {
        pod.pointer("/spec/nodeSelector")
            .and_then(Value::as_object)
            .cloned()
            .unwrap_or_default()
    };
    let (wanted, has) = (labels(wanted), labels(stored));
    if wanted.iter().any(|(key, value)| has.get(key) != Some(value)) {
        findings.push(
            Finding::failed("the pod may run on nodes that lack the path")
                .fix("see the check of others that change launcher pods above")
                .field("spec.nodeSelector", json!(wanted), json!(has)),
        );
    }
    findings
}

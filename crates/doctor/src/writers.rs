//! Others that can write at the allowed paths: who can plant a link there chooses where a later request leads.

use serde_json::{Value, json};

use crate::check::{Check, Finding};
use crate::cluster::Cluster;
use crate::policy::{text, title};
use crate::settings::{Rule, Settings};
use crate::some_of::some_of;

/// The lists of a pod that hold containers.
const CONTAINERS: [&str; 3] = ["containers", "initContainers", "ephemeralContainers"];

/// Pods and PersistentVolumes that mount a place at, above or below an allowed path writable.
pub(crate) async fn check(cluster: &Cluster, settings: Option<&Settings>, kubevirt: Option<&str>) -> Check {
    let name = "others that write at the allowed paths";
    let Some(settings) = settings else {
        let finding = Finding::unknown("no settings could be read").fix("see the checks above");
        return Check::one(name, finding);
    };
    let rules = settings.rules();
    let (mut pods, mut own, mut volumes) = (Vec::new(), 0_usize, Vec::new());
    let mut findings = Vec::new();
    let read = cluster
        .each("/api/v1/pods", |pod| {
            let is_launcher = text(&pod, "/metadata/labels/kubevirt.io") == "virt-launcher";
            let is_over = matches!(text(&pod, "/status/phase"), "Succeeded" | "Failed");
            if is_launcher || is_over {
                return;
            }
            for path in written(&pod).into_iter().filter(|path| is_reached(&rules, path)) {
                match kubevirt == Some(text(&pod, "/metadata/namespace")) {
                    true => own = own.saturating_add(1),
                    false => pods.push(format!("{} ({path})", title(&pod))),
                }
            }
        })
        .await;
    findings.extend(read.err().map(|unseen| Finding::unseen(&unseen)));
    let read = cluster
        .each("/api/v1/persistentvolumes", |volume| {
            let path = match text(&volume, "/spec/hostPath/path") {
                "" => text(&volume, "/spec/local/path"),
                path => path,
            };
            let modes = volume.pointer("/spec/accessModes").and_then(Value::as_array);
            let is_written = modes.into_iter().flatten().any(|mode| mode != "ReadOnlyMany");
            if !path.is_empty() && is_written && is_reached(&rules, path) {
                volumes.push(format!("{} ({path})", title(&volume)));
            }
        })
        .await;
    findings.extend(read.err().map(|unseen| Finding::unseen(&unseen)));
    for (who, names) in [("pods", pods), ("PersistentVolumes", volumes)] {
        if !names.is_empty() {
            findings.push(
                Finding::warning(format!(
                    "{who} that can plant a link at an allowed path: {}; a request is led wherever it points",
                    some_of(&names)
                ))
                .fix("mount it read-only there, or allow a directory that nobody else writes")
                .field("volumeMounts[].readOnly", json!(true), json!(false)),
            );
        }
    }
    let seen = match own {
        0 => "none".to_owned(),
        count => format!("none but KubeVirt's own pods: {count}"),
    };
    Check::new(name, seen, findings)
}

fn is_reached(rules: &[Rule], path: &str) -> bool {
    rules.iter().any(|rule| rule.is_reached_from(path))
}

/// The host paths that a container of the pod mounts writable.
fn written(pod: &Value) -> Vec<String> {
    let volumes = pod.pointer("/spec/volumes").and_then(Value::as_array);
    let volumes = volumes.into_iter().flatten();
    volumes
        .filter(|volume| volume.get("hostPath").is_some())
        .filter(|volume| {
            CONTAINERS.iter().any(|list| {
                let containers = pod.pointer(&format!("/spec/{list}")).and_then(Value::as_array);
                let mut mounts = containers
                    .into_iter()
                    .flatten()
                    .filter_map(|container| container.get("volumeMounts")?.as_array())
                    .flatten();
                mounts.any(|mount| {
                    mount.get("name") == volume.get("name") && mount.get("readOnly") != Some(&json!(true))
                })
            })
        })
        .map(|volume| text(volume, "/hostPath/path").to_owned())
        .collect()
}

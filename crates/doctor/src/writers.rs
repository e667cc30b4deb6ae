//! Others that can write at the allowed paths: who can plant a link there chooses where a later request leads.

use serde_json::{Value, json};

use crate::check::{Check, Finding};
use crate::cluster::Cluster;
use crate::object::{text, title};
use crate::settings::{Rule, Settings};
use crate::some_of::Firsts;

/// The lists of a pod that hold containers.
const CONTAINERS: [&str; 3] = ["containers", "initContainers", "ephemeralContainers"];

/// The label of KubeVirt's own components.
const COMPONENT: &str = "/metadata/labels/kubevirt.io";

/// Pods and PersistentVolumes that mount a place at, above or below an allowed path writable.
/// `kubevirt` is the namespace of KubeVirt, if it is known.
pub(crate) async fn check(cluster: &Cluster, settings: Option<&Settings>, kubevirt: Option<&str>) -> Check {
    let name = "others that write at the allowed paths";
    let Some(settings) = settings else {
        let finding = Finding::unknown("no settings could be read").fix("see the checks above");
        return Check::one(name, finding);
    };
    let rules = settings.rules();
    let (mut pods, mut volumes) = (Firsts::default(), Firsts::default());
    let (mut own, mut likely) = (0_usize, Firsts::default());
    let mut findings = Vec::new();
    let read = cluster
        .each("/api/v1/pods", |pod| {
            let component = text(&pod, COMPONENT);
            let is_launcher = component == "virt-launcher";
            let is_over = matches!(text(&pod, "/status/phase"), "Succeeded" | "Failed");
            if is_launcher || is_over {
                return;
            }
            for path in written(&pod).into_iter().filter(|path| is_reached(&rules, path)) {
                let name = format!("{} ({path})", title(&pod));
                match kubevirt.map(|kubevirt| kubevirt == text(&pod, "/metadata/namespace")) {
                    // Who can label a pod in KubeVirt's namespace is KubeVirt.
                    Some(true) if !component.is_empty() => own = own.saturating_add(1),
                    None if !component.is_empty() => likely.push(name),
                    _ => pods.push(name),
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
    if !likely.is_empty() {
        let why = format!(
            "pods with a label of KubeVirt's components, which write at an allowed path: {}; whether they are KubeVirt's is not known",
            likely.text()
        );
        findings.push(Finding::unknown(why).fix("see the check of KubeVirt above"));
    }
    for (who, names) in [("pods", pods), ("PersistentVolumes", volumes)] {
        if !names.is_empty() {
            findings.push(
                Finding::warning(format!(
                    "{who} that can plant a link at an allowed path: {}; a request is led wherever it points",
                    names.text()
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

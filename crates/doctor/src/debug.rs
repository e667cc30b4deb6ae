//! `kubectl debug`: whether an ephemeral container may mount a host path of a launcher pod writable.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::check::{Check, Finding};
use crate::dry_run::DryRun;
use crate::judge::Verdict;
use crate::name::{Label, Subdomain};
use crate::object::text;
use crate::probes::Probes;
use crate::reply::{Reply, Sender};
use crate::request;
use crate::samples::{IMAGE, NAME};

/// How many volumes are tried.
const TRIED: usize = 100;

/// Where KubeVirt mounts its own host disks.
const OWN: &str = "/var/run/kubevirt-private/vmi-disks/";

/// Where it can be tried: one pod for each path of each namespace.
#[derive(Debug, Default)]
pub(crate) struct Targets {
    targets: Vec<Target>,
    paths: BTreeSet<(String, String)>,
    beyond: usize,
}

#[derive(Debug)]
struct Target {
    volume: String,
    path: String,
    pod: Value,
}

impl Targets {
    /// The volumes of a launcher pod, those that KubeVirt made for itself aside.
    pub(crate) fn add(&mut self, pod: Value) {
        let namespace = text(&pod, "/metadata/namespace").to_owned();
        let volumes = pod.pointer("/spec/volumes").and_then(Value::as_array);
        for volume in volumes.into_iter().flatten() {
            let (name, path) = (text(volume, "/name"), text(volume, "/hostPath/path"));
            if path.is_empty()
                || is_own(&pod, name)
                || !self.paths.insert((namespace.clone(), path.to_owned()))
            {
                continue;
            }
            if self.targets.len() >= TRIED {
                self.beyond = self.beyond.saturating_add(1);
                continue;
            }
            self.targets.push(Target {
                volume: name.to_owned(),
                path: path.to_owned(),
                pod: pod.clone(),
            });
        }
    }
}

/// Whether KubeVirt mounts the volume for itself only.
fn is_own(pod: &Value, volume: &str) -> bool {
    let containers = pod.pointer("/spec/containers").and_then(Value::as_array);
    let mut mounts = containers
        .into_iter()
        .flatten()
        .filter_map(|container| container.get("volumeMounts")?.as_array())
        .flatten()
        .filter(|mount| text(mount, "/name") == volume)
        .peekable();
    mounts.peek().is_some() && mounts.all(|mount| text(mount, "/mountPath").starts_with(OWN))
}

/// The pod with one more ephemeral container, which mounts the volume writable.
fn with_container(pod: &Value, volume: &str) -> Value {
    let mut pod = pod.clone();
    let container = json!({
        "name": NAME,
        "image": IMAGE,
        "volumeMounts": [{ "name": volume, "mountPath": "/host-path" }],
    });
    if let Some(spec) = pod.get_mut("spec").and_then(Value::as_object_mut) {
        let containers = spec.entry("ephemeralContainers").or_insert_with(|| json!([]));
        if let Some(containers) = containers.as_array_mut() {
            containers.push(container);
        }
    }
    pod
}

impl Probes<'_> {
    /// Tries each of them.
    pub(crate) async fn kubectl_debug(&mut self, targets: &Targets) -> Check {
        let name = "probe: kubectl debug";
        let mut findings = Vec::new();
        let (mut denied, mut permitted) = (0_usize, 0_usize);
        for target in &targets.targets {
            let pod = with_container(&target.pod, &target.volume);
            let what = format!(
                "a writable mount of {} in an ephemeral container of {}",
                target.path,
                crate::object::title(&target.pod)
            );
            let expected = match self.verdict(&request::debug(&pod, &target.pod)) {
                Ok(Verdict::Rejected(message)) => message,
                Ok(Verdict::Accepted(_)) => {
                    permitted = permitted.saturating_add(1);
                    continue;
                }
                Err(reason) => {
                    findings.push(Finding::unknown(reason));
                    continue;
                }
            };
            let names = Label::parse(text(&pod, "/metadata/namespace"))
                .and_then(|namespace| Ok((namespace, Subdomain::parse(text(&pod, "/metadata/name"))?)));
            let (namespace, pod_name) = match names {
                Ok(names) => names,
                Err(error) => {
                    findings.push(Finding::unknown(error.to_string()));
                    continue;
                }
            };
            let dry_run = DryRun::ephemeral_containers(&namespace, &pod_name, pod);
            match self.send(&dry_run, None).await {
                Reply::Stored(_) => findings.push(
                    Finding::failed(format!(
                        "{what} is accepted, and the settings forbid it: {expected}"
                    ))
                    .fix("see the check of verify-ephemeral above"),
                ),
                Reply::Denied {
                    sender: Sender::Own(_),
                    ..
                } => denied = denied.saturating_add(1),
                reply => findings.extend(self.undecided(reply, None)),
            }
        }
        if targets.targets.is_empty() {
            findings.push(
                Finding::unknown("not tried: no launcher pod has a host path")
                    .fix("start a VM with a host path, and run doctor again"),
            );
        }
        if targets.beyond > 0 {
            findings.push(Finding::unknown(format!(
                "not tried for {} more volumes: the first {TRIED} were",
                targets.beyond
            )));
        }
        let more = match permitted {
            0 => String::new(),
            count => format!("; writable by the settings: {count}"),
        };
        Check::new(
            name,
            format!("an ephemeral container may not mount them writable: volumes tried: {denied}{more}"),
            findings,
        )
    }
}

//! The VMs of the cluster and their launcher pods: whom the settings hit, and whose requests were lost on the way.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::annotation::Requests;
use crate::check::{Check, Finding};
use crate::cluster::{Cluster, Seen};
use crate::debug::Targets;
use crate::delivery::Delivery;
use crate::enforcement::condition;
use crate::judge::{Judge, Values, Verdict};
use crate::object::{text, title};
use crate::pod_security;
use crate::request::{INSTANCE, Kind, MACHINE, POD};
use crate::server::Servers;
use crate::some_of::Firsts;

/// The pods that KubeVirt makes for VMs.
const LAUNCHERS: &str = "/api/v1/pods?labelSelector=kubevirt.io%3Dvirt-launcher";

/// Where a VM has the annotations of its VMI.
const TEMPLATE: &str = "/spec/template/metadata/annotations";

/// Where everything else has its own.
const ANNOTATIONS: &str = "/metadata/annotations";

/// What was read of the VMs, VMIs and launcher pods.
#[derive(Debug, Default)]
pub(crate) struct Workloads {
    count: usize,
    /// The namespaces that have any.
    namespaces: BTreeSet<String>,
    rejected: Firsts<String>,
    unjudged: Firsts<String>,
    /// The namespaces of those that ask for host paths which they get.
    asking: BTreeSet<String>,
    /// What was asked for, and what came of it.
    delivery: Delivery,
    /// Where `kubectl debug` can be tried.
    pub(crate) targets: Targets,
}

/// The policy with the settings that all is judged by.
pub(crate) struct Under<'j> {
    pub(crate) judge: &'j dyn Judge,
    pub(crate) settings: &'j Values,
    /// The settings of *verify*, by which running pods are judged, if they are known.
    pub(crate) verifying: Option<Values>,
    /// The user that creates launcher pods.
    pub(crate) controller: Option<&'j str>,
}

/// Reads and judges them.
pub(crate) async fn read(cluster: &Cluster, under: Option<&Under<'_>>) -> Seen<Workloads> {
    let mut all = Workloads::default();
    let machines = "/apis/kubevirt.io/v1/virtualmachines";
    cluster
        .each(machines, |object| {
            let asked = Requests::of(object.pointer(TEMPLATE));
            all.judge(MACHINE, &object, asked.as_ref(), under);
            let is_outdated = condition(&object, "RestartRequired")
                .is_some_and(|condition| text(condition, "/status") == "True");
            if !is_outdated {
                all.delivery.machine(title(&object), asked);
            }
        })
        .await?;
    let instances = "/apis/kubevirt.io/v1/virtualmachineinstances";
    cluster
        .each(instances, |object| {
            let asked = Requests::of(object.pointer(ANNOTATIONS));
            all.judge(INSTANCE, &object, asked.as_ref(), under);
            all.delivery
                .instance(title(&object), text(&object, "/metadata/uid"), asked);
        })
        .await?;
    cluster
        .each(LAUNCHERS, |object| {
            let asked = Requests::of(object.pointer(ANNOTATIONS));
            let is_over = matches!(text(&object, "/status/phase"), "Succeeded" | "Failed");
            // What is wrong with the mounts that are there is said once.
            let is_mounted = is_over || under.is_none_or(|under| all.verify(&object, under));
            match is_mounted {
                true => all.judge(POD, &object, asked.as_ref(), under),
                false => all.count(&object),
            }
            if is_over {
                return;
            }
            let owner = text(&object, "/metadata/labels/kubevirt.io~1created-by");
            all.delivery.pod(title(&object), owner, asked);
            all.targets.add(POD.complete(object));
        })
        .await?;
    Ok(all)
}

impl Workloads {
    fn count(&mut self, object: &Value) {
        self.count = self.count.saturating_add(1);
        let namespace = text(object, "/metadata/namespace");
        if !self.namespaces.contains(namespace) {
            self.namespaces.insert(namespace.to_owned());
        }
    }

    /// Whether the settings let it be created.
    fn judge(&mut self, kind: Kind, object: &Value, asked: Option<&Requests>, under: Option<&Under<'_>>) {
        self.count(object);
        let verdict = under.map(|under| {
            under
                .judge
                .verdict(under.settings, &creation(kind, object, under.controller))
        });
        let name = || format!("{} {}", kind.kind, title(object));
        match verdict {
            None | Some(Ok(Verdict::Accepted(_))) if asked.is_some_and(|asked| asked.count == 0) => {}
            None | Some(Ok(Verdict::Accepted(_))) => {
                self.asking.insert(text(object, "/metadata/namespace").to_owned());
            }
            Some(Ok(Verdict::Rejected(message))) => self.rejected.push(format!("{} ({message})", name())),
            Some(Err(reason)) => self.unjudged.push(format!("{} ({reason})", name())),
        }
    }

    /// Whether a running pod has what *inject* would have given it, and nothing that the cluster's settings forbid: as
    /// *verify* judges it, which repairs nothing. A request that they no longer permit is for [`Workloads::judge`].
    fn verify(&mut self, pod: &Value, under: &Under<'_>) -> bool {
        let Some(settings) = &under.verifying else {
            return true;
        };
        match under
            .judge
            .verdict(settings, &creation(POD, pod, under.controller))
        {
            Ok(Verdict::Rejected(message)) if message.starts_with("spec.") => {
                self.delivery.not_as_mounted(title(pod), message);
                false
            }
            Ok(_) => true,
            Err(reason) => {
                self.unjudged.push(format!("Pod {} ({reason})", title(pod)));
                false
            }
        }
    }
}

/// The request that would create it.
fn creation(kind: Kind, object: &Value, user: Option<&str>) -> Value {
    let mut object = kind.complete(object.clone());
    // What is being deleted is not created again as it is.
    if let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut) {
        metadata.remove("deletionTimestamp");
        metadata.remove("deletionGracePeriodSeconds");
    }
    kind.create(&object, user)
}

/// Whom the settings hit, whose requests were lost, and where Pod Security forbids host paths.
pub(crate) fn checks(
    workloads: &Seen<Workloads>,
    is_judged: bool,
    namespaces: &Seen<Vec<Value>>,
    servers: &Servers,
) -> Vec<Check> {
    let name = "VMs of the cluster";
    let workloads = match workloads {
        Ok(workloads) => workloads,
        Err(unseen) => return vec![Check::unseen(name, unseen)],
    };
    let mut findings = Vec::new();
    if !is_judged {
        findings.push(Finding::unknown("no settings could be read").fix("see the checks above"));
    }
    if !workloads.rejected.is_empty() {
        findings.push(
            Finding::warning(format!(
                "{} of {} would not start or migrate any more: {}",
                workloads.rejected.count(),
                workloads.count,
                workloads.rejected.text()
            ))
            .fix("kubectl get vm,vmi -A -o yaml | sidecar-hostpath check -s SETTINGS - says why"),
        );
    }
    if !workloads.unjudged.is_empty() {
        findings.push(Finding::unknown(format!(
            "could not be judged: {}",
            workloads.unjudged.text()
        )));
    }
    let kubewardens: BTreeSet<&String> = servers
        .values()
        .filter_map(|server| server.namespace.as_ref())
        .collect();
    for namespace in kubewardens
        .into_iter()
        .filter(|name| workloads.namespaces.contains(*name))
    {
        let why = format!(
            "there are VMs in {namespace}, Kubewarden's own namespace: its webhooks leave that out, and nothing there is judged"
        );
        findings.push(
            Finding::failed(why)
                .at("metadata.namespace")
                .fix("move them to another namespace"),
        );
    }
    let seen = format!(
        "VMs, VMIs and launcher pods: {}; all are accepted",
        workloads.count
    );
    vec![
        Check::new(name, seen, findings),
        workloads.delivery.check(),
        pod_security::check(&workloads.asking, namespaces),
    ]
}

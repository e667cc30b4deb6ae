//! The VMs of the cluster and their launcher pods: whom the settings hit, and whose requests were lost on the way.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::annotation::requests;
use crate::check::{Check, Finding};
use crate::cluster::{Cluster, Seen};
use crate::debug::Targets;
use crate::enforcement::condition;
use crate::judge::{Judge, Values, Verdict};
use crate::policy::{text, title};
use crate::request::{INSTANCE, Kind, MACHINE, POD};
use crate::some_of::some_of;

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
    rejected: Vec<String>,
    unjudged: Vec<String>,
    asking: BTreeSet<String>,
    /// Requests by VM.
    machines: BTreeMap<String, Option<usize>>,
    /// Requests by VMI, with its uid.
    instances: BTreeMap<String, (String, Option<usize>)>,
    /// Requests by the uid of the VMI, with the pod.
    pods: BTreeMap<String, (String, Option<usize>)>,
    /// Where `kubectl debug` can be tried.
    pub(crate) targets: Targets,
}

/// The policy with the settings that all is judged by.
pub(crate) struct Under<'j> {
    pub(crate) judge: &'j dyn Judge,
    pub(crate) settings: &'j Values,
    /// The user that creates launcher pods.
    pub(crate) controller: Option<&'j str>,
}

/// Reads and judges them.
pub(crate) async fn read(cluster: &Cluster, under: Option<&Under<'_>>) -> Seen<Workloads> {
    let mut all = Workloads::default();
    let machines = "/apis/kubevirt.io/v1/virtualmachines";
    cluster
        .each(machines, |object| {
            let asked = requests(object.pointer(TEMPLATE));
            all.judge(MACHINE, &object, asked, under);
            let is_outdated = condition(&object, "RestartRequired")
                .is_some_and(|condition| text(condition, "/status") == "True");
            if !is_outdated {
                all.machines.insert(title(&object), asked);
            }
        })
        .await?;
    let instances = "/apis/kubevirt.io/v1/virtualmachineinstances";
    cluster
        .each(instances, |object| {
            let asked = requests(object.pointer(ANNOTATIONS));
            all.judge(INSTANCE, &object, asked, under);
            let uid = text(&object, "/metadata/uid").to_owned();
            all.instances.insert(title(&object), (uid, asked));
        })
        .await?;
    cluster
        .each(LAUNCHERS, |object| {
            let asked = requests(object.pointer(ANNOTATIONS));
            all.judge(POD, &object, asked, under);
            let is_over = matches!(text(&object, "/status/phase"), "Succeeded" | "Failed");
            let owner = text(&object, "/metadata/labels/kubevirt.io~1created-by");
            if !is_over && !owner.is_empty() {
                all.pods.insert(owner.to_owned(), (title(&object), asked));
            }
            if !is_over {
                all.targets.add(POD.complete(object));
            }
        })
        .await?;
    Ok(all)
}

impl Workloads {
    fn judge(&mut self, kind: Kind, object: &Value, asked: Option<usize>, under: Option<&Under<'_>>) {
        self.count = self.count.saturating_add(1);
        if asked != Some(0) {
            self.asking.insert(text(object, "/metadata/namespace").to_owned());
        }
        let Some(under) = under else {
            return;
        };
        let mut object = kind.complete(object.clone());
        // What is being deleted is not created again as it is.
        if let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut) {
            metadata.remove("deletionTimestamp");
            metadata.remove("deletionGracePeriodSeconds");
        }
        let name = format!("{} {}", kind.kind, title(&object));
        match under
            .judge
            .verdict(under.settings, &kind.create(&object, under.controller))
        {
            Ok(Verdict::Accepted(_)) => {}
            Ok(Verdict::Rejected(message)) => self.rejected.push(format!("{name} ({message})")),
            Err(reason) => self.unjudged.push(format!("{name} ({reason})")),
        }
    }
}

/// Whom the settings hit, whose requests were lost, and where Pod Security forbids host paths.
pub(crate) fn checks(
    workloads: &Seen<Workloads>,
    is_judged: bool,
    namespaces: &Seen<Vec<Value>>,
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
                workloads.rejected.len(),
                workloads.count,
                some_of(&workloads.rejected)
            ))
            .fix("kubectl get vm,vmi -A -o yaml | sidecar-hostpath check -s SETTINGS - says why"),
        );
    }
    if !workloads.unjudged.is_empty() {
        findings.push(Finding::unknown(format!(
            "could not be judged: {}",
            some_of(&workloads.unjudged)
        )));
    }
    let seen = format!(
        "VMs, VMIs and launcher pods: {}; all are accepted",
        workloads.count
    );
    vec![
        Check::new(name, seen, findings),
        lost(workloads),
        pod_security(&workloads.asking, namespaces),
    ]
}

/// Requests that an object has, and what was made of it has not: an add-on has rewritten the annotation.
fn lost(workloads: &Workloads) -> Check {
    let name = "requests that reach the pod";
    let fix = "look for a webhook that rewrites hooks.kubevirt.io/hookSidecars (openshift-cnv's raw I/O does, for VMs with kubevirt.io/rawioSupport)";
    let mut findings = Vec::new();
    let mut compared = 0_usize;
    for (title, (uid, asked)) in &workloads.instances {
        if let Some(Some(wanted)) = workloads.machines.get(title) {
            findings.extend(
                fewer(&format!("VirtualMachine {title}"), *wanted, "its VMI", *asked)
                    .map(|finding| finding.fix(fix)),
            );
        }
        if let (Some(wanted), Some((pod, has))) = (asked, workloads.pods.get(uid)) {
            compared = compared.saturating_add(1);
            findings.extend(
                fewer(
                    &format!("VirtualMachineInstance {title}"),
                    *wanted,
                    &format!("pod {pod}"),
                    *has,
                )
                .map(|finding| finding.fix(fix)),
            );
        }
    }
    Check::new(
        name,
        format!("VMIs with a launcher pod: {compared}; each pod has what its VMI asks for"),
        findings,
    )
}

fn fewer(who: &str, wanted: usize, whose: &str, has: Option<usize>) -> Option<Finding> {
    let has = has.unwrap_or(0);
    (has < wanted).then(|| {
        Finding::failed(format!(
            "{who} asks for host paths that {whose} does not ask for: it runs without them"
        ))
        .field("host path requests", json!(wanted), json!(has))
    })
}

/// Namespaces with requests that Pod Security keeps from having hostPath volumes.
fn pod_security(asking: &BTreeSet<String>, namespaces: &Seen<Vec<Value>>) -> Check {
    let name = "Pod Security";
    let namespaces = match namespaces {
        Ok(namespaces) => namespaces,
        Err(unseen) => return Check::unseen(name, unseen),
    };
    let forbids = |namespace: &&Value| {
        let level = text(namespace, "/metadata/labels/pod-security.kubernetes.io~1enforce");
        level == "baseline" || level == "restricted"
    };
    let hit: Vec<String> = namespaces
        .iter()
        .filter(forbids)
        .map(|namespace| text(namespace, "/metadata/name").to_owned())
        .filter(|name| asking.contains(name))
        .collect();
    let findings = match hit.is_empty() {
        true => Vec::new(),
        false => vec![
            Finding::failed(format!(
                "forbids host paths where VMs ask for them: {}",
                some_of(&hit)
            ))
            .fix("kubectl label namespace NAME pod-security.kubernetes.io/enforce=privileged --overwrite"),
        ],
    };
    Check::new(
        name,
        format!("namespaces with requests: {}; none forbids them", asking.len()),
        findings,
    )
}

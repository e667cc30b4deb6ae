//! What VMs ask for, and whether their launcher pods have it.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use serde_json::json;

use crate::annotation::Requests;
use crate::check::{Check, Finding, Status};
use crate::some_of::Firsts;

/// What was asked for, from the VM to the pod.
#[derive(Debug, Default)]
pub(crate) struct Delivery {
    /// Requests by VM.
    machines: BTreeMap<String, Option<Requests>>,
    /// Requests by VMI, with its uid.
    instances: BTreeMap<String, (String, Option<Requests>)>,
    /// Requests by the uid of the VMI, with the pod.
    pods: BTreeMap<String, (String, Option<Requests>)>,
    /// Pods that *verify* would deny, with its reason.
    unmounted: Firsts<(String, String)>,
}

impl Delivery {
    /// What a VM asks for.
    pub(crate) fn machine(&mut self, title: String, asked: Option<Requests>) {
        self.machines.insert(title, asked);
    }

    /// What a VMI asks for.
    pub(crate) fn instance(&mut self, title: String, uid: &str, asked: Option<Requests>) {
        self.instances.insert(title, (uid.to_owned(), asked));
    }

    /// What the pod of a VMI asks for.
    pub(crate) fn pod(&mut self, title: String, owner: &str, asked: Option<Requests>) {
        if !owner.is_empty() {
            self.pods.insert(owner.to_owned(), (title, asked));
        }
    }

    /// A pod that is not mounted as the policy does it.
    pub(crate) fn not_as_mounted(&mut self, title: String, reason: String) {
        self.unmounted.push((title, reason));
    }

    /// Where an object asks for something, and what was made of it for something else: an add-on has rewritten the annotation.
    pub(crate) fn check(&self) -> Check {
        let name = "requests that reach the pod";
        let mut findings = Vec::new();
        let mut compared = 0_usize;
        for (title, (uid, asked)) in &self.instances {
            if let Some(Some(wanted)) = self.machines.get(title) {
                let who = format!("VirtualMachine {title}");
                findings.extend(other(&who, wanted, "its VMI", asked.as_ref()));
            }
            if let (Some(wanted), Some((pod, has))) = (asked, self.pods.get(uid)) {
                compared = compared.saturating_add(1);
                let who = format!("VirtualMachineInstance {title}");
                findings.extend(other(&who, wanted, &format!("pod {pod}"), has.as_ref()));
            }
        }
        findings.extend(self.unmounted());
        Check::new(
            name,
            format!("VMIs with a launcher pod: {compared}; each pod asks for what its VMI asks for"),
            findings,
        )
    }

    /// Pods that run without what the policy would have mounted, or with a mount that it forbids.
    fn unmounted(&self) -> Vec<Finding> {
        let fix = "migrate or restart the VM, so that its pod is made again; if the new one is not right either, see the checks of inject and verify, and of others that change launcher pods, above";
        let first = self.unmounted.first().iter();
        let mut findings: Vec<Finding> = first
            .map(|(pod, reason)| {
                let field = reason.split_once(": ").map_or("spec", |(field, _)| field);
                Finding::failed(format!("pod {pod} runs, and verify would deny it: {reason}"))
                    .at(field)
                    .fix(fix)
            })
            .collect();
        if self.unmounted.more() > 0 {
            let why = format!(
                "pods that verify would deny, beside these: {}",
                self.unmounted.more()
            );
            findings.push(Finding::failed(why).fix(fix));
        }
        findings
    }
}

/// What was made of an object asks for something else than the object.
fn other(who: &str, wanted: &Requests, whose: &str, has: Option<&Requests>) -> Option<Finding> {
    const FIX: &str = "look for a webhook that rewrites hooks.kubevirt.io/hookSidecars (openshift-cnv's raw I/O does, for VMs with kubevirt.io/rawioSupport)";
    let none = Requests::default();
    let has = has.unwrap_or(&none);
    if wanted.count == 0 && has.count == 0 || wanted == has {
        return None;
    }
    let (status, why) = match has.count.cmp(&wanted.count) {
        Ordering::Less => (
            Status::Failed,
            format!("{who} asks for host paths that {whose} does not ask for: it runs without them"),
        ),
        Ordering::Equal => (
            Status::Failed,
            format!("{who} asks for other host paths than {whose}: it runs with those of the latter"),
        ),
        Ordering::Greater => (
            Status::Warning,
            format!("{whose} asks for host paths that {who} does not ask for"),
        ),
    };
    let requests = |requests: &Requests| match requests.count.saturating_sub(requests.first.len()) {
        0 => json!(requests.first),
        more => json!({"first": requests.first, "more": more}),
    };
    Some(
        Finding::of(status, why)
            .fix(FIX)
            .field("host path requests", requests(wanted), requests(has)),
    )
}

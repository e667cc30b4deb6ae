//! What VMs ask for, and whether their launcher pods have it.

use std::collections::BTreeMap;

use serde_json::json;

use crate::check::{Check, Finding};
use crate::some_of::Firsts;

/// What was asked for, from the VM to the pod.
#[derive(Debug, Default)]
pub(crate) struct Delivery {
    /// Requests by VM.
    machines: BTreeMap<String, Option<usize>>,
    /// Requests by VMI, with its uid.
    instances: BTreeMap<String, (String, Option<usize>)>,
    /// Requests by the uid of the VMI, with the pod.
    pods: BTreeMap<String, (String, Option<usize>)>,
    /// Pods that *verify* would deny, with its reason.
    unmounted: Firsts<(String, String)>,
}

impl Delivery {
    /// What a VM asks for.
    pub(crate) fn machine(&mut self, title: String, asked: Option<usize>) {
        self.machines.insert(title, asked);
    }

    /// What a VMI asks for.
    pub(crate) fn instance(&mut self, title: String, uid: &str, asked: Option<usize>) {
        self.instances.insert(title, (uid.to_owned(), asked));
    }

    /// What the pod of a VMI asks for.
    pub(crate) fn pod(&mut self, title: String, owner: &str, asked: Option<usize>) {
        if !owner.is_empty() {
            self.pods.insert(owner.to_owned(), (title, asked));
        }
    }

    /// A pod that is not mounted as the policy does it.
    pub(crate) fn not_as_mounted(&mut self, title: String, reason: String) {
        self.unmounted.push((title, reason));
    }

    /// Requests that an object has, and what was made of it has not: an add-on has rewritten the annotation.
    pub(crate) fn check(&self) -> Check {
        let name = "requests that reach the pod";
        let fix = "look for a webhook that rewrites hooks.kubevirt.io/hookSidecars (openshift-cnv's raw I/O does, for VMs with kubevirt.io/rawioSupport)";
        let mut findings = Vec::new();
        let mut compared = 0_usize;
        for (title, (uid, asked)) in &self.instances {
            if let Some(Some(wanted)) = self.machines.get(title) {
                findings.extend(
                    fewer(&format!("VirtualMachine {title}"), *wanted, "its VMI", *asked)
                        .map(|finding| finding.fix(fix)),
                );
            }
            if let (Some(wanted), Some((pod, has))) = (asked, self.pods.get(uid)) {
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
        findings.extend(self.unmounted());
        Check::new(
            name,
            format!("VMIs with a launcher pod: {compared}; each pod asks for as many host paths as its VMI"),
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

fn fewer(who: &str, wanted: usize, whose: &str, has: Option<usize>) -> Option<Finding> {
    let has = has.unwrap_or(0);
    (has < wanted).then(|| {
        Finding::failed(format!(
            "{who} asks for host paths that {whose} does not ask for: it runs without them"
        ))
        .field("host path requests", json!(wanted), json!(has))
    })
}

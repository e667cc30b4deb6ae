//! Pod Security: the namespaces whose level forbids what their VMs ask for.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::check::{Check, Finding};
use crate::cluster::Seen;
use crate::object::text;
use crate::some_of::some_of;

/// Namespaces with requests that Pod Security keeps from having hostPath volumes.
pub(crate) fn check(asking: &BTreeSet<String>, namespaces: &Seen<Vec<Value>>) -> Check {
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
    let findings = match hit.first() {
        None => Vec::new(),
        Some(first) => {
            let others = match hit.len() {
                1 => "",
                _ => "; the others likewise",
            };
            vec![
                Finding::failed(format!(
                    "forbids host paths where VMs ask for them, and the settings permit them: {}",
                    some_of(&hit)
                ))
                .fix(format!(
                    "kubectl label namespace {first} pod-security.kubernetes.io/enforce=privileged --overwrite, if its VMs should have host paths{others}"
                )),
            ]
        }
    };
    Check::new(
        name,
        format!("namespaces with requests: {}; none forbids them", asking.len()),
        findings,
    )
}

//! Pod Security: the namespaces whose level forbids what their VMs ask for.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::check::{Check, Finding};
use crate::cluster::Seen;
use crate::policy::text;
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

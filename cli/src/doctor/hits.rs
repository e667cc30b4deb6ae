//! Whom the settings hit: the VMs and launcher pods of the cluster, judged as `check` judges manifests.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::Error;
use crate::check::finding::{self, Verdict};
use crate::check::manifest::Manifest;
use crate::doctor::check::Check;
use crate::doctor::cluster::{Cluster, Seen};
use crate::doctor::policy::ValidSettings;
use crate::evaluator::Evaluator;
use crate::policy::Linked;
use crate::reading::place::Place;

/// The lists, and of what they are.
const LISTS: [(&str, &str, &str); 3] = [
    (
        "/apis/kubevirt.io/v1/virtualmachines",
        "kubevirt.io/v1",
        "VirtualMachine",
    ),
    (
        "/apis/kubevirt.io/v1/virtualmachineinstances",
        "kubevirt.io/v1",
        "VirtualMachineInstance",
    ),
    (
        "/api/v1/pods?labelSelector=kubevirt.io%3Dvirt-launcher",
        "v1",
        "Pod",
    ),
];

/// How many a line names.
const NAMED: usize = 5;

/// Who would not start or migrate any more, and where Pod Security forbids host paths.
pub(super) async fn checks(
    cluster: &Cluster,
    settings: Option<&ValidSettings>,
    namespaces: &Seen<Vec<Value>>,
) -> Result<Vec<Check>, Error> {
    let name = "VMs of the cluster";
    let Some(ValidSettings { settings, rules }) = settings else {
        let why = "no settings could be read";
        return Ok(vec![Check::unknown(name, why, "see the checks above")]);
    };
    let evaluator = Evaluator::new(Linked, settings.clone())?;
    let mut count = 0_usize;
    let mut rejected = Vec::new();
    let mut asking = BTreeSet::new();
    for (path, api_version, kind) in LISTS {
        let items = match cluster.list(path).await? {
            Ok(items) => items,
            Err(unseen) => return Ok(vec![Check::unseen(name, &unseen)]),
        };
        for item in items {
            let manifest = manifest(item, api_version, kind);
            let finding = finding::finding(&manifest, 1, &evaluator, rules)?;
            count = count.saturating_add(1);
            if finding.verdict == Verdict::Rejected {
                rejected.push(finding.object());
            }
            if !manifest.asked().is_empty() {
                asking.extend(manifest.namespace);
            }
        }
    }
    let all = match rejected.is_empty() {
        true => Check::ok(
            name,
            format!("VMs, VMIs and launcher pods: {count}; all are accepted"),
        ),
        false => Check::warning(
            name,
            format!(
                "{} of {count} would not start or migrate any more: {}",
                rejected.len(),
                some_of(&rejected)
            ),
            "kubectl get vm,vmi -A -o yaml | sidecar-hostpath check -s SETTINGS - says why",
        ),
    };
    Ok(vec![all, pod_security(&asking, namespaces)])
}

fn some_of(names: &[String]) -> String {
    let more = names.len().saturating_sub(NAMED);
    let named = names
        .iter()
        .take(NAMED)
        .cloned()
        .collect::<Vec<String>>()
        .join(", ");
    match more {
        0 => named,
        more => format!("{named} and {more} more"),
    }
}

/// Items of a list do not say what they are.
fn manifest(mut object: Value, api_version: &str, kind: &str) -> Manifest {
    let text = |pointer: &str| object.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
    let (namespace, name) = (text("/metadata/namespace"), text("/metadata/name"));
    if let Some(object) = object.as_object_mut() {
        object.insert("apiVersion".to_owned(), api_version.into());
        object.insert("kind".to_owned(), kind.into());
        // A pod that is being deleted is not created again as it is.
        if let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut) {
            metadata.remove("deletionTimestamp");
            metadata.remove("deletionGracePeriodSeconds");
        }
    }
    Manifest {
        place: Place::of_file("cluster"),
        annotation: None,
        api_version: api_version.to_owned(),
        kind: kind.to_owned(),
        namespace,
        name,
        generate_name: None,
        object: Some(object),
        warnings: Vec::new(),
    }
}

/// Namespaces with requests that Pod Security keeps from having hostPath volumes.
fn pod_security(asking: &BTreeSet<String>, namespaces: &Seen<Vec<Value>>) -> Check {
    let name = "Pod Security";
    let namespaces = match namespaces {
        Ok(namespaces) => namespaces,
        Err(unseen) => return Check::unseen(name, unseen),
    };
    let forbids = |namespace: &&Value| {
        let level = namespace.pointer("/metadata/labels/pod-security.kubernetes.io~1enforce");
        level.is_some_and(|level| level == "baseline" || level == "restricted")
    };
    let names = namespaces
        .iter()
        .filter(forbids)
        .filter_map(|namespace| namespace.pointer("/metadata/name")?.as_str());
    let hit: Vec<String> = names
        .filter(|name| asking.contains(*name))
        .map(str::to_owned)
        .collect();
    match hit.is_empty() {
        true => Check::ok(
            name,
            format!("namespaces with requests: {}; none forbids them", asking.len()),
        ),
        false => Check::failed(
            name,
            format!("forbids host paths where VMs ask for them: {}", some_of(&hit)),
            "kubectl label namespace NAME pod-security.kubernetes.io/enforce=privileged --overwrite",
        ),
    }
}

//! Ephemeral containers (`kubectl debug`): `readOnly` belongs to a mount, not to the volume, so an injected
//! volume could be mounted writable there. The new mounts obey the guard.
//!
//! A mutating webhook sees the body that the user sent, of which the API server keeps the ephemeral containers only.
//! So everything else is read from the pod as it is stored.

use std::collections::BTreeSet;

use crate::{
    answer::verdict::{Accepted, Verdict},
    base::{
        container_name::COMPUTE,
        field::{Path, Violation, Violations},
        json::Members,
        namespace::Namespace,
        request::Request,
    },
    pod::{ContainerList, Mount, Pod, guard::Guard, inject::Met, sidecars},
    settings::Settings,
};

const LISTS: [ContainerList; 3] = [ContainerList::Init, ContainerList::Main, ContainerList::Ephemeral];

/// Judges the ephemeral containers of `object`, with all else of `old`, the pod as it is stored. Only pods that look like
/// a launcher pod by the names of their containers, which cannot change, and in which a container mounts a hostPath
/// volume are judged: labels and annotations can have been removed since their creation.
///
/// # Errors
/// Every new hostPath mount that the settings forbid, and everything that contradicts the object's kind.
pub(crate) fn verdict(
    request: &Request<'_>,
    object: &Members<'_>,
    old: &Members<'_>,
) -> Result<Verdict, Violations> {
    let mut pod = Pod::read(old, None, &LISTS)?;
    if !is_judged(&pod) {
        return Ok(Verdict::Allow(Accepted::default()));
    }
    let settings = Settings::of_request(request.settings, &Namespace::named(&request.namespace))?;
    let after = Pod::read_ephemeral_containers(object)?;
    let first_new = pod.containers.len();
    pod.containers.extend(after);
    match Violations::from_vec(violations(&settings, &pod, first_new)) {
        Some(violations) => Err(violations),
        None => Ok(Verdict::Allow(Accepted::default())),
    }
}

fn is_judged(pod: &Pod<'_>) -> bool {
    let mut containers = pod.containers.iter();
    let is_launcher = containers.any(|container| {
        container.list != ContainerList::Ephemeral && container.name == COMPUTE || container.is_hook_sidecar()
    });
    is_launcher
        && pod.containers.iter().any(|container| {
            let mut mounts = pod.host_path_mounts(container);
            mounts.any(|mount| !sidecars::is_kubevirts_own(container, mount.mount))
        })
}

/// What is wrong with the ephemeral containers from number `first_new` on; those before it are stored already.
fn violations(settings: &Settings, pod: &Pod<'_>, first_new: usize) -> Vec<Violation> {
    let (stored, new) = pod.containers.split_at_checked(first_new).unwrap_or_default();
    let mut was_there: BTreeSet<(&str, &Mount<'_>)> = BTreeSet::new();
    for container in stored {
        if container.list == ContainerList::Ephemeral {
            // One by one: `collect` would bring a sort into the module.
            for mount in &container.mounts {
                was_there.insert((&container.name, mount));
            }
        }
    }
    let nothing_met = Met::default();
    let mut guard = Guard::of(settings, pod, &nothing_met);
    let spec = Path::root("spec");
    let list = spec.name(ContainerList::Ephemeral.key());
    for container in new {
        for mount in guard.pod().host_path_mounts(container) {
            if !was_there.contains(&(&*container.name, mount.mount)) {
                guard.judge(list.index(container.index), container, false, mount);
            }
        }
    }
    guard.violations
}

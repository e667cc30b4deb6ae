//! Ephemeral containers (`kubectl debug`): `readOnly` belongs to a mount, not to the volume, so an injected
//! volume could be mounted writable there. The new mounts obey the guard, as mounts in a container that no rule names.
//!
//! A mutating webhook sees the body that the user sent, of which the API server keeps the ephemeral containers only.
//! So everything else is read from the pod as it is stored.

use crate::{
    base::{
        access::Access,
        by_name::ByName,
        container_name::COMPUTE,
        field::{FieldPath, Violation, Violations, quote},
        json::Members,
        namespace::Namespace,
        request::Request,
    },
    pod::{Container, ContainerList, HostPathMount, Mount, Pod, guard::Guard},
    review::verdict::{Accepted, Verdict},
    settings::{Settings, SettingsFor},
};

/// Judges the ephemeral containers of `object`, with all else of `old`, the pod as it is stored. Only pods that look like
/// a launcher pod by the names of their containers, which cannot change, are judged: labels and annotations can have been
/// removed since their creation.
///
/// # Errors
/// Every new hostPath mount that the settings forbid, and everything that contradicts the object's kind.
pub(crate) fn verdict(
    request: &Request<'_>,
    object: &Members<'_>,
    old: &Members<'_>,
) -> Result<Verdict, Violations> {
    let untouched = Ok(Verdict::Allow(Accepted::default()));
    let pod = Pod::read(old, None)?;
    if !is_launcher(&pod) {
        return untouched;
    }
    let settings = Settings::of_request(request.settings)?;
    let namespace = Namespace::named(&request.namespace);
    let settings = SettingsFor::new(&settings, &namespace);
    let containers = Pod::read_ephemeral_containers(object)?;
    match Violations::from_vec(violations(&settings, &pod, &containers)) {
        Some(violations) => Err(violations),
        None => untouched,
    }
}

fn is_launcher(pod: &Pod<'_>) -> bool {
    let mut containers = pod
        .containers()
        .iter()
        .filter(|container| !container.is_ephemeral());
    containers.any(|container| container.name == COMPUTE || container.is_hook_sidecar())
}

/// What is wrong with these ephemeral containers; mounts that `pod` has in a container of the same name are stored already.
fn violations(settings: &SettingsFor<'_>, pod: &Pod<'_>, containers: &[Container<'_>]) -> Vec<Violation> {
    let mut was_there = ByName::default();
    let stored = pod.containers().iter();
    for container in stored.filter(|container| container.is_ephemeral()) {
        for mount in &container.mounts {
            was_there.add(key(container, mount).into(), container.index);
        }
    }
    let mut guard = Guard::new(settings, pod);
    let spec = FieldPath::root("spec");
    let list = spec.name(ContainerList::Ephemeral.key());
    for container in containers {
        for mount in pod.host_path_mounts(container) {
            if !was_there.has(&key(container, mount.mount)) {
                let at = list.index(container.index);
                guard.judge(at, container, mount);
                guard.violations.extend(shares_processes(pod, at, mount));
            }
        }
    }
    guard.violations
}

/// Everything of a mount and the name of its container: each text in quotes, so that two differ where their mounts do.
fn key(container: &Container<'_>, mount: &Mount<'_>) -> String {
    let Mount {
        volume,
        mount_path,
        access,
        sub_paths: [sub_path, sub_path_expr],
        propagation,
        recursive_read_only,
        meets_request: _,
    } = mount;
    let access = matches!(access, Access::Writable);
    format!(
        "{:?} {volume:?} {mount_path:?} {access} {sub_path:?} {sub_path_expr:?} {propagation:?} {recursive_read_only:?}",
        container.name
    )
}

/// Why the mount of a container at `at` is forbidden, whatever it shows.
fn shares_processes(pod: &Pod<'_>, at: FieldPath<'_>, place: HostPathMount<'_, '_>) -> Option<Violation> {
    let shared = pod.shared_processes.first()?;
    let mounts_at = at.name("volumeMounts");
    let detail = format!(
        "hostPath volume {}: spec.{} is not false, so that each container has what the others mount",
        quote(&place.mount.volume),
        shared.key()
    );
    Some(Violation::forbidden(
        mounts_at.index(place.index).name("name"),
        detail,
    ))
}

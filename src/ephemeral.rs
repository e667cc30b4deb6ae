//! Ephemeral containers (`kubectl debug`): `readOnly` belongs to a mount, not to the volume, so an injected
//! volume could be mounted writable there. The new mounts obey the guard.

use crate::{
    field::{Path, Violation, Violations},
    guard,
    json::{Json, Members},
    pod::{ContainerList, Pod},
    settings::Settings,
    verdict::{Accepted, Verdict},
};

const LISTS: [ContainerList; 3] = [ContainerList::Init, ContainerList::Main, ContainerList::Ephemeral];

/// Judges the pod after the change; `old` is the pod before. Only pods in which a hook sidecar mounts a hostPath
/// volume are judged, whatever they are labelled: labels and annotations can have been removed since their creation.
///
/// # Errors
/// Every new hostPath mount that the settings forbid, and whatever contradicts the object's kind.
pub(crate) fn verdict(
    settings: Option<Json<'_>>,
    object: &Members<'_>,
    old: Option<&Members<'_>>,
) -> Result<Verdict, Violations> {
    let pod = Pod::read(object, None, &LISTS)?;
    if !pod.has_host_path_sidecar() {
        return Ok(Verdict::Allow(Accepted::default()));
    }
    let settings = Settings::of_request(settings)?;
    let old = old.map(|old| Pod::read(old, None, &LISTS)).transpose()?;
    match Violations::from_vec(violations(&settings, &pod, old.as_ref())) {
        Some(violations) => Err(violations),
        None => Ok(Verdict::Allow(Accepted::default())),
    }
}

fn violations(settings: &Settings, pod: &Pod<'_>, old: Option<&Pod<'_>>) -> Vec<Violation> {
    let spec = Path::root("spec");
    let list = spec.name(ContainerList::Ephemeral.key());
    let mut violations = Vec::new();
    for container in pod.ephemeral_containers() {
        let was_there: Vec<_> = old
            .iter()
            .flat_map(|old| old.ephemeral_containers())
            .filter(|old| old.name == container.name)
            .flat_map(|old| &old.mounts)
            .collect();
        let at = list.index(container.index);
        let at = at.name("volumeMounts");
        for (index, mount, source) in pod.host_path_mounts(container) {
            if !was_there.contains(&mount) {
                guard::judge_mount(settings, at.index(index), mount, source, &mut violations);
            }
        }
    }
    violations
}

//! Mounts in the way of a request.

use crate::{
    base::{
        by_name::{ByName, item},
        field::quote,
        path::ContainerPath,
    },
    pod::{Container, Pod},
    requests::permitted::PermittedRequest,
};

/// The first of the mounts `here`, which are at the requested place, that does not lead where the request leads, or is
/// there under another name of the place: names prove nothing, content does.
pub(super) fn first_that_leads_elsewhere(
    pod: &Pod<'_>,
    container: &Container<'_>,
    here: &[usize],
    path: &ContainerPath,
    request: &PermittedRequest,
) -> Option<usize> {
    // Many mounts may be of one volume.
    let mut there = ByName::default();
    let mut elsewhere = ByName::default();
    let mut leads_there = |index: &usize| {
        let mount = item(&container.mounts, *index);
        if !mount.is_whole() || !mount.is_private() || mount.path().as_ref() != Ok(path) {
            return false;
        }
        if !there.has(&mount.volume) && !elsewhere.has(&mount.volume) {
            let leads = pod.leads_to(mount, &request.path, request.host_path_type);
            let found = if leads { &mut there } else { &mut elsewhere };
            found.add((&*mount.volume).into(), *index);
        }
        there.has(&mount.volume)
    };
    here.iter().copied().find(|index| !leads_there(index))
}

/// Why nothing can be mounted in front of mount number `index`: it would be hidden, or cannot be compared.
pub(super) fn describe_conflict(container: &Container<'_>, index: usize) -> String {
    let mount = item(&container.mounts, index);
    let described = format!(
        "the mount at {} of container {}",
        quote(&mount.mount_path),
        container.name
    );
    match mount.path() {
        Ok(_) => format!("would hide {described}: choose a path that does not contain it"),
        Err(error) => format!("cannot be compared with {described}, which {error}"),
    }
}

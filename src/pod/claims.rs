//! Requests for a place in `compute` below the mount of a claim: its owner can make that place a symbolic link, and
//! the host path would be mounted wherever the link leads.

use crate::{
    base::{by_name::ByName, path::ContainerPath},
    pod::{Container, Mount, Pod},
    requests::judge::HostPathRequest,
};

/// For each of the requests: the path of a claim's mount in `compute` at or above its `sharedComputePath`, if there is
/// one, under whatever name.
pub(crate) fn above(pod: &Pod<'_>, requests: &[HostPathRequest]) -> Vec<Option<String>> {
    let mut above = vec![None; requests.len()];
    let claims: Vec<ContainerPath> = pod
        .containers
        .iter()
        .filter(|container| container.is_compute())
        .flat_map(|compute| claims_of(pod, compute))
        .filter_map(|mount| mount.path().ok())
        .flat_map(|path| path.names())
        .collect();
    if claims.is_empty() {
        return above;
    }
    // Claims first, so that one comes before a request for the same place.
    let mut by_elements = ByName::default();
    for (position, claim) in claims.iter().enumerate() {
        by_elements.add(claim.by_elements().into(), position);
    }
    for (position, request) in requests.iter().enumerate() {
        if let Some(path) = &request.shared_compute_path {
            by_elements.add(path.by_elements().into(), claims.len().saturating_add(position));
        }
    }
    // The claims around the place that is looked at.
    let mut around: Vec<&ContainerPath> = Vec::new();
    for position in by_elements.in_order() {
        let request = position.checked_sub(claims.len());
        let path = match request {
            None => claims.get(position),
            Some(request) => requests
                .get(request)
                .and_then(|request| request.shared_compute_path.as_ref()),
        };
        let Some(path) = path else { continue };
        while around.last().is_some_and(|claim| !path.is_at_or_below(claim)) {
            around.pop();
        }
        match request.and_then(|request| above.get_mut(request)) {
            None => around.push(path),
            Some(found) => *found = around.last().map(ToString::to_string),
        }
    }
    above
}

fn claims_of<'p, 'a>(pod: &'p Pod<'a>, container: &'p Container<'a>) -> impl Iterator<Item = &'p Mount<'a>> {
    let mounts = container.mounts.iter();
    mounts.filter(|mount| {
        pod.volumes_named(&mount.volume)
            .any(|(_, volume)| volume.is_claim)
    })
}

//! Requests for a place below the mount of a claim: its owner can make that place a symbolic link, and the host path would be
//! mounted wherever the link leads. Only in hook sidecars, whose images are the VM owner's own, that does not matter.

use crate::{
    base::{
        by_name::ByName,
        container_name::{COMPUTE, is_hook_sidecar},
        path::ContainerPath,
    },
    pod::{Container, Mount, Pod},
    requests::judge::HostPathRequest,
};

/// The mounts of claims around the places that are asked for.
pub(crate) struct Claims(Vec<(Option<String>, Option<String>)>);

/// The mounts of claims at or above the places of one request, each in its container.
#[derive(Clone, Copy, Default)]
pub(crate) struct ClaimsAround<'c> {
    /// Around `volumePath`.
    pub(crate) volume_path: Option<&'c str>,
    /// Around `sharedComputePath`.
    pub(crate) shared_compute_path: Option<&'c str>,
}

impl Claims {
    /// Finds them for each of the requests, under any name.
    pub(crate) fn around(pod: &Pod<'_>, requests: &[HostPathRequest]) -> Self {
        let mut by_container = ByName::default();
        for (position, request) in requests.iter().enumerate() {
            if !is_hook_sidecar(&request.container) {
                by_container.add((&*request.container).into(), position);
            }
        }
        let mut claims = Claims(vec![(None, None); requests.len()]);
        for (position, request) in requests.iter().enumerate() {
            let of_container = by_container.get(&request.container);
            if of_container.first() != Some(&position) {
                continue;
            }
            let asked = of_container.iter().filter_map(|&position| {
                let path = requests.get(position).map(|request| &request.volume_path)?;
                Some((position, path))
            });
            for (position, claim) in above(pod, &request.container, asked) {
                if let Some((volume_path, _)) = claims.0.get_mut(position) {
                    *volume_path = Some(claim);
                }
            }
        }
        let shared = requests
            .iter()
            .enumerate()
            .filter_map(|(position, request)| Some((position, request.shared_compute_path.as_ref()?)));
        for (position, claim) in above(pod, COMPUTE, shared) {
            if let Some((_, shared_compute_path)) = claims.0.get_mut(position) {
                *shared_compute_path = Some(claim);
            }
        }
        claims
    }

    /// Those around the places of request number `position`.
    pub(crate) fn of(&self, position: usize) -> ClaimsAround<'_> {
        let found = self.0.get(position);
        found
            .map(|(volume_path, shared)| ClaimsAround {
                volume_path: volume_path.as_deref(),
                shared_compute_path: shared.as_deref(),
            })
            .unwrap_or_default()
    }
}

/// Of the places that are asked for in the containers of this name, those with the mount of a claim at or above them, and the
/// path of that.
fn above<'r>(
    pod: &Pod<'_>,
    container: &str,
    asked: impl Iterator<Item = (usize, &'r ContainerPath)>,
) -> Vec<(usize, String)> {
    let containers = pod.containers_named(container);
    let claims: Vec<ContainerPath> = containers
        .into_iter()
        .filter_map(|index| pod.containers.get(index))
        .filter(|there| container != COMPUTE || there.is_compute())
        .flat_map(|container| claims_of(pod, container))
        .filter_map(|mount| mount.path().ok())
        .flat_map(|path| path.names())
        .collect();
    if claims.is_empty() {
        return Vec::new();
    }
    let asked: Vec<(usize, &ContainerPath)> = asked.collect();
    // Claims first, so that one comes before a request for the same place.
    let mut by_elements = ByName::default();
    for (position, claim) in claims.iter().enumerate() {
        by_elements.add(claim.by_elements().into(), position);
    }
    for (position, (_, path)) in asked.iter().enumerate() {
        by_elements.add(path.by_elements().into(), claims.len().saturating_add(position));
    }
    let mut found = Vec::new();
    // The claims around the place that is looked at.
    let mut around: Vec<&ContainerPath> = Vec::new();
    for position in by_elements.in_order() {
        let request = position.checked_sub(claims.len());
        let request = request.and_then(|request| asked.get(request));
        let path = match request {
            None => claims.get(position),
            Some((_, path)) => Some(*path),
        };
        let Some(path) = path else { continue };
        while around.last().is_some_and(|claim| !path.is_at_or_below(claim)) {
            around.pop();
        }
        match request {
            None => around.push(path),
            Some((request, _)) => {
                found.extend(around.last().map(|claim| (*request, claim.to_string())));
            }
        }
    }
    found
}

fn claims_of<'p, 'a>(pod: &'p Pod<'a>, container: &'p Container<'a>) -> impl Iterator<Item = &'p Mount<'a>> {
    let mounts = container.mounts.iter();
    mounts.filter(|mount| {
        pod.volumes_named(&mount.volume)
            .any(|(_, volume)| volume.is_claim)
    })
}

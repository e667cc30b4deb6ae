//! `sharedComputePath` of several entries: container `compute` is one, so its mounts must fit together, and fit to
//! those of KubeVirt's own `pvc` option.

use crate::{
    base::{by_name::ByName, field::quote, path::ContainerPath},
    requests::{annotation::ClaimPath, judge::HostPathRequest},
};

/// A place in `compute` that an entry asks for.
#[derive(Clone, Copy)]
enum Asked<'r> {
    /// For a host path: the request and its position.
    HostPath(&'r HostPathRequest, usize),
    /// For a claim.
    Claim(&'r ClaimPath),
}

/// Why shared compute paths cannot stand side by side, for each of these requests: the later of two is told. Two
/// entries may share one identical mount, of the same path, type and access; anything else may not equal, lie above or
/// below another, under any name. Nothing may equal, lie above or below the place of a claim.
#[must_use]
pub fn conflicts(requests: &[&HostPathRequest], claims: &[ClaimPath]) -> Vec<Option<String>> {
    let mut conflicts = vec![None; requests.len()];
    // Each under all its names.
    let mut places: Vec<(ContainerPath, Asked<'_>)> = Vec::new();
    for (position, request) in requests.iter().enumerate() {
        let path = request.shared_compute_path.iter();
        let names = path.flat_map(ContainerPath::names);
        places.extend(names.map(|name| (name, Asked::HostPath(request, position))));
    }
    if places.is_empty() {
        return conflicts;
    }
    for claim in claims {
        places.push((claim.shared_compute_path.clone(), Asked::Claim(claim)));
    }
    let mut by_elements = ByName::default();
    for (index, (name, _)) in places.iter().enumerate() {
        by_elements.add(name.by_elements().into(), index);
    }
    // The places around the one that is looked at.
    let mut above: Vec<&(ContainerPath, Asked<'_>)> = Vec::new();
    for place in by_elements.in_order().filter_map(|index| places.get(index)) {
        while above
            .last()
            .is_some_and(|(name, _)| !place.0.is_at_or_below(name))
        {
            above.pop();
        }
        if let Some((position, why)) = above.last().and_then(|other| conflict(other.1, place.1))
            && let Some(conflict) = conflicts.get_mut(position)
        {
            conflict.get_or_insert(why);
        }
        above.push(place);
    }
    conflicts
}

/// Why two places of which one is at or above the other cannot both be; and the position of the request to be told.
fn conflict(one: Asked<'_>, other: Asked<'_>) -> Option<(usize, String)> {
    match (one, other) {
        (Asked::Claim(_), Asked::Claim(_)) => None,
        (Asked::HostPath(request, position), Asked::Claim(claim))
        | (Asked::Claim(claim), Asked::HostPath(request, position)) => {
            let why = format!(
                "{} and pvc.sharedComputePath {} of entry {} lie one in the other in container compute",
                quote(shared(request)),
                quote(claim.shared_compute_path.as_str()),
                claim.index
            );
            Some((position, why))
        }
        (Asked::HostPath(one, first), Asked::HostPath(other, second)) => {
            let is_same = one.shared_compute_path == other.shared_compute_path;
            if first == second || is_same && one.same_mount(other) {
                return None;
            }
            let (earlier, later) = (one.index.min(other.index), one.index.max(other.index));
            let why = if is_same {
                format!("entries {earlier} and {later} share it, but differ in path, type or readOnly")
            } else {
                format!(
                    "{} and {} of entries {earlier} and {later} lie one in the other in container compute",
                    quote(shared(one)),
                    quote(shared(other)),
                )
            };
            Some((first.max(second), why))
        }
    }
}

fn shared(request: &HostPathRequest) -> &str {
    request
        .shared_compute_path
        .as_ref()
        .map_or("", ContainerPath::as_str)
}

impl HostPathRequest {
    fn same_mount(&self, other: &Self) -> bool {
        self.path == other.path && self.host_path_type == other.host_path_type && self.access == other.access
    }
}

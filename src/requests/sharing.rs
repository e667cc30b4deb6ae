//! The places that all requests of an annotation ask for in one container: they must fit together, in a sidecar those of
//! one entry, in container `compute`, which is one, those of all, and beside those of KubeVirt's own `pvc` option.

use crate::{
    base::{
        by_name::ByName,
        field::{Path, Violation, quote},
        path::ContainerPath,
    },
    requests::{annotation::ClaimPath, judge::HostPathRequest},
};

/// Why the places of one request cannot stand beside those of others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Conflicts {
    in_sidecar: Option<String>,
    in_compute: Option<String>,
}

impl Conflicts {
    /// The violations of `request`, which stands at `at`.
    #[must_use]
    pub fn violations(self, at: Path<'_>, request: &HostPathRequest) -> Vec<Violation> {
        let shared = request.shared_compute_path.as_ref();
        let in_sidecar = self
            .in_sidecar
            .map(|why| ("volumePath", Some(&request.volume_path), why));
        let in_compute = self.in_compute.map(|why| ("sharedComputePath", shared, why));
        let both = in_sidecar.into_iter().chain(in_compute);
        both.map(|(key, path, why)| {
            Violation::invalid(at.name(key), quote(path.map_or("", ContainerPath::as_str)), why)
        })
        .collect()
    }
}

/// A place in a container that an entry asks for.
#[derive(Clone, Copy)]
enum Asked<'r> {
    /// For a host path: the request, its position and the place as it is written.
    HostPath(&'r HostPathRequest, usize, &'r ContainerPath),
    /// For a claim.
    Claim(&'r ClaimPath),
}

/// What is in conflict, for each of these requests: the later of two is told. Two may share one identical mount, of the
/// same path, type and access; anything else may not equal, lie above or below another, under any name. Nothing in
/// `compute` may equal, lie above or below the place of a claim.
#[must_use]
pub fn conflicts(requests: &[&HostPathRequest], claims: &[ClaimPath]) -> Vec<Conflicts> {
    let mut conflicts = vec![Conflicts::default(); requests.len()];
    let asked = requests
        .iter()
        .enumerate()
        .map(|(position, request)| (position, *request));
    // Those of one entry follow each other.
    let mut rest = asked.clone().peekable();
    while let Some((position, first)) = rest.next() {
        let mut of_entry = vec![(position, first)];
        while let Some(next) = rest.next_if(|(_, next)| next.place.entry == first.place.entry) {
            of_entry.push(next);
        }
        if of_entry.len() > 1 {
            let container = format!("hook-sidecar-{}", first.place.entry);
            let places = of_entry
                .iter()
                .map(|(position, request)| Asked::HostPath(request, *position, &request.volume_path));
            for (position, why) in apart(&container, places) {
                if let Some(found) = conflicts.get_mut(position) {
                    found.in_sidecar.get_or_insert(why);
                }
            }
        }
    }
    let shared = asked.filter_map(|(position, request)| {
        let path = request.shared_compute_path.as_ref()?;
        Some(Asked::HostPath(request, position, path))
    });
    for (position, why) in apart("compute", shared.chain(claims.iter().map(Asked::Claim))) {
        if let Some(found) = conflicts.get_mut(position) {
            found.in_compute.get_or_insert(why);
        }
    }
    conflicts
}

/// The places of one container that are not apart: the positions of requests, and why.
fn apart<'r>(container: &str, asked: impl Iterator<Item = Asked<'r>>) -> Vec<(usize, String)> {
    // Each under all its names, but those of claims: one of two that meet is a request's.
    let mut places: Vec<(ContainerPath, Asked<'_>)> = Vec::new();
    for asked in asked {
        match asked {
            Asked::HostPath(_, _, path) => places.extend(path.names().into_iter().map(|name| (name, asked))),
            Asked::Claim(claim) => places.push((claim.shared_compute_path.clone(), asked)),
        }
    }
    let mut by_elements = ByName::default();
    for (index, (name, _)) in places.iter().enumerate() {
        by_elements.add(name.by_elements().into(), index);
    }
    let mut found = Vec::new();
    // The places around the one that is looked at.
    let mut above: Vec<&(ContainerPath, Asked<'_>)> = Vec::new();
    for place in by_elements.in_order().filter_map(|index| places.get(index)) {
        while above
            .last()
            .is_some_and(|(name, _)| !place.0.is_at_or_below(name))
        {
            above.pop();
        }
        found.extend(
            above
                .last()
                .and_then(|other| conflict(container, other.1, place.1)),
        );
        above.push(place);
    }
    found
}

/// Why two places of which one is at or above the other cannot both be; and the position of the request to be told.
fn conflict(container: &str, one: Asked<'_>, other: Asked<'_>) -> Option<(usize, String)> {
    match (one, other) {
        (Asked::Claim(_), Asked::Claim(_)) => None,
        (Asked::HostPath(_, position, path), Asked::Claim(claim))
        | (Asked::Claim(claim), Asked::HostPath(_, position, path)) => {
            let why = format!(
                "{} and pvc.sharedComputePath {} of entry {} lie one in the other in container {container}",
                quote(path.as_str()),
                quote(claim.shared_compute_path.as_str()),
                claim.index
            );
            Some((position, why))
        }
        (Asked::HostPath(one, first, path), Asked::HostPath(other, second, other_path)) => {
            let is_same = path == other_path;
            if first == second || is_same && one.same_mount(other) {
                return None;
            }
            let both = if first < second {
                both(one, other)
            } else {
                both(other, one)
            };
            let why = if is_same {
                format!("{both} share it, but differ in path, type or readOnly")
            } else {
                format!(
                    "{} and {} of {both} lie one in the other in container {container}",
                    quote(path.as_str()),
                    quote(other_path.as_str()),
                )
            };
            Some((first.max(second), why))
        }
    }
}

/// Two requests for people, the earlier one first.
fn both(earlier: &HostPathRequest, later: &HostPathRequest) -> String {
    let (one, other) = (earlier.place, later.place);
    match (one.element, other.element) {
        (None, None) => format!("entries {} and {}", one.entry, other.entry),
        _ => format!("{one} and {other}"),
    }
}

impl HostPathRequest {
    fn same_mount(&self, other: &Self) -> bool {
        self.path == other.path && self.host_path_type == other.host_path_type && self.access == other.access
    }
}

//! The places that all requests ask for in one container, in whichever annotation: they must fit together, and in `compute`
//! beside those of KubeVirt's own `pvc` option.

use std::borrow::Cow;

use crate::{
    base::{
        by_name::{ByName, item, item_mut},
        container_name::COMPUTE,
        field::{FieldPath, Violation, quote},
        path::ContainerPath,
        path_tree::PathTree,
    },
    requests::{
        annotation::ClaimPath,
        permitted::PermittedRequest,
        place::{RequestPlace, Requester},
    },
};

/// Why the places of one request cannot be beside those of others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Conflicts {
    volume_path: Option<String>,
    shared_compute_path: Option<String>,
}

impl Conflicts {
    /// The violations of `request`, which is at `at`.
    #[must_use]
    pub(crate) fn violations(self, at: FieldPath<'_>, request: &PermittedRequest) -> Vec<Violation> {
        let shared = request.shared_compute_path.as_ref();
        let volume_path = self
            .volume_path
            .map(|why| ("volumePath", Some(&request.volume_path), why));
        let shared = self
            .shared_compute_path
            .map(|why| ("sharedComputePath", shared, why));
        let both = volume_path.into_iter().chain(shared);
        both.map(|(key, path, why)| {
            Violation::invalid(at.name(key), quote(path.map_or("", ContainerPath::as_str)), why)
        })
        .collect()
    }
}

/// A place in a container that is asked for.
#[derive(Clone, Copy)]
enum Asked<'r> {
    /// For a host path: the request, its position, which of its members it is, and the place as it is written.
    HostPath(&'r PermittedRequest, usize, Member, &'r ContainerPath),
    /// For a claim.
    Claim(&'r ClaimPath),
}

/// A member of a request that names a place in a container.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Member {
    VolumePath,
    SharedComputePath,
}

/// What is in conflict, for each of these requests, which come with their position: the later of two is refused. Two may share one identical mount, of the
/// same path, type and access; anything else may not equal, are above or below another, under any name. Nothing in
/// `compute` may equal, are above or below the place of a claim.
#[must_use]
pub(super) fn conflicts(
    requests: &[(&PermittedRequest, usize)],
    claims: &[ClaimPath],
) -> Vec<(usize, Conflicts)> {
    let mut conflicts: Vec<(usize, Conflicts)> = requests
        .iter()
        .map(|(_, position)| (*position, Conflicts::default()))
        .collect();
    let mut by_container = ByName::default();
    for (number, (request, _)) in requests.iter().enumerate() {
        by_container.add(Cow::Borrowed(&*request.container), number);
    }
    let volume_path = |number: usize| {
        let (request, _) = *item(requests, number);
        Asked::HostPath(request, number, Member::VolumePath, &request.volume_path)
    };
    let mut found = Vec::new();
    for (number, (request, _)) in requests.iter().enumerate() {
        let of_container = by_container.get(&request.container);
        let is_first = of_container.first() == Some(&number);
        if is_first && of_container.len() > 1 && &*request.container != COMPUTE {
            let places = of_container.iter().copied().map(volume_path);
            found.extend(apart(&request.container, places));
        }
    }
    let shared = requests.iter().enumerate().filter_map(|(number, (request, _))| {
        let path = request.shared_compute_path.as_ref()?;
        Some(Asked::HostPath(request, number, Member::SharedComputePath, path))
    });
    let in_compute = by_container.get(COMPUTE).iter().copied().map(volume_path);
    let in_compute = in_compute.chain(shared).chain(claims.iter().map(Asked::Claim));
    found.extend(apart(COMPUTE, in_compute));
    for (number, member, why) in found {
        let (_, conflicts) = item_mut(&mut conflicts, number);
        let field = match member {
            Member::VolumePath => &mut conflicts.volume_path,
            Member::SharedComputePath => &mut conflicts.shared_compute_path,
        };
        field.get_or_insert(why);
    }
    conflicts
}

/// The places of one container that are not apart: the positions of requests, their members, and why.
fn apart<'r>(container: &str, asked: impl Iterator<Item = Asked<'r>>) -> Vec<(usize, Member, String)> {
    // Each under all its names, but those of claims: one of two that meet is a request's.
    let mut places: Vec<(ContainerPath, Asked<'_>)> = Vec::new();
    for asked in asked {
        match asked {
            Asked::HostPath(_, _, _, path) => {
                places.extend(path.names().into_iter().map(|name| (name, asked)))
            }
            Asked::Claim(claim) => places.push((claim.shared_compute_path.clone(), asked)),
        }
    }
    let tree = PathTree::of(places.iter().map(|(path, _)| path.as_str()).zip(0..));
    let asked = |position: usize| item(&places, position).1;
    let pairs = tree.nearest_pairs();
    pairs
        .filter_map(|(above, here)| conflict(container, asked(above), asked(here)))
        .collect()
}

/// What to do about two places that overlap.
const CHOOSE: &str = "choose paths of which neither contains the other";

/// Why two places of which one is at or above the other cannot both be; and the position of the request to be told.
fn conflict(container: &str, one: Asked<'_>, other: Asked<'_>) -> Option<(usize, Member, String)> {
    match (one, other) {
        (Asked::Claim(_), Asked::Claim(_)) => None,
        (Asked::HostPath(_, position, member, path), Asked::Claim(claim))
        | (Asked::Claim(claim), Asked::HostPath(_, position, member, path)) => {
            let why = format!(
                "{} and pvc.sharedComputePath {} of entry {} overlap in container {container}: {CHOOSE}",
                quote(path.as_str()),
                quote(claim.shared_compute_path.as_str()),
                claim.index
            );
            Some((position, member, why))
        }
        (
            Asked::HostPath(one, first, member, path),
            Asked::HostPath(other, second, other_member, other_path),
        ) => {
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
                format!(
                    "{both} share it, but differ in path, type or readOnly: choose another path, or request the same in both"
                )
            } else {
                format!(
                    "{} and {} of {both} overlap in container {container}: {CHOOSE}",
                    quote(path.as_str()),
                    quote(other_path.as_str()),
                )
            };
            let later = if first < second { other_member } else { member };
            Some((first.max(second), later, why))
        }
    }
}

/// Two requests for people, the earlier one first.
fn both(earlier: &PermittedRequest, later: &PermittedRequest) -> String {
    let (one, other) = (&earlier.place, &later.place);
    match (one, other) {
        (
            RequestPlace {
                of: Requester::Entry(one),
                element: None,
            },
            RequestPlace {
                of: Requester::Entry(other),
                element: None,
            },
        ) => format!("entries {one} and {other}"),
        _ => format!("{one} and {other}"),
    }
}

impl PermittedRequest {
    fn same_mount(&self, other: &Self) -> bool {
        self.path == other.path && self.host_path_type == other.host_path_type && self.access == other.access
    }
}

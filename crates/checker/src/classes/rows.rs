//! Classes that are alike, merged: to whom what is permitted, and where.

use std::collections::{BTreeMap, BTreeSet};

use kubevirt_sidecar_hostpath_policy::{Access, HostPath, HostPathType};
use serde::Serialize;

use super::cells::{Cell, Part, Place};
use super::members::{Containers, Seen};
use super::names::{Members, Names, union};
use super::ranges::{self, Range};
use super::tree::Tree;
use super::types::{Accesses, ByAccess, Types};

/// Requests that are permitted, or whose verdict changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Row {
    /// In which namespaces.
    pub namespaces: Names,
    /// In which containers.
    pub containers: Containers,
    /// What may be done there.
    pub access: Accesses,
    /// With which types.
    pub types: Types,
    /// The number of the rule that decides, where there is one verdict only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<usize>,
    /// On which paths.
    pub paths: Vec<Range>,
}

impl Row {
    /// Whether the request is one of these.
    #[must_use]
    pub fn contains(
        &self,
        namespace: &str,
        seen: Seen<'_>,
        path: &HostPath,
        host_path_type: HostPathType,
        access: Access,
    ) -> bool {
        self.namespaces.contains(namespace)
            && self.containers.contains(seen)
            && self.types.contains(host_path_type)
            && self.access.contains(access)
            && self.paths.iter().any(|range| range.contains(path, namespace))
    }
}

/// What is the same for all classes that become one row.
pub(super) trait Kind: Ord + Clone {}

impl<K: Ord + Clone> Kind for K {}

/// Merges the classes: `kinds` says what is to be said of a class. First the containers, then the namespaces, then the paths
/// of the same are put together.
pub(super) fn merged<K: Kind>(
    tree: &Tree,
    places: &[Place],
    kinds: impl Fn(&Cell) -> Vec<K>,
) -> Vec<(K, Names, Containers, Vec<Range>)> {
    let mut parts: BTreeMap<(Names, Containers, K), BTreeSet<Part>> = BTreeMap::new();
    for place in places {
        let mut containers: BTreeMap<(usize, K), BTreeSet<(usize, bool)>> = BTreeMap::new();
        for cell in &place.cells {
            for kind in kinds(cell) {
                let same = containers.entry((cell.namespaces, kind)).or_default();
                same.insert((cell.containers, cell.requests));
            }
        }
        let mut namespaces: BTreeMap<(Containers, K), Vec<&Members>> = BTreeMap::new();
        for ((group, kind), cells) in containers {
            let containers = Containers::of(&place.containers, &cells);
            let members = place.namespaces.groups.get(group).map(|group| &group.members);
            namespaces.entry((containers, kind)).or_default().extend(members);
        }
        for ((containers, kind), members) in namespaces {
            let names = union(members, &place.namespaces.listed);
            parts
                .entry((names, containers, kind))
                .or_default()
                .insert(place.part);
        }
    }
    let merged = parts.into_iter().map(|((names, containers, kind), parts)| {
        let ranges = ranges::of(tree, &parts);
        (kind, names, containers, ranges)
    });
    merged.collect()
}

/// The rows of what `types` says of each class, in the order of their first paths.
pub(super) fn of(
    tree: &Tree,
    places: &[Place],
    types: impl Fn(&Cell) -> Option<(ByAccess, Option<usize>)>,
) -> Vec<Row> {
    let kinds = |cell: &Cell| {
        let types = types(cell).into_iter();
        let kinds =
            types.flat_map(|(types, rule)| types.split().map(move |(access, types)| (access, types, rule)));
        kinds.collect()
    };
    let merged = merged(tree, places, kinds).into_iter();
    let mut rows: Vec<Row> = merged
        .map(|((access, types, rule), namespaces, containers, paths)| Row {
            namespaces,
            containers,
            access,
            types,
            rule,
            paths,
        })
        .collect();
    rows.sort_by(|one, other| one.paths.cmp(&other.paths));
    rows
}

//! The classes of requests at the places of the tree, and what the settings say of one representative of each.

use std::collections::BTreeMap;

use kubevirt_sidecar_hostpath_policy::{
    Access, COMPUTE, HostPath, HostPathType, Namespace, RulesAround, Settings, SettingsFor, Viewer,
    is_hook_sidecar, permission,
};

use super::groups::{Group, Groups, concerned, of_containers, of_namespaces};
use super::tree::Tree;
use super::types::ByAccess;

/// What settings permit to a class of requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Opened {
    pub(super) types: ByAccess,
    /// The number of the rule that decides.
    pub(super) rule: usize,
}

/// A class of requests at a place.
#[derive(Debug)]
pub(super) struct Cell {
    /// The number of the group of namespaces.
    pub(super) namespaces: usize,
    /// The number of the group of containers.
    pub(super) containers: usize,
    /// Whether a VM owner asks; else it is a mount by others.
    pub(super) requests: bool,
    pub(super) before: Option<Opened>,
    pub(super) after: Option<Opened>,
}

/// A node of the tree, or everything else below one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Part {
    pub(super) node: usize,
    pub(super) below: bool,
}

/// A place, its groups and its classes. Classes to which neither settings permit anything are left out.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) part: Part,
    pub(super) namespaces: Groups,
    pub(super) containers: Groups,
    pub(super) cells: Vec<Cell>,
}

/// The classes under these settings, `before` and `after`, at the parts of the tree that rules are at or above.
pub(super) fn places(before: Option<&Settings>, after: &Settings, tree: &Tree, parts: &[Part]) -> Vec<Place> {
    let sides: Vec<&Settings> = before.into_iter().chain([after]).collect();
    let place = |part: &Part| {
        let path = tree.path(part.node, part.below, &tree.own)?;
        // What no rule is at or above is permitted to nobody.
        let mut rules = sides.iter().flat_map(|rules| &rules.rules);
        if !rules.any(|rule| rule.path().above(&path).is_some()) {
            return None;
        }
        let rules = concerned(&sides, &path);
        Some(Place {
            part: *part,
            namespaces: of_namespaces(&rules, tree, part.node),
            containers: of_containers(&rules, &sides),
            cells: Vec::new(),
        })
    };
    let mut places: Vec<Place> = parts.iter().filter_map(place).collect();
    // Settings are prepared once for each namespace.
    let mut by_namespace: BTreeMap<String, Vec<(usize, usize)>> = BTreeMap::new();
    for (place, number) in places.iter().zip(0..) {
        for (group, position) in place.namespaces.groups.iter().zip(0..) {
            let same = by_namespace.entry(group.representative.clone()).or_default();
            same.push((number, position));
        }
    }
    for (name, wanted) in by_namespace {
        let namespace = Namespace::named(&name);
        let before = before.map(|before| SettingsFor::new(before, &namespace));
        let after = SettingsFor::new(after, &namespace);
        for (number, group) in wanted {
            let Some(place) = places.get_mut(number) else {
                continue;
            };
            let Some(path) = tree.path(place.part.node, place.part.below, &name) else {
                continue;
            };
            let cells = cells(before.as_ref(), &after, &path, &place.containers.groups);
            place.cells.extend(cells.into_iter().map(|cell| Cell {
                namespaces: group,
                ..cell
            }));
        }
    }
    places
}

fn cells(
    before: Option<&SettingsFor<'_>>,
    after: &SettingsFor<'_>,
    path: &HostPath,
    containers: &[Group],
) -> Vec<Cell> {
    let around_before = before.map(|before| (before, before.around(path)));
    let around_after = after.around(path);
    let mut cells = Vec::new();
    for (group, number) in containers.iter().zip(0..) {
        for requests in [false, true] {
            let container = group.representative.as_str();
            let viewer = match requests {
                true => Viewer::requesting(container),
                false => Viewer::mounting(Some(container)),
            };
            let before = around_before
                .as_ref()
                .and_then(|(settings, around)| opened(settings, around, viewer));
            let after = opened(after, &around_after, viewer);
            if before.is_some() || after.is_some() {
                cells.push(Cell {
                    namespaces: 0,
                    containers: number,
                    requests,
                    before,
                    after,
                });
            }
        }
    }
    cells
}

/// What the settings permit to the viewer at this path; `None`: nothing.
fn opened(settings: &SettingsFor<'_>, around: &RulesAround<'_>, viewer: Viewer<'_>) -> Option<Opened> {
    if viewer.requests && !may_request(settings.settings, viewer.container.unwrap_or_default()) {
        return None;
    }
    let alone = permission(settings, around, viewer, None, None);
    let rule = alone.rule.filter(|_| alone.refusals.is_empty())?.rule.number;
    let mut types = ByAccess::default();
    for host_path_type in HostPathType::ALL.iter().copied() {
        if viewer.requests && host_path_type == HostPathType::Unset {
            continue;
        }
        for access in [Access::ReadOnly, Access::Writable] {
            let permission = permission(settings, around, viewer, Some(host_path_type), Some(access));
            if permission.refusals.is_empty() {
                match access {
                    Access::ReadOnly => types.read_only.add(host_path_type),
                    Access::Writable => types.writable.add(host_path_type),
                }
            }
        }
    }
    Some(Opened { types, rule })
}

/// Whether VM owners can make requests for the container at all.
pub(super) fn may_request(rules: &Settings, container: &str) -> bool {
    is_hook_sidecar(container)
        || container == COMPUTE
        || rules.request_containers.iter().any(|(name, _)| name == container)
}

/// All parts of the tree.
pub(super) fn all_parts(tree: &Tree) -> Vec<Part> {
    let nodes = 0..tree.nodes.len();
    nodes
        .flat_map(|node| [false, true].map(|below| Part { node, below }))
        .collect()
}

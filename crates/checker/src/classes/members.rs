//! For whom something is permitted, the namespaces aside.

use std::collections::BTreeSet;

use kubevirt_sidecar_hostpath_policy::{COMPUTE, is_hook_sidecar};
use serde::Serialize;

use super::groups::Groups;
use super::names::{Members, Names, union};

/// The containers for which VM owners may ask, and those in which others may mount. Hook sidecars are among `others` as all
/// containers that no settings name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Containers {
    /// Whether requests may be made for hook sidecars.
    pub hook_sidecars: bool,
    /// The other containers for which requests may be made. With `compute` it may be shared.
    pub requests: BTreeSet<String>,
    /// The containers in which others may mount it. Ephemeral containers have no names here.
    pub mounts: Names,
}

/// One request for a host path, or one mount by others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen<'c> {
    /// The container's name; `None`: an ephemeral container.
    pub container: Option<&'c str>,
    /// Whether a VM owner asks.
    pub requests: bool,
}

impl Containers {
    /// The containers of these groups, each for requests or for mounts.
    pub(super) fn of(groups: &Groups, cells: &BTreeSet<(usize, bool)>) -> Self {
        let members = |wanted: bool| {
            let cells = cells.iter().filter(move |(_, requests)| *requests == wanted);
            cells.filter_map(|(number, _)| groups.groups.get(*number).map(|group| &group.members))
        };
        let requests = members(true).filter_map(|members| match members {
            Members::These(names) => Some(names.iter().cloned()),
            Members::Rest => None,
        });
        Containers {
            hook_sidecars: members(true).any(|members| *members == Members::Rest),
            requests: requests.flatten().collect(),
            mounts: union(members(false), &groups.listed),
        }
    }

    /// Whether it is among them.
    #[must_use]
    pub fn contains(&self, seen: Seen<'_>) -> bool {
        match (seen.container, seen.requests) {
            (Some(name), true) if is_hook_sidecar(name) => self.hook_sidecars,
            (Some(name), true) => self.requests.contains(name),
            (Some(name), false) => self.mounts.contains(name),
            (None, false) => matches!(self.mounts, Names::AllBut(_)),
            (None, true) => false,
        }
    }

    /// Whether it may be shared with container `compute`.
    #[must_use]
    pub fn shares(&self) -> bool {
        self.requests.contains(COMPUTE)
    }
}

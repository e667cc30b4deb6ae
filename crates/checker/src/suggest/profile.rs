//! What one container of one namespace needs of a path.

use std::collections::{BTreeMap, BTreeSet};

use kubevirt_sidecar_hostpath_policy::{Access, HostPathType};

use super::need::Need;
use super::who::{Class, Who};

/// The containers with what they need.
pub(super) type Classes = BTreeMap<Class, Profile>;

/// The namespaces with what their containers need.
pub(super) type Askers = BTreeMap<Who, Classes>;

/// What is needed, each member with the first object that needs it.
#[derive(Debug, Clone, Default)]
pub(super) struct Profile {
    pub(super) types: BTreeMap<HostPathType, usize>,
    pub(super) writes: Option<usize>,
    pub(super) shares: Option<usize>,
    /// Who requests it; none: all of them are mounts by others.
    pub(super) requests: Option<usize>,
    /// Who mounts it without a request.
    pub(super) mounts: Option<usize>,
    /// Nothing is needed but that a rule applies: because this object asks for this path.
    pub(super) passes: Option<(usize, String)>,
    /// A type for a rule that needs none.
    pub(super) any_type: Option<HostPathType>,
    pub(super) users: BTreeSet<usize>,
}

impl Profile {
    /// What this need alone is.
    pub(super) fn of(need: &Need) -> Self {
        let user = need.user;
        Profile {
            types: need
                .types
                .iter()
                .map(|host_path_type| (*host_path_type, user))
                .collect(),
            writes: (need.access == Access::Writable).then_some(user),
            shares: (need.class == Class::Compute).then_some(user),
            requests: need.requests.then_some(user),
            mounts: (!need.requests).then_some(user),
            passes: None,
            any_type: None,
            users: BTreeSet::from([user]),
        }
    }

    /// Needs what the other needs as well.
    pub(super) fn add(&mut self, other: &Profile) {
        for (host_path_type, user) in &other.types {
            self.types.entry(*host_path_type).or_insert(*user);
        }
        self.writes = self.writes.or(other.writes);
        self.shares = self.shares.or(other.shares);
        self.requests = self.requests.or(other.requests);
        self.mounts = self.mounts.or(other.mounts);
        if self.passes.is_none() {
            self.passes.clone_from(&other.passes);
        }
        self.any_type = self.any_type.or(other.any_type);
        self.users.extend(&other.users);
    }

    /// What all of these need.
    pub(super) fn sum<'p>(profiles: impl IntoIterator<Item = &'p Profile>) -> Self {
        let mut sum = Profile::default();
        for profile in profiles {
            sum.add(profile);
        }
        sum
    }

    /// Whether a rule that permits this permits the other too.
    pub(super) fn covers(&self, other: &Profile) -> bool {
        other
            .types
            .keys()
            .all(|host_path_type| self.types.contains_key(host_path_type))
            && (self.writes.is_some() || other.writes.is_none())
            && (self.shares.is_some() || other.shares.is_none())
            && (self.requests.is_some() || other.requests.is_none())
    }

    /// Whether only a rule that applies is needed.
    pub(super) fn is_pass(&self) -> bool {
        self.types.is_empty()
    }

    /// By requests, by mounts, or by both; each with the first object that does.
    pub(super) fn ways(&self) -> impl Iterator<Item = (bool, usize)> {
        let requests = self.requests.map(|user| (true, user));
        requests.into_iter().chain(self.mounts.map(|user| (false, user)))
    }
}

/// Adds what these need to what is known.
pub(super) fn add(askers: &mut Askers, who: &Who, class: &Class, profile: &Profile) {
    let classes = askers.entry(who.clone()).or_default();
    classes.entry(class.clone()).or_default().add(profile);
}

//! One rule of the settings: for whom it is, which paths it matches, and what it permits there.

use std::fmt;

use crate::{
    base::{host_path_type::HostPathType, namespace::Namespace, path::HostPath},
    settings::pattern::Pattern,
};

/// The paths that a rule matches.
///
/// Only an exact path can be writable: who may write below a prefix can plant a symbolic link there
/// that leads anywhere, and have it mounted with the next request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// This path alone.
    Exact {
        /// The path.
        path: Pattern,
        /// Whether a sidecar may ask for a writable mount.
        writable: bool,
    },
    /// This path and everything below it, by whole path elements: `/foo` matches `/foo` and `/foo/bar`, never
    /// `/foobar`, and `/` matches every path.
    Prefix(Pattern),
}

/// What a rule is for the one who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mine {
    /// The rule is for others.
    No,
    /// The rule is for requests in this namespace, and names this path for them.
    Path(HostPath),
    /// The rule is for the namespace that the pod will be in, and so is its placeholder.
    Pattern,
}

/// One element of `settings.allowedHostPaths`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Which paths it matches.
    pub scope: Scope,
    /// The namespaces that it is for; `None`: for every one.
    pub namespaces: Option<Vec<String>>,
    /// The names of the containers that it is for; `None`: for every one.
    pub containers: Option<Vec<String>>,
    /// The types that a volume may have there; never empty.
    pub types: Vec<HostPathType>,
    /// Whether `sharedComputePath` may be used.
    pub allow_shared_compute: bool,
    /// What it is for the one who asks.
    pub mine: Mine,
}

impl Rule {
    /// The path that the rule names.
    #[must_use]
    pub const fn path(&self) -> &Pattern {
        match &self.scope {
            Scope::Exact { path, .. } | Scope::Prefix(path) => path,
        }
    }

    /// Whether it matches one path alone.
    #[must_use]
    pub const fn is_exact(&self) -> bool {
        matches!(self.scope, Scope::Exact { .. })
    }

    /// Whether it is for some requests only.
    #[must_use]
    pub fn is_restricted(&self) -> bool {
        self.namespaces.is_some() || self.containers.is_some() || self.path().directory().is_some()
    }

    /// Whether it is for a container of this name.
    #[must_use]
    pub fn is_for_container(&self, name: &str) -> bool {
        let containers = self.containers.as_ref();
        containers.is_none_or(|names| names.iter().any(|known| known == name))
    }

    /// Whether it is for the one who asks.
    #[must_use]
    pub fn is_mine(&self) -> bool {
        self.mine != Mine::No
    }

    /// What the rule is for requests in `namespace`.
    #[must_use]
    pub(super) fn mine_in(&self, namespace: &Namespace) -> Mine {
        let is_for = |names: &Vec<String>| names.iter().any(|name| namespace.may_be(name));
        if !self.namespaces.as_ref().is_none_or(is_for) {
            return Mine::No;
        }
        match (self.path().directory(), namespace) {
            (None, _) => Mine::Path(self.path().as_written().clone()),
            (Some(_), Namespace::Named(name)) => Mine::Path(self.path().with(name)),
            (Some(_), Namespace::Absent) => Mine::No,
            (Some(_), Namespace::Any) => Mine::Pattern,
        }
    }

    /// What follows in `path` after the rule's own path, if the rule is for the one who asks and is at or above `path`.
    #[must_use]
    pub fn rest<'p>(&self, path: &'p HostPath) -> Option<&'p str> {
        match &self.mine {
            Mine::No => None,
            Mine::Path(mine) => path.rest(mine),
            Mine::Pattern => self.path().above(path).map(|above| above.rest),
        }
    }

    /// Whether the rule is for the one who asks, and matches `path`.
    #[must_use]
    pub fn matches(&self, path: &HostPath) -> bool {
        self.rest(path)
            .is_some_and(|rest| rest.is_empty() || !self.is_exact())
    }

    /// Whether a sidecar may write to the rule's path.
    #[must_use]
    pub const fn is_writable(&self) -> bool {
        matches!(self.scope, Scope::Exact { writable: true, .. })
    }

    /// Orders the rules that match one path, of which this one's path has so many bytes: an exact rule is more specific than
    /// any prefix, a longer prefix than a shorter one, a rule for some containers than one for all, then one for some
    /// namespaces, a path than a placeholder.
    #[must_use]
    pub fn specificity(&self, length: usize) -> (bool, usize, bool, bool, bool) {
        (
            self.is_exact(),
            length,
            self.containers.is_some(),
            self.namespaces.is_some(),
            self.path().directory().is_none(),
        )
    }
}

impl fmt::Display for Rule {
    /// As messages list it: as the one who asks would write it. `{:#}` is its path alone.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = match &self.mine {
            Mine::Path(path) => path,
            Mine::No | Mine::Pattern => self.path().as_written(),
        };
        path.fmt(f)?;
        if self.is_exact() && !f.alternate() {
            f.write_str(" (exactly)")?;
        }
        Ok(())
    }
}

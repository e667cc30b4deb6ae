//! One rule of the settings: to which requests it applies, which paths it matches, and what it permits there.

use crate::{
    base::{container_name::COMPUTE, host_path_type::HostPathType},
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
        /// Whether a writable mount is allowed.
        writable: bool,
    },
    /// This path and everything below it, by whole path elements: `/foo` matches `/foo` and `/foo/bar`, never
    /// `/foobar`.
    Prefix(Pattern),
}

/// One element of `settings.allowedHostPaths`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Its index in the list.
    pub number: usize,
    /// Which paths it matches.
    pub scope: Scope,
    /// The namespaces to which it applies; `None`: every one.
    pub namespaces: Option<Vec<String>>,
    /// The names of the containers to which it applies; `None`: every one.
    pub containers: Option<Vec<String>>,
    /// The types that a volume may have there; never empty.
    pub types: Vec<HostPathType>,
    /// Whether container `compute` may mount it.
    pub allow_shared_compute: bool,
    /// Whether VM owners can request it; else it applies to mounts by others only.
    pub requestable: bool,
    /// The labels of the nodes that have the path, each key once.
    pub node_selector: Vec<(String, String)>,
    /// What the admin says of it, for people.
    pub description: Option<String>,
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

    /// Whether it applies to some requests and mounts only.
    #[must_use]
    pub fn is_restricted(&self) -> bool {
        self.namespaces.is_some()
            || self.containers.is_some()
            || self.path().directory().is_some()
            || !self.requestable
    }

    /// The names of the containers to which it applies, `compute` included where the rule is shared with it; `None`: every
    /// container.
    #[must_use]
    pub fn container_names(&self) -> Option<impl Iterator<Item = &str> + Clone> {
        let containers = self.containers.as_ref()?;
        let compute = self.allow_shared_compute.then_some(COMPUTE);
        Some(containers.iter().map(String::as_str).chain(compute))
    }

    /// Whether a writable mount of the rule's path is allowed.
    #[must_use]
    pub const fn is_writable(&self) -> bool {
        matches!(self.scope, Scope::Exact { writable: true, .. })
    }

    /// What it does to pods beyond permitting, which is the labels of nodes: `compare` asks for it, the rest it sees by asking what
    /// is permitted. A new member does not compile until it is decided which of the two it is.
    #[must_use]
    pub fn beyond_permission(&self) -> &[(String, String)] {
        let Rule {
            node_selector,
            // What `permission` looks at.
            scope: _,
            namespaces: _,
            containers: _,
            types: _,
            allow_shared_compute: _,
            requestable: _,
            // What does nothing.
            number: _,
            description: _,
        } = self;
        node_selector
    }
}

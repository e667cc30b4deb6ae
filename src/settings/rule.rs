//! One rule of the settings: which paths it matches and what it permits there.

use std::fmt;

use crate::base::{host_path_type::HostPathType, path::HostPath};

/// The paths that a rule matches.
///
/// Only an exact path can be writable: who may write below a prefix can plant a symbolic link there
/// that leads anywhere, and have it mounted with the next request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// This path alone.
    Exact {
        /// The path.
        path: HostPath,
        /// Whether a sidecar may ask for a writable mount.
        writable: bool,
    },
    /// This path and everything below it, by whole path elements.
    Prefix(PathPrefix),
}

/// A path that stands for itself and everything below it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathPrefix(pub HostPath);

impl PathPrefix {
    /// `/foo` matches `/foo` and `/foo/bar`, never `/foobar`; `/` matches every path.
    #[must_use]
    pub fn matches(&self, path: &HostPath) -> bool {
        path.is_at_or_below(&self.0)
    }
}

/// One element of `settings.allowedHostPaths`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Which paths it matches.
    pub scope: Scope,
    /// The types that a volume may have there; never empty.
    pub types: Vec<HostPathType>,
    /// Whether `sharedComputePath` may be used.
    pub allow_shared_compute: bool,
}

impl Rule {
    /// The path that the rule names.
    #[must_use]
    pub const fn path(&self) -> &HostPath {
        match &self.scope {
            Scope::Exact { path, .. } | Scope::Prefix(PathPrefix(path)) => path,
        }
    }

    /// Whether the rule matches `path`.
    #[must_use]
    pub fn matches(&self, path: &HostPath) -> bool {
        match &self.scope {
            Scope::Exact { path: exact, .. } => exact == path,
            Scope::Prefix(prefix) => prefix.matches(path),
        }
    }

    /// Whether a sidecar may write to the rule's path.
    #[must_use]
    pub const fn is_writable(&self) -> bool {
        matches!(self.scope, Scope::Exact { writable: true, .. })
    }

    /// Orders the rules that match one path: an exact rule is more specific than any prefix, a longer
    /// prefix than a shorter one.
    #[must_use]
    pub fn specificity(&self) -> (bool, usize) {
        (
            matches!(self.scope, Scope::Exact { .. }),
            self.path().as_str().len(),
        )
    }
}

impl fmt::Display for Rule {
    /// As messages list it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.scope {
            Scope::Exact { path, .. } => write!(f, "{path} (exactly)"),
            Scope::Prefix(PathPrefix(path)) => write!(f, "{path}"),
        }
    }
}

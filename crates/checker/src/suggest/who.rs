//! Who needs a host path: an object's namespace and one of its containers, as far as rules tell them apart.

use kubevirt_sidecar_hostpath_policy::{COMPUTE, is_hook_sidecar};

use crate::manifests::metadata::is_label;

/// Who needs it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Who {
    /// An object in this namespace.
    Named(String),
    /// An object that names no namespace: only rules for every namespace apply to it.
    Absent,
    /// An object that serves every namespace: each rule applies to it.
    Any,
}

/// The containers that rules tell apart.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Class {
    /// Hook sidecars and ephemeral containers: no rule can name them.
    Sidecar,
    /// The container `compute`.
    Compute,
    /// The container of this name.
    Container(String),
}

impl Class {
    /// That of the container of this name.
    pub(super) fn of(container: &str) -> Self {
        match container {
            COMPUTE => Class::Compute,
            name if is_hook_sidecar(name) || !is_label(name) => Class::Sidecar,
            name => Class::Container(name.to_owned()),
        }
    }
}

//! Sets of names, of which there are infinitely many.

use std::collections::BTreeSet;

use serde::Serialize;

/// Names of namespaces or of containers.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Names {
    /// These.
    Only(BTreeSet<String>),
    /// All others.
    AllBut(BTreeSet<String>),
}

impl Names {
    /// Whether the name is one of them.
    #[must_use]
    pub fn contains(&self, name: &str) -> bool {
        match self {
            Names::Only(names) => names.contains(name),
            Names::AllBut(names) => !names.contains(name),
        }
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        matches!(self, Names::Only(names) if names.is_empty())
    }
}

/// What the names of a group have in common: they are these, or all that are in no other group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Members {
    These(Vec<String>),
    Rest,
}

/// The names in some of the groups of a partition. `listed` are the names of all groups but the rest.
pub(super) fn union<'m>(members: impl IntoIterator<Item = &'m Members>, listed: &BTreeSet<String>) -> Names {
    let mut named = BTreeSet::new();
    let mut with_rest = false;
    for members in members {
        match members {
            Members::These(names) => named.extend(names.iter().cloned()),
            Members::Rest => with_rest = true,
        }
    }
    match with_rest {
        true => Names::AllBut(listed.difference(&named).cloned().collect()),
        false => Names::Only(named),
    }
}

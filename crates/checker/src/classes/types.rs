//! Sets of the types of hostPath volumes, and what may be done with them.

use kubevirt_sidecar_hostpath_policy::{Access, HostPathType};
use serde::{Serialize, Serializer};

/// A set of types, a bit for each.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Types(u32);

const _: () = assert!(HostPathType::ALL.len() <= 32);

impl Types {
    fn bit(host_path_type: HostPathType) -> u32 {
        let before = HostPathType::ALL
            .iter()
            .take_while(|known| **known != host_path_type);
        before.fold(1, |bit, _| bit << 1)
    }

    /// The types that are meant.
    pub(super) fn of(is_meant: impl Fn(HostPathType) -> bool) -> Self {
        let mut types = Types::default();
        for host_path_type in HostPathType::ALL {
            if is_meant(*host_path_type) {
                types.add(*host_path_type);
            }
        }
        types
    }

    pub(super) fn add(&mut self, host_path_type: HostPathType) {
        self.0 |= Self::bit(host_path_type);
    }

    /// Whether the type is one of them.
    #[must_use]
    pub fn contains(self, host_path_type: HostPathType) -> bool {
        self.0 & Self::bit(host_path_type) != 0
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The types, in order.
    pub fn iter(self) -> impl Iterator<Item = HostPathType> {
        let all = HostPathType::ALL.iter().copied();
        all.filter(move |known| self.contains(*known))
    }

    const fn and(self, other: Self) -> Self {
        Types(self.0 & other.0)
    }

    const fn without(self, other: Self) -> Self {
        Types(self.0 & !other.0)
    }
}

impl Serialize for Types {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter().map(HostPathType::as_str))
    }
}

/// The types with which a path may be seen, by access.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct ByAccess {
    pub(super) read_only: Types,
    pub(super) writable: Types,
}

/// What may be done: one kind of access or both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Accesses {
    /// Read-only mounts.
    Read,
    /// Writable mounts.
    Write,
    /// Both.
    ReadAndWrite,
}

impl Accesses {
    /// Whether this access is one of them.
    #[must_use]
    pub const fn contains(self, access: Access) -> bool {
        match (self, access) {
            (Accesses::ReadAndWrite, _) => true,
            (Accesses::Read, Access::ReadOnly) | (Accesses::Write, Access::Writable) => true,
            (Accesses::Read, Access::Writable) | (Accesses::Write, Access::ReadOnly) => false,
        }
    }
}

impl ByAccess {
    pub(super) const fn is_empty(self) -> bool {
        self.read_only.is_empty() && self.writable.is_empty()
    }

    pub(super) const fn without(self, other: Self) -> Self {
        ByAccess {
            read_only: self.read_only.without(other.read_only),
            writable: self.writable.without(other.writable),
        }
    }

    pub(super) const fn and(self, other: Self) -> Self {
        ByAccess {
            read_only: self.read_only.and(other.read_only),
            writable: self.writable.and(other.writable),
        }
    }

    /// The types by what may be done with them.
    pub(super) fn split(self) -> impl Iterator<Item = (Accesses, Types)> {
        let both = self.read_only.and(self.writable);
        let split = [
            (Accesses::ReadAndWrite, both),
            (Accesses::Read, self.read_only.without(both)),
            (Accesses::Write, self.writable.without(both)),
        ];
        split.into_iter().filter(|(_, types)| !types.is_empty())
    }
}

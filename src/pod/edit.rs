//! Changes of a pod, as they are planned: by place and name, before any text is touched.

use crate::{
    base::{access::Access, path::ContainerPath},
    pod::{Container, ContainerList},
    requests::permitted::PermittedRequest,
    settings::RecursiveReadOnly,
};

/// One change of the pod.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Edit {
    /// Append a hostPath volume to `spec.volumes`.
    AddVolume {
        /// The volume's name.
        name: String,
        /// The request that it serves.
        request: PermittedRequest,
    },
    /// Append a mount to a container's `volumeMounts`.
    AddMount {
        /// The container.
        container: ContainerRef,
        /// The volume's name.
        volume: String,
        /// The path in the container.
        mount_path: ContainerPath,
        /// Whether it can be written to.
        access: Access,
        /// `recursiveReadOnly`, if it is to be set.
        recursive_read_only: Option<RecursiveReadOnly>,
    },
    /// Add a label to `spec.nodeSelector`.
    AddNodeLabel {
        /// The label's key.
        key: String,
        /// Its value.
        value: String,
    },
    /// Set `readOnly: true` on a mount that is there.
    SetReadOnly(MountRef),
    /// Set `recursiveReadOnly: Enabled` on a mount that is there.
    SetRecursiveReadOnly(MountRef),
}

/// A container's place in the pod, in the order of [`Pod::containers`](crate::pod::Pod::containers()).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ContainerRef {
    /// The list.
    pub list: ContainerList,
    /// The index in that list.
    pub index: usize,
}

/// A mount's place in the pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct MountRef {
    /// The container.
    pub container: ContainerRef,
    /// The index in its `volumeMounts`.
    pub index: usize,
}

impl Container<'_> {
    /// Where the container stands.
    #[must_use]
    pub const fn place(&self) -> ContainerRef {
        ContainerRef {
            list: self.list,
            index: self.index,
        }
    }
}

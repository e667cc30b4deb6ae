//! The containers of a pod and what they mount.

use std::borrow::Cow;

use crate::base::{
    access::Access,
    container_name,
    json::Json,
    path::{ContainerPath, PathError},
};

/// All lists. The API server refuses ephemeral containers in a new pod; until it does, they are judged too.
pub(crate) const ALL_LISTS: [ContainerList; 3] =
    [ContainerList::Init, ContainerList::Main, ContainerList::Ephemeral];

/// Which list of the pod's spec a container is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ContainerList {
    /// `spec.initContainers`.
    Init,
    /// `spec.containers`.
    Main,
    /// `spec.ephemeralContainers`.
    Ephemeral,
}

impl ContainerList {
    /// The list's key in the pod's spec.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            ContainerList::Init => "initContainers",
            ContainerList::Main => "containers",
            ContainerList::Ephemeral => "ephemeralContainers",
        }
    }
}

/// One container.
#[derive(Debug)]
pub struct Container<'a> {
    /// The list that it is in.
    pub list: ContainerList,
    /// Its index in that list.
    pub index: usize,
    /// Its name.
    pub name: Cow<'a, str>,
    /// Its `volumeMounts`.
    pub mounts: Vec<Mount<'a>>,
    /// The container as it stands.
    pub raw: Json<'a>,
    /// The list `volumeMounts` as it stands, if there is one.
    pub mount_list: Option<Json<'a>>,
    /// Its items as they stand.
    pub mount_items: Vec<Json<'a>>,
}

/// One element of a container's `volumeMounts`.
#[derive(Debug)]
pub struct Mount<'a> {
    /// The volume's name.
    pub volume: Cow<'a, str>,
    /// The path in the container, as written.
    pub mount_path: Cow<'a, str>,
    /// `readOnly`, absent is writable.
    pub access: Access,
    /// `subPath` and `subPathExpr`; empty where absent.
    pub sub_paths: [Cow<'a, str>; 2],
    /// `mountPropagation`.
    pub propagation: Option<Cow<'a, str>>,
    /// `recursiveReadOnly`.
    pub recursive_read_only: Option<Cow<'a, str>>,
    /// Whether a request is met by it.
    pub meets_request: bool,
}

impl Mount<'_> {
    /// Whether nothing mounted later on either side reaches the other.
    #[must_use]
    pub fn is_private(&self) -> bool {
        matches!(self.propagation.as_deref(), None | Some("None"))
    }

    /// Whether it shows all of the volume.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.sub_paths.iter().all(|path| path.is_empty())
    }

    /// The path in the container, cleaned.
    ///
    /// # Errors
    /// Where the path cannot be cleaned.
    pub fn path(&self) -> Result<ContainerPath, PathError> {
        ContainerPath::parse(&self.mount_path)
    }
}

impl Container<'_> {
    /// Whether QEMU runs in it.
    #[must_use]
    pub fn is_compute(&self) -> bool {
        self.list == ContainerList::Main && self.name == container_name::COMPUTE
    }

    /// Whether it was added to the running pod.
    #[must_use]
    pub fn is_ephemeral(&self) -> bool {
        self.list == ContainerList::Ephemeral
    }

    /// Whether KubeVirt made this container for a hook, from the annotation or for a network binding plugin.
    #[must_use]
    pub fn is_hook_sidecar(&self) -> bool {
        !self.is_ephemeral() && container_name::is_hook_sidecar(&self.name)
    }
}

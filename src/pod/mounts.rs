//! Where the mounts of one container stand, found by path: a pod may have thousands, and so may its annotation.

use crate::{
    base::{by_name::ByName, path::ContainerPath},
    pod::{Container, Mount},
};

/// The mounts of a container, by their index, under every name of their path.
#[derive(Debug, Default)]
pub(crate) struct MountsByPath {
    by_elements: ByName<'static>,
    /// The first whose path cannot be cleaned.
    unreadable: Option<usize>,
}

impl MountsByPath {
    /// The mounts of `container`.
    pub(crate) fn of(container: &Container<'_>) -> Self {
        let mut mounts = MountsByPath::default();
        for (index, mount) in container.mounts.iter().enumerate() {
            mounts.add(index, mount);
        }
        mounts
    }

    /// Adds mount number `index`.
    pub(crate) fn add(&mut self, index: usize, mount: &Mount<'_>) {
        match mount.path() {
            Ok(path) => {
                for name in path.names() {
                    self.by_elements.add(name.by_elements().into(), index);
                }
            }
            Err(_) => {
                self.unreadable.get_or_insert(index);
            }
        }
    }

    /// The mounts at this very place, under any of its names.
    pub(crate) fn at(&self, path: &ContainerPath) -> &[usize] {
        self.by_elements.get(&path.by_elements())
    }

    /// The first mount whose path cannot be cleaned: it cannot be compared with anything.
    pub(crate) const fn unreadable(&self) -> Option<usize> {
        self.unreadable
    }

    /// The first mount below `path`.
    pub(crate) fn first_below(&self, path: &ContainerPath) -> Option<usize> {
        let mut below = path.by_elements();
        below.push('\0');
        self.by_elements.starting_with(&below).min()
    }
}

//! Where the mounts of one container are, found by path: a pod may have thousands.

use crate::{
    base::{path::ContainerPath, path_tree::PathTree},
    pod::Container,
};

/// The mounts of a container, by their index, under every name of their path.
#[derive(Debug)]
pub(crate) struct MountPoints {
    by_path: PathTree,
    /// The first whose path cannot be cleaned.
    unreadable: Option<usize>,
}

impl MountPoints {
    /// The mounts of `container`.
    pub(crate) fn of(container: &Container<'_>) -> Self {
        let mut unreadable = None;
        let mut names: Vec<(ContainerPath, usize)> = Vec::new();
        for (index, mount) in container.mounts.iter().enumerate() {
            match mount.path() {
                Ok(path) => names.extend(path.names().into_iter().map(|name| (name, index))),
                Err(_) => {
                    unreadable.get_or_insert(index);
                }
            }
        }
        MountPoints {
            by_path: PathTree::of(names.iter().map(|(path, index)| (path.as_str(), *index))),
            unreadable,
        }
    }

    /// The mounts at this very place, under any of its names.
    pub(crate) fn at(&self, path: &ContainerPath) -> &[usize] {
        self.by_path.at(path.as_str())
    }

    /// The first mount whose path cannot be cleaned: it cannot be compared with anything.
    pub(crate) const fn unreadable(&self) -> Option<usize> {
        self.unreadable
    }

    /// The first mount below `path`.
    pub(crate) fn first_below(&self, path: &ContainerPath) -> Option<usize> {
        self.by_path.below(path.as_str()).min()
    }

    /// The mounts strictly above `path`, the deepest first.
    pub(crate) fn above(&self, path: &ContainerPath) -> impl Iterator<Item = usize> {
        self.by_path.above(path.as_str())
    }
}

//! Mounts above a requested place in which somebody can make that place a symbolic link: the host path would be mounted
//! wherever the link leads. Only in hook sidecars, whose images are the VM owner's own, that does not matter.

use crate::{
    base::{
        access::Access,
        by_name::{item, item_mut},
    },
    pod::{Container, Mount, Pod},
    settings::SettingsFor,
};

/// In which volumes of a pod somebody can make a link.
pub(super) struct Links<'g, 's> {
    /// By the volume's index: whether it holds no link if it is mounted read-only.
    is_safe: Vec<Option<bool>>,
    settings: &'g SettingsFor<'s>,
}

impl<'g, 's> Links<'g, 's> {
    pub(super) fn new(settings: &'g SettingsFor<'s>, pod: &Pod<'_>) -> Self {
        Links {
            is_safe: pod.volumes().iter().map(|_| None).collect(),
            settings,
        }
    }

    /// The first of these mounts of `container` in which somebody can make a link.
    pub(super) fn first(
        &mut self,
        pod: &Pod<'_>,
        container: &Container<'_>,
        mut mounts: impl Iterator<Item = usize>,
    ) -> Option<usize> {
        mounts.find(|&mount| !self.is_safe(pod, item(&container.mounts, mount)))
    }

    /// Whether nobody can make a link there: the kubelet writes the files, or it is a host path in which no container writes.
    fn is_safe(&mut self, pod: &Pod<'_>, mount: &Mount<'_>) -> bool {
        let mut volumes = pod.volumes_named(&mount.volume).peekable();
        // A mount without volume: the pod is not the one that will start.
        if volumes.peek().is_none() {
            return false;
        }
        volumes.all(|(index, volume)| match &volume.host_path {
            None => volume.is_projection,
            Some(source) => {
                let settings = self.settings;
                // Volumes that were added since are in no list, and have no mount above any place.
                let is_safe = item_mut(&mut self.is_safe, index);
                mount.access == Access::ReadOnly
                    && *is_safe.get_or_insert_with(|| {
                        let path = source.path.as_ref();
                        path.is_ok_and(|path| !settings.touches_writable(path))
                    })
            }
        })
    }
}

//! Which containers of a pod are sidecars: KubeVirt names hook sidecars, and gives plugin sidecars a directory of sockets.

use crate::{
    base::{by_name::ByName, path::ContainerPath},
    pod::{Container, ContainerList, Mount, Pod},
};

/// The volume through which plugin sidecars and `compute` share sockets.
const PLUGIN_SOCKETS: &str = "kubevirt-plugin-sockets";

/// Where that volume is mounted, under both names of `/run`.
const PLUGIN_DIRECTORIES: [&str; 2] = ["/var/run/kubevirt-plugin", "/run/kubevirt-plugin"];

/// The directory of `compute` in which KubeVirt mounts hostDisks.
const HOST_DISKS: &str = "/var/run/kubevirt-private/vmi-disks";

/// The sidecars of a pod that mount a hostPath volume.
#[derive(Debug)]
pub struct Sidecars(Vec<bool>);

impl Sidecars {
    /// Finds them. Where there is no hostPath volume, no mount is looked at.
    #[must_use]
    pub fn of(pod: &Pod<'_>) -> Self {
        if !pod.has_host_path_volume() {
            return Sidecars(Vec::new());
        }
        let computes = pod.containers.iter().filter(|container| container.is_compute());
        let mut sockets = ByName::default();
        sockets.add(PLUGIN_SOCKETS.into(), 0);
        for mount in computes.flat_map(|compute| &compute.mounts) {
            if may_be_in_plugin_directory(mount.path().as_ref().ok()) && !sockets.has(&mount.volume) {
                sockets.add((&*mount.volume).into(), 0);
            }
        }
        let is_sidecar = |container: &Container<'_>| {
            pod.host_path_mounts(container).next().is_some()
                && (container.is_hook_sidecar() || is_plugin_sidecar(container, &sockets))
        };
        Sidecars(pod.containers.iter().map(is_sidecar).collect())
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        !self.0.contains(&true)
    }

    /// Whether container number `container` is one.
    #[must_use]
    pub fn contains(&self, container: usize) -> bool {
        self.0.get(container).copied().unwrap_or_default()
    }
}

/// Whether the container shares a volume of `sockets`, or has a mount in the directory of plugin sockets. A mount path
/// that cannot be cleaned may be there.
fn is_plugin_sidecar(container: &Container<'_>, sockets: &ByName<'_>) -> bool {
    let is_other = container.list != ContainerList::Ephemeral && !container.is_compute();
    is_other
        && container
            .mounts
            .iter()
            .any(|mount| sockets.has(&mount.volume) || may_be_in_plugin_directory(mount.path().as_ref().ok()))
}

fn may_be_in_plugin_directory(path: Option<&ContainerPath>) -> bool {
    path.is_none_or(|path| {
        PLUGIN_DIRECTORIES
            .iter()
            .any(|directory| path.is_at_or_below_str(directory))
    })
}

/// Whether this mount is one of KubeVirt's own: a hostDisk in `compute`.
#[must_use]
pub fn is_kubevirts_own(container: &Container<'_>, mount: &Mount<'_>) -> bool {
    container.is_compute() && mount.path().is_ok_and(|path| path.is_at_or_below_str(HOST_DISKS))
}

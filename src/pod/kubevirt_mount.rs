//! KubeVirt's own hostPath mounts: hostDisks, which it renders in one way only.

use crate::{
    base::host_path_type::HostPathType,
    pod::{Container, HostPathMount, Pod},
};

/// The directory of container `compute` in which KubeVirt mounts hostDisks, each at the name of its volume.
const HOST_DISKS: &str = "/var/run/kubevirt-private/vmi-disks";

/// Whether this mount of `container` is one of KubeVirt's own. The settings do not apply to it: KubeVirt's feature gate HostDisk
/// does.
pub fn is_kubevirts_own(container: &Container<'_>, place: HostPathMount<'_, '_>) -> bool {
    let mount = place.mount;
    let is_of_hostdisk_type = matches!(
        place.source.host_path_type,
        Some(HostPathType::Directory | HostPathType::DirectoryOrCreate)
    );
    let is_at_its_place = || {
        let path = mount.path();
        path.is_ok_and(|path| path.as_str() == format!("{HOST_DISKS}/{}", mount.volume))
    };
    container.is_compute()
        && is_of_hostdisk_type
        && mount.is_whole()
        && !mount.volume.contains('/')
        && is_at_its_place()
}

/// Whether a container mounts a hostPath volume otherwise than as KubeVirt's own mount.
pub(crate) fn has_others(pod: &Pod<'_>) -> bool {
    pod.has_host_path_volume()
        && pod.containers().iter().any(|container| {
            let mut mounts = pod.host_path_mounts(container);
            mounts.any(|mount| !is_kubevirts_own(container, mount))
        })
}

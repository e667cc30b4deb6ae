//! Paths in containers where nothing may be mounted: images, KubeVirt and the kernel need what is there.

use crate::base::path::ContainerPath;

/// Directories that every image needs; what is below them is free in a sidecar.
const IMAGE: [&str; 14] = [
    "/",
    "/bin",
    "/etc",
    "/lib",
    "/lib64",
    "/sbin",
    "/usr",
    "/usr/bin",
    "/usr/lib",
    "/usr/lib64",
    "/usr/sbin",
    "/var",
    "/run",
    "/var/run",
];

/// The kernel's file systems, and the sockets through which KubeVirt talks to sidecars.
const KERNEL_AND_SOCKETS: [&str; 7] = [
    "/proc",
    "/sys",
    "/dev",
    "/var/run/kubevirt-hooks",
    "/run/kubevirt-hooks",
    "/var/run/kubevirt-plugin",
    "/run/kubevirt-plugin",
];

/// What container `compute` runs: its image, libvirt's state, the TPM's certificates.
const COMPUTE: [&str; 8] = [
    "/bin",
    "/sbin",
    "/usr",
    "/lib",
    "/lib64",
    "/etc",
    "/var/lib/libvirt",
    "/var/lib/swtpm-localca",
];

/// How KubeVirt's and libvirt's own directories in `compute` begin (`/var/run/kubevirt-private`, …): by
/// characters, not by path elements.
const COMPUTE_STARTS: [&str; 4] = [
    "/var/run/kubevirt",
    "/run/kubevirt",
    "/var/run/libvirt",
    "/run/libvirt",
];

/// Why nothing may be mounted at `path` in a hook sidecar.
#[must_use]
pub fn in_sidecar(path: &ContainerPath) -> Option<&'static str> {
    if IMAGE.contains(&path.as_str()) {
        return Some("would hide a directory that the image needs");
    }
    at_or_below(path, &KERNEL_AND_SOCKETS)
        .then_some("is reserved for the kernel and KubeVirt's sidecar sockets")
}

/// Why nothing may be mounted at `path` in container `compute`.
#[must_use]
pub fn in_compute(path: &ContainerPath) -> Option<&'static str> {
    in_sidecar(path).or_else(|| {
        let reserved = at_or_below(path, &COMPUTE)
            || path.as_str() == "/var/lib"
            || COMPUTE_STARTS
                .iter()
                .any(|start| path.as_str().starts_with(start));
        reserved.then_some("would hide what KubeVirt or libvirt needs in container compute")
    })
}

fn at_or_below(path: &ContainerPath, directories: &[&str]) -> bool {
    directories
        .iter()
        .any(|directory| path.is_at_or_below_str(directory))
}

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

/// The kernel's file systems.
const KERNEL: [&str; 3] = ["/proc", "/sys", "/dev"];

/// How KubeVirt's own directories begin, by characters, not by path elements: disks, sockets of sidecars and plugins.
const KUBEVIRT_STARTS: [&str; 2] = ["/var/run/kubevirt", "/run/kubevirt"];

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

/// How libvirt's own directories in `compute` begin, as [`KUBEVIRT_STARTS`].
const LIBVIRT_STARTS: [&str; 2] = ["/var/run/libvirt", "/run/libvirt"];

/// Why nothing may be mounted at `path` in any container.
#[must_use]
pub fn in_sidecar(path: &ContainerPath) -> Option<&'static str> {
    if IMAGE.contains(&path.as_str()) {
        return Some(
            "would hide a directory that the image needs: choose another path, such as /host-images",
        );
    }
    (at_or_below(path, &KERNEL) || starts_with(path, &KUBEVIRT_STARTS))
        .then_some("is reserved for the kernel and KubeVirt: choose another path, such as /host-images")
}

/// Why nothing may be mounted at `path` in container `compute`.
#[must_use]
pub fn in_compute(path: &ContainerPath) -> Option<&'static str> {
    in_sidecar(path).or_else(|| {
        let reserved =
            at_or_below(path, &COMPUTE) || path.as_str() == "/var/lib" || starts_with(path, &LIBVIRT_STARTS);
        reserved.then_some(
            "would hide what KubeVirt or libvirt needs in container compute: choose another path, such as /host-images",
        )
    })
}

fn starts_with(path: &ContainerPath, starts: &[&str]) -> bool {
    starts.iter().any(|start| path.as_str().starts_with(start))
}

fn at_or_below(path: &ContainerPath, directories: &[&str]) -> bool {
    directories
        .iter()
        .any(|directory| path.is_at_or_below_str(directory))
}

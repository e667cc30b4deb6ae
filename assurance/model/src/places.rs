//! Places in containers that somebody needs, and the names of containers that KubeVirt gives.

use crate::path::at_or_below;

/// Whether KubeVirt makes containers of this name for hooks.
#[must_use]
pub fn is_hook_sidecar(name: &str) -> bool {
    let number = name.strip_prefix("hook-sidecar-");
    number.is_some_and(|number| number.chars().all(|c| c.is_ascii_digit()))
}

/// Directories of the image.
const IMAGE: &str =
    "/ /bin /etc /lib /lib64 /sbin /usr /usr/bin /usr/lib /usr/lib64 /usr/sbin /var /run /var/run";
/// Where nothing may be mounted, at or below.
const KERNEL: &str = "/proc /sys /dev /var/run/kubevirt-hooks /run/kubevirt-hooks /var/run/kubevirt-plugin /run/kubevirt-plugin";
/// The same in container `compute`.
const COMPUTE: &str = "/bin /sbin /usr /lib /lib64 /etc /var/lib/libvirt /var/lib/swtpm-localca";
/// How the paths begin that are KubeVirt's in container `compute`.
const COMPUTE_STARTS: &str = "/var/run/kubevirt /run/kubevirt /var/run/libvirt /run/libvirt";

/// Whether something may be mounted at this path of a hook sidecar.
#[must_use]
pub fn free_in_sidecar(path: &[String]) -> bool {
    let text = crate::path::text(path);
    !IMAGE.split(' ').any(|reserved| reserved == text) && !in_one_of(path, KERNEL)
}

/// Whether something may be mounted at this path of container `compute`.
#[must_use]
pub fn free_in_compute(path: &[String]) -> bool {
    let text = crate::path::text(path);
    free_in_sidecar(path)
        && !in_one_of(path, COMPUTE)
        && text != "/var/lib"
        && !COMPUTE_STARTS.split(' ').any(|start| text.starts_with(start))
}

fn in_one_of(path: &[String], directories: &str) -> bool {
    let mut directories = directories.split(' ').map(crate::path::elements);
    directories.any(|directory| at_or_below(path, &directory))
}

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
const KERNEL: &str = "/proc /sys /dev";
/// How the paths begin that are KubeVirt's in every container.
const STARTS: &str = "/var/run/kubevirt /run/kubevirt";
/// The same in container `compute`.
const COMPUTE: &str = "/bin /sbin /usr /lib /lib64 /etc /var/lib/libvirt /var/lib/swtpm-localca";
/// How the paths begin that are libvirt's in container `compute`.
const COMPUTE_STARTS: &str = "/var/run/libvirt /run/libvirt";

/// Whether something may be mounted at this path of a container.
#[must_use]
pub fn is_free(path: &[String]) -> bool {
    let text = crate::path::text(path);
    !IMAGE.split(' ').any(|reserved| reserved == text)
        && !in_one_of(path, KERNEL)
        && !starts_with_one_of(&text, STARTS)
}

/// Whether something may be mounted at this path of container `compute`.
#[must_use]
pub fn free_in_compute(path: &[String]) -> bool {
    let text = crate::path::text(path);
    is_free(path)
        && !in_one_of(path, COMPUTE)
        && text != "/var/lib"
        && !starts_with_one_of(&text, COMPUTE_STARTS)
}

fn starts_with_one_of(text: &str, starts: &str) -> bool {
    starts.split(' ').any(|start| text.starts_with(start))
}

fn in_one_of(path: &[String], directories: &str) -> bool {
    let mut directories = directories.split(' ').map(crate::path::elements);
    directories.any(|directory| at_or_below(path, &directory))
}

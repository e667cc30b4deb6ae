//! Names of containers that mean something to KubeVirt.

/// The container in which QEMU runs.
pub const COMPUTE: &str = "compute";

/// What every hook sidecar's name begins with; digits follow.
pub(crate) const HOOK_SIDECAR: &str = "hook-sidecar-";

/// Whether a container of this name is a hook sidecar.
#[must_use]
pub fn is_hook_sidecar(name: &str) -> bool {
    hook_sidecar_number(name).is_some()
}

/// What follows `hook-sidecar-`, if that is digits.
#[must_use]
pub fn hook_sidecar_number(name: &str) -> Option<&str> {
    let number = name.strip_prefix(HOOK_SIDECAR)?;
    number.bytes().all(|b| b.is_ascii_digit()).then_some(number)
}

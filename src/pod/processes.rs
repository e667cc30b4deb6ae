//! Shared processes: through `/proc/PID/root` each container has what the others mount.

use crate::{
    base::field::{FieldPath, Violation},
    pod::Pod,
};

/// A member of a pod's spec by which containers see each other's processes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SharedProcesses {
    /// `shareProcessNamespace`.
    Pod,
    /// `hostPID`.
    Node,
}

impl SharedProcesses {
    /// The member's key.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            SharedProcesses::Pod => "shareProcessNamespace",
            SharedProcesses::Node => "hostPID",
        }
    }
}

/// What is wrong with a pod in which a container mounts a host path.
pub(crate) fn violations(pod: &Pod<'_>) -> Vec<Violation> {
    let spec = FieldPath::root("spec");
    let shared = pod.shared_processes.iter();
    let violations = shared.map(|shared| {
        let detail = "must be false where a container mounts a host path: through /proc/PID/root each container \
                      has what the others mount";
        Violation::forbidden(spec.name(shared.key()), detail)
    });
    violations.collect()
}

//! The outcome of one evaluation.

use serde::Serialize;

use crate::{
    base::{
        access::Access,
        by_name::ByName,
        container_name::COMPUTE,
        field::{Violations, quote_within},
        host_path_type::HostPathType,
    },
    requests::{Requests, permitted::PermittedRequest},
};

/// What becomes of the request.
#[derive(Debug)]
pub enum Verdict {
    /// Accepted as it is.
    Allow(Accepted),
    /// Accepted with another object in place of the request's: its JSON.
    Mutate(String, Accepted),
    /// Rejected.
    Deny(Violations),
}

/// What people learn of an accepted request.
#[derive(Debug, Default)]
pub struct Accepted {
    /// For the sender of the request.
    pub warnings: Vec<String>,
    /// For the audit log: every mount that was asked for.
    pub mounts: Vec<MountSummary>,
}

/// A host path as one container sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MountSummary {
    /// The container's name.
    pub container: String,
    /// The path on the node.
    pub host_path: String,
    /// The path in the container.
    pub mount_path: String,
    /// Whether it cannot be written to.
    pub read_only: bool,
    /// The volume's type.
    pub r#type: &'static str,
}

impl Accepted {
    /// What is said of these requests, in their order.
    #[must_use]
    pub fn of(requests: Requests) -> Self {
        let mut accepted = Accepted {
            warnings: requests.warnings,
            mounts: Vec::new(),
        };
        // Two requests may share one mount.
        let mut places = ByName::default();
        for (position, request) in requests.accepted.iter().enumerate() {
            let container = &*request.container;
            if places.add(format!("{container}{}", request.volume_path).into(), position) {
                accepted.warnings.extend(warnings(container, request));
                accepted
                    .mounts
                    .push(mount(container, request, request.volume_path.as_str()));
            }
            if let Some(shared) = &request.shared_compute_path
                && places.add(format!("{COMPUTE}{shared}").into(), position)
            {
                accepted.mounts.push(mount(COMPUTE, request, shared.as_str()));
            }
        }
        accepted
    }
}

fn mount(container: &str, request: &PermittedRequest, mount_path: &str) -> MountSummary {
    MountSummary {
        container: container.to_owned(),
        host_path: request.path.as_str().to_owned(),
        mount_path: mount_path.to_owned(),
        read_only: request.access == Access::ReadOnly,
        r#type: request.host_path_type.as_str(),
    }
}

/// The longest path that a warning shows whole, in bytes: clients cut warnings that are much over 120 characters.
const WARNED_BYTES: usize = 48;

/// What names of disk images end in.
const IMAGES: [&str; 5] = [".qcow2", ".img", ".raw", ".iso", ".vmdk"];

/// Whether it is called as a disk image is. The kubelet starts no pod in which that is no directory.
fn is_image(path: &str) -> bool {
    IMAGES.iter().any(|end| path.ends_with(end))
}

fn warnings(container: &str, request: &PermittedRequest) -> Vec<String> {
    let path = quote_within(request.path.as_str(), WARNED_BYTES);
    let mut warnings = Vec::new();
    if request.access == Access::Writable {
        let and_compute = request
            .shared_compute_path
            .as_ref()
            .map_or("", |_| " and compute");
        warnings.push(format!("{container}{and_compute} may write to host path {path}"));
    }
    match request.host_path_type {
        HostPathType::Socket => warnings.push(format!(
            "{container} may connect to socket {path} on the host: a read-only mount does not stop that"
        )),
        HostPathType::CharDevice | HostPathType::BlockDevice => warnings.push(format!(
            "{container}: few unprivileged containers can open device {path}; those that can may write to it"
        )),
        HostPathType::DirectoryOrCreate | HostPathType::FileOrCreate => warnings.push(format!(
            "{container}: host path {path} is created by root on the node if it is absent ({})",
            request.host_path_type
        )),
        HostPathType::Directory if is_image(request.path.as_str()) => warnings.push(format!(
            "{container}: host path {path} looks like a file, which needs \"type\": \"File\""
        )),
        // Read-only, nothing is to be said of these. A new type does not compile until it is decided.
        HostPathType::Directory | HostPathType::File | HostPathType::Unset => {}
    }
    warnings
}

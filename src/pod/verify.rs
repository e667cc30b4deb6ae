//! `verifyOnly`: what the policy would add or change is missing from the final pod.

use crate::{
    base::{
        access::Access,
        field::{FieldPath, Violation, quote},
    },
    pod::Edit,
    settings::RecursiveReadOnly,
};

/// Says what is missing. A webhook that ran after the injection took it away, or the injecting policy is absent.
#[must_use]
pub(crate) fn missing(edit: &Edit) -> Violation {
    let spec = FieldPath::root("spec");
    match edit {
        Edit::AddVolume { name, request } => Violation::required(
            spec.name("volumes"),
            format!(
                "hostPath volume {name} for {} of type {} is missing",
                quote(request.path.as_str()),
                request.host_path_type
            ),
        ),
        Edit::AddMount {
            container,
            volume,
            mount_path,
            access,
            ..
        } => {
            let list = spec.name(container.list.key());
            let at = list.index(container.index);
            let access = match access {
                Access::ReadOnly => "read-only",
                Access::Writable => "writable",
            };
            Violation::required(
                at.name("volumeMounts"),
                format!(
                    "{access} mount of volume {} at {} is missing",
                    quote(volume),
                    quote(mount_path.as_str())
                ),
            )
        }
        Edit::AddNodeLabel { key, value } => {
            let selector = spec.name("nodeSelector");
            Violation::required(
                selector.key(key),
                format!("must be {}: other nodes do not have the host path", quote(value)),
            )
        }
        Edit::SetReadOnly(mount) | Edit::SetRecursiveReadOnly(mount) => {
            let list = spec.name(mount.container.list.key());
            let container = list.index(mount.container.index);
            let mounts = container.name("volumeMounts");
            let at = mounts.index(mount.index);
            match edit {
                Edit::SetReadOnly(_) => Violation::invalid(at.name("readOnly"), "false", "must be true"),
                _ => Violation::required(
                    at.name("recursiveReadOnly"),
                    format!("must be {}", RecursiveReadOnly::Enabled.as_str()),
                ),
            }
        }
    }
}

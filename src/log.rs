//! The log: one line for a mutation, one for a rejection, none where the policy had nothing to do. Never the
//! object itself: pods may hold secrets.

use slog::{Drain, Logger, info, o, warn};

use kubewarden_policy_sdk::logging::KubewardenDrain;

use crate::{request::Request, verdict::Verdict};

/// Writes the line for this verdict, if it deserves one. `request` is absent where none could be read.
pub(crate) fn verdict(request: Option<&Request<'_>>, verdict: &Verdict) {
    if let Verdict::Allow(_) = verdict {
        return;
    }
    // Not `KubewardenDrain::new`: its `Fuse` panics where the host cannot log.
    let log = Logger::root(
        KubewardenDrain::default().ignore_res(),
        o!("policy" => env!("CARGO_PKG_NAME")),
    );
    let uid = request.map_or("", |request| &request.uid);
    let namespace = request.map_or("", |request| &request.namespace);
    match verdict {
        Verdict::Allow(_) => {}
        Verdict::Mutate(_, accepted) => {
            let mounts = serde_json::to_string(&accepted.mounts).unwrap_or_default();
            info!(log, "host paths mounted"; "uid" => uid, "namespace" => namespace, "host_paths" => mounts);
        }
        Verdict::Deny(violations) => {
            let violations = violations.to_string();
            warn!(log, "rejected"; "uid" => uid, "namespace" => namespace, "violations" => violations);
        }
    }
}

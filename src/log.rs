//! The log: one line for a mutation, one for a rejection, none where the policy had nothing to do. Never the
//! object itself: pods may hold secrets.
//!
//! The record is the one that `kubewarden_policy_sdk::logging::KubewardenDrain` sends, without its source positions.
//! The drain itself would bring 73 KB into the module, the formatting of every kind of number among them
//! (docs/performance.md).

use serde::Serialize;

use crate::{request::Request, verdict::Verdict};

/// What the host's operation `tracing/log` takes; what is none of level and message is a field of the log line.
#[derive(Serialize)]
struct Record<'a> {
    level: &'static str,
    message: &'static str,
    policy: &'static str,
    uid: &'a str,
    namespace: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    host_paths: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    violations: Option<String>,
}

/// Writes the line for this verdict, if it deserves one. `request` is absent where none could be read.
pub(crate) fn verdict(request: Option<&Request<'_>>, verdict: &Verdict) {
    let record = Record {
        level: "info",
        message: "host paths mounted",
        policy: env!("CARGO_PKG_NAME"),
        uid: request.map_or("", |request| &request.uid),
        namespace: request.map_or("", |request| &request.namespace),
        host_paths: None,
        violations: None,
    };
    match verdict {
        Verdict::Allow(_) => {}
        Verdict::Mutate(_, accepted) => send(&Record {
            host_paths: serde_json::to_string(&accepted.mounts).ok(),
            ..record
        }),
        Verdict::Deny(violations) => send(&Record {
            level: "warning",
            message: "rejected",
            violations: Some(violations.to_string()),
            ..record
        }),
    }
}

/// A host that cannot log is no reason to answer differently.
fn send(record: &Record<'_>) {
    if let Ok(record) = serde_json::to_vec(record) {
        let _ = wapc_guest::host_call("kubewarden", "tracing", "log", &record);
    }
}

//! The configurations of webhooks that a cluster has, and how Kubewarden names its own.

use serde_json::Value;

use crate::cluster::Seen;

/// How Kubewarden calls what it makes of a ClusterAdmissionPolicy: up to 1.37.1, and since.
pub(crate) const DIALECTS: [&str; 2] = ["clusterwide-", "kw.cap."];

/// The configurations of webhooks, which Kubewarden makes and others have too.
pub(crate) struct Registered<'c> {
    /// Those that change objects.
    pub(crate) mutating: &'c Seen<Vec<Value>>,
    /// Those that judge them.
    pub(crate) validating: &'c Seen<Vec<Value>>,
}

/// The names that the webhook configuration of a policy may have.
pub(crate) fn names(policy: &str) -> [String; 2] {
    DIALECTS.map(|dialect| format!("{dialect}{policy}"))
}

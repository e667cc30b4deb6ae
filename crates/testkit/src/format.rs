//! The cases of the corpus as they are written: every unknown key is an error.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// A case in `tests/cases/<row>.json`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WrittenCase {
    /// One sentence: what the case shows.
    pub(crate) description: String,
    /// The rows of the decision table it covers; the first one begins its name.
    pub(crate) rows: Vec<String>,
    /// The policy's settings, any JSON.
    #[serde(default, deserialize_with = "present")]
    pub(crate) settings: Option<Value>,
    /// A fixture's name, or the admission request itself.
    #[serde(default, deserialize_with = "present")]
    pub(crate) request: Option<Value>,
    /// The hook sidecar annotation of `request.object`: text verbatim, a list or an object serialised, `null` removes it.
    #[serde(default, deserialize_with = "present")]
    pub(crate) annotation: Option<Value>,
    /// RFC 6902 operations on the request, applied after `annotation`.
    pub(crate) patch: Option<Value>,
    /// The whole payload verbatim, instead of `settings`, `request`, `annotation` and `patch`.
    pub(crate) payload: Option<String>,
    /// The expected answer.
    pub(crate) expect: Expect,
}

/// The answer that a case expects.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Expect {
    pub(crate) verdict: Verdict,
    /// The status code; with `deny` only, and required there.
    pub(crate) code: Option<u16>,
    /// The exact message; with `deny` only, and required there.
    pub(crate) message: Option<String>,
    /// The exact warnings.
    #[serde(default)]
    pub(crate) warnings: Vec<String>,
    /// Every hostPath mount of the resulting pod, by container, in the words of [`crate::mounts`].
    pub(crate) mounts: Option<BTreeMap<String, Vec<String>>>,
    /// The labels that are added to the pod's node selector; absent: none.
    #[serde(default, rename = "nodeLabels")]
    pub(crate) node_labels: BTreeMap<String, String>,
    /// The audit annotation `host-paths`, parsed; absent: there must be none.
    pub(crate) audit: Option<Vec<AuditedMount>>,
}

/// What the policy does with the request.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Verdict {
    /// Accepted untouched.
    Allow,
    /// Accepted with a changed object.
    Mutate,
    /// Rejected.
    Deny,
}

/// One element of the audit annotation.
#[derive(Debug, Deserialize, Eq, PartialEq)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct AuditedMount {
    pub(crate) container: String,
    pub(crate) host_path: String,
    pub(crate) mount_path: String,
    pub(crate) read_only: bool,
    pub(crate) r#type: String,
}

/// A case in `tests/cases/settings/<row>.json`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WrittenSettings {
    pub(crate) description: String,
    pub(crate) rows: Vec<String>,
    #[serde(deserialize_with = "Value::deserialize")]
    pub(crate) settings: Value,
    pub(crate) expect: ExpectSettings,
}

/// The answer that a settings case expects.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExpectSettings {
    pub(crate) valid: bool,
    /// The exact message; with `valid: false` only, and required there.
    pub(crate) message: Option<String>,
}

/// Tells `null` from absent.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

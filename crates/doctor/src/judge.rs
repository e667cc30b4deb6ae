//! What the policy itself says, without a cluster.

use serde_json::{Map, Value};

/// Settings, always an object.
pub type Values = Map<String, Value>;

/// The policy's answer to a request.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// The object, after what the policy adds to it.
    Accepted(Value),
    /// Why not.
    Rejected(String),
}

/// The policy, wherever it runs. What the cluster answers is held against what this one does.
pub trait Judge {
    /// The warnings about settings that the policy takes; else each of their faults.
    ///
    /// # Errors
    /// The policy refuses them.
    fn settings(&self, settings: &Values) -> Result<Vec<String>, Vec<String>>;

    /// The answer to an AdmissionRequest in JSON, under settings that the policy takes.
    ///
    /// # Errors
    /// There is none, for this reason.
    fn verdict(&self, settings: &Values, request: &Value) -> Result<Verdict, String>;
}

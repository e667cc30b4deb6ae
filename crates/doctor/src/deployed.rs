//! The objects of `deploy/` and of the companion, as kubectl renders them: what a cluster should have.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::Error;

/// Written by the test `deployed`, from what `kubectl kustomize` prints.
const OBJECTS: &str = include_str!("deployed.json");

/// What a policy is there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// It mounts what the settings permit.
    Inject,
    /// It looks at launcher pods after all mutating webhooks.
    Verify,
    /// It looks at ephemeral containers.
    VerifyEphemeral,
    /// It tells VM owners early.
    Early,
}

/// The objects.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Deployed {
    /// The specs of the policies.
    pub policies: Policies,
    /// The spec of the ValidatingAdmissionPolicy that keeps the launcher label for KubeVirt.
    pub companion: Value,
    /// The spec of its binding.
    pub binding: Value,
    /// The one rule of the ClusterRole that names the trusted creators, without them.
    pub creators: Value,
}

/// The spec of each policy, without what each cluster has its own of.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Policies {
    inject: Value,
    verify: Value,
    verify_ephemeral: Value,
    early: Value,
}

impl Role {
    /// All of them, in the order of the report.
    pub const ALL: [Role; 4] = [Role::Inject, Role::Verify, Role::VerifyEphemeral, Role::Early];

    /// As it is called in `deploy/`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Role::Inject => "inject",
            Role::Verify => "verify",
            Role::VerifyEphemeral => "verify-ephemeral",
            Role::Early => "early",
        }
    }

    /// What is missing without it.
    pub(crate) fn purpose(self) -> &'static str {
        match self {
            Role::Inject => "launcher pods get no mounts",
            Role::Verify => "a webhook that runs later can change what was mounted",
            Role::VerifyEphemeral => "kubectl debug can mount an injected volume writable",
            Role::Early => "owners learn of a rejection only when the VM does not start",
        }
    }
}

impl Policies {
    /// The spec of the policy for this.
    #[must_use]
    pub fn spec(&self, role: Role) -> &Value {
        match role {
            Role::Inject => &self.inject,
            Role::Verify => &self.verify,
            Role::VerifyEphemeral => &self.verify_ephemeral,
            Role::Early => &self.early,
        }
    }
}

impl Deployed {
    /// What is built into this crate.
    ///
    /// # Errors
    /// It is not what it should be. A test holds it against `deploy/`.
    pub fn built_in() -> Result<Self, Error> {
        serde_json::from_str(OBJECTS).map_err(|error| Error::BuiltIn(error.to_string()))
    }
}

//! The Kubewarden policies that run this module, under any name.

use kubevirt_sidecar_hostpath_policy::settings::Settings as Rules;
use serde_json::Value;

use crate::Error;
use crate::doctor::cluster::{Cluster, Seen};
use crate::doctor::selector::covers;
use crate::settings::{Settings, rules};

/// What the address of this policy's module holds.
const MODULE: &str = "kubevirt-sidecar-hostpath-policy";

/// Where the policies lie, and whether they are for one namespace only.
const LISTS: [(&str, bool); 2] = [
    ("/apis/policies.kubewarden.io/v1/clusteradmissionpolicies", false),
    ("/apis/policies.kubewarden.io/v1/admissionpolicies", true),
];

/// A policy of this module.
#[derive(Debug, Clone)]
pub struct Policy {
    /// `sidecar-hostpath-inject`, `ns/x` for an AdmissionPolicy.
    pub title: String,
    /// Its name.
    pub name: String,
    /// The whole object.
    pub object: Value,
    /// What it is there for.
    pub role: Role,
}

/// What a policy is there for, by what it judges.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// It mounts what the settings permit.
    Inject,
    /// It looks at launcher pods after all mutating webhooks.
    Verify,
    /// It looks at ephemeral containers.
    VerifyEphemeral,
    /// It tells VM owners early.
    Early,
    /// Something else.
    Other,
}

/// The policies of this module.
///
/// # Errors
/// The cluster cannot be reached.
pub async fn policies(cluster: &Cluster) -> Result<Seen<Vec<Policy>>, Error> {
    let mut policies = Vec::new();
    for (path, is_namespaced) in LISTS {
        match cluster.list(path).await? {
            Ok(items) => policies.extend(items.into_iter().filter_map(|item| policy(item, is_namespaced))),
            Err(unseen) => return Ok(Err(unseen)),
        }
    }
    Ok(Ok(policies))
}

fn policy(object: Value, is_namespaced: bool) -> Option<Policy> {
    let text = |pointer: &str| {
        object
            .pointer(pointer)
            .and_then(Value::as_str)
            .unwrap_or_default()
    };
    let is_ours =
        text("/spec/module").contains(MODULE) || object.pointer("/spec/settings/allowedHostPaths").is_some();
    if !is_ours {
        return None;
    }
    let name = text("/metadata/name").to_owned();
    let title = match is_namespaced {
        true => format!("{}/{name}", text("/metadata/namespace")),
        false => name.clone(),
    };
    Some(Policy {
        role: role(&object),
        title,
        name,
        object,
    })
}

fn role(object: &Value) -> Role {
    let rules = object.pointer("/spec/rules");
    let is = |pointer: &str| object.pointer(pointer) == Some(&Value::Bool(true));
    if covers(rules, "", "pods", "CREATE") {
        return match is("/spec/mutating") && !is("/spec/settings/verifyOnly") {
            true => Role::Inject,
            false => Role::Verify,
        };
    }
    if covers(rules, "", "pods/ephemeralcontainers", "UPDATE") {
        return Role::VerifyEphemeral;
    }
    match covers(rules, "kubevirt.io", "virtualmachines", "CREATE") {
        true => Role::Early,
        false => Role::Other,
    }
}

impl Policy {
    /// A text of the object.
    #[must_use]
    pub fn text(&self, pointer: &str) -> &str {
        self.object
            .pointer(pointer)
            .and_then(Value::as_str)
            .unwrap_or_default()
    }

    /// Its settings, the one aside that differs among the policies.
    #[must_use]
    pub fn settings(&self) -> Settings {
        let settings = self.object.pointer("/spec/settings").and_then(Value::as_object);
        let mut settings = settings.cloned().unwrap_or_default();
        settings.remove("verifyOnly");
        settings
    }
}

/// Settings that the policy does not refuse, and what they mean to it.
#[derive(Debug, Clone)]
pub struct ValidSettings {
    /// As they are written.
    pub settings: Settings,
    /// What they mean.
    pub rules: Rules,
}

impl ValidSettings {
    /// Reads them; none if the policy refuses them.
    #[must_use]
    pub fn of(settings: Settings) -> Option<Self> {
        let rules = rules(&settings).ok()?;
        Some(ValidSettings { settings, rules })
    }
}

/// The settings of the policy that injects, or of another one where none does; none if they are refused.
#[must_use]
pub fn settings(policies: &[Policy]) -> Option<ValidSettings> {
    let injects = policies.iter().find(|policy| policy.role == Role::Inject);
    ValidSettings::of(injects.or(policies.first())?.settings())
}

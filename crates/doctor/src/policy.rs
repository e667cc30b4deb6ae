//! The Kubewarden policies that run this module, under any name.

use serde_json::{Value, json};

use crate::cluster::{Cluster, Seen, Unseen};
use crate::deployed::{Deployed, Role};
use crate::judge::Values;
use crate::object::text;
use crate::policy_fields::SPEC;
use crate::strays::Stray;

/// What the address of this policy's module holds.
const MODULE: &str = "kubevirt-sidecar-hostpath-policy";

/// The key that the settings of other policies do not have.
const SETTINGS: &str = "allowedHostPaths";

const API: &str = "/apis/policies.kubewarden.io/v1";

/// A ClusterAdmissionPolicy of this module.
#[derive(Debug, Clone)]
pub(crate) struct Policy {
    /// Its name.
    pub(crate) name: String,
    /// What it is there for.
    pub(crate) role: Role,
    /// The whole object.
    pub(crate) object: Value,
}

/// All of Kubewarden that runs this module.
#[derive(Debug, Clone, Default)]
pub(crate) struct Policies {
    /// The cluster-wide policies.
    pub(crate) policies: Vec<Policy>,
    /// The rest, which `deploy/` has none of.
    pub(crate) strays: Vec<Stray>,
    /// Lists that the rest could be in, and that were not read.
    pub(crate) unread: Vec<Unseen>,
}

/// The policies of this module.
pub(crate) async fn policies(cluster: &Cluster, deployed: &Deployed) -> Seen<Policies> {
    let mut found = Policies::default();
    for object in cluster.list(&format!("{API}/clusteradmissionpolicies")).await? {
        if is_ours(object.get("spec")) {
            found.policies.push(Policy {
                name: text(&object, "/metadata/name").to_owned(),
                role: role(&object, deployed),
                object,
            });
        }
    }
    let others = [
        ("admissionpolicies", "AdmissionPolicy"),
        ("clusteradmissionpolicygroups", "ClusterAdmissionPolicyGroup"),
        ("admissionpolicygroups", "AdmissionPolicyGroup"),
    ];
    for (resource, kind) in others {
        let objects = match cluster.list(&format!("{API}/{resource}")).await {
            Ok(objects) => objects,
            // A Kubewarden that has none of them.
            Err(Unseen::Absent { .. }) => continue,
            Err(unseen) => {
                found.unread.push(unseen);
                continue;
            }
        };
        for object in objects {
            let members = object.pointer("/spec/policies").and_then(Value::as_object);
            let in_group = members
                .into_iter()
                .flatten()
                .any(|(_, member)| is_ours(Some(member)));
            if in_group || is_ours(object.get("spec")) {
                found.strays.push(Stray {
                    kind,
                    resource,
                    is_group: in_group,
                    object,
                });
            }
        }
    }
    found.policies.sort_by_key(|policy| policy.role);
    Ok(found)
}

fn is_ours(spec: Option<&Value>) -> bool {
    spec.is_some_and(|spec| {
        text(spec, "/module").contains(MODULE) || spec.pointer(&format!("/settings/{SETTINGS}")).is_some()
    })
}

/// The role that its name ends in; else the one whose policy it differs least from.
fn role(object: &Value, deployed: &Deployed) -> Role {
    let name = text(object, "/metadata/name");
    let by_name = [Role::VerifyEphemeral, Role::Verify, Role::Inject, Role::Early]
        .into_iter()
        .find(|role| name.ends_with(role.name()));
    let differences = |role: &Role| {
        let spec = object.get("spec").unwrap_or(&Value::Null);
        SPEC.differences(deployed.policies.spec(*role), spec).len()
    };
    by_name
        .or_else(|| Role::ALL.into_iter().min_by_key(differences))
        .unwrap_or(Role::Inject)
}

impl Policy {
    /// A text of the object.
    pub(crate) fn text(&self, pointer: &str) -> &str {
        text(&self.object, pointer)
    }

    /// Its spec.
    pub(crate) fn spec(&self) -> &Value {
        self.object.get("spec").unwrap_or(&Value::Null)
    }

    /// Whether it is called as a mutating webhook.
    pub(crate) fn is_mutating(&self) -> bool {
        self.spec().get("mutating") == Some(&json!(true))
    }

    /// The policy server that runs it.
    pub(crate) fn server(&self) -> &str {
        match self.text("/spec/policyServer") {
            "" => "default",
            server => server,
        }
    }

    /// Its settings, the one aside that differs among the policies.
    pub(crate) fn settings(&self) -> Values {
        let settings = self.object.pointer("/spec/settings").and_then(Value::as_object);
        let mut settings = settings.cloned().unwrap_or_default();
        settings.remove("verifyOnly");
        settings
    }
}

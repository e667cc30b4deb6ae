//! What else of Kubewarden runs this module: policies for one namespace, and groups. `deploy/` has none.

use serde_json::{Value, json};

use crate::check::{Check, Finding};
use crate::object::{text, title};

/// One of them.
#[derive(Debug, Clone)]
pub(crate) struct Stray {
    /// `AdmissionPolicy`
    pub(crate) kind: &'static str,
    /// `admissionpolicies`
    pub(crate) resource: &'static str,
    /// Whether this module is a member of a group of policies.
    pub(crate) is_group: bool,
    /// The whole object.
    pub(crate) object: Value,
}

impl Stray {
    /// What it is, and whether it is enforced.
    pub(crate) fn check(&self) -> Check {
        let why = match self.is_group {
            true => "the group's expression decides, not this module's verdict; deploy/ has no groups",
            false => "it is for one namespace only, and replaces none of the policies above",
        };
        let mut findings =
            vec![Finding::warning(why).fix("delete it, unless it is meant to be there beside the others")];
        findings.extend(self.status());
        let conditions = self
            .object
            .pointer("/spec/matchConditions")
            .filter(|conditions| conditions.as_array().is_some_and(|items| !items.is_empty()));
        findings.extend(conditions.map(|conditions| {
            Finding::warning("what they leave out is not judged by it")
                .fix("remove matchConditions")
                .field("spec.matchConditions", json!([]), conditions.clone())
        }));
        Check::new(
            format!("{} {}", self.kind, title(&self.object)),
            String::new(),
            findings,
        )
    }

    /// That it is not enforced, with what the controller says of it. Since 1.38 it refuses kinds that
    /// `namespacedPoliciesAllowedResources` does not list.
    fn status(&self) -> Option<Finding> {
        let status = text(&self.object, "/status/policyStatus");
        if status == "active" {
            return None;
        }
        let conditions = self
            .object
            .pointer("/status/conditions")
            .and_then(Value::as_array);
        let said: Vec<&str> = conditions
            .into_iter()
            .flatten()
            .filter(|condition| text(condition, "/status") != "True")
            .map(|condition| match text(condition, "/message") {
                "" => text(condition, "/reason"),
                message => message,
            })
            .filter(|message| !message.is_empty())
            .collect();
        let why = match said.is_empty() {
            true => "it is not enforced".to_owned(),
            false => format!("it is not enforced: {}", said.join("; ")),
        };
        let namespace = match text(&self.object, "/metadata/namespace") {
            "" => String::new(),
            namespace => format!("-n {namespace} "),
        };
        let fix = format!(
            "kubectl {namespace}describe {} {} says why",
            self.resource,
            text(&self.object, "/metadata/name")
        );
        let found = match status {
            "" => Value::Null,
            status => json!(status),
        };
        Some(
            Finding::warning(why)
                .fix(fix)
                .field("status.policyStatus", json!("active"), found),
        )
    }
}

//! Whether what is written is what is enforced: what Kubewarden's controller says of a policy.

use serde_json::{Value, json};

use crate::check::{Finding, Status};
use crate::deployed::Role;
use crate::object::text;
use crate::policy::Policy;

/// The conditions that the controller gives a policy, and what it means that one is not true.
const CONDITIONS: [(&str, &str); 3] = [
    ("PolicyActive", "the API server does not call it"),
    (
        "PolicyServerConfigurationUpToDate",
        "the policy server runs an older version of it, with older settings",
    ),
    (
        "PolicyUniquelyReachable",
        "policy servers with an older version of it, and older settings, still answer",
    ),
];

/// What is not enforced as it is written.
pub(crate) fn findings(policy: &Policy) -> Vec<Finding> {
    let object = &policy.object;
    let describe = format!(
        "kubectl describe clusteradmissionpolicy {} says why; the log of policy server {} too",
        policy.name,
        policy.server()
    );
    if object
        .get("status")
        .is_none_or(|status| status.as_object().is_none_or(serde_json::Map::is_empty))
    {
        return vec![
            Finding::failed("Kubewarden's controller has not seen it: it is not enforced")
                .fix("look at the log of Kubewarden's controller")
                .field("status", json!({"policyStatus": "active"}), Value::Null),
        ];
    }
    let gone = match policy.role {
        Role::Early => Status::Warning,
        Role::Inject | Role::Verify | Role::VerifyEphemeral => Status::Failed,
    };
    let mut findings: Vec<Finding> = deletion(
        object,
        "",
        gone,
        policy.role.purpose(),
        "kubectl apply -k deploy/base/",
    )
    .into_iter()
    .collect();
    let status = policy.text("/status/policyStatus");
    if status != "active" {
        findings.push(Finding::failed("it is not enforced").fix(describe.clone()).field(
            "status.policyStatus",
            json!("active"),
            json!(status),
        ));
    }
    let (written, enforced) = (mode(policy.text("/spec/mode")), mode(policy.text("/status/mode")));
    if object.pointer("/status/mode").is_some() && written != enforced {
        findings.push(
            Finding::failed("another mode is enforced than is written")
                .fix(describe.clone())
                .field("status.mode", json!(written), json!(enforced)),
        );
    }
    for (kind, consequence) in CONDITIONS {
        let field = format!("status.conditions[{kind}]");
        match condition(object, kind) {
            None => findings.push(
                Finding::unknown(format!(
                    "the controller does not say it; if it is not so, {consequence}"
                ))
                .fix(describe.clone())
                .field(field, json!("True"), Value::Null),
            ),
            Some(condition) if text(condition, "/status") != "True" => {
                let message = match text(condition, "/message") {
                    "" => text(condition, "/reason"),
                    message => message,
                };
                findings.push(
                    Finding::failed(format!("{consequence}: {message}"))
                        .fix(describe.clone())
                        .field(field, json!("True"), json!(text(condition, "/status"))),
                );
            }
            Some(condition) => findings.extend(generation(
                object,
                condition.get("observedGeneration"),
                &format!("{field}.observedGeneration"),
                &describe,
            )),
        }
    }
    findings.extend(generation(
        object,
        object.pointer("/status/observedGeneration"),
        "status.observedGeneration",
        &describe,
    ));
    findings
}

/// What is not written is the default.
fn mode(text: &str) -> &str {
    match text {
        "" => "protect",
        mode => mode,
    }
}

/// A condition of an object.
pub(crate) fn condition<'v>(object: &'v Value, kind: &str) -> Option<&'v Value> {
    let conditions = object.pointer("/status/conditions").and_then(Value::as_array);
    conditions
        .into_iter()
        .flatten()
        .find(|condition| text(condition, "/type") == kind)
}

/// It is being deleted, and there only until its finalizers are done. `prefix` names the object where a check is of several.
pub(crate) fn deletion(
    object: &Value,
    prefix: &str,
    status: Status,
    consequence: &str,
    fix: &str,
) -> Option<Finding> {
    let since = object
        .pointer("/metadata/deletionTimestamp")
        .filter(|since| !since.is_null())?;
    Some(
        Finding::of(
            status,
            format!("it is being deleted, and soon gone: {consequence}"),
        )
        .fix(format!("find who deletes it; when it is gone, {fix}"))
        .field(
            format!("{prefix}metadata.deletionTimestamp"),
            Value::Null,
            since.clone(),
        ),
    )
}

/// An older version of the object was looked at, where that is said at all.
pub(crate) fn generation(
    object: &Value,
    observed: Option<&Value>,
    field: &str,
    fix: &str,
) -> Option<Finding> {
    let written = object.pointer("/metadata/generation")?;
    let observed = observed.filter(|observed| !observed.is_null())?;
    (observed != written).then(|| {
        Finding::failed("this is said of an older version of the object")
            .fix(fix)
            .field(field, written.clone(), observed.clone())
    })
}

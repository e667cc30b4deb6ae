//! The Deployment of a policy server: whether it answers, and all of it with what is written now.

use serde_json::{Value, json};

use crate::check::Finding;
use crate::enforcement::{condition, generation};
use crate::object::text;

/// Why nobody answers, or somebody with what was written before. The first reason alone, with the one fix of it.
pub(crate) fn finding(server: &Value, deployments: &[Value], name: &str) -> Option<Finding> {
    if server.pointer("/spec/replicas") == Some(&json!(0)) {
        let finding = Finding::failed("it has no replicas: the pods that its policies judge are not created")
            .fix(format!("set spec.replicas of the PolicyServer {name}"));
        return Some(finding.field("spec.replicas", json!(1), json!(0)));
    }
    if deployments.is_empty() {
        let finding = Finding::failed("it has no Deployment");
        return Some(finding.fix("look at the log of Kubewarden's controller"));
    }
    deployments
        .iter()
        .find_map(|deployment| of_deployment(server, deployment, name))
}

fn of_deployment(server: &Value, deployment: &Value, name: &str) -> Option<Finding> {
    let namespace = text(deployment, "/metadata/namespace");
    let pods = format!(
        "kubectl -n {namespace} get pods -l kubewarden/policy-server={name}, and the log of one of them"
    );
    let count = |pointer: &str| deployment.pointer(pointer).and_then(Value::as_u64).unwrap_or(0);
    let wanted = deployment.pointer("/spec/replicas").and_then(Value::as_u64);
    if wanted == Some(0) {
        let finding =
            Finding::failed("its Deployment has no replicas: the pods that its policies judge are not created")
                .fix(format!(
                    "set spec.replicas of the PolicyServer {name}, by which Kubewarden's controller sets that of the Deployment"
                ));
        return Some(finding.field("Deployment spec.replicas", replicas(server), json!(0)));
    }
    if count("/status/availableReplicas") == 0 {
        let wanted = server.pointer("/spec/replicas").unwrap_or(&Value::Null);
        return Some(
            Finding::failed(format!(
                "it is down, with 0 of {wanted} replicas available: the pods that its policies judge are not created"
            ))
            .fix(pods),
        );
    }
    let observed = deployment.pointer("/status/observedGeneration");
    if let Some(finding) = generation(deployment, observed, "status.observedGeneration", &pods) {
        let why = format!("Deployment: {}", finding.consequence);
        return Some(Finding::failed(why).fix(pods));
    }
    if let Some(finding) = stuck(deployment) {
        return Some(finding.fix(pods));
    }
    let (updated, all) = (count("/status/updatedReplicas"), count("/status/replicas"));
    let wanted = wanted.unwrap_or(1);
    // Those that are not updated answer until they are gone.
    (updated < wanted || updated < all).then(|| {
        Finding::unknown(
            "a roll-out is under way: until it is over, older replicas answer, with older settings",
        )
        .fix(format!(
            "kubectl -n {namespace} rollout status deployment {}, then run doctor again",
            text(deployment, "/metadata/name")
        ))
        .field(
            "Deployment status.updatedReplicas",
            json!(wanted.max(all)),
            json!(updated),
        )
    })
}

fn replicas(server: &Value) -> Value {
    server.pointer("/spec/replicas").cloned().unwrap_or(json!(1))
}

/// A condition that says that the roll-out does not go on.
fn stuck(deployment: &Value) -> Option<Finding> {
    [("Progressing", "True"), ("Available", "True"), ("ReplicaFailure", "False")]
        .into_iter()
        .find_map(|(kind, wanted)| {
            let condition = condition(deployment, kind)?;
            let status = text(condition, "/status");
            let message = match text(condition, "/message") {
                "" => text(condition, "/reason"),
                message => message,
            };
            (status != wanted).then(|| {
                Finding::failed(format!(
                    "its Deployment is not as it should be, and older replicas may answer, with older settings: {message}"
                ))
                .field(
                    format!("Deployment status.conditions[{kind}]"),
                    json!(wanted),
                    json!(status),
                )
            })
        })
}

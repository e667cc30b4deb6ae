//! What is enforced, not what is written.

use doctor::check::Status::{self, Failed, Unknown};
use rstest::rstest;
use serde_json::{Value, json};

use crate::support::server::{DEPLOYMENTS, SERVERS, Server};
use crate::{after, assert_found, check, faults};

fn condition(server: &mut Server, kind: &str) -> usize {
    let conditions = server.policy("verify")["status"]["conditions"]
        .as_array()
        .unwrap()
        .clone();
    conditions
        .iter()
        .position(|condition| condition["type"] == kind)
        .unwrap()
}

#[rstest]
#[case::active("PolicyActive")]
#[case::reachable("PolicyUniquelyReachable")]
#[case::up_to_date("PolicyServerConfigurationUpToDate")]
fn a_condition_that_is_not_true_is_failed_and_its_message_said(
    #[case] kind: &str,
    #[values("False", "Unknown")] value: &str,
) {
    let checks = after(|server| {
        let index = condition(server, kind);
        let condition = &mut server.policy("verify")["status"]["conditions"][index];
        condition["status"] = json!(value);
        condition["message"] = json!("the roll-out is stuck");
    });
    let field = format!("status.conditions[{kind}]");
    assert_found(&checks, "policy verify", Failed, &field);
    let finding = &check(&checks, "policy verify").findings[0];
    assert!(
        finding.consequence.ends_with(": the roll-out is stuck"),
        "{finding:#?}"
    );
    assert_eq!(faults(&checks), [("policy verify", Failed)]);
}

#[test]
fn a_condition_that_nobody_has_written_is_unknown() {
    let checks = after(|server| {
        server.policy("verify")["status"]["conditions"]
            .as_array_mut()
            .unwrap()
            .clear();
    });
    assert_eq!(check(&checks, "policy verify").status(), Unknown);
    assert_eq!(check(&checks, "policy verify").findings.len(), 3);
}

#[rstest]
#[case::status("/status/observedGeneration", "status.observedGeneration")]
#[case::condition(
    "/status/conditions/0/observedGeneration",
    "status.conditions[PolicyActive].observedGeneration"
)]
fn what_is_said_of_an_older_version_is_failed(#[case] pointer: &str, #[case] field: &str) {
    let checks = after(|server| {
        let policy = server.policy("inject");
        policy["metadata"]["generation"] = json!(2);
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        policy.pointer_mut(parent).unwrap()[key] = json!(1);
    });
    assert_found(&checks, "policy inject", Failed, field);
}

#[rstest]
#[case::rejected(json!("rejected"))]
#[case::pending(json!("pending"))]
#[case::unscheduled(json!("unscheduled"))]
fn a_status_that_is_not_active_is_failed(#[case] status: Value) {
    let checks = after(|server| server.policy("verify")["status"]["policyStatus"] = status.clone());
    assert_found(&checks, "policy verify", Failed, "status.policyStatus");
}

#[test]
fn a_policy_without_status_is_failed() {
    let checks = after(|server| {
        server.policy("verify").as_object_mut().unwrap().remove("status");
    });
    assert_found(&checks, "policy verify", Failed, "status");
}

#[test]
fn another_mode_than_is_written_is_failed() {
    let checks = after(|server| server.policy("verify")["status"]["mode"] = json!("monitor"));
    assert_found(&checks, "policy verify", Failed, "status.mode");
}

/// One failure with one fix, and nothing that needs it is ok.
#[test]
fn a_policy_server_that_is_down_is_one_failure() {
    let checks = after(|server| {
        server.list(DEPLOYMENTS)[0]["status"]["availableReplicas"] = json!(0);
        server.unreachable = Some(
            "failed to call webhook: Post \"https://policy-server-default.kubewarden.svc:443/validate/x?timeout=10s\": dial tcp 10.0.0.1:443: connect: connection refused",
        );
    });
    let failed: Vec<&str> = faults(&checks)
        .into_iter()
        .filter(|(_, status)| *status == Failed)
        .map(|(name, _)| name)
        .collect();
    assert_eq!(failed, ["policy server default"], "{checks:#?}");
    let fixes: Vec<&String> = checks
        .iter()
        .flat_map(|check| &check.findings)
        .filter_map(|finding| finding.fix.as_ref())
        .filter(|fix| fix.contains("policy-server"))
        .collect();
    assert_eq!(fixes.len(), 1, "{fixes:#?}");
    for role in ["inject", "verify", "verify-ephemeral", "early"] {
        assert_eq!(check(&checks, &format!("policy {role}")).status(), Unknown);
    }
}

/// Where only the probes notice: still one.
#[test]
fn a_server_that_does_not_answer_is_said_once() {
    let checks = after(|server| server.unreachable = Some("context deadline exceeded"));
    let failed: Vec<&str> = faults(&checks)
        .into_iter()
        .filter(|(_, status)| *status == Failed)
        .map(|(name, _)| name)
        .collect();
    assert_eq!(failed, ["probe: a forbidden path"]);
}

#[test]
fn a_certificate_that_is_not_believed_has_its_own_fix() {
    let checks = after(|server| {
        server.unreachable =
            Some("tls: failed to verify certificate: x509: certificate signed by unknown authority")
    });
    let finding = &check(&checks, "probe: a forbidden path").findings[0];
    assert!(
        finding
            .consequence
            .starts_with("the API server does not believe the certificate"),
        "{finding:#?}"
    );
    assert!(finding.fix.as_ref().unwrap().contains("caBundle"), "{finding:#?}");
}

#[rstest]
#[case::not_there(|server: &mut Server| server.list(SERVERS).clear())]
#[case::no_deployment(|server: &mut Server| server.list(DEPLOYMENTS).clear())]
#[case::condition(|server: &mut Server| server.list(SERVERS)[0]["status"]["conditions"][0]["status"] = json!("False"))]
#[case::rollout(|server: &mut Server| server.list(DEPLOYMENTS)[0]["status"]["observedGeneration"] = json!(2))]
fn a_policy_server_that_is_not_right_is_failed(#[case] damage: fn(&mut Server)) {
    let checks = after(damage);
    assert_eq!(check(&checks, "policy server default").status(), Failed);
    assert_eq!(check(&checks, "policy inject").status(), Unknown);
}

#[test]
fn kubewarden_may_be_missing() {
    let checks = after(|server| {
        server.lists.retain(|path, _| !path.contains("kubewarden.io"));
    });
    assert_eq!(check(&checks, "policy server default").status(), Failed);
    assert_eq!(check(&checks, "policies").status(), Unknown);
    assert!(
        checks
            .iter()
            .all(|check| check.status() != Status::Ok || !check.name.starts_with("probe"))
    );
}

/// Old replicas answer, with old settings: by the Deployment, whatever the policies' conditions say.
#[rstest]
#[case::stuck(|server: &mut Server| {
    let status = &mut server.list(DEPLOYMENTS)[0]["status"];
    status["updatedReplicas"] = json!(0);
    status["conditions"][1] = json!({
        "type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded",
        "message": "ReplicaSet \"x\" has timed out progressing.",
    });
}, Failed, "Deployment status.conditions[Progressing]", "ReplicaSet \"x\" has timed out progressing.")]
#[case::unavailable(|server: &mut Server| {
    let conditions = &mut server.list(DEPLOYMENTS)[0]["status"]["conditions"];
    conditions[0] = json!({"type": "Available", "status": "False", "reason": "MinimumReplicasUnavailable", "message": ""});
}, Failed, "Deployment status.conditions[Available]", "MinimumReplicasUnavailable")]
#[case::cannot_create(|server: &mut Server| {
    let conditions = server.list(DEPLOYMENTS)[0]["status"]["conditions"].as_array_mut().unwrap();
    conditions.push(json!({"type": "ReplicaFailure", "status": "True", "reason": "FailedCreate", "message": "exceeded quota"}));
}, Failed, "Deployment status.conditions[ReplicaFailure]", "exceeded quota")]
#[case::under_way(|server: &mut Server| {
    server.list(DEPLOYMENTS)[0]["status"].as_object_mut().unwrap().remove("updatedReplicas");
}, Unknown, "Deployment status.updatedReplicas", "older settings")]
#[case::old_ones_left(|server: &mut Server| {
    server.list(DEPLOYMENTS)[0]["status"]["replicas"] = json!(2);
}, Unknown, "Deployment status.updatedReplicas", "older settings")]
#[case::no_replicas(|server: &mut Server| {
    server.list(SERVERS)[0]["spec"]["replicas"] = json!(0);
}, Failed, "spec.replicas", "not created")]
#[case::scaled_down(|server: &mut Server| {
    server.list(DEPLOYMENTS)[0]["spec"]["replicas"] = json!(0);
}, Failed, "Deployment spec.replicas", "not created")]
fn a_roll_out_that_is_not_over_is_not_ok(
    #[case] damage: fn(&mut Server),
    #[case] status: Status,
    #[case] field: &str,
    #[case] end: &str,
) {
    let checks = after(damage);
    assert_found(&checks, "policy server default", status, field);
    let findings = &check(&checks, "policy server default").findings;
    assert_eq!(findings.len(), 1, "{findings:#?}");
    assert!(findings[0].consequence.ends_with(end), "{findings:#?}");
    assert_eq!(check(&checks, "policy inject").status(), Unknown);
}

/// There is no pod whose log could be read.
#[test]
fn no_replicas_have_their_own_fix() {
    let checks = after(|server| {
        server.list(SERVERS)[0]["spec"]["replicas"] = json!(0);
        server.list(DEPLOYMENTS)[0]["spec"]["replicas"] = json!(0);
        server.list(DEPLOYMENTS)[0]["status"] = json!({"observedGeneration": 3});
    });
    let findings = &check(&checks, "policy server default").findings;
    assert_eq!(findings.len(), 1, "{findings:#?}");
    assert_eq!(
        findings[0].fix.as_deref(),
        Some("set spec.replicas of the PolicyServer default")
    );
}

const DELETED: &str = "metadata.deletionTimestamp";

/// What is being deleted is there until its finalizers are done.
#[rstest]
#[case::inject("inject", Failed)]
#[case::verify("verify", Failed)]
#[case::verify_ephemeral("verify-ephemeral", Failed)]
#[case::early("early", Status::Warning)]
fn a_policy_that_is_being_deleted_is_not_ok(#[case] role: &str, #[case] status: Status) {
    let checks =
        after(|server| server.policy(role)["metadata"]["deletionTimestamp"] = json!("2026-11-25T22:20:39Z"));
    let name = format!("policy {role}");
    assert_eq!(faults(&checks), [(name.as_str(), status)]);
    assert_found(&checks, &name, status, DELETED);
}

#[test]
fn what_serves_a_policy_and_is_being_deleted_is_failed() {
    let checks = after(|server| {
        server.list(SERVERS)[0]["metadata"]["deletionTimestamp"] = json!("2026-11-25T22:20:39Z");
        server.webhook("verify")["metadata"]["deletionTimestamp"] = json!("2026-11-25T22:20:39Z");
    });
    assert_found(&checks, "policy server default", Failed, DELETED);
    assert_found(&checks, "webhook of sidecar-hostpath-verify", Failed, DELETED);
}

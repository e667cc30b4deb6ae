//! The policies, each with one field that is not as deployed.

use doctor::check::Status::{self, Failed, Unknown, Warning};
use rstest::rstest;
use serde_json::{Value, json};

use crate::support::server::{AP, CAP, GROUPS, Server};
use crate::{after, assert_found, check, faults};

fn launchers_and(expression: Value) -> Value {
    json!({"matchExpressions": [
        {"key": "kubevirt.io", "operator": "In", "values": ["virt-launcher"]}, expression,
    ]})
}

/// The policy of this role is changed, and Kubewarden's controller follows.
fn with(role: &str, field: &str, value: Value) -> Vec<doctor::check::Check> {
    after(|server| {
        let policy = server.policy(role);
        policy["spec"][field] = value.clone();
        // What moves to the other kind of webhook is not what is meant here.
        if field != "mutating" {
            server.reconcile(role);
        }
    })
}

#[rstest]
#[case::inject_can_be_left("inject", "objectSelector", launchers_and(json!({"key": "skip", "operator": "DoesNotExist"})), Failed)]
#[case::verify_can_be_left("verify", "objectSelector", launchers_and(json!({"key": "a", "operator": "NotIn", "values": ["b"]})), Failed)]
#[case::ephemeral_can_be_left("verify-ephemeral", "objectSelector", json!({"matchLabels": {"kubevirt.io": "virt-launcher"}}), Failed)]
#[case::early_can_be_left("early", "objectSelector", json!({"matchLabels": {"a": "b"}}), Warning)]
#[case::all_pods("inject", "objectSelector", json!({}), Warning)]
#[case::namespaces_of_today("inject", "namespaceSelector", json!({"matchExpressions": [
    {"key": "kubernetes.io/metadata.name", "operator": "In", "values": ["default", "kubewarden", "tenant-a"]},
]}), Failed)]
#[case::condition("inject", "matchConditions", json!([{"name": "x", "expression": "true"}]), Failed)]
#[case::ignore("verify", "failurePolicy", json!("Ignore"), Failed)]
#[case::early_that_stops_kubevirt("early", "failurePolicy", json!("Fail"), Warning)]
#[case::monitor("inject", "mode", json!("monitor"), Failed)]
#[case::verify_that_mutates("verify", "mutating", json!(true), Failed)]
#[case::inject_that_does_not("inject", "mutating", json!(false), Failed)]
#[case::exact("verify", "matchPolicy", json!("Exact"), Failed)]
#[case::cluster_scope("verify", "rules", json!([{
    "apiGroups": [""], "apiVersions": ["v1"], "resources": ["pods"], "operations": ["CREATE"], "scope": "Cluster",
}]), Failed)]
#[case::version_that_is_not("verify", "rules", json!([{
    "apiGroups": [""], "apiVersions": ["v2"], "resources": ["pods"], "operations": ["CREATE"],
}]), Failed)]
#[case::updates_too("inject", "rules", json!([{
    "apiGroups": [""], "apiVersions": ["v1"], "resources": ["pods"], "operations": ["CREATE", "UPDATE"],
}]), Warning)]
#[case::a_kind_less("early", "rules", json!([{
    "apiGroups": ["kubevirt.io"], "apiVersions": ["v1"], "resources": ["virtualmachines"], "operations": ["CREATE", "UPDATE"],
}]), Warning)]
#[case::message("verify", "message", json!("ask the admin"), Warning)]
#[case::audit("inject", "backgroundAudit", json!(true), Warning)]
#[case::context("inject", "contextAwareResources", json!([{"apiVersion": "v1", "kind": "Secret"}]), Warning)]
#[case::field_of_tomorrow("inject", "exempt", json!(["alice"]), Unknown)]
fn a_field_that_differs_is_named(
    #[case] role: &str,
    #[case] field: &str,
    #[case] value: Value,
    #[case] status: Status,
) {
    let checks = with(role, field, value);
    assert_found(
        &checks,
        &format!("policy {role}"),
        status,
        &format!("spec.{field}"),
    );
    let check = check(&checks, &format!("policy {role}"));
    let finding = &check.findings[0];
    assert!(finding.fix.is_some(), "{finding:#?}");
    assert!(
        finding.expected.is_some() && finding.found.is_some(),
        "{finding:#?}"
    );
}

#[test]
fn both_values_are_said() {
    let checks = with(
        "verify",
        "objectSelector",
        launchers_and(json!({"key": "skip", "operator": "DoesNotExist"})),
    );
    let finding = &check(&checks, "policy verify").findings[0];
    assert_eq!(finding.expected, Some(json!(["kubevirt.io In (virt-launcher)"])));
    assert_eq!(
        finding.found,
        Some(json!(["kubevirt.io In (virt-launcher)", "skip DoesNotExist"]))
    );
}

/// What an API server may write, and means the same.
#[rstest]
#[case::labels("inject", "objectSelector", json!({"matchLabels": {"kubevirt.io": "virt-launcher"}}))]
#[case::scope("verify", "rules", json!([{
    "apiGroups": [""], "apiVersions": ["v1"], "resources": ["pods"], "operations": ["CREATE"], "scope": "*",
}]))]
#[case::namespaced("verify", "rules", json!([{
    "apiGroups": [""], "apiVersions": ["v1"], "resources": ["pods"], "operations": ["CREATE"], "scope": "Namespaced",
}]))]
#[case::match_policy("verify", "matchPolicy", json!("Equivalent"))]
#[case::no_conditions("verify", "matchConditions", json!([]))]
#[case::no_selector("early", "namespaceSelector", json!({}))]
#[case::timeout("inject", "timeoutSeconds", json!(25))]
#[case::evaluation("inject", "timeoutEvalSeconds", json!(2))]
fn what_means_the_same_is_equal(#[case] role: &str, #[case] field: &str, #[case] value: Value) {
    let checks = with(role, field, value);
    assert_eq!(faults(&checks), [], "{checks:#?}");
}

#[rstest]
#[case::inject("inject", Failed)]
#[case::verify("verify", Failed)]
#[case::verify_ephemeral("verify-ephemeral", Failed)]
#[case::early("early", Warning)]
fn a_missing_policy_is_named(#[case] role: &str, #[case] status: Status) {
    let checks = after(|server| {
        let name = format!("sidecar-hostpath-{role}");
        server
            .list(CAP)
            .retain(|policy| policy["metadata"]["name"] != name.as_str());
    });
    assert_eq!(check(&checks, &format!("policy {role}")).status(), status);
}

#[test]
fn a_policy_under_another_name_is_known_by_what_it_is() {
    let checks = after(|server| {
        server.policy("verify-ephemeral")["metadata"]["name"] = json!("x");
    });
    assert_eq!(check(&checks, "policy verify-ephemeral").status(), Status::Ok);
    // Nothing was made of it.
    assert_found(&checks, "webhook of x", Failed, "metadata.name");
}

/// A policy for one namespace replaces none for the cluster, whether it has match conditions or not.
#[rstest]
#[case::plain(json!([]))]
#[case::with_condition(json!([{"name": "x", "expression": "false"}]))]
fn an_admission_policy_is_no_cluster_admission_policy(#[case] conditions: Value) {
    let checks = after(|server| {
        let mut policy = server.policy("verify").clone();
        server
            .list(CAP)
            .retain(|policy| policy["metadata"]["name"] != "sidecar-hostpath-verify");
        policy["metadata"]["namespace"] = json!("tenant-a");
        policy["spec"]["matchConditions"] = conditions.clone();
        server.list(AP).push(policy);
    });
    assert_eq!(check(&checks, "policy verify").status(), Failed);
    assert_eq!(
        check(&checks, "AdmissionPolicy tenant-a/sidecar-hostpath-verify").status(),
        Warning
    );
}

/// The worst counts: one that is right beside it is no excuse.
#[test]
fn a_second_policy_is_compared_too() {
    let checks = after(|server| {
        let mut second = server.policy("inject").clone();
        second["metadata"]["name"] = json!("old-inject");
        second["spec"]["matchConditions"] = json!([{"name": "x", "expression": "true"}]);
        server.list(CAP).push(second);
    });
    let of_role: Vec<Status> = checks
        .iter()
        .filter(|check| check.name == "policy inject")
        .map(doctor::check::Check::status)
        .collect();
    assert_eq!(of_role, [Status::Ok, Failed]);
}

/// Since 1.38 Kubewarden refuses policies of a namespace for kinds that are not listed: its reason is printed.
#[test]
fn an_admission_policy_that_is_refused_says_why() {
    let checks = after(|server| {
        let mut policy = server.policy("verify").clone();
        policy["metadata"]["namespace"] = json!("tenant-a");
        policy["spec"]["matchConditions"] = json!([{"name": "x", "expression": "false"}]);
        policy["status"]["policyStatus"] = json!("rejected");
        policy["status"]["conditions"][0] = json!({
            "type": "PolicyActive", "status": "False", "reason": "PolicyActive", "message": "pods are not allowed",
        });
        server.list(AP).push(policy);
    });
    let name = "AdmissionPolicy tenant-a/sidecar-hostpath-verify";
    assert_eq!(faults(&checks), [(name, Warning)]);
    assert_found(&checks, name, Warning, "spec.matchConditions");
    assert_found(&checks, name, Warning, "status.policyStatus");
    let finding = &check(&checks, name).findings[1];
    assert_eq!(finding.consequence, "it is not enforced: pods are not allowed");
    assert_eq!(finding.found, Some(json!("rejected")));
}

#[test]
fn a_group_is_named() {
    let checks = after(|server| {
        let member = json!({"module": "registry://x/kubevirt-sidecar-hostpath-policy:v1", "settings": {}});
        let group =
            json!({"metadata": {"name": "g"}, "spec": {"policies": {"ours": member}, "expression": "true"}});
        server.list(GROUPS).push(group);
    });
    assert_eq!(faults(&checks), [("ClusterAdmissionPolicyGroup g", Warning)]);
}

fn set_settings(key: &'static str, value: Value) -> impl Fn(&mut Server) {
    move |server| {
        for policy in server.list(CAP) {
            policy["spec"]["settings"][key] = value.clone();
        }
    }
}

#[test]
fn settings_that_differ_are_named_by_their_key() {
    let checks = after(|server| {
        server.policy("verify")["spec"]["settings"]["allowedHostPaths"] = json!([]);
    });
    assert_found(&checks, "settings", Failed, "spec.settings.allowedHostPaths");
}

/// The whole of a list may be long, and is cut when it is printed.
#[test]
fn settings_that_differ_are_named_by_the_member() {
    let checks = after(|server| {
        server.policy("verify")["spec"]["settings"]["allowedHostPaths"][0]["pathPrefix"] =
            json!("/srv/other");
    });
    assert_found(
        &checks,
        "settings",
        Failed,
        "spec.settings.allowedHostPaths[0].pathPrefix",
    );
}

#[test]
fn settings_that_the_policy_refuses_are_not_called_different() {
    let checks = after(set_settings("allowedPaths", json!([])));
    let findings = &check(&checks, "settings").findings;
    assert_eq!(findings.len(), 1, "{findings:#?}");
    assert!(findings[0].consequence.contains("allowedPaths"), "{findings:#?}");
    assert_eq!(check(&checks, "probes").status(), Unknown);
}

#[test]
fn other_modules_are_named() {
    let checks = after(|server| {
        server.policy("verify")["spec"]["module"] = json!("registry://x/kubevirt-sidecar-hostpath-policy:v9");
    });
    assert_found(&checks, "module", Failed, "spec.module");
    let finding = &check(&checks, "module").findings[0];
    assert!(
        finding
            .consequence
            .starts_with("sidecar-hostpath-verify runs another module"),
        "{finding:#?}"
    );
    assert_eq!(
        finding.found,
        Some(json!("registry://x/kubevirt-sidecar-hostpath-policy:v9"))
    );
}

#[test]
fn verify_only_is_compared() {
    for (role, value) in [("inject", true), ("verify", false), ("verify-ephemeral", false)] {
        let checks = after(|server| {
            server.policy(role)["spec"]["settings"]["verifyOnly"] = json!(value);
        });
        assert_found(
            &checks,
            &format!("policy {role}"),
            Failed,
            "spec.settings.verifyOnly",
        );
    }
}

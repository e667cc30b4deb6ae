//! What the API server calls.

use doctor::check::Status::{self, Failed, Warning};
use rstest::rstest;
use serde_json::{Value, json};

use crate::support::server::{Dialect, MAP, MUTATING, Server, VALIDATING, webhook};
use crate::{after, assert_found, check, examined_by, faults};

#[rstest]
#[case::ignore("verify", "failurePolicy", json!("Ignore"))]
#[case::no_rules("verify", "rules", json!([]))]
#[case::other_rules("verify-ephemeral", "rules", json!([{
    "apiGroups": [""], "apiVersions": ["v1"], "resources": ["pods/ephemeralcontainers"], "operations": ["CREATE"], "scope": "*",
}]))]
#[case::selector("verify", "objectSelector", json!({"matchLabels": {"kubevirt.io": "virt-launcher", "a": "b"}}))]
#[case::namespaces("inject", "namespaceSelector", json!({"matchExpressions": [
    {"key": "kubernetes.io/metadata.name", "operator": "NotIn", "values": ["kubewarden", "tenant-a"]},
]}))]
#[case::condition("inject", "matchConditions", json!([{"name": "x", "expression": "false"}]))]
#[case::exact("inject", "matchPolicy", json!("Exact"))]
#[case::again("inject", "reinvocationPolicy", json!("IfNeeded"))]
#[case::name("inject", "name", json!("x.kubewarden.admission"))]
fn an_edited_webhook_is_failed(#[case] role: &str, #[case] field: &str, #[case] value: Value) {
    let checks = after(|server| server.webhook(role)["webhooks"][0][field] = value.clone());
    let name = format!("webhook of sidecar-hostpath-{role}");
    assert_found(&checks, &name, Failed, &format!("webhooks[0].{field}"));
}

#[rstest]
#[case::url("/url", json!("https://elsewhere.example.com"), "clientConfig.url")]
#[case::namespace("/service/namespace", json!("tenant-a"), "clientConfig.service.namespace")]
#[case::service("/service/name", json!("policy-server-other"), "clientConfig.service.name")]
#[case::path("/service/path", json!("/validate/clusterwide-other"), "clientConfig.service.path")]
#[case::port("/service/port", json!(8443), "clientConfig.service.port")]
#[case::ca("/caBundle", json!("b3RoZXI="), "clientConfig.caBundle")]
#[case::no_ca("/caBundle", json!(""), "clientConfig.caBundle")]
fn a_webhook_that_asks_somebody_else_is_failed(
    #[case] pointer: &str,
    #[case] value: Value,
    #[case] field: &str,
) {
    let checks = after(|server| {
        let config = &mut server.webhook("verify")["webhooks"][0]["clientConfig"];
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        config.pointer_mut(parent).unwrap()[key] = value.clone();
    });
    assert_found(
        &checks,
        "webhook of sidecar-hostpath-verify",
        Failed,
        &format!("webhooks[0].{field}"),
    );
}

/// The policy's own value counts, whatever it is.
#[rstest]
#[case::shorter(json!(1))]
#[case::longer(json!(30))]
fn another_time_than_the_policys_is_a_warning(#[case] seconds: Value) {
    let checks = after(|server| server.webhook("verify")["webhooks"][0]["timeoutSeconds"] = seconds.clone());
    assert_eq!(faults(&checks), [("webhook of sidecar-hostpath-verify", Warning)]);
    assert_found(
        &checks,
        "webhook of sidecar-hostpath-verify",
        Warning,
        "webhooks[0].timeoutSeconds",
    );
}

/// What is said of a CA is so.
#[test]
fn without_any_ca_it_is_not_called_another() {
    let checks = after(|server| {
        for role in ["inject", "verify", "verify-ephemeral", "early"] {
            server.webhook(role)["webhooks"][0]["clientConfig"]["caBundle"] = json!("");
        }
    });
    let finding = &check(&checks, "webhook of sidecar-hostpath-verify").findings[0];
    assert_eq!(
        finding.consequence,
        "there is no CA: the API server does not believe the policy server"
    );
}

/// Without a webhook of inject nobody is called after it, least of all it itself.
#[test]
fn without_inject_nothing_is_called_after_it() {
    let checks = after(|server| {
        let own = server.webhook("inject")["metadata"]["name"].clone();
        server
            .list(MUTATING)
            .retain(|item| item["metadata"]["name"] != own);
    });
    let check = check(&checks, "others that change launcher pods");
    assert_eq!(check.status(), Status::Unknown, "{check:#?}");
    assert!(check.findings[0].consequence.ends_with(": a-mesh"), "{check:#?}");
}

#[rstest]
#[case::none(json!([]))]
#[case::two(json!([{}, {}]))]
fn a_configuration_has_one_webhook(#[case] webhooks: Value) {
    let checks = after(|server| server.webhook("verify")["webhooks"] = webhooks.clone());
    assert_found(&checks, "webhook of sidecar-hostpath-verify", Failed, "webhooks");
}

#[test]
fn a_missing_webhook_is_failed() {
    let checks = after(|server| {
        server
            .list(VALIDATING)
            .retain(|item| !item["metadata"]["name"].as_str().unwrap().ends_with("verify"))
    });
    assert_found(
        &checks,
        "webhook of sidecar-hostpath-verify",
        Failed,
        "metadata.name",
    );
}

/// One that Kubewarden made of a policy in a namespace is called the same in its annotation only.
#[test]
fn a_webhook_of_a_policy_in_a_namespace_is_another() {
    let checks = after(|server| {
        let own = server.webhook("verify");
        own["metadata"]["name"] = json!("kw.ap.tenant-a.sidecar-hostpath-verify");
        own["metadata"]["annotations"]["kubewardenPolicyNamespace"] = json!("tenant-a");
    });
    assert_found(
        &checks,
        "webhook of sidecar-hostpath-verify",
        Failed,
        "metadata.name",
    );
}

#[test]
fn a_stale_configuration_of_the_other_kind_is_failed() {
    let checks = after(|server| {
        let stale = server.webhook("verify").clone();
        server.list(MUTATING).push(stale);
    });
    assert_eq!(
        check(&checks, "webhook of sidecar-hostpath-verify").status(),
        Failed
    );
}

#[test]
fn two_dialects_at_once_are_failed() {
    let checks = after(|server| {
        let old = webhook(server.policy("verify"), Dialect::Clusterwide);
        server.list(VALIDATING).push(old);
    });
    assert_eq!(
        check(&checks, "webhook of sidecar-hostpath-verify").status(),
        Failed
    );
}

fn injector(name: &str, resources: &str, reinvocation: &str) -> Value {
    json!({"metadata": {"name": name}, "webhooks": [{
        "name": "x.example.com", "reinvocationPolicy": reinvocation,
        "rules": [{"apiGroups": ["*"], "apiVersions": ["*"], "operations": ["*"], "resources": [resources], "scope": "*"}],
    }]})
}

#[rstest]
#[case::pods("zz", "pods", "Never", true)]
#[case::everything("zz", "*/*", "Never", true)]
#[case::pods_and_below("zz", "pods/*", "Never", true)]
#[case::all("zz", "*", "Never", true)]
#[case::called_again("aa", "*/*", "IfNeeded", true)]
#[case::earlier("aa", "*/*", "Never", false)]
#[case::other("zz", "services", "Never", false)]
#[case::below_only("zz", "pods/status", "Never", false)]
fn others_that_change_launcher_pods_are_named(
    #[case] name: &str,
    #[case] resources: &str,
    #[case] reinvocation: &str,
    #[case] is_named: bool,
) {
    let checks = after(|server| {
        server
            .list(MUTATING)
            .push(injector(name, resources, reinvocation))
    });
    let check = check(&checks, "others that change launcher pods");
    match is_named {
        true => {
            assert_eq!(check.status(), Warning);
            assert!(
                check.findings[0].consequence.contains(&format!(": {name};")),
                "{check:#?}"
            );
        }
        false => assert_eq!(check.status(), Status::Ok, "{check:#?}"),
    }
}

/// An owner chooses all labels but KubeVirt's.
#[rstest]
#[case::chosen(json!({"matchLabels": {"inject": "true"}}), Warning)]
#[case::others_only(json!({"matchExpressions": [{"key": "kubevirt.io", "operator": "DoesNotExist"}]}), Status::Ok)]
#[case::not_launchers(json!({"matchExpressions": [{"key": "kubevirt.io", "operator": "NotIn", "values": ["virt-launcher"]}]}), Status::Ok)]
fn a_selector_may_leave_launcher_pods_out(#[case] selector: Value, #[case] status: Status) {
    let checks = after(|server| {
        let mut injector = injector("zz", "pods", "Never");
        injector["webhooks"][0]["objectSelector"] = selector.clone();
        server.list(MUTATING).push(injector);
    });
    assert_eq!(
        check(&checks, "others that change launcher pods").status(),
        status
    );
}

#[test]
fn a_mutating_admission_policy_is_named() {
    let checks = after(|server| {
        server.list(MAP).push(
            json!({"metadata": {"name": "adds-a-sidecar"}, "spec": {"matchConstraints": {"resourceRules": [
                {"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"]},
            ]}}}),
        );
    });
    let check = check(&checks, "others that change launcher pods");
    assert_eq!(check.status(), Warning);
    assert!(
        check.findings[0].consequence.contains("adds-a-sidecar"),
        "{check:#?}"
    );
}

/// An API server that does not know the kind has none.
#[test]
fn mutating_admission_policies_may_be_unknown_to_the_server() {
    let checks = after(|server| {
        server.lists.remove(MAP);
    });
    assert_eq!(faults(&checks), []);
}

#[test]
fn another_port_where_none_is_written_is_no_difference() {
    let mut server = Server::deployed(Dialect::Clusterwide);
    let service = &mut server.webhook("verify")["webhooks"][0]["clientConfig"]["service"];
    service.as_object_mut().unwrap().remove("port");
    assert_eq!(faults(&examined_by(server, None).unwrap()), []);
}

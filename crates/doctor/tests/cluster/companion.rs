//! The companion with one thing wrong.

use doctor::check::Status::{self, Failed, Warning};
use rstest::rstest;
use serde_json::{Value, json};

use crate::support::server::{BINDINGS, CAP, ROLES, Server, VAP, controller};
use crate::{after, assert_found, check, faults};

const ROLE: &str = "ClusterRole sidecar-hostpath-launcher-label";
const BINDING: &str = "binding sidecar-hostpath-launcher-label spec";

#[rstest]
#[case::validation("/spec/validations", json!([{"expression": "true"}]), "spec.validations[0].expression")]
#[case::condition("/spec/matchConditions", json!([{"name": "x", "expression": "false"}]), "spec.matchConditions")]
#[case::ignore("/spec/failurePolicy", json!("Ignore"), "spec.failurePolicy")]
#[case::variable("/spec/variables/0/expression", json!("['alice']"), "spec.variables[0].expression")]
#[case::no_parameter("/spec/paramKind", json!(null), "spec.paramKind")]
#[case::create_only("/spec/matchConstraints/resourceRules", json!([
    {"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"], "scope": "*"},
]), "spec.matchConstraints.resourceRules")]
#[case::excluded("/spec/matchConstraints/excludeResourceRules", json!([
    {"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"], "resourceNames": ["x"]},
]), "spec.matchConstraints.excludeResourceRules")]
#[case::namespaces("/spec/matchConstraints/namespaceSelector", json!({"matchLabels": {"a": "b"}}), "spec.matchConstraints.namespaceSelector")]
#[case::objects("/spec/matchConstraints/objectSelector", json!({"matchLabels": {"a": "b"}}), "spec.matchConstraints.objectSelector")]
fn an_edited_policy_is_failed(#[case] pointer: &str, #[case] value: Value, #[case] field: &str) {
    let checks = after(|server| {
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        server.list(VAP)[0].pointer_mut(parent).unwrap()[key] = value.clone();
    });
    assert_found(&checks, "companion", Failed, field);
}

/// What is said differs, and not what is denied; both values show where.
#[rstest]
#[case::reason("/spec/validations/0/reason", json!("Invalid"), "spec.validations[0].reason", "it denies the same, and says it in other words")]
#[case::message("/spec/validations/0/messageExpression", json!("'no'"), "spec.validations[0].messageExpression", "it denies the same, and says it in other words")]
#[case::audit("/spec/auditAnnotations", json!([{"key": "x", "valueExpression": "'x'"}]), "spec.auditAnnotations", "it denies the same, and writes something else into the audit log")]
fn what_denies_the_same_is_a_warning(
    #[case] pointer: &str,
    #[case] value: Value,
    #[case] field: &str,
    #[case] consequence: &str,
) {
    let checks = after(|server| {
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        server.list(VAP)[0].pointer_mut(parent).unwrap()[key] = value.clone();
    });
    assert_found(&checks, "companion", Warning, field);
    assert_eq!(faults(&checks), [("companion", Warning)]);
    let finding = &check(&checks, "companion").findings[0];
    assert_eq!(finding.consequence, consequence);
    assert_ne!(finding.expected, finding.found);
}

/// Only what differs is shown: the whole is long, and cut when it is printed.
#[test]
fn a_member_that_differs_is_shown_alone() {
    let checks = after(|server| {
        server.list(VAP)[0]["spec"]["validations"][0]["reason"] = json!("Invalid");
    });
    let finding = &check(&checks, "companion").findings[0];
    assert_eq!(finding.expected, Some(json!("Forbidden")));
    assert_eq!(finding.found, Some(json!("Invalid")));
}

/// It is there until its finalizers are done.
#[rstest]
#[case::policy(VAP, Warning, "")]
#[case::binding(BINDINGS, Warning, "binding sidecar-hostpath-launcher-label ")]
#[case::role(ROLES, Failed, "ClusterRole sidecar-hostpath-launcher-label ")]
fn what_is_being_deleted_is_not_ok(#[case] list: &'static str, #[case] status: Status, #[case] object: &str) {
    let checks = after(|server| {
        server.list(list)[0]["metadata"]["deletionTimestamp"] = json!("2026-11-25T22:20:39Z");
    });
    assert_eq!(faults(&checks), [("companion", status)]);
    let field = format!("{object}metadata.deletionTimestamp");
    assert_found(&checks, "companion", status, &field);
}

/// The probe has the fix of the check.
#[test]
fn a_companion_that_warns_is_to_deny() {
    let checks = after(|server| {
        server.list(BINDINGS)[0]["spec"]["validationActions"] = json!(["Warn", "Audit"]);
    });
    assert_eq!(
        faults(&checks),
        [("companion", Warning), ("probe: the launcher label", Warning)]
    );
    let fix = |name: &str| check(&checks, name).findings[0].fix.clone();
    assert_eq!(fix("companion"), fix("probe: the launcher label"));
    assert!(fix("companion").unwrap().starts_with("let it deny"));
}

/// A second binding that denies takes away: only who is in both roles may set the label.
#[rstest]
#[case::wider(&[controller(), "alice"], Warning, None)]
#[case::narrower(&["alice"], Failed, Some("the companion denies the pods of users that the settings trust"))]
fn a_second_role_lets_nobody_more(
    #[case] names: &[&str],
    #[case] status: Status,
    #[case] consequence: Option<&str>,
) {
    let checks = after(|server| {
        let mut role = server.list(ROLES)[0].clone();
        role["metadata"]["name"] = json!("second");
        role["rules"][0]["resourceNames"] = json!(names);
        server.list(ROLES).push(role);
        let mut binding = server.list(BINDINGS)[0].clone();
        binding["metadata"]["name"] = json!("second");
        binding["spec"]["paramRef"]["name"] = json!("second");
        server.list(BINDINGS).push(binding);
    });
    assert_found(&checks, "companion", Warning, "binding second spec.paramRef.name");
    let check = check(&checks, "companion");
    assert_eq!(check.status(), status, "{check:#?}");
    assert!(
        check
            .findings
            .iter()
            .all(|finding| !finding.consequence.contains("lets others")),
        "{check:#?}"
    );
    if let Some(consequence) = consequence {
        assert!(
            check
                .findings
                .iter()
                .any(|finding| finding.consequence == consequence),
            "{check:#?}"
        );
    }
}

#[rstest]
#[case::one_namespace("matchResources", json!({"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "tenant-a"}}}), "matchResources.namespaceSelector", Failed)]
#[case::some_objects("matchResources", json!({"objectSelector": {"matchLabels": {"a": "b"}}}), "matchResources.objectSelector", Failed)]
#[case::some_rules("matchResources", json!({"resourceRules": [
    {"apiGroups": [""], "apiVersions": ["v1"], "operations": ["UPDATE"], "resources": ["pods"]},
]}), "matchResources.resourceRules", Failed)]
#[case::warns("validationActions", json!(["Warn", "Audit"]), "validationActions", Warning)]
#[case::audits_too("validationActions", json!(["Deny", "Audit"]), "validationActions", Warning)]
#[case::allow("paramRef", json!({"name": "sidecar-hostpath-launcher-label", "parameterNotFoundAction": "Allow"}), "paramRef.parameterNotFoundAction", Failed)]
fn an_edited_binding_is_not_ok(
    #[case] key: &str,
    #[case] value: Value,
    #[case] field: &str,
    #[case] status: Status,
) {
    let checks = after(|server| server.list(BINDINGS)[0]["spec"][key] = value.clone());
    assert_found(&checks, "companion", status, &format!("{BINDING}.{field}"));
}

#[test]
fn a_second_binding_is_a_warning() {
    let checks = after(|server| {
        let mut second = server.list(BINDINGS)[0].clone();
        second["metadata"]["name"] = json!("second");
        second["spec"]["validationActions"] = json!(["Warn"]);
        server.list(BINDINGS).push(second);
    });
    assert_eq!(faults(&checks), [("companion", Warning)]);
}

#[test]
fn without_binding_nothing_is_denied() {
    let checks = after(|server| server.list(BINDINGS).clear());
    assert_eq!(
        faults(&checks),
        [("companion", Failed), ("probe: the launcher label", Warning)]
    );
}

#[test]
fn a_missing_companion_is_a_warning() {
    let checks = after(|server| server.list(VAP).clear());
    assert_eq!(
        faults(&checks),
        [("companion", Warning), ("probe: the launcher label", Warning)]
    );
}

/// Nobody can start a VM then: that is failed, and said once by the objects and once by what the cluster answers.
#[test]
fn without_its_role_nobody_can_start_a_vm() {
    let checks = after(|server| server.list(ROLES).clear());
    assert_found(&checks, "companion", Failed, ROLE);
    for name in ["companion", "probe: an allowed path"] {
        let check = check(&checks, name);
        assert_eq!(check.status(), Failed, "{check:#?}");
        assert!(
            check.findings[0].consequence.contains("nobody can start a VM"),
            "{check:#?}"
        );
    }
}

#[rstest]
#[case::one_more_in_the_role(&[controller(), "alice"], &[controller()], "the companion lets others set the launcher label than the settings trust")]
#[case::one_more_in_the_settings(&[controller()], &[controller(), "alice"], "the companion denies the pods of users that the settings trust")]
#[case::anyone(&[controller()], &["*"], "the settings trust anyone, and the companion these only: pods of others are denied, with or without host paths")]
fn names_are_those_of_the_settings(#[case] role: &[&str], #[case] settings: &[&str], #[case] expected: &str) {
    let checks = after(|server| {
        server.list(ROLES)[0]["rules"][0]["resourceNames"] = json!(role);
        for policy in server.list(CAP) {
            policy["spec"]["settings"]["trustedCreators"] = json!(settings);
        }
    });
    let check = check(&checks, "companion");
    assert_found(
        &checks,
        "companion",
        Failed,
        &format!("{ROLE} rules[0].resourceNames"),
    );
    assert_eq!(check.findings[0].consequence, expected);
}

/// Where both agree, nobody else would say so.
#[test]
fn another_creator_is_named_even_if_the_companion_agrees() {
    let both = json!([controller(), "alice"]);
    let checks = after(|server| {
        server.list(ROLES)[0]["rules"][0]["resourceNames"] = both.clone();
        for policy in server.list(CAP) {
            policy["spec"]["settings"]["trustedCreators"] = both.clone();
        }
    });
    assert_found(
        &checks,
        "trustedCreators",
        Warning,
        "spec.settings.trustedCreators",
    );
    assert_eq!(
        check(&checks, "trustedCreators").findings[0].consequence,
        "not KubeVirt's controller, and may create launcher pods with host paths: alice"
    );
}

/// `"*"` is no user name: the companion denies KubeVirt itself.
#[test]
fn a_star_denies_kubevirt() {
    let checks = after(|server| {
        server.list(ROLES)[0]["rules"][0]["resourceNames"] = json!(["*"]);
        for policy in server.list(CAP) {
            policy["spec"]["settings"]["trustedCreators"] = json!(["*"]);
        }
    });
    let says = |name: &str| {
        let check = check(&checks, name);
        check
            .findings
            .iter()
            .any(|finding| finding.status == Failed && finding.consequence.contains("nobody can start a VM"))
    };
    assert!(says("companion"), "{checks:#?}");
    assert!(says("probe: an allowed path"), "{checks:#?}");
}

#[rstest]
#[case::grants(|server: &mut Server| {
    server.list(ROLES)[0]["rules"].as_array_mut().unwrap().push(json!({"apiGroups": [""], "resources": ["secrets"], "verbs": ["get"]}));
}, Warning, "rules")]
#[case::aggregated(|server: &mut Server| {
    server.list(ROLES)[0]["aggregationRule"] = json!({"clusterRoleSelectors": [{"matchLabels": {"a": "b"}}]});
}, Failed, "aggregationRule")]
fn an_edited_role_is_not_ok(#[case] damage: fn(&mut Server), #[case] status: Status, #[case] field: &str) {
    assert_found(&after(damage), "companion", status, &format!("{ROLE} {field}"));
}

#[test]
fn a_binding_of_another_policy_is_named() {
    let checks = after(|server| server.list(BINDINGS)[0]["spec"]["policyName"] = json!("another"));
    let finding = &check(&checks, "companion").findings[0];
    assert_eq!(finding.status, Failed, "{finding:#?}");
    assert_eq!(
        finding.field.as_deref(),
        Some("binding sidecar-hostpath-launcher-label spec.policyName")
    );
    assert_eq!(finding.expected, Some(json!("sidecar-hostpath-launcher-label")));
    assert_eq!(finding.found, Some(json!("another")));
}

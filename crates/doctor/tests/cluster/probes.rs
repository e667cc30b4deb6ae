//! What the cluster answers to dry runs.

use doctor::check::Status::{self, Failed, Unknown, Warning};
use rstest::rstest;
use serde_json::{Value, json};

use crate::support::server::{CAP, NAMESPACES, PODS, ROLES, Server, VALIDATING, VAP, VMS};
use crate::{after, assert_found, check, faults};

fn mounts(pod: &mut Value) -> Option<&mut Vec<Value>> {
    pod.pointer_mut("/spec/containers/1/volumeMounts")?.as_array_mut()
}

fn makes_writable(pod: &mut Value) {
    for mount in mounts(pod).into_iter().flatten() {
        mount["readOnly"] = json!(false);
        mount.as_object_mut().unwrap().remove("recursiveReadOnly");
    }
}

fn drops_recursion(pod: &mut Value) {
    for mount in mounts(pod).into_iter().flatten() {
        mount.as_object_mut().unwrap().remove("recursiveReadOnly");
    }
}

fn drops_mounts(pod: &mut Value) {
    if let Some(mounts) = mounts(pod) {
        mounts.clear();
    }
}

/// A later webhook's work is a verdict of verify: failed, whoever did it.
#[rstest]
#[case::writable(makes_writable)]
#[case::dropped(drops_mounts)]
fn what_a_later_webhook_undoes_is_failed(#[case] later: fn(&mut Value)) {
    let checks = after(|server| server.later = Some(later));
    let check = check(&checks, "probe: an allowed path");
    assert_eq!(check.status(), Failed);
    assert!(
        check.findings[0]
            .consequence
            .contains("is denied by verify, and the settings permit it"),
        "{check:#?}"
    );
    assert!(
        check.findings[0]
            .fix
            .as_ref()
            .unwrap()
            .contains("others that change launcher pods"),
        "{check:#?}"
    );
}

#[test]
fn a_writable_mount_is_failed_where_nobody_verifies() {
    let checks = after(|server| {
        server.later = Some(makes_writable);
        server.list(VALIDATING).clear();
    });
    assert_found(
        &checks,
        "probe: an allowed path",
        Failed,
        "spec.containers[].volumeMounts",
    );
}

#[test]
fn recursion_that_is_taken_away_is_a_warning() {
    let checks = after(|server| server.later = Some(drops_recursion));
    assert_eq!(faults(&checks), [("probe: an allowed path", Warning)]);
}

#[test]
fn nothing_is_mounted() {
    let checks = after(|server| server.injects = false);
    assert_eq!(check(&checks, "probe: an allowed path").status(), Failed);
}

#[test]
fn a_gate_that_is_open_is_seen() {
    let checks = after(|server| server.judges = false);
    assert_eq!(
        faults(&checks),
        [
            ("probe: a forbidden path", Failed),
            ("probe: an allowed path", Failed),
            ("probe: a writable mount", Failed),
            ("probe: a VirtualMachine", Warning),
            ("probe: kubectl debug", Failed),
        ]
    );
}

/// What another policy denies says nothing of this one, even if it quotes the path.
#[test]
fn a_denial_by_another_policy_decides_nothing() {
    let checks = after(|server| server.other = Some("hostPath volumes are forbidden: \"/etc\""));
    for name in [
        "probe: a forbidden path",
        "probe: an allowed path",
        "probe: a VirtualMachine",
        "probe: kubectl debug",
    ] {
        let check = check(&checks, name);
        assert_eq!(check.status(), Unknown, "{check:#?}");
        assert!(
            check.findings[0]
                .consequence
                .starts_with("other.example.com denies it"),
            "{check:#?}"
        );
    }
}

/// Each volume of each namespace, one by one.
#[test]
fn debug_is_tried_in_every_namespace() {
    let checks = after(|server| {
        let mut other = server.list(PODS)[0].clone();
        other["metadata"]["namespace"] = json!("tenant-b");
        other["spec"]["volumes"][0]["hostPath"]["path"] = json!("/var/lib/kubevirt/images/b");
        server.list(PODS).push(other);
    });
    let check = check(&checks, "probe: kubectl debug");
    assert_eq!(check.status(), Status::Ok, "{check:#?}");
    assert!(check.seen.contains("volumes tried: 2"), "{check:#?}");
}

#[test]
fn debug_that_is_not_tried_is_unknown() {
    let checks = after(|server| {
        server.list(PODS).remove(0);
    });
    assert_eq!(faults(&checks), [("probe: kubectl debug", Unknown)]);
}

#[test]
fn without_kubevirt_its_kinds_are_unknown() {
    let checks = after(|server| {
        server
            .lists
            .retain(|path, _| !path.starts_with("/apis/kubevirt.io"));
    });
    assert_eq!(check(&checks, "KubeVirt").status(), Unknown);
    let machine = check(&checks, "probe: a VirtualMachine");
    assert_eq!(
        machine.findings[0].fix.as_deref(),
        Some("install KubeVirt"),
        "{machine:#?}"
    );
}

#[test]
fn a_namespace_without_pod_security_level_is_needed() {
    let checks = after(|server| {
        for namespace in server.list(NAMESPACES) {
            namespace["metadata"]["labels"] = json!({"pod-security.kubernetes.io/enforce": "baseline"});
        }
    });
    assert_eq!(check(&checks, "probes").status(), Unknown);
    assert_eq!(check(&checks, "Pod Security").status(), Failed);
}

/// The first namespace that enforces privileged is Kubewarden's own, which its webhooks leave out.
#[test]
fn kubewardens_namespace_is_not_probed() {
    let server = |server: &mut Server| {
        server
            .list(NAMESPACES)
            .retain(|item| item["metadata"]["name"] != "tenant-a")
    };
    assert_eq!(check(&after(server), "probes").status(), Unknown);
}

#[test]
fn settings_that_permit_nothing_to_read_are_a_warning() {
    let checks = after(|server| {
        for policy in server.list(CAP) {
            policy["spec"]["settings"]["allowedHostPaths"] = json!([]);
        }
    });
    assert_eq!(check(&checks, "probe: an allowed path").status(), Warning);
}

/// What the settings let others do is no fault of the cluster; that they do is said once.
#[test]
fn creators_that_are_trusted_are_no_fault_of_the_probe() {
    let checks = after(|server| {
        server.list(VAP).clear();
        for policy in server.list(CAP) {
            policy["spec"]["settings"]["trustedCreators"] = json!(["*"]);
        }
    });
    assert_eq!(check(&checks, "probe: another creator").status(), Status::Ok);
    assert_found(
        &checks,
        "trustedCreators",
        Warning,
        "spec.settings.trustedCreators",
    );
}

#[test]
fn vms_may_be_absent() {
    let checks = after(|server| {
        server.list(VMS).clear();
    });
    assert_eq!(faults(&checks), []);
}

fn adds_mount(pod: &mut Value) {
    pod["spec"]["volumes"] = json!([{"name": "agent", "hostPath": {"path": "/opt/agent", "type": ""}}]);
    pod["spec"]["containers"][0]["volumeMounts"] = json!([{"name": "agent", "mountPath": "/opt/agent"}]);
}

/// What an earlier webhook adds is denied by inject: the fix is there, and not in settings that are right.
#[test]
fn what_an_earlier_webhook_adds_has_its_own_fix() {
    let checks = after(|server| server.earlier = Some(adds_mount));
    let check = check(&checks, "probe: an allowed path");
    assert_eq!(check.status(), Failed, "{check:#?}");
    assert!(
        check.findings[0]
            .fix
            .as_ref()
            .unwrap()
            .starts_with("an earlier webhook"),
        "{check:#?}"
    );
}

/// It is known by its name, and what it denies is not for another namespace to avoid.
#[test]
fn the_companion_is_known_where_its_list_may_not_be_read() {
    let checks = after(|server| {
        server.forbidden.push(VAP);
        server.list(ROLES)[0]["rules"][0]["resourceNames"] = json!(["alice"]);
    });
    let finding = &check(&checks, "probe: an allowed path").findings[0];
    assert!(
        finding
            .consequence
            .starts_with("nobody can start a VM: the companion"),
        "{finding:#?}"
    );
    assert_eq!(check(&checks, "probe: the launcher label").status(), Status::Ok);
    for check in &checks {
        for fix in check.findings.iter().filter_map(|finding| finding.fix.as_ref()) {
            assert!(!fix.contains("leaves alone"), "{check:#?}");
        }
    }
}

/// What is not the object that was sent is no acceptance, whatever its HTTP status.
#[rstest]
#[case::nothing(200, "{}")]
#[case::status(201, r#"{"kind": "Status", "status": "Success"}"#)]
#[case::other_kind(
    201,
    r#"{"kind": "Secret", "metadata": {"name": "sidecar-hostpath-doctor"}, "spec": {}}"#
)]
#[case::other_name(201, r#"{"kind": "Pod", "metadata": {"name": "x"}, "spec": {}}"#)]
#[case::no_spec(201, r#"{"kind": "Pod", "metadata": {"name": "sidecar-hostpath-doctor"}}"#)]
#[case::no_object(200, "[]")]
fn what_is_not_what_was_sent_is_unknown(#[case] status: u16, #[case] answer: &'static str) {
    let checks = after(|server| server.written = Some((status, answer)));
    let probes: Vec<_> = checks
        .iter()
        .filter(|check| check.name.starts_with("probe"))
        .collect();
    assert_eq!(probes.len(), 7);
    for check in probes {
        assert_eq!(check.status(), Unknown, "{check:#?}");
        let fix = check.findings[0].fix.as_ref().unwrap();
        assert!(fix.contains("a proxy may"), "{check:#?}");
    }
}

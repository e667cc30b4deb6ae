//! What else a cluster has: VMs, and others that write where VMs read.

use doctor::check::Status::{self, Failed, Warning};
use rstest::rstest;
use serde_json::{Value, json};

use crate::support::server::{
    CAP, DEPLOYMENTS, Dialect, KUBEVIRTS, NAMESPACES, PODS, SERVERS, Server, VMIS, VMS, VOLUMES, annotation,
    pod,
};
use crate::{after, assert_found, check, examined_by, faults};

pub(crate) fn rules(server: &mut Server, rules: &Value) {
    for policy in server.list(CAP) {
        policy["spec"]["settings"]["allowedHostPaths"] = rules.clone();
    }
}

#[rstest]
#[case::lost_by_the_pod(PODS, 0, "/metadata/annotations", json!({"hooks.kubevirt.io/hookSidecars": r#"[{"image": "x"}]"#}))]
#[case::without_annotation(PODS, 0, "/metadata/annotations", json!({}))]
#[case::lost_by_the_vmi(VMIS, 0, "/metadata/annotations", json!({}))]
#[case::another_path(PODS, 0, "/metadata/annotations/hooks.kubevirt.io~1hookSidecars", json!(annotation("/var/lib/kubevirt/images/other")))]
fn requests_that_are_lost_are_failed(
    #[case] list: &'static str,
    #[case] item: usize,
    #[case] pointer: &str,
    #[case] value: Value,
) {
    let checks = after(|server| {
        *server.list(list)[item].pointer_mut(pointer).unwrap() = value.clone();
    });
    assert_found(
        &checks,
        "requests that reach the pod",
        Failed,
        "host path requests",
    );
}

#[test]
fn requests_that_somebody_adds_are_warned_of() {
    let checks = after(|server| {
        let two = json!([{"hostPath": [
            {"path": "/var/lib/kubevirt/images/a", "volumePath": "/a"}, {"path": "/var/lib/kubevirt/images/b", "volumePath": "/b"},
        ]}]);
        server.list(VMIS)[0]["metadata"]["annotations"]["hooks.kubevirt.io/hookSidecars"] =
            json!(two.to_string());
        server.list(PODS).clear();
    });
    let findings = &check(&checks, "requests that reach the pod").findings;
    assert_eq!(findings.len(), 1, "{findings:#?}");
    assert_eq!(findings[0].status, Warning);
    assert_eq!(
        findings[0].consequence,
        "its VMI asks for host paths that VirtualMachine tenant-a/vm does not ask for"
    );
}

/// White space and the order of members and entries are not what is asked for.
#[test]
fn an_annotation_that_is_written_otherwise_asks_for_the_same() {
    let checks = after(|server| {
        let written = &mut server.list(PODS)[0]["metadata"]["annotations"]["hooks.kubevirt.io/hookSidecars"];
        let value: Value = serde_json::from_str(written.as_str().unwrap()).unwrap();
        *written = json!(serde_json::to_string_pretty(&value).unwrap());
    });
    assert_eq!(check(&checks, "requests that reach the pod").status(), Status::Ok);
}

/// The template was changed while the VM runs: KubeVirt says so itself.
#[test]
fn a_vm_that_waits_for_its_restart_has_lost_nothing() {
    let checks = after(|server| {
        let two = json!([{"hostPath": [
            {"path": "/var/lib/kubevirt/images/a", "volumePath": "/a"}, {"path": "/var/lib/kubevirt/images/b", "volumePath": "/b"},
        ]}]);
        let vm = &mut server.list(VMS)[0];
        vm["spec"]["template"]["metadata"]["annotations"]["hooks.kubevirt.io/hookSidecars"] =
            json!(two.to_string());
        vm["status"] = json!({"conditions": [{"type": "RestartRequired", "status": "True"}]});
    });
    assert_eq!(check(&checks, "requests that reach the pod").status(), Status::Ok);
}

#[rstest]
#[case::at("/var/lib/kubevirt/images", true)]
#[case::above("/var/lib", true)]
#[case::root("/", true)]
#[case::below("/var/lib/kubevirt/images/a", true)]
#[case::beside("/var/lib/kubevirt/images2", false)]
#[case::elsewhere("/srv", false)]
fn pods_that_write_at_an_allowed_path_are_named(#[case] path: &str, #[case] is_named: bool) {
    let checks = after(|server| server.list(PODS).push(pod("backup", "agent", path, false)));
    let check = check(&checks, "others that write at the allowed paths");
    match is_named {
        true => {
            assert_eq!(check.status(), Warning, "{check:#?}");
            assert!(
                check.findings[0]
                    .consequence
                    .contains(&format!("backup/agent ({path})")),
                "{check:#?}"
            );
        }
        false => assert_eq!(check.status(), Status::Ok, "{check:#?}"),
    }
}

#[test]
fn pods_that_only_read_are_not_named() {
    let checks = after(|server| server.list(PODS).push(pod("backup", "agent", "/var/lib", true)));
    assert_eq!(faults(&checks), []);
}

#[rstest]
#[case::host_path(json!({"hostPath": {"path": "/var/lib/kubevirt"}, "accessModes": ["ReadWriteOnce"]}), Warning)]
#[case::local(json!({"local": {"path": "/var/lib/kubevirt/images/x"}, "accessModes": ["ReadOnlyMany", "ReadWriteOnce"]}), Warning)]
#[case::read_only(json!({"local": {"path": "/var/lib/kubevirt/images/x"}, "accessModes": ["ReadOnlyMany"]}), Status::Ok)]
#[case::elsewhere(json!({"nfs": {"path": "/var/lib/kubevirt/images"}, "accessModes": ["ReadWriteOnce"]}), Status::Ok)]
fn volumes_that_are_written_at_an_allowed_path_are_named(#[case] spec: Value, #[case] status: Status) {
    let checks = after(|server| {
        server
            .list(VOLUMES)
            .push(json!({"metadata": {"name": "v"}, "spec": spec}))
    });
    assert_eq!(
        check(&checks, "others that write at the allowed paths").status(),
        status
    );
}

#[test]
fn vms_that_the_settings_refuse_are_named() {
    let checks = after(|server| {
        server.list(VMIS)[0]["metadata"]["annotations"]["hooks.kubevirt.io/hookSidecars"] =
            json!(annotation("/etc"));
    });
    let check = check(&checks, "VMs of the cluster");
    assert_eq!(check.status(), Warning);
    assert!(
        check.findings[0]
            .consequence
            .contains("VirtualMachineInstance tenant-a/vm"),
        "{check:#?}"
    );
}

#[test]
fn new_settings_are_tried_on_the_vms() {
    let settings = json!({"allowedHostPaths": []});
    let checks = examined_by(Server::deployed(Dialect::KwCap), settings.as_object()).unwrap();
    assert_eq!(faults(&checks), [("VMs of the cluster", Warning)]);
    let why = &check(&checks, "VMs of the cluster").findings[0].consequence;
    assert!(why.starts_with("3 of 3 would not start"), "{why}");
}

#[test]
fn many_vms_are_read_in_pages() {
    let checks = after(|server| {
        let vmi = server.list(VMIS)[0].clone();
        server.list(VMIS).extend((1..2_000).map(|number| {
            let mut vmi = vmi.clone();
            vmi["metadata"]["name"] = json!(format!("vmi-{number}"));
            vmi["metadata"]["uid"] = json!(format!("uid-{number}"));
            vmi
        }));
    });
    let seen = &check(&checks, "VMs of the cluster").seen;
    assert!(seen.contains(": 2002;"), "{seen}");
}

#[rstest]
#[case::none(json!([]), "feature gate Sidecar", Failed)]
#[case::plugins(json!(["Plugins"]), "feature gate Sidecar", Status::Ok)]
#[case::host_disk(json!(["Sidecar", "HostDisk"]), "feature gate HostDisk", Warning)]
fn feature_gates_are_read(#[case] gates: Value, #[case] name: &str, #[case] status: Status) {
    let checks = after(|server| {
        server.list(KUBEVIRTS)[0]["spec"]["configuration"]["developerConfiguration"]["featureGates"] =
            gates.clone();
    });
    assert_eq!(check(&checks, name).status(), status);
}

#[test]
fn kubevirt_may_be_elsewhere_than_the_settings_say() {
    let checks = after(|server| server.list(KUBEVIRTS)[0]["metadata"]["namespace"] = json!("openshift-cnv"));
    assert_found(
        &checks,
        "trustedCreators",
        Failed,
        "spec.settings.trustedCreators",
    );
    assert_eq!(check(&checks, "companion").status(), Failed);
    // The fix names who is missing; no file has the right name.
    let name = "system:serviceaccount:openshift-cnv:kubevirt-controller";
    for check in ["trustedCreators", "companion"].map(|name| check(&checks, name)) {
        let fix = check.findings[0].fix.as_ref().unwrap();
        assert!(fix.contains(name), "{fix}");
    }
    let probe = &check(&checks, "probe: an allowed path").findings[0];
    assert_eq!(
        probe.consequence,
        format!(
            "not tried: the settings permit /var/lib/kubevirt/images, and not to {name}, as which KubeVirt creates pods"
        )
    );
}

#[test]
fn settings_of_old_nodes_are_a_warning() {
    let checks = after(|server| server.minor = "29");
    assert_eq!(faults(&checks), [("Kubernetes", Warning)]);
}

#[test]
fn a_rule_below_which_nobody_writes_is_not_named() {
    let checks = after(|server| {
        rules(server, &json!([{"path": "/srv/a"}]));
        server.list(PODS).push(pod("backup", "agent", "/srv/a/b", false));
    });
    assert_eq!(
        check(&checks, "others that write at the allowed paths").status(),
        Status::Ok
    );
}

/// Who works in KubeVirt's namespace is not therefore a part of it.
#[test]
fn other_pods_in_kubevirts_namespace_are_named() {
    let checks = after(|server| {
        server
            .list(PODS)
            .push(pod("kubevirt", "backup", "/var/lib/kubevirt", false));
    });
    let check = check(&checks, "others that write at the allowed paths");
    assert_eq!(check.status(), Warning, "{check:#?}");
    let why = &check.findings[0].consequence;
    assert!(
        why.contains("kubevirt/backup") && !why.contains("virt-handler"),
        "{why}"
    );
}

/// A VM that the settings refuse is no reason to open its namespace.
#[rstest]
#[case::refused("/etc", Status::Ok)]
#[case::permitted("/var/lib/kubevirt/images", Failed)]
fn pod_security_concerns_what_is_permitted(#[case] path: &str, #[case] status: Status) {
    let checks = after(|server| {
        server.list(NAMESPACES).push(json!({"metadata": {
            "name": "tenant-b", "labels": {"pod-security.kubernetes.io/enforce": "baseline"},
        }}));
        let mut vm = server.list(VMS)[0].clone();
        vm["metadata"] = json!({"name": "evil", "namespace": "tenant-b"});
        vm["spec"]["template"]["metadata"]["annotations"]["hooks.kubevirt.io/hookSidecars"] =
            json!(annotation(path));
        server.list(VMS).push(vm);
    });
    let check = check(&checks, "Pod Security");
    assert_eq!(check.status(), status, "{check:#?}");
    if status == Failed {
        let fix = check.findings[0].fix.as_ref().unwrap();
        assert!(
            fix.starts_with("kubectl label namespace tenant-b pod-security"),
            "{fix}"
        );
    }
}

#[test]
fn vms_in_kubewardens_own_namespace_are_not_judged() {
    let checks = after(|server| server.list(VMS)[0]["metadata"]["namespace"] = json!("kubewarden"));
    assert_found(&checks, "VMs of the cluster", Failed, "metadata.namespace");
}

const VARIABLE: &str = "KUBEWARDEN_ALWAYS_ACCEPT_ADMISSION_REVIEWS_ON_DEPLOYMENTS_NAMESPACE";

fn by_the_object(server: &mut Server) {
    server.list(SERVERS)[0]["spec"]["env"] = json!([{"name": VARIABLE, "value": "tenant-a"}]);
}

fn by_a_reference(server: &mut Server) {
    server.list(SERVERS)[0]["spec"]["env"] =
        json!([{"name": VARIABLE, "valueFrom": {"configMapKeyRef": {}}}]);
}

fn by_its_deployment(server: &mut Server) {
    server.list(DEPLOYMENTS)[0]["spec"]["template"]["spec"]["containers"][0]["env"][1]["value"] =
        json!("tenant-a");
}

#[rstest]
#[case::object(by_the_object, "spec.env")]
#[case::reference(by_a_reference, "spec.env")]
#[case::deployment(by_its_deployment, "Deployment env")]
fn a_server_that_accepts_all_of_a_namespace_is_failed(#[case] damage: fn(&mut Server), #[case] field: &str) {
    let checks = after(damage);
    let field = format!("{field}[{VARIABLE}]");
    assert_found(&checks, "policy server default", Failed, &field);
}

fn is_deleted(server: &mut Server) {
    server.list(KUBEVIRTS)[0]["metadata"]["deletionTimestamp"] = json!("2026-11-28T00:00:00Z");
}

fn has_no_phase(server: &mut Server) {
    server.list(KUBEVIRTS)[0]["status"]
        .as_object_mut()
        .unwrap()
        .remove("phase");
}

fn is_twice(server: &mut Server) {
    let first = server.list(KUBEVIRTS)[0].clone();
    server.list(KUBEVIRTS).push(first);
}

#[rstest]
#[case::deleted(is_deleted, Failed, Some("metadata.deletionTimestamp"))]
#[case::deleting(|server: &mut Server| server.list(KUBEVIRTS)[0]["status"]["phase"] = json!("Deleting"), Warning, Some("status.phase"))]
#[case::no_phase(has_no_phase, Warning, Some("status.phase"))]
#[case::twice(is_twice, Status::Unknown, None)]
fn a_kubevirt_that_is_not_all_there_is_not_ok(
    #[case] damage: fn(&mut Server),
    #[case] status: Status,
    #[case] field: Option<&str>,
) {
    let checks = after(damage);
    let check = check(&checks, "KubeVirt");
    assert_eq!(check.status(), status, "{check:#?}");
    assert_eq!(check.findings[0].field.as_deref(), field, "{check:#?}");
}

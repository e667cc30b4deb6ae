//! Launcher pods that run: whether they have what was asked for, as the policy mounts it.

use doctor::check::Status::{self, Failed, Warning};
use rstest::rstest;
use serde_json::{Value, json};

use crate::support::server::{PODS, VMIS, annotation};
use crate::{after, check, faults};

const CHECK: &str = "requests that reach the pod";

fn drops_mount(pod: &mut Value) {
    pod["spec"]["containers"][1]["volumeMounts"] = json!([]);
}

fn drops_all(pod: &mut Value) {
    drops_mount(pod);
    pod["spec"]["volumes"] = json!([]);
}

fn drops_read_only(pod: &mut Value) {
    let mount = pod["spec"]["containers"][1]["volumeMounts"][0]
        .as_object_mut()
        .unwrap();
    mount.remove("readOnly");
    mount.remove("recursiveReadOnly");
}

fn debugs(pod: &mut Value) {
    pod["spec"]["ephemeralContainers"] = json!([{"name": "d", "image": "x", "volumeMounts": [
        {"name": "hook-sidecar-0-hostpath", "mountPath": "/x"},
    ]}]);
}

fn mounts_in_compute(pod: &mut Value) {
    pod["spec"]["containers"][0]["volumeMounts"] =
        json!([{"name": "hook-sidecar-0-hostpath", "mountPath": "/x"}]);
}

/// The annotation is there, and the pod is not what the policy makes of it. *inject* would repair it; nobody does once it runs.
#[rstest]
#[case::no_mount(drops_mount, "spec.containers[1].volumeMounts")]
#[case::nothing(drops_all, "spec.volumes")]
#[case::writable(drops_read_only, "spec.containers[1].volumeMounts[0].readOnly")]
#[case::debugged(debugs, "spec.ephemeralContainers[0].volumeMounts[0].readOnly")]
#[case::in_compute(mounts_in_compute, "spec.containers[0].volumeMounts[0].readOnly")]
fn a_pod_that_is_not_mounted_as_the_policy_does_it_is_failed(
    #[case] damage: fn(&mut Value),
    #[case] field: &str,
) {
    let checks = after(|server| damage(&mut server.list(PODS)[0]));
    assert_eq!(check(&checks, CHECK).status(), Failed, "{checks:#?}");
    let finding = &check(&checks, CHECK).findings[0];
    assert_eq!(finding.field.as_deref(), Some(field), "{finding:#?}");
    let expected = format!("pod tenant-a/virt-launcher-vm-x7k2p runs, and verify would deny it: {field}: ");
    assert!(finding.consequence.starts_with(&expected), "{finding:#?}");
    assert!(finding.fix.as_ref().unwrap().starts_with("migrate or restart"));
    // It is said once, and counted all the same.
    let all = check(&checks, "VMs of the cluster");
    assert_eq!(all.status(), Status::Ok);
    assert!(all.seen.contains(": 3;"), "{all:#?}");
}

#[test]
fn what_the_settings_refuse_is_said_once() {
    let checks = after(|server| {
        let pod = &mut server.list(PODS)[0];
        drops_read_only(pod);
        pod["metadata"]["annotations"]["hooks.kubevirt.io/hookSidecars"] = json!(annotation("/etc"));
        server.list(VMIS).clear();
    });
    assert_eq!(check(&checks, "VMs of the cluster").status(), Warning);
    assert_eq!(check(&checks, CHECK).status(), Status::Ok);
}

#[test]
fn a_pod_that_is_over_is_not_looked_at() {
    let checks = after(|server| {
        let mut pod = server.list(PODS)[0].clone();
        drops_all(&mut pod);
        pod["metadata"]["name"] = json!("virt-launcher-vm-old");
        pod["status"]["phase"] = json!("Succeeded");
        server.list(PODS).push(pod);
    });
    assert_eq!(faults(&checks), []);
}

#[test]
fn of_many_pods_some_are_named_and_all_are_counted() {
    let checks = after(|server| {
        let mut pod = server.list(PODS)[0].clone();
        drops_mount(&mut pod);
        for number in 0..9 {
            let mut pod = pod.clone();
            pod["metadata"]["name"] = json!(format!("virt-launcher-{number}"));
            pod["metadata"]["labels"]["kubevirt.io/created-by"] = json!(format!("uid-{number}"));
            server.list(PODS).push(pod);
        }
    });
    let findings = &check(&checks, CHECK).findings;
    assert_eq!(findings.len(), 6, "{findings:#?}");
    assert_eq!(
        findings[5].consequence,
        "pods that verify would deny, beside these: 4"
    );
}

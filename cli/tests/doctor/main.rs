//! `sidecar-hostpath doctor` on a fake API server, whose admission is the policy itself.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    reason = "a helper fails its test by panicking"
)]

mod server;

use rstest::rstest;
use serde_json::{Value, json};
use sidecar_hostpath::doctor::check::{Check, State};
use sidecar_hostpath::doctor::examine;
use sidecar_hostpath::settings::file::SettingsFile;

use server::Server;

fn examined(server: Server, settings: Option<&str>) -> Vec<Check> {
    let file = settings.map(|text| SettingsFile::from_text(text, "s.yaml", None).unwrap());
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime
        .block_on(async { examine(&server.cluster(), file.as_ref(), None).await })
        .unwrap()
}

/// The checks that are not ok, with their states.
fn faults(checks: &[Check]) -> Vec<(String, State)> {
    let faults = checks.iter().filter(|check| check.state != State::Ok);
    faults.map(|check| (check.name.clone(), check.state)).collect()
}

#[test]
fn a_cluster_in_which_all_is_right_has_no_fault() {
    let checks = examined(Server::right(), None);
    assert_eq!(faults(&checks), [], "{checks:#?}");
    assert!(checks.len() > 20, "{}", checks.len());
    assert!(checks.iter().all(|check| check.fix.is_none()), "{checks:#?}");
}

const CAP: &str = "/apis/policies.kubewarden.io/v1/clusteradmissionpolicies";
const MUTATING: &str = "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations";
const VALIDATING: &str = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations";
const VAP: &str = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies";
const BINDINGS: &str = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings";
const KUBEVIRTS: &str = "/apis/kubevirt.io/v1/kubevirts";

fn set(path: &'static str, item: usize, pointer: &'static str, value: Value) -> impl Fn(&mut Server) {
    move |server| {
        let list = server.lists.get_mut(path).unwrap();
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        let parent = list[item].pointer_mut(parent).unwrap();
        parent
            .as_object_mut()
            .unwrap()
            .insert(key.to_owned(), value.clone());
    }
}

fn remove(path: &'static str, item: usize) -> impl Fn(&mut Server) {
    move |server| {
        server.lists.get_mut(path).unwrap().remove(item);
    }
}

use State::{Failed, Unknown, Warning};

/// The policies are early, inject, verify and verify-ephemeral, in this order.
#[rstest]
#[case::no_policies(|server: &mut Server| server.lists.get_mut(CAP).unwrap().clear(), &[
    ("policies", Failed), ("order of webhooks", Unknown), ("companion", Unknown), ("trustedCreators", Unknown),
    ("probes", Unknown), ("VMs of the cluster", Unknown),
])]
#[case::no_early(remove(CAP, 0), &[("policy early", Warning)])]
#[case::no_verify(remove(CAP, 2), &[("policy verify", Failed)])]
#[case::no_verify_ephemeral(remove(CAP, 3), &[("policy verify-ephemeral", Failed)])]
#[case::monitor(set(CAP, 1, "/spec/mode", json!("monitor")), &[("policy inject", Failed)])]
#[case::pending(set(CAP, 2, "/status/policyStatus", json!("pending")), &[("policy verify", Failed)])]
#[case::without_status(set(CAP, 2, "/status", json!({})), &[("policy verify", Failed)])]
#[case::ignore(set(CAP, 3, "/spec/failurePolicy", json!("Ignore")), &[("policy verify-ephemeral", Failed)])]
#[case::early_may_ignore(set(CAP, 0, "/spec/failurePolicy", json!("Ignore")), &[])]
#[case::object_selector(
    set(CAP, 1, "/spec/objectSelector", json!({"matchLabels": {"kubevirt.io": "other"}})),
    &[("policy inject", Failed)]
)]
#[case::namespace_selector(
    set(CAP, 1, "/spec/namespaceSelector", json!({"matchExpressions": [{"key": "team", "operator": "Exists"}]})),
    &[("policy inject", Failed)]
)]
#[case::match_conditions(
    set(CAP, 1, "/spec/matchConditions", json!([{"name": "x", "expression": "true"}])),
    &[("policy inject", Warning)]
)]
#[case::other_module(
    set(CAP, 3, "/spec/module", json!("registry://x/kubevirt-sidecar-hostpath-policy:v9")),
    &[("module", Failed)]
)]
#[case::other_settings(
    set(CAP, 3, "/spec/settings/allowedHostPaths", json!([])),
    &[("settings", Failed)]
)]
#[case::no_policy_server(remove("/apis/policies.kubewarden.io/v1/policyservers", 0), &[("Kubewarden", Failed)])]
#[case::webhook_that_is_called_again(
    set(MUTATING, 1, "/webhooks", json!([{
        "reinvocationPolicy": "IfNeeded",
        "rules": [{"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"]}],
    }])),
    &[("order of webhooks", Warning)]
)]
#[case::no_webhook(remove(VALIDATING, 1), &[("webhooks", Failed)])]
#[case::no_ca(set(VALIDATING, 1, "/webhooks/0/clientConfig/caBundle", json!("")), &[("webhooks", Failed)])]
#[case::later_webhook(set(MUTATING, 1, "/metadata/name", json!("zz-injector")), &[("order of webhooks", Warning)])]
#[case::no_companion(remove(VAP, 0), &[("companion", Warning), ("probe: the launcher label", Warning)])]
#[case::no_binding(remove(BINDINGS, 0), &[("companion", Failed), ("probe: the launcher label", Warning)])]
#[case::binding_that_warns(
    set(BINDINGS, 0, "/spec/validationActions", json!(["Warn"])),
    &[("companion", Failed), ("probe: the launcher label", Warning)]
)]
#[case::other_creators(
    set(VAP, 0, "/spec/variables", json!([{"name": "creators", "expression": "['alice']"}])),
    &[("companion", Failed)]
)]
#[case::kubevirt_elsewhere(
    set(KUBEVIRTS, 0, "/metadata/namespace", json!("openshift-cnv")),
    &[("trustedCreators", Failed), ("probe: an allowed path", Failed)]
)]
#[case::no_gate(
    set(KUBEVIRTS, 0, "/spec/configuration/developerConfiguration/featureGates", json!([])),
    &[("feature gate Sidecar", Failed)]
)]
#[case::plugins(
    set(KUBEVIRTS, 0, "/spec/configuration/developerConfiguration/featureGates", json!(["Plugins"])),
    &[]
)]
#[case::host_disk(
    set(KUBEVIRTS, 0, "/spec/configuration/developerConfiguration/featureGates", json!(["Sidecar", "HostDisk"])),
    &[("feature gate HostDisk", Warning)]
)]
#[case::no_kubevirt(remove(KUBEVIRTS, 0), &[("KubeVirt", Unknown)])]
#[case::nothing_injects(|server: &mut Server| server.injects = false, &[("probe: an allowed path", Failed)])]
#[case::gate_open(|server: &mut Server| server.judges = false, &[
    ("probe: a forbidden path", Failed), ("probe: an allowed path", Failed), ("probe: a writable mount", Failed),
    ("probe: kubectl debug", Failed), ("probe: a VirtualMachine", Warning),
])]
#[case::pod_security(|server: &mut Server| server.enforce("baseline"), &[("probes", Unknown), ("Pod Security", Failed)])]
#[case::old_kubernetes(|server: &mut Server| server.minor = "29", &[("Kubernetes", Warning)])]
#[case::no_launcher_pod(remove("/api/v1/pods", 0), &[])]
#[case::vm_that_is_not_permitted(
    set("/apis/kubevirt.io/v1/virtualmachineinstances", 0, "/metadata/annotations", json!({
        "hooks.kubevirt.io/hookSidecars": r#"[{"hostPath": {"path": "/etc", "volumePath": "/x"}}]"#
    })),
    &[("VMs of the cluster", Warning)]
)]
fn each_fault_is_found_and_no_other(
    #[case] damage: impl Fn(&mut Server),
    #[case] expected: &[(&str, State)],
) {
    let mut server = Server::right();
    damage(&mut server);
    let checks = examined(server, None);
    let expected: Vec<(String, State)> = expected
        .iter()
        .map(|(name, state)| ((*name).to_owned(), *state))
        .collect();
    assert_eq!(faults(&checks), expected, "{checks:#?}");
    let with_fix = checks.iter().filter(|check| check.state != State::Ok);
    assert!(
        with_fix
            .clone()
            .all(|check| check.fix.as_ref().is_some_and(|fix| !fix.is_empty())),
        "{checks:#?}"
    );
}

/// What may not be read is unknown, never fine.
#[rstest]
#[case::version("/version", &["Kubernetes"])]
#[case::policies(CAP, &["policies"])]
#[case::webhooks(MUTATING, &["webhooks", "order of webhooks"])]
#[case::validating(VALIDATING, &["webhooks"])]
#[case::companion(VAP, &["companion"])]
#[case::kubevirt(KUBEVIRTS, &["KubeVirt"])]
#[case::namespaces("/api/v1/namespaces", &["probes", "Pod Security"])]
#[case::vms("/apis/kubevirt.io/v1/virtualmachines", &["VMs of the cluster"])]
#[case::pods("/api/v1/pods", &["VMs of the cluster"])]
fn what_may_not_be_read_is_unknown(#[case] path: &'static str, #[case] names: &[&str]) {
    let mut server = Server::right();
    server.forbidden.push(path);
    let checks = examined(server, None);
    for name in names {
        let check = checks.iter().find(|check| check.name == *name);
        assert!(
            check.is_some_and(|check| check.state == Unknown),
            "{name}: {checks:#?}"
        );
    }
    assert!(checks.iter().all(|check| check.state != Failed), "{checks:#?}");
}

/// What another policy denies says nothing of this one, even if it quotes the path.
#[test]
fn a_denial_by_another_policy_decides_nothing() {
    let mut server = Server::right();
    server.other = Some("hostPath volumes are forbidden: \"/etc\"");
    let checks = examined(server, None);
    for name in ["probe: a forbidden path", "probe: a VirtualMachine"] {
        let check = checks.iter().find(|check| check.name == name).unwrap();
        assert_eq!(check.state, Unknown, "{check:?}");
    }
}

#[test]
fn many_vms_are_read_in_pages() {
    let mut server = Server::right();
    let vmis = server
        .lists
        .get_mut("/apis/kubevirt.io/v1/virtualmachineinstances")
        .unwrap();
    let vmi = vmis[0].clone();
    vmis.extend((1..10_000).map(|number| {
        let mut vmi = vmi.clone();
        vmi["metadata"]["name"] = json!(format!("vmi-{number}"));
        vmi
    }));
    let checks = examined(server, None);
    assert_eq!(faults(&checks), []);
    let vms = checks
        .iter()
        .find(|check| check.name == "VMs of the cluster")
        .unwrap();
    assert!(vms.why.contains(": 10002;"), "{}", vms.why);
}

#[test]
fn new_settings_are_tried_on_the_vms() {
    let checks = examined(Server::right(), Some("allowedHostPaths: []\n"));
    assert_eq!(faults(&checks), [("VMs of the cluster".to_owned(), Warning)]);
    let vms = checks
        .iter()
        .find(|check| check.name == "VMs of the cluster")
        .unwrap();
    assert!(
        vms.why.contains("VirtualMachineInstance tenant-a/vmi-0"),
        "{}",
        vms.why
    );
}

#[test]
fn a_cluster_that_is_not_there_is_an_error() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let result = runtime.block_on(async { examine(&Server::gone(), None, None).await });
    assert!(
        result
            .unwrap_err()
            .to_string()
            .starts_with("cannot ask the cluster: ")
    );
}

/// What the document shows is what is printed.
#[test]
fn the_runbook_shows_the_output() {
    let mut server = Server::right();
    set(CAP, 1, "/spec/mode", json!("monitor"))(&mut server);
    set(
        KUBEVIRTS,
        0,
        "/spec/configuration/developerConfiguration/featureGates",
        json!(["Sidecar", "HostDisk"]),
    )(&mut server);
    server.injects = false;
    let styled = sidecar_hostpath::doctor::text::report(&examined(server, None), 80);
    let mut plain = Vec::new();
    std::io::Write::write_all(&mut anstream::StripStream::new(&mut plain), styled.as_bytes()).unwrap();
    let plain = String::from_utf8(plain).unwrap();
    assert!(plain.lines().all(|line| line.chars().count() <= 80), "{plain}");
    let document =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/operations.md")).unwrap();
    assert!(document.contains(&plain), "{plain}");
}

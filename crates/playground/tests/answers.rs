//! What the page gets, natively and with the linked policy. The page's own tests compare it with the command, in a browser.

#![expect(clippy::unwrap_used, reason = "a helper fails its test by panicking")]

use checker::policy::Linked;
use playground::answer;
use rstest::rstest;
use serde_json::{Value, json};

const SETTINGS: &str = "allowedHostPaths: [{pathPrefix: /srv/images}]\n";

fn ask(operation: &str, payload: &Value) -> Value {
    let answer = answer(operation, payload.to_string().as_bytes(), Linked).unwrap();
    serde_json::from_slice(&answer).unwrap()
}

fn check(settings: &str, manifest: &str) -> Value {
    let payload = json!({"settings": settings, "manifest": manifest, "file": "m.yaml", "namespace": null});
    ask("check", &payload)
}

fn explain(path: &str) -> Value {
    let payload = json!({
        "settings": SETTINGS, "path": path, "type": "Directory", "container": "hook-sidecar-0",
        "namespace": "a", "readOnly": true, "shares": false,
    });
    ask("explain", &payload)
}

/// A launcher pod, or a VM, that asks for this path.
fn asking(kind: &str, path: &str) -> String {
    let annotation = json!([{"hostPath": {"path": path, "volumePath": "/a"}}]).to_string();
    let annotations = json!({"hooks.kubevirt.io/hookSidecars": annotation});
    let containers = json!([{"name": "compute"}, {"name": "hook-sidecar-0"}]);
    let metadata =
        json!({"name": "x", "labels": {"kubevirt.io": "virt-launcher"}, "annotations": annotations});
    let api_version = if kind == "Pod" { "v1" } else { "kubevirt.io/v1" };
    json!({"apiVersion": api_version, "kind": kind, "metadata": metadata, "spec": {"containers": containers}})
        .to_string()
}

#[test]
fn an_accepted_pod_is_shown_before_and_after() {
    let answer = check(SETTINGS, &asking("Pod", "/srv/images/a"));
    assert_eq!(answer["report"]["summary"]["accepted"], 1);
    let [patched] = answer["patched"].as_array().unwrap().as_slice() else {
        panic!("{answer}");
    };
    assert_eq!(patched["result"], 0);
    assert_eq!(patched["before"]["spec"]["volumes"], Value::Null);
    assert_eq!(
        patched["after"]["spec"]["volumes"],
        json!([{"hostPath": {"path": "/srv/images/a", "type": "Directory"}, "name": "hook-sidecar-0-hostpath"}])
    );
}

#[test]
fn annotations_are_read_with_invalid_settings_too() {
    let answer = check("a: [", &asking("VirtualMachineInstance", "/etc"));
    assert_eq!(answer["annotations"][0]["line"], 1);
    assert_eq!(
        answer["annotations"][0]["text"],
        r#"[{"hostPath":{"path":"/etc","volumePath":"/a"}}]"#
    );
}

#[test]
fn a_rejection_has_its_reasons_and_no_patch() {
    let answer = check(SETTINGS, &asking("VirtualMachineInstance", "/etc"));
    let result = &answer["report"]["results"][0];
    assert_eq!(result["verdict"], "rejected");
    assert_eq!(result["deniedBy"], json!(["allowedHostPaths"]));
    assert_eq!(answer["patched"], json!([]));
}

#[rstest]
#[case::syntax("a: [", 2)]
#[case::kind("[]", 1)]
#[case::unknown("allowedHostPaths: []\nallowedTypes: [Directory, Disk]\n", 2)]
#[case::missing("{}", 1)]
fn settings_that_cannot_be_used_have_faults_and_no_report(#[case] settings: &str, #[case] line: usize) {
    let answer = check(settings, &asking("Pod", "/srv/images"));
    assert_eq!(answer["report"], Value::Null);
    assert_eq!(answer["faults"][0]["line"], line, "{answer}");
    assert_ne!(answer["faults"][0]["message"], "");
}

#[test]
fn dangerous_settings_have_warnings_with_their_lines() {
    let answer = check("allowedHostPaths:\n- path: /etc/pki/a\n", "");
    assert_eq!(answer["warnings"][0]["line"], 2);
    assert_eq!(answer["faults"], json!([]));
}

#[test]
fn what_cannot_be_read_is_an_error_of_the_report() {
    let answer = check(SETTINGS, "a: [\n---\nkind: ConfigMap\napiVersion: v1\n");
    assert_eq!(answer["report"]["errors"][0]["file"], "m.yaml");
    assert_eq!(answer["report"]["summary"]["skipped"], 1);
}

#[test]
fn a_path_is_explained() {
    let answer = explain("/srv/images/a");
    assert_eq!(answer["accepted"], true);
    assert_eq!(
        answer["covering"],
        json!([{"rule": "allowedHostPaths[0]", "path": "/srv/images", "decides": true, "relation": "applies"}])
    );
    let answer = explain("/etc/ssh");
    assert_eq!(answer["accepted"], false);
    assert_eq!(
        answer["change"]["fields"]["allowedHostPaths[1]"]["path"],
        "/etc/ssh"
    );
    assert_eq!(explain("relative"), Value::Null);
}

#[rstest]
#[case::operation("other", "{}", "unknown operation other")]
#[case::no_json("check", "", "EOF while parsing a value at line 1 column 0")]
#[case::member(
    "check",
    r#"{"x": 1}"#,
    "unknown field `x`, expected one of `settings`, `manifest`, `file`, `namespace` at line 1 column 4"
)]
fn other_payloads_are_errors(#[case] operation: &str, #[case] payload: &str, #[case] expected: &str) {
    assert_eq!(
        answer(operation, payload.as_bytes(), Linked),
        Err(expected.to_owned())
    );
}

//! `suggest`: what it prints is accepted, and none of it is too much.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::harness::{Dir, Outcome, command, finish};

/// A VM in this namespace, if any, with these annotations.
fn vm(name: &str, namespace: Option<&str>, hook_sidecars: &Value, host_paths: Option<&Value>) -> Value {
    let mut metadata = json!({"name": name});
    let mut annotations = json!({"hooks.kubevirt.io/hookSidecars": hook_sidecars.to_string()});
    if let Some(namespace) = namespace {
        metadata["namespace"] = json!(namespace);
    }
    if let Some(host_paths) = host_paths {
        annotations["kubevirt-sidecar-hostpath-policy.dev/hostPaths"] = json!(host_paths.to_string());
    }
    metadata["annotations"] = annotations;
    json!({"apiVersion": "kubevirt.io/v1", "kind": "VirtualMachineInstance", "metadata": metadata})
}

fn list(items: &[Value]) -> String {
    json!({"apiVersion": "v1", "kind": "List", "items": items}).to_string()
}

fn run(dir: &Dir, args: &[&str]) -> Outcome {
    finish(command(&dir.path(""), args), b"")
}

#[test]
fn settings_are_suggested_with_what_is_dangerous() {
    let dir = Dir::new();
    let request = |path: &str, host_path_type: &str| json!({"hostPath": {"path": path, "volumePath": "/a", "type": host_path_type}});
    let plugin = json!({"plugin-sidecar-cow": [
        {"path": "/srv/images/a.qcow2", "volumePath": "/host-images/a", "type": "File"},
        {"path": "/srv/images/b.qcow2", "volumePath": "/host-images/b", "type": "File"},
    ]});
    let items = [
        vm(
            "one",
            Some("team-a"),
            &json!([request("/srv/images/a.qcow2", "File")]),
            None,
        ),
        vm(
            "two",
            Some("team-b"),
            &json!([
                request("/srv/images/a.qcow2", "File"),
                request("/etc/pki/ca.pem", "File")
            ]),
            None,
        ),
        vm("plugin", Some("team-b"), &json!([]), Some(&plugin)),
        vm(
            "no-namespace",
            None,
            &json!([request("/run/vhost/a.sock", "Socket")]),
            None,
        ),
        vm(
            "too-much",
            Some("team-a"),
            &json!([request("/var", "Directory")]),
            None,
        ),
        vm(
            "broken",
            Some("team-a"),
            &json!([{"hostPath": {"path": "/x"}}]),
            None,
        ),
        vm(
            "writer",
            Some("team-a"),
            &json!([
                {"hostPath": {"path": "/srv/scratch", "volumePath": "/a", "type": "Directory", "readOnly": false, "sharedComputePath": "/b"}},
            ]),
            None,
        ),
        vm(
            "reader",
            Some("team-b"),
            &json!([request("/srv/scratch/x", "File")]),
            None,
        ),
    ];
    dir.write("vms.json", list(&items));
    let outcome = run(&dir, &["suggest", "vms.json"]);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(1), ""));
    assert_snapshot!(outcome.transcript());
    dir.write("s.yaml", &outcome.stdout);
    let settings = run(&dir, &["settings", "s.yaml"]);
    assert_eq!(settings.code, Some(0), "{}", settings.stdout);
}

#[test]
fn nothing_is_suggested_where_nothing_is_asked_for() {
    let dir = Dir::new();
    dir.write(
        "vm.yaml",
        "{apiVersion: v1, kind: Secret}\n---\n{apiVersion: kubevirt.io/v1, kind: VirtualMachine}\n",
    );
    let outcome = run(&dir, &["suggest", "vm.yaml"]);
    let expected = "# The narrowest settings under which the policy accepts 1 of 1 objects.\n# Not judged, so that they count for nothing here: 1.\nallowedHostPaths: []\n[exit 0]";
    assert_eq!(outcome.transcript(), expected);
}

/// Two objects are rejected under the first draft for the same rule, which then opens for both.
#[test]
fn a_rule_that_is_in_the_way_of_two_objects_opens_for_both() {
    let dir = Dir::new();
    let request = |path: &str, host_path_type: &str| json!([{"hostPath": {"path": path, "volumePath": "/a", "type": host_path_type}}]);
    let items = [
        vm("one", None, &request("/var/run/x", "Socket"), None),
        vm("two", None, &request("/var/run/x", "Socket"), None),
        vm(
            "other-name",
            Some("team-a"),
            &request("/run/x", "Directory"),
            None,
        ),
    ];
    dir.write("vms.json", list(&items));
    let outcome = run(&dir, &["suggest", "vms.json"]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stdout);
    assert!(
        outcome.stdout.contains("accepts 3 of 3 objects"),
        "{}",
        outcome.stdout
    );
}

/// There are no more rules than settings can hold.
#[test]
fn many_paths_of_a_directory_become_a_prefix() {
    let dir = Dir::new();
    let request = |number: usize| json!({"hostPath": {"path": format!("/srv/images/{number}"), "volumePath": "/a", "type": "File"}});
    let vms: Vec<Value> = (0..1_100)
        .map(|number| {
            vm(
                &format!("vm-{number}"),
                Some("team-a"),
                &json!([request(number)]),
                None,
            )
        })
        .chain([vm(
            "other",
            Some("team-b"),
            &json!([{"hostPath": {"path": "/srv/other", "volumePath": "/a"}}]),
            None,
        )])
        .collect();
    dir.write("vms.json", list(&vms));
    let outcome = run(&dir, &["suggest", "vms.json"]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stdout);
    assert!(
        outcome.stdout.contains("  - pathPrefix: /srv/images\n"),
        "{}",
        outcome.stdout
    );
    assert!(
        outcome.stdout.contains("  - path: /srv/other\n"),
        "{}",
        outcome.stdout
    );
}

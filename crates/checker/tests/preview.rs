//! What `preview` says that containers see of the node. Whether `check` prints it is tested with the command.

#![expect(
    clippy::expect_used,
    reason = "helpers of tests: a panic is the test's failure"
)]

use checker::preview::{self, SeenMount};
use kubevirt_sidecar_hostpath_policy::read_settings;
use rstest::rstest;
use serde_json::{Value, json};

/// Each mount in one line, so that a wrong one is seen at a glance.
fn mounts(group: &str, kind: &str, object: &str) -> Vec<String> {
    let settings = json!({"allowedHostPaths": [{"path": "/srv/a", "readOnly": false, "types": ["File"]}]});
    let settings = read_settings(settings.to_string().as_bytes()).expect("settings");
    let mounts = preview::mounts(&settings, "default", group, kind, object);
    let line = |seen: &SeenMount| {
        let mount = &seen.mount;
        let access = if mount.read_only { "read-only" } else { "writable" };
        format!(
            "{} sees {} at {}, {access}, type {:?}",
            mount.container, mount.host_path, mount.mount_path, mount.r#type
        )
    };
    mounts.iter().map(line).collect()
}

fn pod() -> Value {
    let mount = |name: &str, path: &str, read_only: bool| json!({"name": name, "mountPath": path, "readOnly": read_only});
    json!({"metadata": {"name": "p"}, "spec": {
        "volumes": [
            {"name": "typed", "hostPath": {"path": "/srv/a/", "type": "File"}},
            {"name": "plain", "hostPath": {"path": "/srv/b"}},
            {"name": "refused", "hostPath": {"path": "relative/../path"}},
            {"name": "other", "emptyDir": {}},
        ],
        "containers": [
            {"name": "compute", "volumeMounts": [mount("plain", "/in-compute", false)]},
            {"name": "hook-sidecar-0", "volumeMounts": [
                mount("typed", "/a", true), mount("other", "/o", true), mount("refused", "/r", true),
            ]},
            {"name": "volumerootdisk", "volumeMounts": [mount("plain", "/shown", true)]},
        ],
    }})
}

#[test]
fn of_a_pod_what_every_container_mounts() {
    assert_eq!(
        mounts("", "Pod", &pod().to_string()),
        [
            r#"compute sees /srv/b at /in-compute, writable, type """#,
            r#"hook-sidecar-0 sees /srv/a at /a, read-only, type "File""#,
            r#"hook-sidecar-0 sees relative/../path at /r, read-only, type """#,
            r#"volumerootdisk sees /srv/b at /shown, read-only, type """#,
        ]
    );
}

fn vmi(path: &str) -> Value {
    let host_path = json!({"path": path, "volumePath": "/a", "type": "File", "readOnly": false});
    let annotation = json!([{"image": "i", "hostPath": host_path}]).to_string();
    json!({"metadata": {"annotations": {"hooks.kubevirt.io/hookSidecars": annotation}}})
}

#[rstest]
#[case::permitted("/srv/a", &[r#"hook-sidecar-0 sees /srv/a at /a, writable, type "File""#])]
#[case::forbidden("/etc", &[])]
fn of_a_kubevirt_object_what_it_asks_for_if_that_is_permitted(#[case] path: &str, #[case] expected: &[&str]) {
    let object = vmi(path).to_string();
    assert_eq!(mounts("kubevirt.io", "VirtualMachineInstance", &object), expected);
}

#[rstest]
#[case::no_json("", "Pod", "{")]
#[case::no_object("", "Pod", "[]")]
#[case::malformed_pod("", "Pod", r#"{"spec": {"containers": 1}}"#)]
#[case::of_another_group("apps", "Pod", &pod().to_string())]
#[case::of_another_kind("", "ConfigMap", &pod().to_string())]
#[case::kubevirt_kind_of_another_group("apps", "VirtualMachineInstance", &vmi("/srv/a").to_string())]
fn nothing_of_what_is_not_judged(#[case] group: &str, #[case] kind: &str, #[case] object: &str) {
    assert_eq!(mounts(group, kind, object), [""; 0]);
}

#[rstest]
#[case::pod("", "Pod", true)]
#[case::kubevirt("kubevirt.io", "VirtualMachine", true)]
#[case::pod_of_another_group("apps", "Pod", false)]
#[case::another_kind_of_the_core("", "ConfigMap", false)]
#[case::kubevirt_kind_without_annotation("kubevirt.io", "VirtualMachineInstanceMigration", false)]
fn knows_what_is_judged(#[case] group: &str, #[case] kind: &str, #[case] known: bool) {
    assert_eq!(preview::knows(group, kind), known);
}

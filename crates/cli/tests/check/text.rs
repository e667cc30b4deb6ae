//! The text that people read.

use insta::assert_snapshot;
use rstest::rstest;

use crate::harness::{Dir, SETTINGS, check, check_text, command, example, finish, root, vmi};

#[test]
fn the_example_is_accepted_and_its_mount_shown() {
    let outcome = check(
        &[SETTINGS.as_slice(), &["examples/vmi-with-sidecar-hostpath.yaml"]].concat(),
        "",
    );
    assert_snapshot!(outcome.transcript(), @r#"
    ACCEPTED  examples/vmi-with-sidecar-hostpath.yaml:4:1:
              VirtualMachineInstance tenant-a/debian-cow
        hook-sidecar-0 sees /var/lib/kubevirt/images at /host-images
          Directory, read-only, rule: allowedHostPaths[0]
        compute sees /var/lib/kubevirt/images at /host-images
          Directory, read-only, rule: allowedHostPaths[0]

    1 accepted, 0 rejected, 0 skipped
    [exit 0]
    "#);
}

#[test]
fn a_path_outside_the_prefixes_is_rejected() {
    let manifest = example("vmi-with-sidecar-hostpath.yaml").replace("/var/lib/kubevirt/images", "/etc/ssh");
    assert_snapshot!(check_text(&manifest).transcript(), @r#"
    REJECTED  standard input:4:1:
              VirtualMachineInstance tenant-a/debian-cow (code 403)
        sidecar 0, image my-qemu-img-sidecar:latest
        metadata.annotations[hooks.kubevirt.io/hookSidecars][0], standard input:16
          hostPath.path: Forbidden
            "/etc/ssh" is under none of the allowed host paths:
            /var/lib/kubevirt/images, /srv/sidecar-scratch (exactly)
            denied by settings.allowedHostPaths

    0 accepted, 1 rejected, 0 skipped
    [exit 1]
    "#);
}

/// Two virtual machines whose annotations hold the same broken JSON in this YAML.
fn folded(text: &str) -> String {
    format!(
        "apiVersion: kubevirt.io/v1
kind: VirtualMachine
metadata:
  name: a
---
apiVersion: kubevirt.io/v1
kind: VirtualMachine
metadata:
  name: b
spec:
  template:
    metadata:
      annotations:
        hooks.kubevirt.io/hookSidecars: {text}
"
    )
}

#[test]
fn text_and_line_of_a_json_fault_are_shown() {
    let text = r#">-
          [{
            "image": "registry.example.com/qemu-img:v1",
            "args": ["--version", "v1alpha2"],
            "hostPath": {
              "path": "/var/lib/kubevirt/images"
              "volumePath": "/host-images"
            }
          }]"#;
    assert_snapshot!(check_text(&folded(text)).transcript(), @r#"
    ACCEPTED  standard input:1:1: VirtualMachine a
        hook sidecars see no host path

    REJECTED  standard input:6:1: VirtualMachine b (code 422)
        spec.template.metadata.annotations[hooks.kubevirt.io/hookSidecars]:
          Invalid value
          "[{\n \"image\": \"registry.example.com/qemu-img:v1\",\n \"args\":
          [\"--version\", \"v1alpha2\"],\n \"hostPa…"
          must be JSON: expected `,` or `}` at line 6 column 5, near
          "…\"/var/lib/kubevirt/images\"\n \"". That is in line 20 of the manifest

    1 accepted, 1 rejected, 0 skipped
    [exit 1]
    "#);
}

#[rstest]
#[case::literal(
    "|\n          [{\n            \"hostPath\": {\"path\": \"/srv\"\n            \"a\": 1}}]",
    17
)]
#[case::quoted(
    "'[{\n\n          \"hostPath\": {\"path\": \"/srv\"\n          \"a\": 1}}]'",
    17
)]
#[case::one_line("'[{\"hostPath\": {\"path\": \"/srv\" \"a\": 1}}]'", 14)]
#[case::cut_off("'[{\n          \"hostPath\": {\n\n          '", 15)]
fn the_line_of_a_json_fault_is_that_of_the_file(#[case] text: &str, #[case] line: usize) {
    let outcome = check_text(&folded(text));
    let expected = format!("That is in line {line} of the manifest");
    let words: Vec<&str> = outcome.stdout.split_whitespace().collect();
    assert!(words.join(" ").contains(&expected), "{}", outcome.stdout);
}

#[test]
fn sharing_with_compute_and_writing_are_shown() {
    let outcome = check(
        &[
            SETTINGS.as_slice(),
            &[
                "examples/vm-with-writable-hostpath.yaml",
                "examples/vmi-with-sidecar-hostpath.yaml",
            ],
        ]
        .concat(),
        "",
    );
    assert_snapshot!(outcome.transcript(), @r#"
    ACCEPTED  examples/vm-with-writable-hostpath.yaml:3:1:
              VirtualMachine tenant-a/debian-scratch
        warning: hook-sidecar-0 may write to host path "/srv/sidecar-scratch"
        hook-sidecar-0 sees /srv/sidecar-scratch at /scratch
          Directory, writable, rule: allowedHostPaths[1]

    ACCEPTED  examples/vmi-with-sidecar-hostpath.yaml:4:1:
              VirtualMachineInstance tenant-a/debian-cow
        hook-sidecar-0 sees /var/lib/kubevirt/images at /host-images
          Directory, read-only, rule: allowedHostPaths[0]
        compute sees /var/lib/kubevirt/images at /host-images
          Directory, read-only, rule: allowedHostPaths[0]

    2 accepted, 0 rejected, 0 skipped
    [exit 0]
    "#);
}

/// Every verdict, several files, several documents, lists.
pub(crate) fn mixed(arguments: &[&str]) -> crate::harness::Outcome {
    let dir = Dir::new();
    let violations = r#"[
        {"hostPath": {"path": "/etc; x: Forbidden: y", "volumePath": "/proc", "type": "Pipe"}},
        {"hostPath": {"path": "relative\n", "volumePath": "/ok"}},
        7
    ]"#;
    let documents = [
        "# nothing\n".to_owned(),
        vmi("bad", violations),
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\n".to_owned(),
        "apiVersion: example.com/v1\nkind: VirtualMachine\nmetadata: {name: other}\n".to_owned(),
        "apiVersion: kubevirt.io/v1\nkind: VirtualMachine\nmetadata: {name: plain}\n".to_owned(),
    ];
    dir.write("several.yaml", documents.join("\n---\n"));
    let socket =
        r#"[{"hostPath": {"path": "/var/lib/kubevirt/images/qmp", "volumePath": "/qmp", "type": "File"}}]"#;
    let list = format!(
        r#"{{"apiVersion": "v1", "kind": "List", "items": [{}, {}]}}"#,
        vmi("listed", socket),
        r#"{"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}}"#,
    );
    dir.write("list.json", list);
    dir.write("settings.yaml", example("settings.yaml"));
    let arguments = [
        &["check", "-s", "settings.yaml"],
        arguments,
        &["several.yaml", "-", "list.json"],
    ]
    .concat();
    finish(
        command(&dir.path(""), &arguments),
        example("vm-with-writable-hostpath.yaml").as_bytes(),
    )
}

#[test]
fn many_objects_are_distinguished() {
    assert_snapshot!(mixed(&[]).transcript());
}

#[test]
fn a_wide_terminal_has_tables() {
    let dir = Dir::new();
    dir.write("settings.yaml", example("settings.yaml"));
    let request = r#"[{"hostPath": {"path": "/var/lib/kubevirt/images/a-rather-long-name.qcow2", "volumePath": "/a", "type": "File"}}]"#;
    let bad =
        r#"[{"hostPath": {"path": "/etc/somewhere/deep/below", "volumePath": "/a", "readonly": true}}]"#;
    dir.write(
        "vms.json",
        format!("{}\n{}", vmi("good", request), vmi("bad", bad)),
    );
    let at = |columns: &str| {
        let mut command = command(&dir.path(""), &["check", "-s", "settings.yaml", "vms.json"]);
        command.env("COLUMNS", columns);
        finish(command, b"").transcript()
    };
    for columns in ["80", "120"] {
        let text = at(columns);
        let fits = |line: &str| line.chars().count() <= columns.parse().unwrap();
        assert!(text.lines().all(fits), "{text}");
        assert_snapshot!(format!("at_{columns}_columns"), text);
    }
}

#[test]
fn a_launcher_pod_is_shown_as_it_would_be_stored() {
    let fixture = std::fs::read(root().join("tests/fixtures/launcher-image-volume.json")).unwrap();
    let mut request: serde_json::Value = serde_json::from_slice(&fixture).unwrap();
    let plain =
        r#"{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "plain"}, "spec": {"containers": []}}"#;
    let manifests = format!("{}\n{plain}", request["object"].take());
    assert_snapshot!(check_text(&manifests).transcript(), @r#"
    ACCEPTED  standard input:1:1: Pod tenant-a/virt-launcher-debian-cow-*
        hook-sidecar-0 sees /var/lib/kubevirt/images at /host-images
          Directory, read-only, rule: allowedHostPaths[0]

    ACCEPTED  standard input:2:1: Pod plain
        note: not a launcher pod, so the policy does not look at it: the label
              kubevirt.io: virt-launcher is missing

    2 accepted, 0 rejected, 0 skipped
    [exit 0]
    "#);
}

#[test]
fn names_cannot_fool_the_terminal() {
    let evil = "x\u{1b}[2K\r\nACCEPTED \u{202e}\u{9b}1m";
    let mount = format!(
        r#"[{{"hostPath": {{"path": "/var/lib/kubevirt/images/{}", "volumePath": "/a"}}}}]"#,
        "a\u{202e}b"
    );
    let manifest = vmi("x", &mount);
    let other = serde_json::json!({"apiVersion": "v1", "kind": evil, "metadata": {"name": evil}});
    let manifest = format!("{manifest}\n{other}");
    let outcome = check_text(&manifest);
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    assert!(!outcome.stdout.contains(|c: char| c.is_control() && c != '\n'));
    assert!(!outcome.stdout.contains('\u{202e}'));
    assert_snapshot!(outcome.transcript(), @r#"
    ACCEPTED  standard input:1:1: VirtualMachineInstance tenant-a/x
        hook-sidecar-0 sees /var/lib/kubevirt/images/a\u{202e}b at /a
          Directory, read-only, rule: allowedHostPaths[0]

    SKIPPED   standard input:2:1:
              x\u{1b}[2K\r\nACCEPTED \u{202e}\u{9b}1m x\u{1b}[2K\r\nACCEPTED \u{202e}\u{9b}1m (v1, not judged)

    1 accepted, 0 rejected, 1 skipped
    [exit 0]
    "#);

    let json = check(&[SETTINGS.as_slice(), &["-o", "json", "-"]].concat(), &manifest).stdout;
    assert!(!json.contains(|c: char| c.is_control() && c != '\n'));
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["results"][1]["name"], evil);
}

/// A VM that asks for the path of `team-a`, where each namespace has its own, with this name or without a namespace.
fn for_team_a(arguments: &[&str], namespace: Option<&str>) -> crate::harness::Outcome {
    let dir = Dir::new();
    dir.write(
        "s.yaml",
        "allowedHostPaths: [{pathPrefix: '/srv/tenants/{namespace}'}]\n",
    );
    let annotation = r#"[{"hostPath": {"path": "/srv/tenants/team-a", "volumePath": "/host-images"}}]"#;
    let metadata = namespace.map_or(String::new(), |name| format!(r#""namespace":"{name}""#));
    let manifest = vmi("x", annotation).replace(r#","namespace":"tenant-a""#, &format!(",{metadata}"));
    dir.write("vm.yaml", manifest.replace(",}", "}"));
    let arguments = [&["check", "-s", "s.yaml", "vm.yaml"], arguments].concat();
    finish(command(&dir.path(""), &arguments), b"")
}

#[test]
fn the_namespace_is_that_of_the_manifest() {
    assert_snapshot!(for_team_a(&[], Some("team-a")).transcript(), @r#"
    ACCEPTED  vm.yaml:1:1: VirtualMachineInstance team-a/x
        hook-sidecar-0 sees /srv/tenants/team-a at /host-images
          Directory, read-only, rule: allowedHostPaths[0]

    1 accepted, 0 rejected, 0 skipped
    [exit 0]
    "#);
    let outcome = for_team_a(&["--namespace", "team-b"], Some("team-a"));
    assert!(outcome.stdout.starts_with("ACCEPTED"), "{}", outcome.stdout);
}

#[test]
fn an_object_that_names_no_namespace_says_so() {
    assert_snapshot!(for_team_a(&[], None).transcript(), @r#"
    REJECTED  vm.yaml:1:1: VirtualMachineInstance x (code 403)
        sidecar 0
        metadata.annotations[hooks.kubevirt.io/hookSidecars][0], vm.yaml:1
          hostPath.path: Forbidden
            "/srv/tenants/team-a" is reserved: no rule for it is for requests
            without a namespace; no other host path is allowed either
            denied by settings.allowedHostPaths
        note: the object names no namespace, so that no rule for namespaces is for
              it; --namespace names one

    0 accepted, 1 rejected, 0 skipped
    [exit 1]
    "#);
}

#[test]
fn the_namespace_of_objects_without_one_can_be_given() {
    assert_snapshot!(for_team_a(&["-n", "team-a"], None).transcript(), @r#"
    ACCEPTED  vm.yaml:1:1: VirtualMachineInstance team-a/x
        hook-sidecar-0 sees /srv/tenants/team-a at /host-images
          Directory, read-only, rule: allowedHostPaths[0]

    1 accepted, 0 rejected, 0 skipped
    [exit 0]
    "#);
    let outcome = for_team_a(&["--namespace", "team-b"], None);
    let reason = "is reserved: no rule for it is for namespace";
    assert!(outcome.stdout.contains(reason), "{}", outcome.stdout);
}

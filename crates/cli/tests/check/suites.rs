//! `test`: suites of expected verdicts, and their settings.

use std::fs;

use kubevirt_sidecar_hostpath_policy::RULE_KEYS;
use rstest::rstest;

use crate::harness::{Dir, Outcome, command, example, finish, root, vmi};

/// A request for images, which the example settings allow.
pub(crate) const IMAGES: &str = r#"[{"hostPath": {"path": "/var/lib/kubevirt/images", "volumePath": "/a"}}]"#;

/// A request for the directory that the example settings allow to write to.
pub(crate) const SCRATCH: &str =
    r#"[{"hostPath": {"path": "/srv/sidecar-scratch", "volumePath": "/a", "readOnly": false}}]"#;

/// A request that the example settings reject.
pub(crate) const KEYS: &str = r#"[{"hostPath": {"path": "/etc/ssh", "volumePath": "/a"}}]"#;

/// A suite with a test for each verdict.
pub(crate) fn suite() -> Dir {
    let dir = Dir::new();
    dir.write("tests/settings.yaml", example("settings.yaml"));
    dir.write("tests/images.accept.yaml", vmi("images", IMAGES));
    dir.write("tests/scratch.warn.yaml", vmi("scratch", SCRATCH));
    dir.write("tests/ssh-keys.reject.yaml", vmi("ssh-keys", KEYS));
    dir
}

pub(crate) fn test(dir: &Dir, args: &[&str]) -> Outcome {
    finish(command(&dir.path(""), &[&["test"], args].concat()), b"")
}

/// What fails in a suite, in text.
pub(crate) fn failures(dir: &Dir) -> (Option<i32>, String) {
    let outcome = test(dir, &["tests"]);
    let lines = outcome.stdout.lines();
    let lines = lines.filter(|line| !line.starts_with("PASSED") && !line.is_empty());
    let text: Vec<&str> = lines.chain(outcome.stderr.lines()).collect();
    (outcome.code, text.join("\n"))
}

#[test]
fn a_suite_passes() {
    let dir = suite();
    dir.write("tests/README.md", "# Tests\n");
    dir.write("tests/ssh-keys.message.txt", "\n\"/etc/ssh\" is under none of\n");
    let expected = "\
PASSED  tests/images.accept.yaml
PASSED  tests/scratch.warn.yaml
PASSED  tests/ssh-keys.reject.yaml

3 passed, 0 failed, 0 unreadable
[exit 0]";
    assert_eq!(test(&dir, &["tests"]).transcript(), expected);
    // The same from the directory itself, which is the default.
    let outcome = finish(command(&dir.path("tests"), &["test"]), b"");
    assert_eq!(outcome.transcript(), expected.replace("tests/", ""));
}

/// A ConfigMap as a volume has links, which the kubelet exchanges together.
#[test]
fn a_volume_of_a_config_map_is_a_suite() {
    use std::os::unix::fs::symlink;
    let dir = suite();
    fs::create_dir(dir.path("volume")).unwrap();
    fs::rename(dir.path("tests"), dir.path("volume/..2026_11_30")).unwrap();
    symlink("..2026_11_30", dir.path("volume/..data")).unwrap();
    for name in ["settings.yaml", "images.accept.yaml", "ssh-keys.reject.yaml"] {
        symlink(format!("..data/{name}"), dir.path(&format!("volume/{name}"))).unwrap();
    }
    let expected = "\
PASSED  volume/images.accept.yaml
PASSED  volume/ssh-keys.reject.yaml

2 passed, 0 failed, 0 unreadable
[exit 0]";
    assert_eq!(test(&dir, &["volume"]).transcript(), expected);
}

/// Of the command, of the directory, of one above it.
#[test]
fn settings_are_the_nearest() {
    let dir = suite();
    dir.write("tests/deep/er/keys.reject.yaml", vmi("keys", KEYS));
    assert_eq!(
        failures(&dir),
        (Some(0), "4 passed, 0 failed, 0 unreadable".to_owned())
    );
    dir.write(
        "tests/deep/settings.yaml",
        "allowedHostPaths: [{path: /etc/ssh}]\nsensitiveHostPaths: []\n",
    );
    let (code, text) = failures(&dir);
    assert_eq!(code, Some(1));
    assert!(
        text.starts_with("FAILED  tests/deep/er/keys.reject.yaml\n"),
        "{text}"
    );
    // Those of the command are for all.
    dir.write("all.yaml", example("settings.yaml"));
    assert_eq!(test(&dir, &["-s", "all.yaml", "tests"]).code, Some(0));
    // None above the directory that is given.
    fs::remove_file(dir.path("tests/deep/settings.yaml")).unwrap();
    let outcome = test(&dir, &["tests/deep"]);
    let expected = "tests/deep: no settings: give --settings FILE, or write settings.yaml there";
    assert_eq!(outcome, Outcome::error(expected));
}

#[test]
fn settings_may_be_a_policy_or_a_list() {
    let dir = suite();
    let policy = |name: &str, settings: &str| {
        format!(
            "{{apiVersion: policies.kubewarden.io/v1, kind: ClusterAdmissionPolicy, metadata: {{name: {name}}}, spec: {{\
             module: 'registry://example.com/{name}:v1', settings: {settings}}}}}"
        )
    };
    let open = "{allowedHostPaths: [{pathPrefix: /var/lib/kubevirt/images}, {path: /srv/sidecar-scratch, readOnly: false}]}";
    dir.write("tests/settings.yaml", policy("one", open));
    assert_eq!(test(&dir, &["tests"]).code, Some(0));
    let list = format!(
        "apiVersion: v1\nkind: List\nitems:\n- {}\n- {}\n",
        policy("one", open),
        policy("two", "{allowedHostPaths: []}")
    );
    dir.write("tests/settings.yaml", list);
    assert_eq!(test(&dir, &["--policy-name", "one", "tests"]).code, Some(0));
    assert_eq!(test(&dir, &["--policy-name", "two", "tests"]).code, Some(1));
    let outcome = test(&dir, &["tests"]);
    assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(2), ""));
}

#[test]
fn settings_that_are_refused_are_no_result() {
    let dir = suite();
    dir.write(
        "tests/settings.yaml",
        "allowedHostPaths:\n- pathPrefix: /srv\n  readonly: true\n",
    );
    let expected = format!(
        "tests/settings.yaml:3:3: settings.allowedHostPaths[0]: Invalid value: \"readonly\": unknown key, known are {}",
        RULE_KEYS.join(", ")
    );
    assert_eq!(test(&dir, &["tests"]), Outcome::error(&expected));
}

#[rstest]
#[case::a_file(&["tests/images.accept.yaml"], "\"tests/images.accept.yaml\": not a directory: test takes directories of tests")]
#[case::nothing(&["none"], "\"none\": not a directory: test takes directories of tests")]
#[case::no_settings(&["-s", "none.yaml", "tests"], "cannot read none.yaml: No such file or directory (os error 2)")]
#[case::settings_from_stdin(&["-s", "-", "tests"], "--settings needs a file: standard input is for manifests")]
fn usage_errors_have_no_result(#[case] args: &[&str], #[case] message: &str) {
    assert_eq!(test(&suite(), args), Outcome::error(message));
}

#[test]
fn the_suite_of_the_examples_passes() {
    let args = ["test", "-s", "examples/settings.yaml", "examples/policy-tests"];
    let outcome = finish(command(&root(), &args), b"");
    assert_eq!(
        (outcome.code, outcome.stderr.as_str()),
        (Some(0), ""),
        "{outcome:?}"
    );
    let copies = [
        ("cow.accept.yaml", "vm-with-sidecar-hostpath.yaml"),
        ("scratch.warn.yaml", "vm-with-writable-hostpath.yaml"),
    ];
    for (copy, original) in copies {
        assert_eq!(
            example(&format!("policy-tests/{copy}")),
            example(original),
            "{copy}"
        );
    }
}

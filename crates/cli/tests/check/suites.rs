//! `test`: suites of expected verdicts, and each way in which one fails.

use std::fs;

use insta::assert_snapshot;
use rstest::rstest;
use serde_json::Value;

use crate::forms::junit_faults;
use crate::harness::{Dir, Outcome, command, example, finish, root, vmi};

/// A request for images, which the example settings allow.
const IMAGES: &str = r#"[{"hostPath": {"path": "/var/lib/kubevirt/images", "volumePath": "/a"}}]"#;
/// A request for the directory that the example settings allow to write to.
const SCRATCH: &str =
    r#"[{"hostPath": {"path": "/srv/sidecar-scratch", "volumePath": "/a", "readOnly": false}}]"#;
/// A request that the example settings reject.
const KEYS: &str = r#"[{"hostPath": {"path": "/etc/ssh", "volumePath": "/a"}}]"#;

/// A suite with a test for each verdict.
fn suite() -> Dir {
    let dir = Dir::new();
    dir.write("tests/settings.yaml", example("settings.yaml"));
    dir.write("tests/images.accept.yaml", vmi("images", IMAGES));
    dir.write("tests/scratch.warn.yaml", vmi("scratch", SCRATCH));
    dir.write("tests/ssh-keys.reject.yaml", vmi("ssh-keys", KEYS));
    dir
}

fn test(dir: &Dir, args: &[&str]) -> Outcome {
    finish(command(&dir.path(""), &[&["test"], args].concat()), b"")
}

/// What fails in a suite, in text.
fn failures(dir: &Dir) -> (Option<i32>, String) {
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

/// A file beside those of the suite, and how it fails.
#[rstest]
#[case::a_typing_error(
    "cow.acept.yaml",
    "[]",
    1,
    "FAILED  tests/cow.acept.yaml
    line 1: the name holds no expectation: NAME.accept.yaml, NAME.warn.yaml,
    NAME.reject.yaml, NAME.message.txt, NAME.gold.yaml or settings.yaml
3 passed, 1 failed, 0 unreadable"
)]
#[case::a_typing_error_of_a_message(
    "ssh-keys.mesage.txt",
    "x",
    1,
    "FAILED  tests/ssh-keys.mesage.txt
    line 1: the name holds no expectation: NAME.accept.yaml, NAME.warn.yaml,
    NAME.reject.yaml, NAME.message.txt, NAME.gold.yaml or settings.yaml
3 passed, 1 failed, 0 unreadable"
)]
#[case::an_orphaned_message(
    "cow.message.txt",
    "x",
    1,
    "FAILED  tests/cow.message.txt
    line 1: no manifest: there is no cow.accept.yaml, cow.warn.yaml or
    cow.reject.yaml
3 passed, 1 failed, 0 unreadable"
)]
#[case::an_orphaned_gold_file(
    "cow.gold.yaml",
    "[]",
    1,
    "FAILED  tests/cow.gold.yaml
    line 1: no manifest: there is no cow.accept.yaml, cow.warn.yaml or
    cow.reject.yaml
3 passed, 1 failed, 0 unreadable"
)]
#[case::two_of_a_name(
    "images.reject.yaml",
    "[]",
    1,
    "FAILED  tests/images.reject.yaml
    line 1: the name of another test: tests/images.accept.yaml
3 passed, 1 failed, 0 unreadable"
)]
#[case::an_empty_manifest(
    "empty.reject.yaml",
    "# nothing\n---\n",
    1,
    "FAILED  tests/empty.reject.yaml
    line 1: the manifest holds no object
3 passed, 1 failed, 0 unreadable"
)]
#[case::an_empty_list(
    "empty.accept.yaml",
    "{apiVersion: v1, kind: List, items: []}\n",
    1,
    "FAILED  tests/empty.accept.yaml
    line 1: the manifest holds no object
3 passed, 1 failed, 0 unreadable"
)]
#[case::a_skipped_object(
    "a.accept.yaml",
    "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\n---\napiVersion: v1\nkind: Secret\nmetadata: {name: s}\n",
    1,
    "FAILED  tests/a.accept.yaml
    line 5: Secret s is skipped: objects of this kind are not judged
      - accepted without a warning
      + skipped
3 passed, 1 failed, 0 unreadable"
)]
#[case::no_object_of_kubernetes(
    "a.reject.yaml",
    "replicas: 1\n",
    1,
    "FAILED  tests/a.reject.yaml
    line 1: not a Kubernetes object is skipped: objects of this kind are not
    judged
      - rejected
      + skipped
3 passed, 1 failed, 0 unreadable"
)]
#[case::no_yaml(
    "a.reject.yaml",
    "a: [\n",
    2,
    "ERROR   tests/a.reject.yaml
3 passed, 0 failed, 1 unreadable
error: tests/a.reject.yaml:2:1: did not find expected node content, while parsing a flow node"
)]
#[case::no_text(
    "ssh-keys.message.txt",
    "\u{0}",
    1,
    "FAILED  tests/ssh-keys.reject.yaml
    tests/ssh-keys.message.txt:1: the line occurs in no violation and in no
    warning
      - \\0
      + metadata.annotations[hooks.kubevirt.io/hookSidecars][0].hostPath.path:
        Forbidden: \"/etc/ssh\" is under none of the allowed host paths:
        /var/lib/kubevirt/images, /srv/sidecar-scratch (exactly)
2 passed, 1 failed, 0 unreadable"
)]
#[case::a_message_that_is_not_said(
    "images.message.txt",
    "\nx\n",
    1,
    "FAILED  tests/images.accept.yaml
    tests/images.message.txt:2: there is no violation and no warning
      - x
2 passed, 1 failed, 0 unreadable"
)]
#[case::an_empty_message(
    "ssh-keys.message.txt",
    " \n",
    1,
    "FAILED  tests/ssh-keys.reject.yaml
    tests/ssh-keys.message.txt:1: the file expects nothing
2 passed, 1 failed, 0 unreadable"
)]
#[case::a_gold_file_that_nothing_matches(
    "images.gold.yaml",
    "- object: VirtualMachineInstance tenant-a/images\n  sees:\n  - {container: compute, hostPath: /x, mountPath: /a, type: '', readOnly: true, nodes: {a: b}}\n",
    1,
    "FAILED  tests/images.accept.yaml
    tests/images.gold.yaml:1: no container matches
      - VirtualMachineInstance tenant-a/images: compute sees /x at /a, no type,
        read-only, nodes with a=b
      + VirtualMachineInstance tenant-a/images: hook-sidecar-0 sees
        /var/lib/kubevirt/images at /a, Directory, read-only
2 passed, 1 failed, 0 unreadable"
)]
#[case::an_empty_gold_file(
    "images.gold.yaml",
    "# nothing\n",
    1,
    "FAILED  tests/images.accept.yaml
    tests/images.gold.yaml:1: the file expects nothing
2 passed, 1 failed, 0 unreadable"
)]
#[case::a_gold_file_of_a_rejected_object(
    "ssh-keys.gold.yaml",
    "[]\n",
    1,
    "FAILED  tests/ssh-keys.reject.yaml
    tests/ssh-keys.gold.yaml:1: no container matches: rejected objects have none
2 passed, 1 failed, 0 unreadable"
)]
#[case::no_gold_file(
    "images.gold.yaml",
    "- {object: x, seees: []}\n",
    2,
    "ERROR   tests/images.accept.yaml
2 passed, 0 failed, 1 unreadable
error: tests/images.gold.yaml:1:1: not a gold file, which --update writes: unknown field `seees`, expected `object` or `sees`"
)]
fn a_suite_fails(#[case] file: &str, #[case] content: &str, #[case] code: i32, #[case] expected: &str) {
    let dir = suite();
    dir.write(&format!("tests/{file}"), content);
    assert_eq!(failures(&dir), (Some(code), expected.to_owned()));
}

#[test]
fn a_verdict_that_differs_is_shown() {
    let dir = Dir::new();
    dir.write("tests/settings.yaml", example("settings.yaml"));
    dir.write("tests/a.accept.yaml", vmi("a", KEYS));
    // A warning is a verdict of its own, either way.
    dir.write("tests/b.accept.yaml", vmi("b", SCRATCH));
    dir.write("tests/c.warn.yaml", vmi("c", IMAGES));
    dir.write(
        "tests/d.reject.yaml",
        format!("{}\n---\n{}", vmi("d", KEYS), vmi("e", IMAGES)),
    );
    // What else is wrong with it follows from the verdict.
    dir.write("tests/d.message.txt", "x\n");
    assert_snapshot!(test(&dir, &["tests"]).transcript(), @r#"
    FAILED  tests/a.accept.yaml
        line 1: VirtualMachineInstance tenant-a/a has another verdict
          - accepted without a warning
          + rejected
          + metadata.annotations[hooks.kubevirt.io/hookSidecars][0].hostPath.path:
            Forbidden: "/etc/ssh" is under none of the allowed host paths:
            /var/lib/kubevirt/images, /srv/sidecar-scratch (exactly)
    FAILED  tests/b.accept.yaml
        line 1: VirtualMachineInstance tenant-a/b has another verdict
          - accepted without a warning
          + accepted with a warning
          + hook-sidecar-0 may write to host path "/srv/sidecar-scratch"
          + VirtualMachineInstance tenant-a/b: hook-sidecar-0 sees
            /srv/sidecar-scratch at /a, Directory, writable
    FAILED  tests/c.warn.yaml
        line 1: VirtualMachineInstance tenant-a/c has another verdict
          - accepted with a warning
          + accepted without a warning
          + VirtualMachineInstance tenant-a/c: hook-sidecar-0 sees
            /var/lib/kubevirt/images at /a, Directory, read-only
    FAILED  tests/d.reject.yaml
        line 3: VirtualMachineInstance tenant-a/e has another verdict
          - rejected
          + accepted without a warning
          + VirtualMachineInstance tenant-a/e: hook-sidecar-0 sees
            /var/lib/kubevirt/images at /a, Directory, read-only

    0 passed, 4 failed, 0 unreadable
    [exit 1]
    "#);
}

#[test]
fn a_directory_without_tests_fails() {
    let dir = Dir::new();
    fs::create_dir(dir.path("tests")).unwrap();
    let expected = "\
FAILED  tests
    line 1: no tests: there is no NAME.accept.yaml, NAME.warn.yaml or
    NAME.reject.yaml
0 passed, 1 failed, 0 unreadable"
        .to_owned();
    assert_eq!(failures(&dir), (Some(1), expected.clone()));
    // Neither do settings make a suite.
    dir.write("tests/settings.yaml", example("settings.yaml"));
    assert_eq!(failures(&dir), (Some(1), expected));
}

#[test]
fn what_a_suite_holds_is_run_or_named() {
    use std::os::unix::fs::symlink;
    let dir = suite();
    dir.write("elsewhere/x.accept.yaml", vmi("x", IMAGES));
    symlink("../elsewhere", dir.path("tests/linked")).unwrap();
    symlink("../elsewhere/x.accept.yaml", dir.path("tests/x.accept.yaml")).unwrap();
    symlink("nowhere", dir.path("tests/broken.accept.yaml")).unwrap();
    symlink("nowhere", dir.path("tests/w.gold.yaml")).unwrap();
    fs::create_dir(dir.path("tests/y.accept.yaml")).unwrap();
    let made = std::process::Command::new("mkfifo")
        .arg(dir.path("tests/pipe.accept.yaml"))
        .status()
        .unwrap();
    assert!(made.success());
    dir.write("tests/z.accept.yaml", b"\xff");
    let (code, text) = failures(&dir);
    assert_eq!(code, Some(2));
    assert_snapshot!(text, @r"
    ERROR   tests/broken.accept.yaml
    FAILED  tests/linked
        line 1: a link to a directory, which is not followed: give the directory
        itself
    ERROR   tests/pipe.accept.yaml
    ERROR   tests/w.gold.yaml
    FAILED  tests/y.accept.yaml
        line 1: a directory with the name of a file
    ERROR   tests/z.accept.yaml
    4 passed, 2 failed, 4 unreadable
    error: tests/broken.accept.yaml:1:1: a broken link: No such file or directory (os error 2)
    error: tests/pipe.accept.yaml:1:1: not a regular file
    error: tests/w.gold.yaml:1:1: a broken link: No such file or directory (os error 2)
    error: tests/z.accept.yaml:1:1: not UTF-8 text, at byte 0
    ");
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
    let expected = "tests/settings.yaml:2:3: settings.allowedHostPaths[0]: Invalid value: \"readonly\": unknown key, known are \
                    pathPrefix, path, types, allowSharedCompute, readOnly, namespaces, containers, requestable, nodeSelector, \
                    description";
    assert_eq!(test(&dir, &["tests"]), Outcome::error(expected));
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
fn update_writes_what_is_missing_or_does_not_match() {
    let dir = suite();
    dir.write("tests/ssh-keys.message.txt", "\"/etc/ssh\"\n");
    dir.write("tests/images.gold.yaml", "[]\n");
    dir.write("tests/wrong.reject.yaml", vmi("wrong", IMAGES));
    let outcome = test(&dir, &["--update", "tests"]);
    assert_eq!(outcome.code, Some(1));
    let written: Vec<&str> = outcome
        .stdout
        .lines()
        .filter(|line| line.starts_with("    wrote"))
        .collect();
    assert_eq!(
        written,
        [
            "    wrote tests/images.gold.yaml",
            "    wrote tests/scratch.message.txt",
            "    wrote tests/scratch.gold.yaml",
        ]
    );
    let read = |name: &str| fs::read_to_string(dir.path(&format!("tests/{name}"))).unwrap();
    assert_eq!(
        read("images.gold.yaml"),
        "- object: \"VirtualMachineInstance tenant-a/images\"\n  sees:\n  - container: hook-sidecar-0\n    \
         hostPath: /var/lib/kubevirt/images\n    mountPath: /a\n    readOnly: true\n    type: Directory\n"
    );
    assert_eq!(
        read("scratch.message.txt"),
        "hook-sidecar-0 may write to host path \"/srv/sidecar-scratch\"\n"
    );
    // A shorter message that still holds stays.
    assert_eq!(read("ssh-keys.message.txt"), "\"/etc/ssh\"\n");
    fs::remove_file(dir.path("tests/wrong.reject.yaml")).unwrap();
    assert_eq!(
        failures(&dir),
        (Some(0), "3 passed, 0 failed, 0 unreadable".to_owned())
    );
    // Each of them is compared.
    for (file, old, new) in [
        ("images.gold.yaml", "readOnly: true", "readOnly: false"),
        ("scratch.gold.yaml", "/srv/sidecar-scratch", "/srv/sidecar"),
        ("scratch.message.txt", "may write", "may read"),
    ] {
        let right = read(file);
        dir.write(&format!("tests/{file}"), right.replace(old, new));
        assert_eq!(test(&dir, &["tests"]).code, Some(1), "{file}");
        dir.write(&format!("tests/{file}"), right);
    }
    // No message can be written for what nobody says.
    dir.write("tests/images.message.txt", "x\n");
    assert_eq!(test(&dir, &["--update", "tests"]).code, Some(1));
}

#[test]
fn init_writes_a_suite_that_passes() {
    let dir = Dir::new();
    dir.write("settings.yaml", example("settings.yaml"));
    dir.write("vms/cow.yaml", example("vm-with-sidecar-hostpath.yaml"));
    let secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\n";
    dir.write(
        "vms/mixed.yaml",
        format!(
            "{secret}---\n{}\n---\n{}\n",
            vmi("good", SCRATCH),
            vmi("bad", KEYS)
        ),
    );
    dir.write("vms/z/cow.yml", vmi("other", IMAGES));
    let args = ["test", "init", "-s", "settings.yaml", "vms"];
    let init = || finish(command(&dir.path(""), &args), b"");
    let expected = "\
wrote policy-tests/cow.accept.yaml
wrote policy-tests/cow.gold.yaml
wrote policy-tests/good.warn.yaml
wrote policy-tests/good.message.txt
wrote policy-tests/good.gold.yaml
wrote policy-tests/bad.reject.yaml
wrote policy-tests/bad.message.txt
wrote policy-tests/cow-2.accept.yaml
wrote policy-tests/cow-2.gold.yaml
left out vms/mixed.yaml:1:1 (not judged): Secret s
[exit 0]";
    assert_eq!(init().transcript(), expected);
    // With its comments.
    let copy = fs::read_to_string(dir.path("policy-tests/cow.accept.yaml")).unwrap();
    assert_eq!(copy, example("vm-with-sidecar-hostpath.yaml"));
    let outcome = test(&dir, &["-s", "settings.yaml", "policy-tests"]);
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    assert_eq!(
        init(),
        Outcome::error(
            "\"policy-tests/cow.accept.yaml\": is there already, and no file is written; choose another --directory"
        )
    );
}

#[test]
fn init_without_a_judged_object_fails() {
    let dir = Dir::new();
    dir.write("settings.yaml", example("settings.yaml"));
    let secret = b"apiVersion: v1\nkind: Secret\nmetadata: {name: s}\n";
    let args = ["test", "init", "-s", "settings.yaml", "-"];
    let outcome = finish(command(&dir.path(""), &args), secret);
    assert_eq!(
        outcome,
        Outcome {
            code: Some(1),
            stdout: "left out standard input:1:1 (not judged): Secret s\n".to_owned(),
            stderr: "error: no object was judged: no test is written\n".to_owned(),
        }
    );
    assert!(!dir.path("policy-tests").exists());
    // What cannot be read does not hide the rest.
    let mixed = format!("{}\n---\nkind: Pod\n", vmi("good", IMAGES));
    let outcome = finish(command(&dir.path(""), &args), mixed.as_bytes());
    assert_eq!(
        (outcome.code, outcome.stdout.as_str()),
        (
            Some(2),
            "wrote policy-tests/good.accept.yaml\nwrote policy-tests/good.gold.yaml\n"
        )
    );
    let outcome = finish(command(&dir.path(""), &["test", "init", "x.yaml"]), b"");
    let expected = "policy-tests: no settings: give --settings FILE, or write settings.yaml there";
    assert_eq!(outcome, Outcome::error(expected));
}

/// The suite with each kind of result.
fn mixed() -> Dir {
    let dir = suite();
    dir.write("tests/a, %.reject.yaml", vmi("a", IMAGES));
    dir.write("tests/b.accept.yaml", "a: [");
    dir.write("tests/deep/c.yaml", "");
    dir.write("tests/images.message.txt", "::error::x\n");
    dir
}

#[test]
fn json_tells_each_test() {
    let outcome = test(&mixed(), &["-o", "json", "tests"]);
    assert_eq!(outcome.code, Some(2));
    let json: Value = serde_json::from_str(&outcome.stdout).unwrap();
    assert_eq!(
        json["summary"],
        serde_json::json!({"passed": 2, "failed": 3, "errors": 1})
    );
    let tests = json["tests"].as_array().unwrap();
    let shown: Vec<String> = tests
        .iter()
        .map(|test| format!("{} {}", test["status"], test["file"]))
        .collect();
    assert_eq!(
        shown,
        [
            "\"failed\" \"tests/a, %.reject.yaml\"",
            "\"error\" \"tests/b.accept.yaml\"",
            "\"failed\" \"tests/deep/c.yaml\"",
            "\"failed\" \"tests/images.accept.yaml\"",
            "\"passed\" \"tests/scratch.warn.yaml\"",
            "\"passed\" \"tests/ssh-keys.reject.yaml\"",
        ]
    );
    assert_eq!(
        tests[0]["failures"][0]["expected"],
        serde_json::json!(["rejected"])
    );
}

#[test]
fn junit_is_valid_and_tells_each_test() {
    let outcome = test(&mixed(), &["-o", "junit", "tests"]);
    assert_eq!(junit_faults(&outcome.stdout), Vec::<String>::new());
    assert_snapshot!(outcome.stdout);
}

#[test]
fn github_annotates_failures() {
    let outcome = test(&mixed(), &["-o", "github", "tests"]);
    assert_snapshot!(outcome.stdout);
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

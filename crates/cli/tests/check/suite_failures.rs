//! `test`: each way in which a suite fails.

use std::fs;

use insta::assert_snapshot;
use rstest::rstest;

use crate::harness::{Dir, example, vmi};
use crate::suites::{IMAGES, KEYS, SCRATCH, failures, suite, test};

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
    line 1: Pod p is no launcher pod, so the policy does not look at it
      - accepted without a warning
      + skipped
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

/// Nobody writes into it: whoever reads it waits for ever, and so does who writes.
#[cfg(unix)]
#[rstest]
#[case::compared(&[])]
#[case::written(&["--update"])]
fn what_is_no_regular_file_is_neither_read_nor_written(#[case] args: &[&str]) {
    let dir = Dir::new();
    dir.write("tests/settings.yaml", example("settings.yaml"));
    dir.write("tests/a.accept.yaml", vmi("a", IMAGES));
    let made = std::process::Command::new("mkfifo")
        .arg(dir.path("tests/a.gold.yaml"))
        .status();
    assert!(made.unwrap().success());
    let outcome = test(&dir, &[&["tests"], args].concat());
    assert_eq!(outcome.code, Some(2), "{outcome:?}");
    assert!(
        outcome
            .stderr
            .contains("tests/a.gold.yaml:1:1: not a regular file"),
        "{outcome:?}"
    );
}

/// It would be a file of somebody else.
#[cfg(unix)]
#[test]
fn nothing_is_written_through_a_link() {
    let dir = Dir::new();
    dir.write("tests/settings.yaml", example("settings.yaml"));
    dir.write("tests/a.accept.yaml", vmi("a", IMAGES));
    dir.write("elsewhere.yaml", "[]\n");
    std::os::unix::fs::symlink("../elsewhere.yaml", dir.path("tests/a.gold.yaml")).unwrap();
    let outcome = test(&dir, &["tests", "--update"]);
    assert_eq!(outcome.code, Some(1), "{outcome:?}");
    assert_eq!(fs::read_to_string(dir.path("elsewhere.yaml")).unwrap(), "[]\n");
}

/// The others are tested all the same.
#[test]
fn refused_settings_of_a_directory_below_hide_nothing() {
    let dir = Dir::new();
    dir.write("tests/settings.yaml", example("settings.yaml"));
    dir.write("tests/a.accept.yaml", vmi("a", IMAGES));
    dir.write("tests/sub/settings.yaml", "{}");
    dir.write("tests/sub/b.accept.yaml", vmi("b", IMAGES));
    dir.write("tests/sub/c.accept.yaml", vmi("c", IMAGES));
    let outcome = test(&dir, &["tests"]);
    assert_eq!(outcome.code, Some(2), "{outcome:?}");
    let last = outcome.stdout.lines().last().unwrap();
    assert_eq!(last, "1 passed, 0 failed, 1 unreadable", "{outcome:?}");
    assert!(
        outcome.stderr.contains("tests/sub/settings.yaml:1:1: "),
        "{outcome:?}"
    );
}

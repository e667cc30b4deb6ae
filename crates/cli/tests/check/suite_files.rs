//! `test --update` and `test init`: the files that they write.

use std::fs;

use crate::harness::{Dir, Outcome, command, example, finish, vmi};
use crate::suites::{IMAGES, KEYS, SCRATCH, failures, suite, test};

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

//! `compare`: whom a change of settings hits.

use insta::assert_snapshot;
use rstest::rstest;
use serde_json::Value;

use crate::harness::{Dir, Outcome, command, finish, vmi};

const OLD: &str = "\
allowedHostPaths:
  - {pathPrefix: /srv/images, allowSharedCompute: true}
  - {path: /srv/scratch, readOnly: false}
  - {path: /srv/old}
";

const NEW: &str = "\
allowedHostPaths:
  - {path: /srv/images/a, allowSharedCompute: true}
  - {pathPrefix: /srv/scratch}
  - {pathPrefix: /srv/new}
";

fn request(path: &str, more: &str) -> String {
    format!(r#"[{{"hostPath": {{"path": "{path}", "volumePath": "/mnt/x"{more}}}}}]"#)
}

fn compare(new: &str, old: &str, args: &[&str]) -> Outcome {
    let dir = Dir::new();
    dir.write("new.yaml", new);
    dir.write("old.yaml", old);
    let manifests = [
        vmi(
            "exact",
            &request("/srv/images/a", r#", "sharedComputePath": "/mnt/x""#),
        ),
        vmi("gone", &request("/srv/images", "")),
        vmi("old", &request("/srv/old", "")),
        vmi("new", &request("/srv/new/x", "")),
        vmi("scratch", &request("/srv/scratch", "")),
        vmi("never", &request("/etc", "")),
        vmi("nothing", "[]"),
        r#"{"apiVersion": "v1", "kind": "Secret"}"#.to_owned(),
    ];
    dir.write("vms.json", manifests.join("\n"));
    let args = [
        &["compare", "-s", "new.yaml", "--against", "old.yaml", "vms.json"],
        args,
    ]
    .concat();
    finish(command(&dir.path(""), &args), b"")
}

#[test]
fn what_changes_is_reported() {
    let outcome = compare(NEW, OLD, &[]);
    assert_eq!(outcome.code, Some(1));
    assert_snapshot!(outcome.transcript(), @r#"
    NEWLY REJECTED  vms.json:2:1: VirtualMachineInstance tenant-a/gone
        metadata.annotations[hooks.kubevirt.io/hookSidecars][0].hostPath.path:
          Forbidden
          "/srv/images" is under none of the allowed host paths: /srv/images/a
          (exactly), /srv/scratch, /srv/new. Did you mean /srv/images/a?

    NEWLY REJECTED  vms.json:3:1: VirtualMachineInstance tenant-a/old
        metadata.annotations[hooks.kubevirt.io/hookSidecars][0].hostPath.path:
          Forbidden
          "/srv/old" is under none of the allowed host paths: /srv/images/a
          (exactly), /srv/scratch, /srv/new

    NEWLY ACCEPTED  vms.json:4:1: VirtualMachineInstance tenant-a/new
        + hook-sidecar-0 sees /srv/new/x at /mnt/x, read-only, rule:
        allowedHostPaths[2]

    warning: sidecars could write to /srv/scratch, and settings.allowedHostPaths[1]
    permits to see it or to pass through it: look for symbolic links there

    2 newly rejected, 1 newly accepted, 0 changed, 4 as before, 1 not judged
    [exit 1]
    "#);
    let outcome = compare(NEW, OLD, &["-o", "json"]);
    let json: Value = serde_json::from_str(&outcome.stdout).unwrap();
    let objects = |key: &str| -> Vec<String> {
        let differences = json[key].as_array().unwrap().iter();
        differences
            .map(|difference| difference["object"].as_str().unwrap().to_owned())
            .collect()
    };
    let named = |name: &str| format!("VirtualMachineInstance tenant-a/{name}");
    assert_eq!(objects("newlyRejected"), [named("gone"), named("old")]);
    assert_eq!(objects("newlyAccepted"), [named("new")]);
    // By the rule of the same number, but exact now.
    assert_eq!(objects("changed"), [""; 0]);
    assert_eq!(json["same"], 4);
    assert_eq!(json["warnings"].as_array().map(Vec::len), Some(1));
}

#[test]
fn a_long_place_leaves_the_object_a_line_of_its_own() {
    let dir = Dir::new();
    dir.write("new.yaml", NEW);
    dir.write("old.yaml", OLD);
    let file = format!("{}.json", "a-file-with-a-long-name".repeat(2));
    dir.write(&file, vmi("old", &request("/srv/old", "")));
    let args = ["compare", "-s", "new.yaml", "--against", "old.yaml", &file];
    let outcome = finish(command(&dir.path(""), &args), b"");
    let expected =
        format!("NEWLY REJECTED  {file}:1:1:\n                VirtualMachineInstance tenant-a/old\n");
    assert!(outcome.stdout.starts_with(&expected), "{}", outcome.stdout);
}

/// What permits it is no change for who asks.
#[test]
fn what_is_accepted_by_another_rule_is_as_before() {
    let new = format!("{OLD}  - {{pathPrefix: /srv/images/a, allowSharedCompute: true}}\n");
    let outcome = compare(&new, OLD, &[]);
    let expected = "0 newly rejected, 0 newly accepted, 0 changed, 7 as before, 1 not judged\n";
    assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(0), expected));
    // But that it can no longer be shared is.
    let new = new.replace("a, allowSharedCompute: true", "a");
    let outcome = compare(&new, OLD, &[]);
    assert!(
        outcome.stdout.contains("NEWLY REJECTED  vms.json:1:1:"),
        "{outcome:?}"
    );
}

/// A rule that is inserted above gives the others other numbers, and changes nothing for who asks by them.
#[test]
fn the_number_of_a_rule_is_no_change() {
    let new = OLD.replace(
        "allowedHostPaths:\n",
        "allowedHostPaths:\n  - {pathPrefix: /srv/unused}\n",
    );
    let outcome = compare(&new, OLD, &[]);
    let expected = "0 newly rejected, 0 newly accepted, 0 changed, 7 as before, 1 not judged\n";
    assert_eq!(outcome.stdout, expected);
}

#[test]
fn other_settings_and_nodes_are_said_of_objects_too() {
    let new = OLD.replace(
        "{path: /srv/old}",
        "{path: /srv/old, nodeSelector: {disk: golden}}",
    ) + "recursiveReadOnly: Enabled\ntrustedCreators: ['*']\n";
    let outcome = compare(&new, OLD, &[]);
    assert_snapshot!(outcome.transcript(), @r#"
    CHANGED  vms.json:3:1: VirtualMachineInstance tenant-a/old
        - hook-sidecar-0 sees /srv/old at /mnt/x, read-only, rule:
        allowedHostPaths[2]
        + hook-sidecar-0 sees /srv/old at /mnt/x, read-only, rule:
        allowedHostPaths[2], on nodes with disk=golden

    Other settings
      trustedCreators: *, before: system:serviceaccount:kubevirt:kubevirt-controller
      (widens)
      recursiveReadOnly: Enabled, before: IfPossible (narrows)

    0 newly rejected, 0 newly accepted, 1 changed, 6 as before, 1 not judged
    [exit 0]
    "#);
    let outcome = compare(&new, OLD, &["-o", "json"]);
    let json: Value = serde_json::from_str(&outcome.stdout).unwrap();
    assert_eq!(json["settings"].as_array().unwrap().len(), 2, "{json:#}");
}

#[test]
fn the_same_settings_change_nothing() {
    let outcome = compare(OLD, OLD, &[]);
    let expected = "0 newly rejected, 0 newly accepted, 0 changed, 7 as before, 1 not judged\n[exit 0]";
    assert_eq!(outcome.transcript(), expected);
}

#[test]
fn the_old_settings_must_be_there() {
    let outcome = finish(
        command(
            &crate::harness::root(),
            &["compare", "-s", "examples/settings.yaml", "x.yaml"],
        ),
        b"",
    );
    assert_eq!(
        outcome,
        Outcome::error("no --against FILE: compare needs the settings as they are")
    );
}

fn compare_all(new: &str, old: &str, args: &[&str]) -> Outcome {
    let dir = Dir::new();
    dir.write("new.yaml", new);
    dir.write("old.yaml", old);
    let args = [&["compare", "-s", "new.yaml", "--against", "old.yaml"], args].concat();
    finish(command(&dir.path(""), &args), b"")
}

const BEFORE: &str =
    "allowedHostPaths: [{pathPrefix: /srv/images}, {pathPrefix: /srv/images/licensed, namespaces: [team-a]}]";
const AFTER: &str = "allowedHostPaths: [{pathPrefix: /srv/images}, {pathPrefix: /srv/images/licensed, namespaces: [team-a, team-b]}]";

#[test]
fn without_manifests_all_possible_requests_are_compared() {
    let outcome = compare_all(AFTER, BEFORE, &[]);
    let sentence = "  Namespace team-b may now read, types Directory and File:\n    - /srv/images alone\n    \
                    - /srv/images/licensed and everything below it\n";
    assert!(outcome.stdout.contains(sentence), "{}", outcome.stdout);
    assert_eq!(outcome.code, Some(1));
    assert!(outcome.stdout.lines().all(|line| line.chars().count() <= 80));
    let same = compare_all(BEFORE, BEFORE, &[]);
    assert_eq!(same.transcript(), "no request is judged otherwise\n[exit 0]");
}

#[test]
fn what_is_a_failure_can_be_said() {
    let codes = |new: &str, old: &str| {
        ["widened", "narrowed", "any", "none"].map(|which| compare_all(new, old, &["--fail-on", which]).code)
    };
    assert_eq!(codes(AFTER, BEFORE), [Some(1), Some(0), Some(1), Some(0)]);
    assert_eq!(codes(BEFORE, AFTER), [Some(0), Some(1), Some(1), Some(0)]);
    assert_eq!(codes(BEFORE, BEFORE), [Some(0); 4]);
    let more = format!("{BEFORE}\ntrustedCreators: ['*']\n");
    assert_eq!(codes(&more, BEFORE), [Some(1), Some(0), Some(1), Some(0)]);
}

#[test]
fn a_path_that_was_writable_and_is_within_another_rule_is_warned_of() {
    let old = "allowedHostPaths: [{pathPrefix: /data}, {path: /data/w, readOnly: false}]";
    let new = "allowedHostPaths: [{pathPrefix: /data}]";
    let outcome = compare(new, old, &[]);
    assert!(
        outcome
            .stdout
            .contains("warning: sidecars could write to /data/w,"),
        "{}",
        outcome.stdout
    );
    // It is writable still: nothing below it is permitted.
    assert!(!compare(old, old, &[]).stdout.contains("warning"));
}

/// Any namespace may be called so.
#[rstest]
#[case::below("{pathPrefix: /srv/t/foo}")]
#[case::exactly("{path: /srv/t/foo}")]
#[case::deeper("{pathPrefix: /srv/t/foo/sub}")]
#[case::by_its_other_name("{pathPrefix: /var/srv/t/foo}")]
fn what_each_namespace_could_write_is_warned_of_by_its_name_too(#[case] rule: &str) {
    for (namespaces, warned) in [
        ("", true),
        (", namespaces: [foo]", true),
        (", namespaces: [bar]", false),
    ] {
        let dir = Dir::new();
        dir.write("new.yaml", format!("allowedHostPaths: [{rule}]"));
        let old =
            format!("allowedHostPaths: [{{path: '/srv/t/{{namespace}}', readOnly: false{namespaces}}}]");
        dir.write("old.yaml", old);
        let args = ["compare", "-s", "new.yaml", "--against", "old.yaml"];
        let outcome = finish(command(&dir.path(""), &args), b"");
        let said = outcome
            .stdout
            .contains("warning: sidecars could write to /srv/t/{namespace},");
        assert_eq!(said, warned, "{}", outcome.stdout);
    }
}

/// A place that a rule or a sensitive path names is none of `{namespace}`, also for the namespace that is called so.
#[test]
fn a_named_place_is_not_hidden_behind_the_placeholder() {
    let dir = Dir::new();
    dir.write(
        "old.yaml",
        "allowedHostPaths: [{path: '/srv/t/{namespace}'}]\nadditionalSensitiveHostPaths: [/srv/t/b]\n",
    );
    dir.write("new.yaml", "allowedHostPaths: [{pathPrefix: /srv/t}]\n");
    let args = ["compare", "-s", "new.yaml", "--against", "old.yaml"];
    let outcome = finish(command(&dir.path(""), &args), b"");
    let words: Vec<&str> = outcome.stdout.split_whitespace().collect();
    let text = words.join(" ");
    assert!(
        text.contains("everything below it except /srv/t/{namespace, not b}"),
        "{}",
        outcome.stdout
    );
}

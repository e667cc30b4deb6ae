//! The forms of the report, held to their schemas.

use std::process::Command;

use insta::assert_snapshot;
use serde_json::Value;

use crate::harness::{Dir, Outcome, check_in, vmi};
use crate::tools::tool;

/// Three VMs, a kustomization, a file of values for a chart, and what is only skipped.
fn directory() -> Dir {
    let dir = Dir::new();
    let request = |path: &str| format!(r#"[{{"hostPath": {{"path": "{path}", "volumePath": "/a"}}}}]"#);
    dir.write("vms/good.yaml", vmi("good", &request("/var/lib/kubevirt/images")));
    dir.write(
        "vms/bad, %.yaml",
        format!(
            "# two\n{}\n---\n{}",
            vmi("bad", &request("/etc<&\">")),
            vmi("warned", r#"[{"host-path": {}}]"#)
        ),
    );
    dir.write(
        "vms/secret.yaml",
        "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\n",
    );
    dir.write("vms/kustomization.yaml", "resources: [good.yaml]\n");
    dir.write("vms/values.yaml", "replicas: 1\n");
    dir.write("vms/half.yaml", "kind: Pod\n");
    dir
}

fn report(form: &str, args: &[&str]) -> (Outcome, Dir) {
    let dir = directory();
    let outcome = check_in(&dir, &[&["-o", form], args, &["vms"]].concat());
    assert_eq!(outcome.code, Some(2));
    assert_eq!(
        outcome.stderr,
        "error: vms/half.yaml:1:1: not a Kubernetes object: apiVersion or kind is missing\n"
    );
    (outcome, dir)
}

/// Has the report validated against the schema of its form.
#[track_caller]
fn validate(form: &str, outcome: &Outcome, dir: &Dir) {
    let file = dir.write("report", &outcome.stdout);
    let output = Command::new(tool("validate-report"))
        .arg(form)
        .arg(file)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}\n{}", outcome.stdout);
}

#[test]
fn junit_is_valid_and_tells_each_object() {
    let (outcome, dir) = report("junit", &[]);
    validate("junit", &outcome, &dir);
    assert_snapshot!(outcome.stdout);
}

#[test]
fn strict_and_quiet_hold_for_junit_too() {
    let (outcome, dir) = report("junit", &["--strict", "--quiet"]);
    validate("junit", &outcome, &dir);
    assert!(
        outcome.stdout.contains(r#"tests="3" failures="2" errors="1""#),
        "{}",
        outcome.stdout
    );
}

#[test]
fn sarif_is_valid_and_tells_what_is_wrong() {
    let (outcome, dir) = report("sarif", &[]);
    validate("sarif", &outcome, &dir);
    let json: Value = serde_json::from_str(&outcome.stdout).unwrap();
    let results = json["runs"][0]["results"].as_array().unwrap();
    let shown: Vec<String> = results
        .iter()
        .map(|result| {
            let location = &result["locations"][0]["physicalLocation"];
            format!(
                "{} {} {}:{}",
                result["level"].as_str().unwrap(),
                result["ruleId"].as_str().unwrap(),
                location["artifactLocation"]["uri"].as_str().unwrap(),
                location["region"]["startLine"]
            )
        })
        .collect();
    assert_eq!(
        shown,
        [
            "error rejected vms/bad%2C%20%25.yaml:2",
            "warning warning vms/bad%2C%20%25.yaml:4",
            "error unreadable vms/half.yaml:1",
        ]
    );
}

#[test]
fn an_invalid_report_is_found() {
    let (outcome, dir) = report("junit", &[]);
    let file = dir.write("report", outcome.stdout.replace("<testcase ", "<case "));
    let status = Command::new(tool("validate-report"))
        .arg("junit")
        .arg(file)
        .output()
        .unwrap()
        .status;
    assert!(!status.success());
    let file = dir.write("report", r#"{"version": "2.1.0"}"#);
    let status = Command::new(tool("validate-report"))
        .arg("sarif")
        .arg(file)
        .output()
        .unwrap()
        .status;
    assert!(!status.success());
}

#[test]
fn github_annotates_lines() {
    let (outcome, _dir) = report("github", &[]);
    assert_snapshot!(outcome.stdout);
}

#[test]
fn yaml_says_what_json_says() {
    let (yaml, _dir) = report("yaml", &[]);
    let (json, _dir) = report("json", &[]);
    let yaml: Value = yaml_serde::from_str(&yaml.stdout).unwrap();
    let json: Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(yaml, json);
}

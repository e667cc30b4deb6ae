//! The forms of the report.

use insta::assert_snapshot;
use serde_json::Value;

use crate::forms::{junit_faults, sarif_faults};
use crate::harness::{Dir, Outcome, check_in, vmi};

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

#[test]
fn junit_is_valid_and_tells_each_object() {
    let (outcome, _dir) = report("junit", &[]);
    assert_eq!(junit_faults(&outcome.stdout), Vec::<String>::new());
    assert_snapshot!(outcome.stdout);
}

#[test]
fn strict_and_quiet_hold_for_junit_too() {
    let (outcome, _dir) = report("junit", &["--strict", "--quiet"]);
    assert_eq!(junit_faults(&outcome.stdout), Vec::<String>::new());
    assert!(
        outcome.stdout.contains(r#"tests="3" failures="2" errors="1""#),
        "{}",
        outcome.stdout
    );
}

#[test]
fn sarif_is_valid_and_tells_what_is_wrong() {
    let (outcome, _dir) = report("sarif", &[]);
    assert_eq!(sarif_faults(&outcome.stdout), Vec::<String>::new());
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
fn github_annotates_lines() {
    let (outcome, _dir) = report("github", &[]);
    assert_snapshot!(outcome.stdout, @r#"
    ::error file=vms/bad%2C %25.yaml,line=2,title=VirtualMachineInstance tenant-a/bad::metadata.annotations[hooks.kubevirt.io/hookSidecars]: Invalid value: "[{\"hostPath\": {\"path\": \"/etc<&\">\", \"volumePath\": \"/a\"}}]": must be JSON: expected `,` or `}` at line 1 column 32. That is in line 2 of the manifest
    ::warning file=vms/bad%2C %25.yaml,line=4,title=VirtualMachineInstance tenant-a/warned::hooks.kubevirt.io/hookSidecars[0]: key "host-path" is ignored: write "hostPath"
    ::error file=vms/half.yaml,line=1,title=not judged::not a Kubernetes object: apiVersion or kind is missing
    "#);
}

#[test]
fn yaml_says_what_json_says() {
    let (yaml, _dir) = report("yaml", &[]);
    let (json, _dir) = report("json", &[]);
    let yaml: Value = yaml_serde::from_str(&yaml.stdout).unwrap();
    let json: Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(yaml, json);
}

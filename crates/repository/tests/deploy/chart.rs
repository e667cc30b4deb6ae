//! The Helm chart, held to what kubectl renders from `deploy/`.

use std::fs;
use std::process::{Command, Output};

use rstest::rstest;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::dir::Dir;
use crate::policies::NAMES;
use crate::tools::tool;
use crate::{metadata, rendered, root};

/// Helm with these arguments, after the chart.
fn helm(command: &[&str], args: &[&str]) -> Output {
    let dir = Dir::new();
    Command::new(tool("helm"))
        .args(command)
        .arg(root().join("charts/sidecar-hostpath"))
        .args(args)
        // Not the user's.
        .env("HELM_CONFIG_HOME", dir.path("config"))
        .env("HELM_CACHE_HOME", dir.path("cache"))
        .env("HELM_DATA_HOME", dir.path("data"))
        .output()
        .unwrap()
}

/// What the chart cannot do without.
const MODULE: [&str; 2] = [
    "--set",
    "module=registry://registry.example.com/policies/kubevirt-sidecar-hostpath-policy:v0.1.0",
];

/// What the chart makes of these values, and of a module where they name none.
fn template(args: &[&str]) -> Vec<Value> {
    let output = helm(&["template", "sidecar-hostpath"], &[&MODULE[..], args].concat());
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    sorted(
        yaml_serde::Deserializer::from_slice(&output.stdout)
            .map(|document| Value::deserialize(document).unwrap())
            .filter(|object| !object.is_null())
            .collect(),
    )
}

/// By kind and name.
fn sorted(mut objects: Vec<Value>) -> Vec<Value> {
    objects.sort_by_key(|object| format!("{} {}", object["kind"], object["metadata"]["name"]));
    objects
}

/// What `kubectl apply -k` would send, of several directories.
fn kustomized(directories: &[&str]) -> Vec<Value> {
    sorted(
        directories
            .iter()
            .flat_map(|directory| rendered::<Value>(&root().join(directory)))
            .collect(),
    )
}

#[track_caller]
fn assert_same(rendered: &[Value], expected: &[Value]) {
    assert_eq!(rendered.len(), expected.len());
    for (rendered, expected) in rendered.iter().zip(expected) {
        assert_eq!(rendered, expected);
    }
}

#[test]
fn it_makes_the_objects_of_deploy_and_the_companion() {
    assert_same(&template(&[]), &kustomized(&["deploy/base", "deploy/companion"]));
}

#[test]
fn the_companion_can_be_left_out() {
    assert_same(
        &template(&["--set", "companion.enabled=false"]),
        &kustomized(&["deploy/base"]),
    );
}

#[test]
fn the_monitoring_can_be_added() {
    let args = [
        "--set",
        "companion.enabled=false,monitoring.prometheusRule.enabled=true,monitoring.dashboard.enabled=true",
    ];
    assert_same(
        &template(&args),
        &kustomized(&["deploy/base", "deploy/monitoring"]),
    );
    let labelled = template(
        &[
            &args[..],
            &["--set", "monitoring.prometheusRule.labels.release=x"],
        ]
        .concat(),
    );
    let rule = labelled
        .iter()
        .find(|object| object["kind"] == "PrometheusRule")
        .unwrap();
    assert_eq!(rule["metadata"]["labels"], json!({"release": "x"}));
}

#[test]
fn values_replace_settings_mode_module_and_server() {
    let dir = Dir::new();
    let full: Value =
        yaml_serde::from_str(&fs::read_to_string(root().join("examples/settings-full.yaml")).unwrap())
            .unwrap();
    let mut settings = full;
    let verify_only = settings.as_object_mut().unwrap().remove("verifyOnly");
    assert!(verify_only.is_some());
    let values = json!({
        "module": "registry://registry.example.com/policies/kubevirt-sidecar-hostpath-policy:v0.1.0", "mode": "monitor", "policyServer": "mine", "settings": settings,
    });
    let file = dir.write("values.json", values.to_string());
    let objects = template(&["--values", file.to_str().unwrap()]);
    let policies: Vec<&Value> = objects
        .iter()
        .filter(|object| object["kind"] == "ClusterAdmissionPolicy")
        .collect();
    assert_eq!(policies.len(), NAMES.len());
    for policy in policies {
        let spec = &policy["spec"];
        assert_eq!(spec["module"], values["module"]);
        assert_eq!(spec["mode"], "monitor");
        assert_eq!(spec["policyServer"], "mine");
        let mut expected = settings.clone();
        let verifies = policy["metadata"]["name"].as_str().unwrap().contains("verify");
        expected["verifyOnly"] = json!(verifies);
        assert_eq!(spec["settings"], expected);
    }
    let role = objects
        .iter()
        .find(|object| object["kind"] == "ClusterRole")
        .unwrap();
    assert_eq!(role["rules"][0]["resourceNames"], settings["trustedCreators"]);
}

/// The schema finds them before a policy server does.
#[rstest]
#[case::relative("settings.allowedHostPaths[0].path=relative", "/settings/allowedHostPaths/0")]
#[case::parent("settings.allowedHostPaths[0].path=/a/../b", "/settings/allowedHostPaths/0")]
#[case::unknown_setting("settings.allowedPaths=x", "additional properties 'allowedPaths' not allowed")]
#[case::verify_only("settings.verifyOnly=true", "additional properties 'verifyOnly' not allowed")]
#[case::unknown_value("setings.guard=x", "additional properties 'setings' not allowed")]
#[case::mode("mode=audit", "/mode")]
#[case::module("module=example.com/x", "/module")]
#[case::action("companion.validationActions[0]=deny", "/companion/validationActions/0")]
#[case::no_creators(
    "settings.trustedCreators=null",
    "settings.trustedCreators is missing: the companion needs user names; name KubeVirt's service account, or set companion.enabled=false"
)]
#[case::anyone(
    "settings.trustedCreators={*}",
    "settings.trustedCreators is \"*\", which is no user name: once the companion denies, no VM starts; name KubeVirt's service account, or set companion.enabled=false"
)]
fn wrong_values_are_refused(#[case] value: &str, #[case] expected: &str) {
    let output = helm(
        &["template", "sidecar-hostpath"],
        &[&MODULE[..], &["--set", value]].concat(),
    );
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success());
    assert!(errors.contains(expected), "{errors}");
}

/// Even where the schema is skipped.
#[test]
fn no_value_turns_injection_off() {
    let args = ["--skip-schema-validation", "--set", "settings.verifyOnly=true"];
    assert_same(
        &template(&args),
        &kustomized(&["deploy/base", "deploy/companion"]),
    );
}

#[test]
fn helm_finds_no_fault() {
    let output = helm(&["lint"], &["--strict", "--quiet"]);
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}");
}

#[test]
fn the_chart_has_the_version_of_the_policy() {
    let chart = fs::read_to_string(root().join("charts/sidecar-hostpath/Chart.yaml")).unwrap();
    let chart: Value = yaml_serde::from_str(&chart).unwrap();
    let version = &metadata()["annotations"]["io.kubewarden.policy.version"];
    assert_eq!(&chart["version"], version);
    assert_eq!(&chart["appVersion"], version);
}

/// Whose module it is, nobody but the admin knows.
#[test]
fn without_a_module_there_is_one_sentence() {
    let output = helm(&["template", "sidecar-hostpath"], &[]);
    assert!(!output.status.success());
    let errors = String::from_utf8_lossy(&output.stderr);
    let said: Vec<&str> = errors
        .lines()
        .filter(|line| line.starts_with("Error: "))
        .collect();
    let [said] = said.as_slice() else {
        panic!("{errors}");
    };
    assert!(
        said.contains("module is missing: the address of the module in your registry"),
        "{said}"
    );
}

/// The companion is for one with another name, whatever the settings trust.
#[test]
fn anyone_may_be_trusted_without_the_companion() {
    let objects = template(&["--set", "settings.trustedCreators={*},companion.enabled=false"]);
    assert_eq!(objects.len(), NAMES.len());
}

/// A key without a value, as people leave behind who take out what is below it.
#[rstest]
#[case::companion("companion: null")]
#[case::monitoring("monitoring: null")]
fn an_empty_value_is_the_default(#[case] values: &str) {
    let dir = Dir::new();
    let file = dir.write("values.yaml", values);
    assert_same(&template(&["--values", file.to_str().unwrap()]), &template(&[]));
}

#[test]
fn the_chart_can_be_a_dependency_with_a_condition() {
    let dir = Dir::new();
    fs::create_dir_all(dir.path("parent/charts")).unwrap();
    std::os::unix::fs::symlink(
        root().join("charts/sidecar-hostpath"),
        dir.path("parent/charts/sidecar-hostpath"),
    )
    .unwrap();
    dir.write(
        "parent/Chart.yaml",
        "apiVersion: v2\nname: parent\nversion: 1.0.0\ndependencies:\n  - {name: sidecar-hostpath, version: 0.x.x, condition: sidecar-hostpath.enabled}\n",
    );
    let rendered = |is_enabled: bool| {
        let values = json!({
            "global": {"registry": "x"},
            "sidecar-hostpath": {"enabled": is_enabled, "module": "registry://registry.example.com/m:v1"},
        });
        let file = dir.write("values.json", values.to_string());
        let output = Command::new(tool("helm"))
            .args(["template", "x"])
            .arg(dir.path("parent"))
            .arg("--values")
            .arg(file)
            .output()
            .unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{errors}");
        String::from_utf8(output.stdout).unwrap()
    };
    assert!(rendered(true).contains("name: sidecar-hostpath-inject"));
    assert_eq!(rendered(false).trim(), "");
}

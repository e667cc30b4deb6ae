//! The companion, and settings that are kept beside `deploy/`.

use std::collections::BTreeMap;
use std::fs;
use std::process::Command;

use rstest::rstest;
use serde_json::{Value, json};

use crate::dir::Dir;
use crate::tools::kubectl;
use crate::{Policy, policies, rendered, root};

/// A copy of the policies and the companion.
fn copied() -> Dir {
    let dir = Dir::new();
    for (file, text) in deployed_files() {
        let path = dir.path(&file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    dir
}

/// The files of the policies and of the companion.
fn deployed_files() -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    for directory in [
        "base",
        "companion",
        "companion/label",
        "companion/alone",
        "companion/deny",
    ] {
        let directory = format!("deploy/{directory}");
        for entry in fs::read_dir(root().join(&directory)).unwrap() {
            let entry = entry.unwrap();
            if entry.file_type().unwrap().is_file() {
                let name = format!("{directory}/{}", entry.file_name().to_str().unwrap());
                files.insert(name, fs::read_to_string(entry.path()).unwrap());
            }
        }
    }
    files
}

const MINE: &str = "\
apiVersion: policies.kubewarden.io/v1
kind: ClusterAdmissionPolicy
metadata: {name: all}
spec:
  settings:
    allowedHostPaths: []
    sensitiveHostPaths: [/srv]
    trustedCreators: [mine]
";

/// As the README of deploy/ describes it: the admin's settings in a directory of their own, and one with the companion.
#[test]
fn settings_can_be_kept_beside() {
    let dir = copied();
    for directory in ["mine", "both"] {
        fs::create_dir(dir.path(directory)).unwrap();
    }
    dir.write(
        "mine/kustomization.yaml",
        "resources: [../deploy/base]\npatches: [{path: settings.yaml, target: {kind: ClusterAdmissionPolicy}}]\n",
    );
    dir.write("mine/settings.yaml", MINE);
    dir.write(
        "both/kustomization.yaml",
        "resources: [../mine]\ncomponents: [../deploy/companion/label]\n",
    );

    let mut policies: Vec<Policy> = rendered(&dir.path("mine"));
    policies.sort_by(|a, b| a.metadata.name.cmp(&b.metadata.name));
    let settings: Vec<Value> = policies.into_iter().map(|policy| policy.spec.settings).collect();
    let expected = [false, false, true, true].map(|verify_only| {
        json!({
            "allowedHostPaths": [],
            "sensitiveHostPaths": ["/srv"],
            "trustedCreators": ["mine"],
            "verifyOnly": verify_only,
        })
    });
    assert_eq!(settings, expected);

    let objects: Vec<Value> = rendered(&dir.path("both"));
    assert_eq!(objects.len(), 4 + 3);
    assert_eq!(creators(&objects), json!(["mine"]));
}

/// Whom the companion trusts.
pub(crate) fn creators(objects: &[Value]) -> Value {
    let roles: Vec<&Value> = objects
        .iter()
        .filter(|object| object["kind"] == "ClusterRole")
        .collect();
    let [role] = roles.as_slice() else {
        panic!("{} roles", roles.len());
    };
    role.pointer("/rules/0/resourceNames").unwrap().clone()
}

#[rstest]
#[case::one("[system:serviceaccount:openshift-cnv:kubevirt-controller]", &["system:serviceaccount:openshift-cnv:kubevirt-controller"])]
#[case::several("[a, 'b: \"c\"', d]", &["a", "b: \"c\"", "d"])]
fn the_companion_has_all_creators_of_the_settings(#[case] written: &str, #[case] expected: &[&str]) {
    let dir = copied();
    let settings = fs::read_to_string(dir.path("deploy/base/settings.yaml")).unwrap();
    let (above, _) = settings.split_once("    trustedCreators:\n").unwrap();
    dir.write(
        "deploy/base/settings.yaml",
        format!("{above}    trustedCreators: {written}\n"),
    );
    let objects: Vec<Value> = rendered(&dir.path("deploy/companion"));
    assert_eq!(creators(&objects), json!(expected));
    // No policies: Kubewarden may be missing.
    assert_eq!(objects.len(), 3);
    let policies: Vec<Policy> = rendered(&dir.path("deploy/base"));
    for policy in policies {
        assert_eq!(policy.spec.settings["trustedCreators"], json!(expected));
    }
}

#[rstest]
#[case::missing("")]
#[case::empty("    trustedCreators: []\n")]
fn without_creators_in_the_settings_there_is_no_companion(#[case] written: &str) {
    let dir = copied();
    let settings = fs::read_to_string(dir.path("deploy/base/settings.yaml")).unwrap();
    let (above, _) = settings.split_once("    trustedCreators:\n").unwrap();
    dir.write("deploy/base/settings.yaml", format!("{above}{written}"));
    let output = Command::new(kubectl())
        .arg("kustomize")
        .arg(dir.path("deploy/companion"))
        .output()
        .unwrap();
    assert!(!output.status.success());
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(
        errors.contains("`spec.settings.trustedCreators` is missing"),
        "{errors}"
    );
    assert_eq!(output.stdout, b"");
}

#[test]
fn the_creators_are_written_in_the_settings_and_nowhere_else() {
    let written: Vec<String> = deployed_files()
        .into_iter()
        .filter(|(name, _)| !name.ends_with(".md"))
        .filter(|(_, text)| text.contains("kubevirt-controller") || text.contains("system:serviceaccount"))
        .map(|(name, _)| name)
        .collect();
    assert_eq!(written, ["deploy/base/settings.yaml"]);
}

#[test]
fn the_companion_keeps_the_label_for_those_whom_the_settings_trust() {
    let objects: Vec<Value> = rendered(&root().join("deploy/companion"));
    let [role, policy, binding] = objects.as_slice() else {
        panic!("{} objects", objects.len());
    };
    assert_eq!(creators(&objects), policies()[0].spec.settings["trustedCreators"]);

    assert_eq!(policy["apiVersion"], "admissionregistration.k8s.io/v1");
    assert_eq!(policy["kind"], "ValidatingAdmissionPolicy");
    let spec = &policy["spec"];
    assert_eq!(spec["failurePolicy"], "Fail");
    assert_eq!(
        spec["paramKind"],
        json!({"apiVersion": role["apiVersion"], "kind": role["kind"]})
    );
    // All ways to write a label of a pod.
    let expected = json!({
        "objectSelector": {
            "matchExpressions": [{"key": "kubevirt.io", "operator": "In", "values": ["virt-launcher"]}],
        },
        "resourceRules": [
            {
                "apiGroups": [""],
                "apiVersions": ["v1"],
                "operations": ["CREATE", "UPDATE"],
                "resources": ["pods", "pods/status"],
            },
            {
                "apiGroups": [""],
                "apiVersions": ["v1"],
                "operations": ["CREATE"],
                "resources": ["pods/binding", "bindings"],
            },
        ],
    });
    assert_eq!(spec["matchConstraints"], expected);
    let creators = json!({"name": "creators", "expression": "params.rules[0].resourceNames"});
    assert!(
        spec["variables"].as_array().unwrap().contains(&creators),
        "{creators}"
    );
    assert_eq!(
        spec["validations"][0]["expression"],
        "!variables.isLauncher || variables.wasLauncher || request.userInfo.username in variables.creators"
    );

    assert_eq!(binding["apiVersion"], "admissionregistration.k8s.io/v1");
    assert_eq!(binding["kind"], "ValidatingAdmissionPolicyBinding");
    let expected = json!({
        "policyName": policy["metadata"]["name"],
        "paramRef": {"name": role["metadata"]["name"], "parameterNotFoundAction": "Deny"},
        "validationActions": ["Warn", "Audit"],
    });
    assert_eq!(binding["spec"], expected);
}

/// The component beside it, or a patch by hand, lets it deny.
#[test]
fn a_component_lets_the_companion_deny() {
    let dir = copied();
    dir.write(
        "kustomization.yaml",
        "resources: [deploy/base]\n\
         components: [deploy/companion/label, deploy/companion/alone, deploy/companion/deny]\n",
    );
    let objects: Vec<Value> = rendered(&dir.path(""));
    assert_eq!(objects.len(), 3);
    let binding = objects
        .iter()
        .find(|object| object["kind"] == "ValidatingAdmissionPolicyBinding")
        .unwrap();
    assert_eq!(binding["spec"]["validationActions"], json!(["Deny"]));
}

/// Names that are changed are changed wherever they are written.
#[test]
fn a_prefix_is_given_to_references_too() {
    let dir = copied();
    dir.write(
        "kustomization.yaml",
        "namePrefix: my-\nresources: [deploy/companion]\n",
    );
    let objects: Vec<Value> = rendered(&dir.path(""));
    let expected = "my-sidecar-hostpath-launcher-label";
    assert!(
        objects
            .iter()
            .all(|object| object["metadata"]["name"] == expected),
        "{objects:#?}"
    );
    let binding = objects
        .iter()
        .find(|object| object["kind"] == "ValidatingAdmissionPolicyBinding")
        .unwrap();
    assert_eq!(binding["spec"]["policyName"], expected);
    assert_eq!(binding["spec"]["paramRef"]["name"], expected);
}

/// The one for the API server's own files says the same, without a parameter.
#[test]
fn the_static_companion_is_the_companion_without_parameter() {
    let text = fs::read_to_string(root().join("deploy/companion/static/launcher-label.yaml")).unwrap();
    let objects: Vec<Value> = yaml_serde::Deserializer::from_str(&text)
        .map(|document| serde::Deserialize::deserialize(document).unwrap())
        .collect();
    let deployed: Vec<Value> = rendered(&root().join("deploy/companion"));
    let [policy, binding] = ["ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding"].map(|kind| {
        let of_kind = |objects: &[Value]| {
            objects
                .iter()
                .find(|object| object["kind"] == kind)
                .unwrap()
                .clone()
        };
        let (own, mut deployed) = (of_kind(&objects), of_kind(&deployed));
        let name = json!("sidecar-hostpath-launcher-label.static.k8s.io");
        deployed["metadata"]["name"] = name.clone();
        let spec = deployed["spec"].as_object_mut().unwrap();
        if spec.contains_key("policyName") {
            spec["policyName"] = name;
        }
        spec.remove("paramKind");
        spec.remove("paramRef");
        (own, deployed)
    });
    assert_eq!(binding.0, binding.1);
    let (own, mut expected) = policy;
    expected["spec"]["variables"][0]["expression"] = json!(format!(
        "['{}']",
        policies()[0].spec.settings["trustedCreators"][0]
            .as_str()
            .unwrap()
    ));
    assert_eq!(own, expected);
}

/// Kubernetes 1.36 serves these kinds in version v1 only.
#[test]
fn the_example_for_plugins_is_of_an_api_that_is_served() {
    let text = fs::read_to_string(root().join("examples/plugin-cow/admission-policy.yaml")).unwrap();
    let objects: Vec<Value> = yaml_serde::Deserializer::from_str(&text)
        .map(|document| serde::Deserialize::deserialize(document).unwrap())
        .collect();
    let kinds: Vec<[&str; 2]> = objects
        .iter()
        .map(|object| ["apiVersion", "kind"].map(|key| object[key].as_str().unwrap()))
        .collect();
    let version = "admissionregistration.k8s.io/v1";
    assert_eq!(
        kinds,
        [
            [version, "MutatingAdmissionPolicy"],
            [version, "MutatingAdmissionPolicyBinding"]
        ]
    );
}

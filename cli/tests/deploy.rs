//! `deploy/` as kubectl renders it, against `metadata.yml` and the policy's own reader of settings.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a helper fails its test by panicking"
)]

#[path = "support/dir.rs"]
mod dir;
#[path = "support/tools.rs"]
mod tools;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use dir::Dir;
use kubevirt_sidecar_hostpath_policy::objects::kubevirt_object::KINDS;
use kubevirt_sidecar_hostpath_policy::read_settings;
use rstest::rstest;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tools::kubectl;

/// A ClusterAdmissionPolicy, with the fields that are used here and no others: a typo fails the tests.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Policy {
    api_version: String,
    kind: String,
    metadata: Metadata,
    spec: Spec,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Metadata {
    name: String,
    annotations: BTreeMap<String, String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Spec {
    module: String,
    mode: String,
    mutating: bool,
    rules: Vec<Rule>,
    object_selector: Option<Selector>,
    namespace_selector: Option<Selector>,
    failure_policy: String,
    timeout_seconds: Option<u8>,
    background_audit: bool,
    settings: Value,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Rule {
    api_groups: Vec<String>,
    api_versions: Vec<String>,
    resources: Vec<String>,
    operations: Vec<String>,
}

/// No `matchLabels`: Kubewarden's controller drops them from a namespaceSelector.
#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Selector {
    match_expressions: Vec<Expression>,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Expression {
    key: String,
    operator: String,
    #[serde(default)]
    values: Vec<String>,
}

/// Group, version, resource and operation: what a rule asks for, one by one.
type Asked = BTreeSet<[String; 4]>;

fn asked<'a>(rules: impl IntoIterator<Item = &'a Rule>) -> Asked {
    let mut asked = Asked::new();
    for rule in rules {
        for group in &rule.api_groups {
            for version in &rule.api_versions {
                for resource in &rule.resources {
                    for operation in &rule.operations {
                        asked.insert([group, version, resource, operation].map(Clone::clone));
                    }
                }
            }
        }
    }
    asked
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("..")
        .canonicalize()
        .unwrap()
}

/// What `kubectl apply -k` would send.
fn rendered<T: DeserializeOwned>(directory: &Path) -> Vec<T> {
    let kubectl = kubectl();
    let output = Command::new(&kubectl)
        .arg("kustomize")
        .arg(directory)
        .output()
        .unwrap_or_else(|error| panic!("{}: {error}", kubectl.display()));
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {errors}", directory.display());
    // Nothing deprecated, either.
    assert_eq!(errors, "", "{}", directory.display());
    yaml_serde::Deserializer::from_slice(&output.stdout)
        .map(|document| T::deserialize(document).unwrap())
        .collect()
}

fn policies() -> &'static [Policy] {
    static POLICIES: LazyLock<Vec<Policy>> = LazyLock::new(|| rendered(&root().join("deploy")));
    &POLICIES
}

fn policy(name: &str) -> &'static Policy {
    let mut found = policies().iter().filter(|policy| policy.metadata.name == name);
    let policy = found.next().unwrap_or_else(|| panic!("no policy {name}"));
    assert!(found.next().is_none(), "{name} stands twice");
    policy
}

fn metadata() -> Value {
    yaml_serde::from_str(&fs::read_to_string(root().join("metadata.yml")).unwrap()).unwrap()
}

fn without_verify_only(settings: &Value) -> Value {
    let mut settings = settings.clone();
    settings.as_object_mut().unwrap().remove("verifyOnly");
    settings
}

const NAMES: [&str; 4] = [
    "sidecar-hostpath-early",
    "sidecar-hostpath-inject",
    "sidecar-hostpath-verify",
    "sidecar-hostpath-verify-ephemeral",
];

#[test]
fn there_are_four_policies_and_nothing_else() {
    for policy in policies() {
        assert_eq!(policy.api_version, "policies.kubewarden.io/v1");
        assert_eq!(policy.kind, "ClusterAdmissionPolicy");
    }
    let mut names: Vec<&str> = policies()
        .iter()
        .map(|policy| policy.metadata.name.as_str())
        .collect();
    names.sort_unstable();
    assert_eq!(names, NAMES);
}

#[rstest]
#[case::inject("inject", true, "Fail", false, false, true)]
#[case::verify("verify", false, "Fail", true, true, true)]
#[case::verify_ephemeral("verify-ephemeral", false, "Fail", true, false, false)]
#[case::early("early", false, "Ignore", false, true, false)]
fn each_policy_does_its_own(
    #[case] name: &str,
    #[case] mutating: bool,
    #[case] failure_policy: &str,
    #[case] verify_only: bool,
    #[case] background_audit: bool,
    #[case] launchers_only: bool,
) {
    let spec = &policy(&format!("sidecar-hostpath-{name}")).spec;
    assert_eq!(spec.mutating, mutating);
    assert_eq!(spec.failure_policy, failure_policy);
    assert_eq!(spec.background_audit, background_audit);
    assert_eq!(spec.settings["verifyOnly"], json!(verify_only));
    // Expressions, and the label that the policy itself looks for.
    let launchers = Selector {
        match_expressions: vec![Expression {
            key: "kubevirt.io".to_owned(),
            operator: "In".to_owned(),
            values: vec!["virt-launcher".to_owned()],
        }],
    };
    assert_eq!(spec.object_selector, launchers_only.then_some(launchers));
    assert_eq!(spec.namespace_selector, None);
    // The bounds of Kubewarden.
    assert!((2..=30).contains(&spec.timeout_seconds.unwrap_or(10)));
}

#[rstest]
#[case::inject("inject", &[["", "v1", "pods", "CREATE"]])]
#[case::verify("verify", &[["", "v1", "pods", "CREATE"]])]
#[case::verify_ephemeral("verify-ephemeral", &[["", "v1", "pods/ephemeralcontainers", "UPDATE"]])]
fn pods_are_judged_where_they_should_be(#[case] name: &str, #[case] expected: &[[&str; 4]]) {
    let spec = &policy(&format!("sidecar-hostpath-{name}")).spec;
    let expected: Asked = expected.iter().map(|asked| asked.map(str::to_owned)).collect();
    assert_eq!(asked(&spec.rules), expected);
}

#[test]
fn the_policies_together_have_the_rules_of_the_metadata() {
    let rules: Vec<Rule> = serde_json::from_value(metadata()["rules"].take()).unwrap();
    let deployed = policies().iter().flat_map(|policy| &policy.spec.rules);
    assert_eq!(asked(deployed), asked(&rules));
}

#[test]
fn every_kind_that_the_policy_judges_is_sent_to_it() {
    // All plurals are regular.
    let plural = |kind: &str| format!("{}s", kind.to_lowercase());
    let expected: BTreeSet<(String, String)> = KINDS
        .iter()
        .map(|kind| (kind.group.to_owned(), plural(kind.kind)))
        .collect();
    let rules = &policy("sidecar-hostpath-early").spec.rules;
    let early: BTreeSet<(String, String)> = asked(rules)
        .into_iter()
        .map(|[group, _, resource, _]| (group, resource))
        .collect();
    assert_eq!(early, expected);
}

/// The background scan gives up on a policy with a subresource in a rule for CREATE, and skips wildcards.
#[test]
fn background_scans_can_follow_the_rules() {
    for policy in policies() {
        for [group, version, resource, operation] in asked(&policy.spec.rules) {
            let rule = format!(
                "{}: {group}/{version} {resource} {operation}",
                policy.metadata.name
            );
            assert!(!(operation == "CREATE" && resource.contains('/')), "{rule}");
            assert!(!rule.contains('*'), "{rule}");
        }
    }
}

/// Status writes are updates of the object itself.
#[test]
fn a_virtual_machine_instance_is_judged_when_it_is_created_and_never_again() {
    let operations: BTreeSet<String> = asked(policies().iter().flat_map(|policy| &policy.spec.rules))
        .into_iter()
        .filter(|[_, _, resource, _]| resource == "virtualmachineinstances")
        .map(|[_, _, _, operation]| operation)
        .collect();
    assert_eq!(operations, BTreeSet::from(["CREATE".to_owned()]));
}

#[rstest]
fn the_settings_are_accepted_and_the_same_for_all(
    #[values(NAMES[0], NAMES[1], NAMES[2], NAMES[3])] name: &str,
) {
    let settings = &policy(name).spec.settings;
    let read = read_settings(settings.to_string().as_bytes()).unwrap();
    assert_eq!(json!(read.verify_only), settings["verifyOnly"]);
    assert_eq!(
        without_verify_only(settings),
        without_verify_only(&policies()[0].spec.settings)
    );
}

#[rstest]
fn the_module_is_the_one_of_the_metadata(#[values(NAMES[0], NAMES[1], NAMES[2], NAMES[3])] name: &str) {
    let metadata = metadata();
    let annotation = |name: &str| metadata["annotations"][name].as_str().unwrap();
    let url = annotation("io.kubewarden.policy.ociUrl");
    let version = annotation("io.kubewarden.policy.version");
    let policy = policy(name);
    assert_eq!(policy.spec.module, format!("registry://{url}:v{version}"));
    assert_eq!(policy.spec.mode, "protect");
    let reported = ["io.kubewarden.policy.category", "io.kubewarden.policy.severity"]
        .map(|name| (name.to_owned(), annotation(name).to_owned()));
    assert_eq!(policy.metadata.annotations, BTreeMap::from(reported));
}

/// A copy of deploy/ and companion/.
fn copied() -> Dir {
    let dir = Dir::new();
    for (file, text) in deployed_files() {
        let path = dir.path(&file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    symlink("../companion", dir.path("deploy/companion")).unwrap();
    dir
}

/// The files in deploy/ and companion/, each once.
fn deployed_files() -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    for directory in ["deploy", "companion", "companion/label"] {
        for entry in fs::read_dir(root().join(directory)).unwrap() {
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
        "resources: [../deploy]\npatches: [{path: settings.yaml, target: {kind: ClusterAdmissionPolicy}}]\n",
    );
    dir.write("mine/settings.yaml", MINE);
    dir.write(
        "both/kustomization.yaml",
        "resources: [../mine]\ncomponents: [../companion/label]\n",
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
fn creators(objects: &[Value]) -> Value {
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
fn the_companion_has_all_creators_of_the_settings(
    #[case] written: &str,
    #[case] expected: &[&str],
    #[values("deploy/companion", "companion")] directory: &str,
) {
    let dir = copied();
    let settings = fs::read_to_string(dir.path("deploy/settings.yaml")).unwrap();
    let (above, _) = settings.split_once("    trustedCreators:\n").unwrap();
    dir.write(
        "deploy/settings.yaml",
        format!("{above}    trustedCreators: {written}\n"),
    );
    let objects: Vec<Value> = rendered(&dir.path(directory));
    assert_eq!(creators(&objects), json!(expected));
    // No policies: Kubewarden may be missing.
    assert_eq!(objects.len(), 3);
    let policies: Vec<Policy> = rendered(&dir.path("deploy"));
    for policy in policies {
        assert_eq!(policy.spec.settings["trustedCreators"], json!(expected));
    }
}

#[rstest]
#[case::missing("")]
#[case::empty("    trustedCreators: []\n")]
fn without_creators_in_the_settings_there_is_no_companion(#[case] written: &str) {
    let dir = copied();
    let settings = fs::read_to_string(dir.path("deploy/settings.yaml")).unwrap();
    let (above, _) = settings.split_once("    trustedCreators:\n").unwrap();
    dir.write("deploy/settings.yaml", format!("{above}{written}"));
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
        .filter(|(_, text)| text.contains("kubevirt-controller") || text.contains("system:serviceaccount"))
        .map(|(name, _)| name)
        .collect();
    assert_eq!(written, ["deploy/settings.yaml"]);
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
        "validationActions": ["Deny"],
    });
    assert_eq!(binding["spec"], expected);
}

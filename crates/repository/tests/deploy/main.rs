//! What is in `deploy/` and the chart, as kubectl and Helm render them, against `metadata.yml` and the
//! policy's own reader of settings.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a helper fails its test by panicking"
)]

mod chart;
mod companion;
#[path = "../../../cli/tests/support/dir.rs"]
mod dir;
mod monitoring;
mod overlays;
mod policies;
#[path = "../../../cli/tests/support/tools.rs"]
mod tools;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
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
        .join("../..")
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
    static POLICIES: LazyLock<Vec<Policy>> = LazyLock::new(|| rendered(&root().join("deploy/base")));
    &POLICIES
}

fn policy(name: &str) -> &'static Policy {
    let mut found = policies().iter().filter(|policy| policy.metadata.name == name);
    let policy = found.next().unwrap_or_else(|| panic!("no policy {name}"));
    assert!(found.next().is_none(), "{name} is duplicated");
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

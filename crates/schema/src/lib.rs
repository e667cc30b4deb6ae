//! The JSON Schemas of the policy's settings, of a Kubewarden policy that carries them, and of the list in the annotation,
//! for editors and form builders.
//!
//! The policy reads its settings by hand, to name every fault at once and to stay small. These types say the same
//! once more, in the form that `schemars` understands; the tests of this crate hold both to the same verdict. What a
//! schema cannot express (two rules that contradict each other, say) is left to the policy.

pub mod annotation;
pub mod policy;
mod texts;
pub mod values;

use std::collections::BTreeMap;

use kubevirt_sidecar_hostpath_policy::{
    BUILT_IN, DEFAULT_TYPES, DOMAIN, HostPath, HostPathType, KUBEVIRT_CONTROLLER, MOST_ITEMS, MOST_RULES,
};
use schemars::{JsonSchema, SchemaGenerator, generate::SchemaSettings};
use serde::Serialize;
use serde_json::{Value, json};
pub use texts::{ContainerDirectory, HostPathText, Namespace, RulePathText, SensitivePathText, User};
use texts::{DESCRIPTION, HOOK_SIDECAR, LABEL, LABEL_KEY, LABEL_VALUE};

/// # Settings of kubevirt-sidecar-hostpath-policy
/// What the sidecars of KubeVirt VMs may see of their node.
#[derive(Debug, JsonSchema)]
#[schemars(rename_all = "camelCase", deny_unknown_fields)]
pub struct Settings {
    /// The rules. Only the most specific rule that matches a path applies. An empty list allows nothing.
    #[schemars(extend("maxItems" = MOST_RULES))]
    pub allowed_host_paths: Vec<Rule>,
    /// The types that any rule may allow. The `types` of a rule can only narrow this list.
    #[schemars(default = "Types::common")]
    pub allowed_types: Types,
    /// Paths that only a rule which names them, or a path below them, can allow. A list given here replaces the
    /// built-in one; an empty list switches the check off.
    #[schemars(default = "built_in")]
    #[schemars(extend("maxItems" = MOST_ITEMS))]
    pub sensitive_host_paths: Vec<SensitivePathText>,
    /// Added to the sensitive paths, whether those are the built-in list or one given here.
    #[schemars(default)]
    #[schemars(extend("maxItems" = MOST_ITEMS))]
    pub additional_sensitive_host_paths: Vec<SensitivePathText>,
    /// Containers, beside hook sidecars and `compute`, for which VM owners may ask for host paths with the annotation
    /// `kubevirt-sidecar-hostpath-policy.dev/hostPaths`, and the directory of each in which they are mounted.
    #[schemars(default)]
    #[schemars(extend("propertyNames" = json!({ "allOf": [
        { "pattern": LABEL, "maxLength": 63 },
        { "not": { "pattern": "^(compute|hook-sidecar-[0-9]*)$" } },
    ] }), "maxProperties" = MOST_ITEMS))]
    pub request_containers: BTreeMap<String, ContainerDirectory>,
    /// The value of that field on read-only mounts.
    #[schemars(default)]
    pub recursive_read_only: RecursiveReadOnly,
    /// The users that may create launcher pods with host paths, which is KubeVirt's controller; `*` is anyone.
    #[schemars(default = "controller")]
    #[schemars(extend("minItems" = 1, "maxItems" = MOST_ITEMS))]
    pub trusted_creators: Vec<User>,
    /// Never change a pod: what would be added to it is a violation.
    #[schemars(default)]
    pub verify_only: bool,
}

/// One rule: which paths, and what is permitted there.
#[derive(Debug, JsonSchema)]
#[schemars(untagged)]
pub enum Rule {
    /// `pathPrefix`.
    Prefix(PrefixRule),
    /// `path`.
    Exact(ExactRule),
}

/// # A path and everything below it, read-only
#[derive(Debug, JsonSchema)]
#[schemars(rename_all = "camelCase", deny_unknown_fields)]
pub struct PrefixRule {
    /// This path and everything below it, by whole path elements: `/foo` matches `/foo/bar`, not `/foobar`.
    pub path_prefix: RulePathText,
    /// Always `true` here: below a writable prefix a sidecar could plant a symbolic link to anywhere on the node.
    #[schemars(default = "yes")]
    #[schemars(extend("const" = true))]
    pub read_only: bool,
    /// The others.
    #[schemars(flatten)]
    pub keys: RuleKeys,
}

/// # A single path
#[derive(Debug, JsonSchema)]
#[schemars(rename_all = "camelCase", deny_unknown_fields)]
pub struct ExactRule {
    /// Exactly this path.
    pub path: RulePathText,
    /// `false`: a sidecar may ask for a writable mount.
    #[schemars(default = "yes")]
    pub read_only: bool,
    /// The others.
    #[schemars(flatten)]
    pub keys: RuleKeys,
}

/// The keys that both have.
#[derive(Debug, JsonSchema)]
#[schemars(rename_all = "camelCase", description = "")]
pub struct RuleKeys {
    /// The namespaces that the rule is for. Default: all.
    #[schemars(default, skip_serializing_if = "Option::is_none", with = "Namespaces")]
    pub namespaces: Option<Namespaces>,
    /// The containers that the rule is for. Default: all.
    #[schemars(default, skip_serializing_if = "Option::is_none", with = "Containers")]
    pub containers: Option<Containers>,
    /// The types that a volume may have there. Default: `allowedTypes`.
    #[schemars(default, skip_serializing_if = "Option::is_none", with = "Types")]
    pub types: Option<Types>,
    /// Whether container `compute` may mount it: with `sharedComputePath`, or by others.
    #[schemars(default)]
    pub allow_shared_compute: bool,
    /// `false`: VM owners cannot request it; the rule applies to mounts that others put into the pod.
    #[schemars(default = "yes")]
    pub requestable: bool,
    /// The labels of the nodes that have the path: a launcher pod with such a request is given them.
    #[schemars(default, extend("propertyNames" = json!({ "pattern": LABEL_KEY, "maxLength": 317 }), "maxProperties" = 16))]
    pub node_selector: BTreeMap<String, LabelValue>,
    /// What the rule is for, for people.
    #[schemars(default, skip_serializing_if = "Option::is_none", with = "Description")]
    pub description: Option<Description>,
}

/// The value of a label of nodes.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct LabelValue(#[schemars(length(max = 63), regex(pattern = LABEL_VALUE))] pub String);

/// A text without control characters.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct Description(#[schemars(length(max = 256), regex(pattern = DESCRIPTION))] pub String);

/// Names of namespaces. Requests from other namespaces can no longer have the rule's path, regardless of other rules.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(inline, extend("minItems" = 1, "maxItems" = MOST_ITEMS, "uniqueItems" = true))]
pub struct Namespaces(pub Vec<Namespace>);

/// Names of containers. Others can no longer ask for the rule's path, and it is never for hook sidecars.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(inline, extend("minItems" = 1, "maxItems" = MOST_ITEMS, "uniqueItems" = true))]
pub struct Containers(pub Vec<ContainerName>);

/// The name of a container that is not a hook sidecar, a DNS label.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct ContainerName(
    #[schemars(
        length(max = 63),
        regex(pattern = LABEL),
        extend("not" = json!({ "pattern": HOOK_SIDECAR }))
    )]
    pub String,
);

/// A list of types.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(inline, extend("minItems" = 1, "uniqueItems" = true))]
pub struct Types(pub Vec<HostPathTypeText>);

/// A type of a hostPath volume. The empty one is a volume without type, which only others can have put into the pod.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "HostPathType", extend("enum" = type_names()))]
pub struct HostPathTypeText(pub &'static str);

/// All types, the empty one last.
fn type_names() -> Value {
    HostPathType::ALL.iter().map(|known| known.as_str()).collect()
}

/// How deep read-only goes.
#[derive(Debug, Default, Serialize, JsonSchema)]
#[expect(missing_docs, reason = "the values are Kubernetes' own")]
pub enum RecursiveReadOnly {
    Disabled,
    #[default]
    IfPossible,
    Enabled,
}

impl Types {
    fn common() -> Self {
        let types = DEFAULT_TYPES.map(|known| HostPathTypeText(known.as_str()));
        Self(types.into())
    }
}

fn built_in() -> Vec<SensitivePathText> {
    let text = |path: &HostPath| SensitivePathText(path.as_str().to_owned());
    BUILT_IN.iter().map(text).collect()
}

fn controller() -> Vec<User> {
    vec![User(KUBEVIRT_CONTROLLER.to_owned())]
}

const fn yes() -> bool {
    true
}

/// The documents, by the files that hold them.
pub const DOCUMENTS: [(&str, &str); 4] = [
    ("settings", "docs/settings.schema.json"),
    ("annotation", "docs/annotation.schema.json"),
    ("policy", "docs/policy.schema.json"),
    ("values", "charts/sidecar-hostpath/values.schema.json"),
];

/// The schema of this name, as its file holds it.
///
/// # Errors
/// None that this crate could cause.
pub fn document(name: &str) -> serde_json::Result<String> {
    let generator = SchemaGenerator::new(SchemaSettings::draft2020_12());
    let mut schema = match name {
        "annotation" => generator.into_root_schema_for::<annotation::HookSidecars>(),
        _ => generator.into_root_schema_for::<Settings>(),
    };
    match name {
        "policy" => schema = policy::around(schema),
        "values" => schema = values::around(schema),
        _ => {}
    }
    let id = format!("https://{DOMAIN}/{name}.schema.json");
    schema.insert("$id".to_owned(), id.into());
    Ok(serde_json::to_string_pretty(&schema)? + "\n")
}

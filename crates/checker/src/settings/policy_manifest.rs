//! Policies in manifests, and which of them is meant.

use serde_json::Value;

use crate::Error;
use crate::admission::group_and_version;
use crate::reading::node::{Content, Fault, Node, Position};
use crate::settings::{self, SettingsJson};

/// The kinds that carry settings for a policy.
const POLICIES: [&str; 2] = ["ClusterAdmissionPolicy", "AdmissionPolicy"];

/// The kinds that combine policies.
const GROUPS: [&str; 2] = ["ClusterAdmissionPolicyGroup", "AdmissionPolicyGroup"];

/// Their API group.
const GROUP: &str = "policies.kubewarden.io";

/// The versions of it that Kubewarden has served.
const VERSIONS: [&str; 2] = ["v1", "v1alpha2"];

/// What the second deployment of this policy sets; for the rest its settings are those of the first.
const VERIFY_ONLY: &str = "verifyOnly";

/// What this policy's module is called in registries.
const MODULE: &str = "kubevirt-sidecar-hostpath-policy";

/// What it is called in releases.
const RELEASED: &str = "policy.wasm";

/// Whether this is the address of this policy's module: in a registry, or of a release's file.
fn is_module(address: &str) -> bool {
    let address = address.split('@').next().unwrap_or_default();
    let mut elements = address.split('/').rev();
    let last = elements.next().unwrap_or_default();
    let name = last.split(':').next().unwrap_or_default();
    name.strip_suffix(".wasm").unwrap_or(name) == MODULE
        || name == RELEASED && elements.any(|element| element == MODULE)
}

/// The key that the settings of other policies do not have.
pub(super) const ALLOWED_HOST_PATHS: &str = "allowedHostPaths";

/// Settings in the manifest of a policy.
pub(super) struct PolicyManifest {
    /// `ClusterAdmissionPolicy x`, `AdmissionPolicy ns/x`
    pub(super) title: String,
    /// `ns`; empty for a policy of the cluster.
    namespace: String,
    /// `x`
    name: String,
    pub(super) module: String,
    /// What there is to say of the policy itself, and where.
    pub(super) remarks: Vec<(Position, &'static str, String)>,
    pub(super) node: Node,
    pub(super) settings: SettingsJson,
}

impl PolicyManifest {
    /// Whether it has this name, or this namespace and name.
    fn is_called(&self, name: &str) -> bool {
        self.name == name || !self.namespace.is_empty() && self.qualified() == name
    }

    /// `x`, `ns/x`
    fn qualified(&self) -> String {
        match self.namespace.as_str() {
            "" => self.name.clone(),
            namespace => format!("{namespace}/{}", self.name),
        }
    }
}

/// The policies that are meant: those of this name; else those of this policy's module; else those whose settings look like
/// its settings; else all.
pub(super) fn meant(
    policies: Vec<PolicyManifest>,
    file: &str,
    name: Option<&str>,
) -> Result<Vec<PolicyManifest>, Error> {
    if let Some(name) = name {
        let (named, others): (Vec<_>, Vec<_>) =
            policies.into_iter().partition(|policy| policy.is_called(name));
        return match named.is_empty() {
            false => Ok(named),
            true => Err(no_such_policy(file, name, &others)),
        };
    }
    let is_ours = |policy: &PolicyManifest| is_module(&policy.module);
    let looks_ours = |policy: &PolicyManifest| policy.settings.contains_key(ALLOWED_HOST_PATHS);
    let (ours, others): (Vec<_>, Vec<_>) = policies.into_iter().partition(is_ours);
    if !ours.is_empty() {
        return Ok(ours);
    }
    let (like_ours, others): (Vec<_>, Vec<_>) = others.into_iter().partition(looks_ours);
    match others.iter().find(|policy| !policy.module.is_empty()) {
        Some(other) if like_ours.is_empty() => Err(Error::SettingsOfAnotherModule {
            file: file.to_owned(),
            title: other.title.clone(),
            module: other.module.clone(),
        }),
        _ if like_ours.is_empty() => Ok(others),
        _ => Ok(like_ours),
    }
}

pub(super) fn no_such_policy(file: &str, name: &str, policies: &[PolicyManifest]) -> Error {
    let names: Vec<String> = policies.iter().map(PolicyManifest::qualified).collect();
    Error::NoSuchPolicy {
        file: file.to_owned(),
        name: name.to_owned(),
        policies: if names.is_empty() {
            "none".to_owned()
        } else {
            names.join(", ")
        },
    }
}

/// The first policy, if the others have its settings. One that only verifies stands back: it is the same policy once
/// more, and says nothing of what would be mounted.
pub(super) fn one_of(policies: &[PolicyManifest]) -> Option<&PolicyManifest> {
    let verifies = |policy: &&PolicyManifest| policy.settings.get(VERIFY_ONLY) == Some(&Value::Bool(true));
    let first = policies
        .iter()
        .find(|policy| !verifies(policy))
        .or(policies.first())?;
    let essence = |policy: &PolicyManifest| {
        let mut settings = policy.settings.clone();
        settings.remove(VERIFY_ONLY);
        settings
    };
    let same = |policy: &PolicyManifest| essence(policy) == essence(first);
    policies.iter().all(same).then_some(first)
}

/// The fields of a policy that make its settings mean something else here and in the cluster, and why.
fn remarks(policy: &Node) -> Vec<(Position, &'static str, String)> {
    let mut remarks = Vec::new();
    let text = |key: &str| {
        let value = policy.below(&["spec", key])?;
        Some((value.at, value.as_str()?))
    };
    if let Some((at, module)) = text("module") {
        let version = env!("CARGO_PKG_VERSION");
        // A digest says nothing of the version.
        let name = module.split('@').next().unwrap_or_default();
        let tag = name.rsplit('/').next().and_then(|last| last.split_once(':'));
        let other = tag
            .map(|(_, tag)| tag)
            .filter(|tag| tag.trim_start_matches('v') != version);
        let why = match other {
            _ if !is_module(module) => Some(
                "is not called as this policy's module: if it is another one, these settings are not its"
                    .to_owned(),
            ),
            Some(tag) => Some(format!(
                "is version {tag}, and this command is {version}: they may judge otherwise"
            )),
            None => None,
        };
        remarks.extend(why.map(|why| (at, "module", why)));
    }
    if let Some((at, "monitor")) = text("mode") {
        let why = "with monitor the policy logs, and rejects and changes nothing";
        remarks.push((at, "mode", why.to_owned()));
    }
    remarks
}

/// A remark about each group of policies in the document, or in the items of a list.
pub(super) fn groups_in(node: &Node) -> Vec<(Position, &'static str, String)> {
    if let Some(Content::List(items)) = node.get("items").map(|items| &items.content) {
        return items.iter().flat_map(groups_in).collect();
    }
    let kind = node.get("kind").and_then(Node::as_str).unwrap_or_default();
    let policies = node.below(&["spec", "policies"]).unwrap_or(node);
    let name = node.below(&["metadata", "name"]).and_then(Node::as_str);
    let why = format!(
        "the policies of {kind} {} are not read: what they allow and forbid does not count here",
        name.unwrap_or_default()
    );
    match GROUPS.contains(&kind) {
        true => vec![(policies.at, "policies", why)],
        false => Vec::new(),
    }
}

/// Adds the policies in the document: itself, or the items of a list.
pub(super) fn policies_in(node: &Node, file: &str, policies: &mut Vec<PolicyManifest>) -> Result<(), Error> {
    let text = |keys: &[&str]| node.below(keys).and_then(Node::as_str).unwrap_or_default();
    let (api_version, kind) = (text(&["apiVersion"]), text(&["kind"]));
    let is_known = |(group, version): (&str, &str)| group == GROUP && VERSIONS.contains(&version);
    // As kubectl has it: what has items is a list, whatever its kind, and nothing beside them.
    if !kind.is_empty()
        && let Some(items) = node.get("items")
    {
        let Content::List(items) = &items.content else {
            let fault = Fault {
                at: items.at,
                message: format!("items of a {kind} must be a list of objects"),
            };
            return Err(settings::syntax(file, fault));
        };
        return items
            .iter()
            .try_for_each(|item| policies_in(item, file, policies));
    }
    if POLICIES.contains(&kind) && !group_and_version(api_version).is_some_and(is_known) {
        return Err(Error::SettingsOfAnotherGroup {
            file: file.to_owned(),
            kind: kind.to_owned(),
            api_version: api_version.to_owned(),
        });
    }
    if !POLICIES.contains(&kind) {
        return Ok(());
    }
    let namespace = text(&["metadata", "namespace"]);
    let slash = if namespace.is_empty() { "" } else { "/" };
    let name = text(&["metadata", "name"]);
    let title = format!("{kind} {namespace}{slash}{name}");
    let twice = |key: &str| matches!(key, "spec" | "settings" | "module");
    if let Some(fault) = node
        .duplicate(twice)
        .or_else(|| node.get("spec").and_then(|spec| spec.duplicate(twice)))
    {
        return Err(settings::syntax(file, fault));
    }
    let settings = match node.below(&["spec", "settings"]) {
        Some(settings) => settings.clone(),
        None => Node {
            at: node.at,
            fault: None,
            content: Content::Scalar(Value::Null),
            folds: None,
        },
    };
    policies.push(PolicyManifest {
        title,
        namespace: namespace.to_owned(),
        name: name.to_owned(),
        module: text(&["spec", "module"]).to_owned(),
        remarks: remarks(node),
        settings: settings::of_node(settings.clone(), file)?,
        node: settings,
    });
    Ok(())
}

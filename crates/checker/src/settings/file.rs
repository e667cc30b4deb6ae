//! The settings that manifests are checked against: a file of settings, or the Kubewarden policy that carries them.

use kubevirt_sidecar_hostpath_policy::{Field, FieldSegment, Settings, Violations};
use serde_json::Value;

use crate::Error;
use crate::admission::group_and_version;
use crate::manifests::reason::{self, Reason};
use crate::reading::node::{Content, Node, Position};
use crate::settings::{self, SettingsJson};

/// The kinds that carry settings for a policy.
const POLICIES: [&str; 2] = ["ClusterAdmissionPolicy", "AdmissionPolicy"];

/// Their API group.
const GROUP: &str = "policies.kubewarden.io";

/// What the second deployment of this policy sets; for the rest its settings are those of the first.
const VERIFY_ONLY: &str = "verifyOnly";

/// What the address of this policy's module holds.
const MODULE: &str = "kubevirt-sidecar-hostpath-policy";

/// The key that the settings of other policies do not have.
const ALLOWED_HOST_PATHS: &str = "allowedHostPaths";

/// The key of the chart's values that has the settings.
const VALUES_KEY: &str = "settings";

/// Settings and where they come from.
#[derive(Debug, Clone)]
pub struct SettingsFile {
    /// The name of the file, for messages.
    pub file: String,
    /// The policy in it that carries the settings, if it is not them alone.
    pub title: Option<String>,
    /// The settings as they are written.
    pub settings: SettingsJson,
    /// The settings, with the place of each value.
    node: Node,
}

/// Why the policy refuses settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The file.
    pub file: String,
    /// The policy in it, if the settings are not alone.
    pub title: Option<String>,
    /// The reasons, in the order of the file.
    pub faults: Vec<SettingsFault>,
}

/// What is wrong with settings, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingsFault {
    /// The place in the file.
    pub at: Position,
    /// The reason.
    pub reason: Reason,
}

impl Refusal {
    /// One line for each fault.
    pub fn lines(&self) -> impl Iterator<Item = String> {
        let title = self
            .title
            .as_ref()
            .map(|title| format!("{title}: "))
            .unwrap_or_default();
        self.faults.iter().map(move |SettingsFault { at, reason }| {
            format!("{}:{}:{}: {title}{reason}", self.file, at.line, at.column)
        })
    }
}

/// Settings in the manifest of a policy.
struct PolicyManifest {
    /// `ClusterAdmissionPolicy x`, `AdmissionPolicy ns/x`
    title: String,
    /// `ns`; empty for a policy of the cluster.
    namespace: String,
    /// `x`
    name: String,
    module: String,
    node: Node,
    settings: SettingsJson,
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

impl SettingsFile {
    /// Reads the content of the file.
    pub fn from_text(text: &str, file: &str, name: Option<&str>) -> Result<Self, Error> {
        let documents = settings::documents(text, file)?;
        let mut policies = Vec::new();
        for document in &documents {
            policies_in(document, file, &mut policies)?;
        }
        if policies.is_empty() {
            return match name {
                None => Self::plain(documents, file),
                Some(name) => Err(no_such_policy(file, name, &policies)),
            };
        }
        let meant = meant(policies, file, name)?;
        match one_of(&meant) {
            None => {
                let titles: Vec<&str> = meant.iter().map(|policy| policy.title.as_str()).collect();
                Err(Error::SettingsDiffer {
                    file: file.to_owned(),
                    policies: titles.join(", "),
                })
            }
            Some(policy) => Ok(SettingsFile {
                file: file.to_owned(),
                title: Some(policy.title.clone()),
                settings: policy.settings.clone(),
                node: policy.node.clone(),
            }),
        }
    }

    /// Settings with nothing around them.
    fn plain(documents: Vec<Node>, file: &str) -> Result<Self, Error> {
        let node = of_chart(settings::one_document(documents, file)?);
        let settings = settings::of_node(node.clone(), file)?;
        match (settings.get("apiVersion"), settings.get("kind")) {
            (Some(_), Some(Value::String(kind))) => Err(Error::SettingsOfAnother {
                file: file.to_owned(),
                kind: kind.clone(),
            }),
            _ => Ok(SettingsFile {
                file: file.to_owned(),
                title: None,
                settings,
                node,
            }),
        }
    }

    /// What the settings mean to the policy.
    ///
    /// # Errors
    /// Every fault of the settings.
    pub fn rules(&self) -> Result<Settings, Refusal> {
        settings::rules(&self.settings)
            .map_err(|violations| self.refusal(violations.into_iter().map(Reason::from)))
    }

    /// The policy refuses the settings with this message.
    #[must_use]
    pub fn refused(&self, message: &str) -> Refusal {
        let violations = settings::rules(&self.settings)
            .err()
            .and_then(Violations::from_vec);
        match violations {
            Some(violations) if violations.to_string() == message => {
                self.refusal(violations.into_vec().into_iter().map(Reason::from))
            }
            _ => self.refusal(reason::texts(message).into_iter()),
        }
    }

    fn refusal(&self, reasons: impl Iterator<Item = Reason>) -> Refusal {
        let fault = |reason: Reason| SettingsFault {
            at: reason.field().map_or(self.node.at, |field| self.position(field)),
            reason,
        };
        let mut faults: Vec<SettingsFault> = reasons.map(fault).collect();
        faults.sort_by_key(|fault| fault.at);
        Refusal {
            title: self.title.clone(),
            file: self.file.clone(),
            faults,
        }
    }

    /// Where the field is written; where it is missing, what it would be in.
    #[must_use]
    pub fn position(&self, field: &Field) -> Position {
        let mut node = &self.node;
        for segment in field.0.iter().skip(1) {
            let inner = match (&node.content, segment) {
                (Content::List(items), FieldSegment::Index(index)) => items.get(*index),
                (_, FieldSegment::Name(key) | FieldSegment::Key(key)) => node.get(key),
                _ => None,
            };
            match inner {
                Some(inner) => node = inner,
                None => break,
            }
        }
        node.at
    }
}

/// The settings in values of the chart, which have them under `settings`; any other document as it is.
fn of_chart(node: Node) -> Node {
    match node.get(VALUES_KEY) {
        Some(settings)
            if node.get(ALLOWED_HOST_PATHS).is_none() && settings.get(ALLOWED_HOST_PATHS).is_some() =>
        {
            settings.clone()
        }
        _ => node,
    }
}

/// The policies that are meant: those of this name; else those of this policy's module; else those whose settings look like
/// its settings; else all.
fn meant(
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
    let is_ours = |policy: &PolicyManifest| policy.module.contains(MODULE);
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

fn no_such_policy(file: &str, name: &str, policies: &[PolicyManifest]) -> Error {
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
fn one_of(policies: &[PolicyManifest]) -> Option<&PolicyManifest> {
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

/// Adds the policies in the document: itself, or the items of a list.
fn policies_in(node: &Node, file: &str, policies: &mut Vec<PolicyManifest>) -> Result<(), Error> {
    let text = |keys: &[&str]| node.below(keys).and_then(Node::as_str).unwrap_or_default();
    let (api_version, kind) = (text(&["apiVersion"]), text(&["kind"]));
    let group = group_and_version(api_version).map_or("", |(group, _)| group);
    let is_list = (group.is_empty() || group == GROUP) && kind.ends_with("List");
    if is_list && let Some(Content::List(items)) = node.get("items").map(|items| &items.content) {
        return items
            .iter()
            .try_for_each(|item| policies_in(item, file, policies));
    }
    if POLICIES.contains(&kind) && group != GROUP {
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
        settings: settings::of_node(settings.clone(), file)?,
        node: settings,
    });
    Ok(())
}

//! The settings that manifests are checked against: a file of settings, or the Kubewarden policy that carries them.

use kubevirt_sidecar_hostpath_policy::{Field, FieldSegment, Settings, Violations};
use serde_json::Value;

use crate::Error;
use crate::manifests::reason::{self, Reason};
use crate::reading::node::{Content, Node, Position};
use crate::settings::policy_manifest::{
    ALLOWED_HOST_PATHS, groups_in, meant, no_such_policy, one_of, policies_in,
};
use crate::settings::{self, SettingsJson};

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
    /// What there is to say of the policy itself: where, of which field, and what.
    pub remarks: Vec<(Position, &'static str, String)>,
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
        if documents.iter().any(is_settings) {
            return Err(Error::SettingsBesidePolicy {
                file: file.to_owned(),
            });
        }
        let groups = documents.iter().flat_map(groups_in);
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
                remarks: policy.remarks.iter().cloned().chain(groups).collect(),
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
                remarks: Vec::new(),
                node,
            }),
        }
    }

    /// What there is to say of the policy itself, a line each.
    #[must_use]
    pub fn notes(&self) -> Vec<String> {
        let note = |(at, key, why): &(Position, &str, String)| {
            format!("{}:{}:{}: spec.{key}: {why}", self.file, at.line, at.column)
        };
        self.remarks.iter().map(note).collect()
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
            at: self.position_of(&reason),
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
        self.node_at(field).at
    }

    /// Where what the reason is about is written: a key that is not known, else the value of its field.
    fn position_of(&self, reason: &Reason) -> Position {
        let node = reason.field().map_or(&self.node, |field| self.node_at(field));
        let key = reason.unknown_key();
        let entries = node.entries().unwrap_or_default().iter();
        let entry = key.and_then(|key| entries.rev().find(|entry| entry.key == key));
        entry.map_or(node.at, |entry| entry.at)
    }

    /// The value at this field, or the innermost one that is around it.
    fn node_at(&self, field: &Field) -> &Node {
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
        node
    }
}

/// Whether the document is settings, or values of the chart that hold them.
fn is_settings(document: &Node) -> bool {
    let settings = [Some(document), document.get(VALUES_KEY)];
    document.get("kind").is_none()
        && settings
            .iter()
            .flatten()
            .any(|node| node.get(ALLOWED_HOST_PATHS).is_some())
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

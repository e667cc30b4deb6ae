//! The settings of a policy.

pub mod file;
mod policy_manifest;
mod taking;
pub mod warnings;

use kubevirt_sidecar_hostpath_policy::{self as policy, Settings, Violation, Violations};
use serde_json::{Map, Value};

use crate::Error;
use crate::reading::document;
use crate::reading::node::{Content, Fault, Node, Position};

/// The settings, always an object.
pub type SettingsJson = Map<String, Value>;

/// Reads settings in YAML or JSON; nothing at all, or `null`, is the empty object. `file` is for the error message.
pub fn from_yaml(text: &str, file: &str) -> Result<SettingsJson, Error> {
    of_node(one_document(documents(text, file)?, file)?, file)
}

/// All documents of a file with settings: a fault in any of them leaves open what is set.
pub(crate) fn documents(text: &str, file: &str) -> Result<Vec<Node>, Error> {
    let documents = document::documents(text, file).into_iter();
    documents
        .map(|document| document.map_err(|fault| syntax(file, fault)))
        .collect()
}

/// The one document that is not empty.
pub(crate) fn one_document(documents: Vec<Node>, file: &str) -> Result<Node, Error> {
    let mut documents = documents.into_iter().filter(|document| !document.is_null());
    match (documents.next(), documents.next()) {
        (Some(first), None) => Ok(first),
        (None, _) => Ok(Node {
            at: Position { line: 1, column: 1 },
            fault: None,
            content: Content::Scalar(Value::Null),
            folds: None,
        }),
        (_, Some(_)) => Err(Error::SettingsDocuments {
            file: file.to_owned(),
        }),
    }
}

/// The settings in a value.
pub(crate) fn of_node(node: Node, file: &str) -> Result<SettingsJson, Error> {
    let value = node.into_json().map_err(|fault| syntax(file, fault))?;
    from_value(value, file)
}

/// Reads settings in JSON; `null` is the empty object. `file` is for the error message.
pub fn from_json(text: &str, file: &str) -> Result<SettingsJson, Error> {
    let value = serde_json::from_str(text).map_err(|source| Error::SettingsJson {
        file: file.to_owned(),
        source,
    })?;
    from_value(value, file)
}

/// What the settings mean to the policy.
///
/// # Errors
/// Every violation.
pub fn rules(settings: &SettingsJson) -> Result<Settings, Vec<Violation>> {
    let payload = serde_json::to_vec(settings).unwrap_or_default();
    policy::read_settings(&payload).map_err(Violations::into_vec)
}

/// What is wrong in a file with settings.
pub(crate) fn syntax(file: &str, fault: Fault) -> Error {
    Error::SettingsSyntax {
        file: file.to_owned(),
        at: fault.at,
        message: fault.message,
    }
}

fn from_value(value: Value, file: &str) -> Result<SettingsJson, Error> {
    match value {
        Value::Null => Ok(SettingsJson::new()),
        Value::Object(settings) => Ok(settings),
        _ => Err(Error::SettingsKind {
            file: file.to_owned(),
        }),
    }
}

//! The settings of a policy.

use serde_json::{Map, Value};

use crate::Error;
use crate::document::{self, Fault};

/// The settings, always an object.
pub type Settings = Map<String, Value>;

/// Reads settings in YAML or JSON; nothing at all, or `null`, is the empty object. `file` is for the error message.
pub fn from_yaml(text: &str, file: &str) -> Result<Settings, Error> {
    from_documents(documents(text, file)?, file)
}

/// All documents of a file with settings: a fault in any of them leaves open what is set.
pub(crate) fn documents(text: &str, file: &str) -> Result<Vec<Value>, Error> {
    let documents = document::documents(text, file).into_iter();
    documents
        .map(|document| document.map_err(|fault| syntax(file, fault)))
        .collect()
}

/// The settings in the one document that is not empty.
pub(crate) fn from_documents(documents: Vec<Value>, file: &str) -> Result<Settings, Error> {
    let mut documents = documents.into_iter().filter(|document| !document.is_null());
    match (documents.next(), documents.next()) {
        (first, None) => from_value(first.unwrap_or_default(), file),
        (_, Some(_)) => Err(Error::SettingsDocuments {
            file: file.to_owned(),
        }),
    }
}

/// Reads settings in JSON; `null` is the empty object. `file` is for the error message.
pub fn from_json(text: &str, file: &str) -> Result<Settings, Error> {
    let value = serde_json::from_str(text).map_err(|error| Error::SettingsSyntax {
        file: file.to_owned(),
        message: error.to_string(),
    })?;
    from_value(value, file)
}

/// A file with settings that is neither YAML nor JSON.
fn syntax(file: &str, fault: Fault) -> Error {
    Error::SettingsSyntax {
        file: file.to_owned(),
        message: fault.message,
    }
}

fn from_value(value: Value, file: &str) -> Result<Settings, Error> {
    match value {
        Value::Null => Ok(Settings::new()),
        Value::Object(settings) => Ok(settings),
        _ => Err(Error::SettingsKind {
            file: file.to_owned(),
        }),
    }
}

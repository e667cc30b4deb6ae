//! The settings of a policy.

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::Error;

/// The settings, always an object.
pub type Settings = Map<String, Value>;

/// Reads settings in YAML or JSON; nothing at all, or `null`, is the empty object. `file` is for the error message.
pub fn from_yaml(text: &str, file: &str) -> Result<Settings, Error> {
    // JSON first: YAML is not quite a superset of it (surrogate pairs, tabs).
    let value = serde_json::from_str(text).or_else(|json_error| {
        yaml_value(text).map_err(|yaml_error| Error::SettingsSyntax {
            file: file.to_owned(),
            message: if file.ends_with(".json") {
                json_error.to_string()
            } else {
                yaml_error.to_string()
            },
        })
    })?;
    from_value(value, file)
}

/// Reads settings in JSON; `null` is the empty object. `file` is for the error message.
pub fn from_json(text: &str, file: &str) -> Result<Settings, Error> {
    let value = serde_json::from_str(text).map_err(|error| Error::SettingsSyntax {
        file: file.to_owned(),
        message: error.to_string(),
    })?;
    from_value(value, file)
}

/// By way of YAML's own value, which refuses a key that stands twice.
fn yaml_value(text: &str) -> Result<Value, yaml_serde::Error> {
    Value::deserialize(yaml_serde::from_str::<yaml_serde::Value>(text)?)
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

//! The policy's reader of settings, asked from outside.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use kubevirt_sidecar_hostpath_policy::read_settings;
use serde_json::{Value, json};

/// The root of the repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A file of the repository.
pub(crate) fn text(name: &str) -> String {
    fs::read_to_string(root().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// What the settings mean, as text that can be compared; or the message that refuses them.
pub(crate) fn meaning(settings: &Value) -> Result<String, String> {
    match read_settings(settings.to_string().as_bytes()) {
        Ok(settings) => Ok(format!("{settings:?}")),
        Err(violations) => Err(violations.to_string()),
    }
}

/// The names that the reader lists when it meets one that it does not know.
fn known(settings: &Value) -> BTreeSet<String> {
    let message = meaning(settings).unwrap_err();
    let (_, names) = message.split_once("unknown key, known are ").unwrap();
    names.split(", ").map(str::to_owned).collect()
}

/// The keys of the settings.
pub(crate) fn keys() -> BTreeSet<String> {
    known(&json!({"allowedHostPaths": [], "?": 1}))
}

/// The keys of a rule.
pub(crate) fn rule_keys() -> BTreeSet<String> {
    known(&json!({"allowedHostPaths": [{"pathPrefix": "/a", "?": 1}]}))
}

#[test]
fn the_reader_lists_its_keys() {
    assert!(keys().contains("allowedHostPaths"), "{:?}", keys());
    assert!(rule_keys().contains("pathPrefix"), "{:?}", rule_keys());
}

/// Every value of every key, alone: what the reader lists, it also reads.
#[test]
fn every_key_that_the_reader_lists_is_read() {
    for key in keys() {
        let wrong = meaning(&json!({"allowedHostPaths": [], key.as_str(): 7})).unwrap_err();
        assert!(wrong.starts_with(&format!("settings.{key}: ")), "{wrong}");
    }
    for key in rule_keys() {
        let wrong = meaning(&json!({"allowedHostPaths": [{key.as_str(): 7}]})).unwrap_err();
        assert!(
            wrong.contains(&format!("settings.allowedHostPaths[0].{key}: ")),
            "{wrong}"
        );
    }
}

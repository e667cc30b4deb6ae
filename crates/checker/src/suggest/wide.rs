//! The widest settings for what one object needs, and which rule a path can have at all.

use std::collections::{BTreeMap, BTreeSet};

use kubevirt_sidecar_hostpath_policy::{BUILT_IN, HostPath};
use serde_json::{Value, json};

use super::need::Need;
use super::profile::Profile;
use super::rule::{Key, Rule};
use crate::settings::SettingsJson;

/// The rule that can permit a path: one for the path alone, or for the deepest directory above a brace, which no rule can name.
pub(super) fn key(path: &HostPath) -> Key {
    match path.as_str().split_once(['{', '}']) {
        None => (path.to_string(), false),
        Some((before, _)) => {
            let directory = before.rsplit_once('/').map_or("", |(directory, _)| directory);
            (
                if directory.is_empty() { "/" } else { directory }.to_owned(),
                true,
            )
        }
    }
}

/// The sensitive paths that must not be in the list, if this path is to be mounted as a whole: no rule names them.
pub(super) fn unprotected(path: &HostPath) -> Vec<&'static HostPath> {
    let (names, contained) = (path.names(), path.contained());
    let is_inside = |sensitive: &HostPath| contained.iter().any(|path| sensitive.is_at_or_below(path));
    let is_named = |sensitive: &HostPath| names.iter().any(|name| name.is_at_or_below(sensitive));
    let sensitive = BUILT_IN.iter();
    sensitive
        .filter(|path| is_inside(path) && !is_named(path))
        .collect()
}

/// The settings beside the rules, where they are not the default.
pub(super) fn others<'n>(rules: &[Rule], paths: impl Iterator<Item = &'n HostPath>) -> Vec<(String, Value)> {
    let mut others = Vec::new();
    let used: BTreeSet<&str> = rules.iter().flat_map(Rule::types).collect();
    if !used.iter().all(|used| matches!(*used, "Directory" | "File")) {
        others.push(("allowedTypes".to_owned(), json!(used)));
    }
    let unprotected: BTreeSet<&HostPath> = paths.flat_map(unprotected).collect();
    if !unprotected.is_empty() {
        let left = BUILT_IN.iter().filter(|path| !unprotected.contains(path));
        let left: Vec<&str> = left.map(HostPath::as_str).collect();
        others.push(("sensitiveHostPaths".to_owned(), json!(left)));
    }
    others
}

/// Settings that permit these needs of one object, and to everybody.
pub(super) fn settings(needs: &[Need]) -> SettingsJson {
    let mut places: BTreeMap<Key, Profile> = BTreeMap::new();
    let mut containers: BTreeMap<String, Value> = BTreeMap::new();
    for need in needs {
        let mut profile = Profile::of(need);
        profile.requests = Some(need.user);
        places.entry(key(&need.path)).or_default().add(&profile);
    }
    for (name, directory) in super::conflict::directories(needs.iter()).0 {
        containers.insert(name, json!(directory.path));
    }
    let rules: Vec<Rule> = places
        .into_iter()
        .map(|(key, profile)| Rule::new(key, profile, None, None))
        .collect();
    let mut settings = SettingsJson::new();
    let values: Vec<Value> = rules.iter().map(Rule::to_json).collect();
    settings.insert("allowedHostPaths".to_owned(), Value::from(values));
    settings.extend(others(&rules, needs.iter().map(|need| &need.path)));
    if !containers.is_empty() {
        settings.insert("requestContainers".to_owned(), json!(containers));
    }
    settings
}

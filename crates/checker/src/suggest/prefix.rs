//! Prefixes in place of paths, where there are more than settings have rules.

use std::collections::{BTreeMap, BTreeSet};

use kubevirt_sidecar_hostpath_policy::{HostPath, Namespace, Settings, SettingsFor, Viewer, permission};
use serde_json::json;

use super::conflict::directories_above;
use super::draft::Draft;
use super::rule::Key;
use crate::settings::{SettingsJson, rules};

/// A prefix that a rule can have.
pub(super) struct Prefix(Settings);

impl Prefix {
    /// The prefix, beside `others`, the settings that are no rules; none if settings with it are refused.
    pub(super) fn of(directory: &str, others: &SettingsJson) -> Option<Self> {
        let mut settings = others.clone();
        settings.insert("allowedHostPaths".to_owned(), json!([{"pathPrefix": directory}]));
        rules(&settings).ok().map(Prefix)
    }

    /// Whether it permits a path: what is sensitive below, it does not.
    pub(super) fn permits(&self, path: &str) -> bool {
        let Ok(path) = HostPath::parse(path) else {
            return false;
        };
        let settings = SettingsFor::new(&self.0, &Namespace::Any);
        let viewer = Viewer::mounting(None);
        permission(&settings, &settings.around(&path), viewer, None, None)
            .refusals
            .is_empty()
    }
}

/// Makes paths of one directory a prefix, where there are the most of them first, until there are at most so many rules or
/// nothing more can be done. Writable paths and those of `exact` stay.
pub(super) fn merge_paths(draft: &mut Draft, limit: usize, exact: &BTreeSet<String>) {
    let others = draft.beside_rules();
    let mut stuck: BTreeSet<Key> = BTreeSet::new();
    let writable = draft.rules().filter(|rule| rule.profile.writes.is_some());
    stuck.extend(writable.map(|rule| rule.key.clone()));
    stuck.extend(exact.iter().map(|path| (path.clone(), false)));
    while draft.count() > limit {
        let places: Vec<&Key> = draft.places.keys().filter(|key| !stuck.contains(*key)).collect();
        let mut groups = groups(places);
        if groups.is_empty() {
            return;
        }
        let depth = |directory: &str| directory.matches('/').count();
        groups.sort_by_key(|(directory, members)| (members.len(), depth(directory)));
        let mut count = draft.count();
        while let Some((directory, members)) = groups.pop() {
            if count <= limit {
                break;
            }
            let prefix = Prefix::of(&directory, &others);
            let permits = |(path, _): &Key| prefix.as_ref().is_some_and(|prefix| prefix.permits(path));
            let (fitting, rest): (Vec<Key>, Vec<Key>) = members.into_iter().partition(permits);
            stuck.extend(rest);
            if fitting.len() < 2 {
                stuck.extend(fitting);
            } else {
                count = count.saturating_add(1).saturating_sub(fitting.len());
                draft.absorb(&directory, fitting);
            }
        }
    }
}

/// The places that have a directory in common with a neighbour, by the deepest such directory. Each is in one group only.
fn groups(mut places: Vec<&Key>) -> Vec<(String, Vec<Key>)> {
    // A path comes before all that is below it, and that before the next path.
    places.sort_by_cached_key(|(path, is_prefix)| (path.replace('/', "\0"), *is_prefix));
    let mut groups: BTreeMap<&str, Vec<Key>> = BTreeMap::new();
    let common: Vec<&str> = places
        .iter()
        .zip(places.iter().skip(1))
        .map(|((one, _), (other, _))| common_directory(one, other))
        .collect();
    let before = std::iter::once("").chain(common.iter().copied());
    let after = common.iter().copied().chain(std::iter::once(""));
    for (key, (before, after)) in places.into_iter().zip(before.zip(after)) {
        let directory = if after.len() > before.len() { after } else { before };
        groups.entry(directory).or_default().push(key.clone());
    }
    let groups = groups.into_iter();
    groups
        .filter(|(directory, members)| !directory.is_empty() && members.len() > 1)
        .map(|(directory, members)| (directory.to_owned(), members))
        .collect()
}

/// The deepest directory that both are at or below; nothing, if that is `/`.
fn common_directory<'p>(one: &'p str, other: &str) -> &'p str {
    let is_above = |directory: &&str| {
        let rest = other.strip_prefix(*directory);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let mut above = std::iter::once(one).chain(directories_above(one));
    above.find(is_above).unwrap_or("")
}

//! Whether the settings permit a host path.

use crate::{
    aliases,
    path::on_node,
    rule::{self, Instance, Rule, Seer, instances},
    settings::Settings,
};

/// How a container sees a host path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct View {
    /// The path on the node, as written.
    pub path: String,
    /// The type of the volume; `""` where it has none.
    pub volume_type: String,
    /// Whether the container may write.
    pub writable: bool,
}

/// The rule that decides on `path` for this one; none where it is reserved for others, or contains what is.
#[must_use]
pub fn deciding<'s>(settings: &'s Settings, seer: Seer<'_>, path: &[String]) -> Option<&'s Rule> {
    let path = &path.to_vec();
    let instances = instances(&settings.rules, &settings.asker, seer, &[path]);
    let lies_at = |instance: &Instance<'_>, name: &Vec<String>| {
        let counts = !instance.rule.exact || instance.path == *name || !instance.is_mine;
        name.starts_with(&instance.path) && counts
    };
    for name in aliases::names(path).iter() {
        let above = instances.iter().filter(|instance| lies_at(instance, name));
        let deepest = above.clone().map(|instance| instance.path.len()).max();
        let mut of_deepest = above.filter(|instance| Some(instance.path.len()) == deepest);
        if deepest.is_some() && !of_deepest.any(|instance| instance.is_mine) {
            return None;
        }
    }
    let others = instances.iter().filter(|instance| {
        instance.rule.is_restricted() && !instance.is_mine && aliases::is_strictly_in(&instance.path, path)
    });
    let is_mine_too = |path: &Vec<String>| {
        let mut mine = instances.iter().filter(|instance| instance.is_mine);
        mine.any(|instance| instance.path == *path)
    };
    if others.into_iter().any(|other| !is_mine_too(&other.path)) {
        return None;
    }
    let matching = instances.iter().filter(|instance| {
        let is_at = instance.path == *path;
        let is_above = !instance.rule.exact && path.starts_with(&instance.path);
        instance.is_mine && (is_at || is_above)
    });
    let mut matching: Vec<&Instance<'_>> = matching.collect();
    matching.sort_by_key(|instance| {
        (
            !instance.rule.exact,
            usize::MAX - instance.path.len(),
            instance.rule.containers.is_none(),
            instance.rule.namespaces.is_none(),
            instance.rule.has_placeholder(),
            instance.index,
        )
    });
    matching.first().map(|instance| instance.rule)
}

/// The rule that permits `path` to this one, types, access and sharing aside.
#[must_use]
pub fn permitting<'s>(settings: &'s Settings, seer: Seer<'_>, path: &[String]) -> Option<&'s Rule> {
    let rule = deciding(settings, seer, path)?;
    let touched = settings
        .sensitive
        .iter()
        .filter(|sensitive| aliases::touch(path, sensitive));
    let named = |sensitive: &Vec<String>| aliases::is_in(&rule.named(), sensitive);
    let planted = rule::is_below_writable(&settings.rules, &path.to_vec());
    let permitted = touched.into_iter().all(named) && !planted;
    permitted.then_some(rule)
}

/// The rule by which the settings permit this one this view of the node.
#[must_use]
pub fn permitted<'s>(settings: &'s Settings, seer: Seer<'_>, view: &View) -> Option<&'s Rule> {
    let rule = permitting(settings, seer, &on_node(&view.path)?)?;
    let fits = rule.types.contains(&view.volume_type) && (rule.writable || !view.writable);
    (fits && (rule.shared || !seer.is_compute())).then_some(rule)
}

/// Whether this user may create launcher pods with host paths.
#[must_use]
pub fn trusts(settings: &Settings, username: &str) -> bool {
    username.is_empty()
        || settings
            .creators
            .iter()
            .any(|user| user == "*" || user == username)
}

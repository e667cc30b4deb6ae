//! Rules that became wider than needed, because a rule that came later lets others pass.

use std::collections::BTreeSet;

use super::rule::Rule;

/// How often one suggestion tries to narrow a rule: each time all needs are judged again.
pub(super) const MOST_TRIES: usize = 512;

/// The rule, each time without one of its members or names, or not for requests: whatever can be less.
pub(super) fn narrower(rule: &Rule) -> Vec<Rule> {
    let mut all = Vec::new();
    let mut add = |change: &dyn Fn(&mut Rule)| {
        let mut narrow = rule.clone();
        change(&mut narrow);
        all.push(narrow);
    };
    if rule.profile.requests.is_some() {
        add(&|rule| rule.profile.requests = None);
    }
    if rule.profile.writes.is_some() {
        add(&|rule| rule.profile.writes = None);
    }
    if rule.profile.shares.is_some() {
        add(&|rule| rule.profile.shares = None);
    }
    if rule.profile.types.len() > 1 {
        for host_path_type in rule.profile.types.keys() {
            add(&|rule| {
                rule.profile.types.remove(host_path_type);
            });
        }
    }
    for name in several(rule.namespaces.as_ref()) {
        add(&|rule| remove(&mut rule.namespaces, name));
    }
    for name in several(rule.containers.as_ref()) {
        add(&|rule| remove(&mut rule.containers, name));
    }
    all
}

/// The names, if there are several.
fn several(names: Option<&BTreeSet<String>>) -> impl Iterator<Item = &String> {
    names.into_iter().filter(|names| names.len() > 1).flatten()
}

fn remove(names: &mut Option<BTreeSet<String>>, name: &str) {
    if let Some(names) = names {
        names.remove(name);
    }
}

//! What no rule shows by itself: rules that are in each other's way, or in the way of what is sensitive.

use crate::{
    aliases,
    namespaces::Asker,
    path,
    rule::{Rule, Seer, instances},
};

/// Directories in which the node has more than what namespaces are called.
const CROWDED: &str = "/var/lib /var/cache /var/spool /var/local /usr/local";

/// Whether the rules are in nobody's way.
pub(crate) fn consistent(rules: &[Rule], sensitive: &[Vec<String>]) -> bool {
    rules.iter().enumerate().all(|(index, rule)| {
        let twice = |other: &Rule| {
            let overlap = |one: &Option<Vec<String>>, other: &Option<Vec<String>>| match (one, other) {
                (None, None) => true,
                (Some(one), Some(other)) => one.iter().any(|name| other.contains(name)),
                _ => false,
            };
            other.path == rule.path
                && other.exact == rule.exact
                && overlap(&rule.namespaces, &other.namespaces)
                && overlap(&rule.containers, &other.containers)
        };
        let never = |sensitive: &Vec<String>| {
            rule.exact && !rule.has_placeholder() && aliases::is_strictly_in(sensitive, &rule.path)
        };
        !rules[..index].iter().any(twice) && !sensitive.iter().any(never) && is_well_placed(rule, sensitive)
    }) && no_escape(rules)
}

/// Whether the names of namespaces choose nothing that is the node's.
fn is_well_placed(rule: &Rule, sensitive: &[Vec<String>]) -> bool {
    let directories = aliases::names(&rule.named());
    let crowded: Vec<_> = CROWDED.split(' ').map(path::elements).collect();
    let is_bad = |directory: &Vec<String>| {
        directory.len() < 2 || crowded.contains(directory) || sensitive.contains(directory)
    };
    !rule.has_placeholder() || !directories.iter().any(is_bad)
}

/// Whether no rule names a path below one where sidecars may write, or one that a namespace may have for writing.
fn no_escape(rules: &[Rule]) -> bool {
    if !rules.iter().any(|rule| rule.writable) {
        return true;
    }
    let paths: Vec<&Vec<String>> = rules.iter().map(|rule| &rule.path).collect();
    let instances: Vec<_> = instances(rules, &Asker::Nowhere, Seer::Debugging, &paths)
        .into_iter()
        .map(|instance| (instance.clone(), aliases::names(&instance.path)))
        .collect();
    let writable = instances.iter().filter(|(instance, _)| instance.rule.writable);
    writable.into_iter().all(|(writable, writable_names)| {
        instances.iter().all(|(other, names)| {
            let below = |name: &Vec<String>| writable_names.iter().any(|above| path::below(name, above));
            let is_expansion = writable.rule.has_placeholder()
                && other.rule.path != writable.rule.path
                && names.contains(&writable.path);
            !names.iter().any(below) && !is_expansion
        })
    })
}

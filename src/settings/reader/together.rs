//! What no rule shows by itself: faults of rules beside other rules and beside the sensitive paths.

use std::borrow::Cow;

use super::Reader;
use crate::{
    base::{
        by_name::ByName,
        field::{Path, Violation, quote},
        path::HostPath,
    },
    settings::{
        pattern::Pattern,
        rule::{Rule, Scope},
    },
};

/// Directories of the system that have a subdirectory for everything: no name of a namespace may choose one.
const NO_DIRECTORIES_FOR_NAMESPACES: [&str; 3] = ["/", "/var", "/var/lib"];

impl Reader {
    /// Compares each of the rules, which are at `at`, with the others and with the sensitive paths.
    pub(super) fn rules_together(&mut self, at: Path<'_>, rules: &[(usize, Rule)], sensitive: &[HostPath]) {
        let mut earlier = ByName::default();
        let writable: Vec<&(usize, Rule)> = rules.iter().filter(|(_, rule)| rule.is_writable()).collect();
        for (position, (index, rule)) in rules.iter().enumerate() {
            let rule_at = at.index(*index);
            let field_at = rule_at.name(match rule.scope {
                Scope::Exact { .. } => "path",
                Scope::Prefix(_) => "pathPrefix",
            });
            let faults = [
                is_duplicate(at, rules, &mut earlier, position, rule),
                below_writable(at, &writable, rule),
                writable_for_a_namespace(at, &writable, rule),
                directory_of_namespaces(rule, sensitive),
                above_sensitive(rule, sensitive),
            ];
            let value = quote(rule.path().as_written().as_str());
            let faults = faults.into_iter().flatten();
            self.faults
                .extend(faults.map(|detail| Violation::invalid(field_at, value.clone(), detail)));
        }
    }
}

/// Two rules for the same path, of which neither is narrower. One that is for some namespaces or containers is narrower than
/// one for all of them.
fn is_duplicate(
    at: Path<'_>,
    rules: &[(usize, Rule)],
    earlier: &mut ByName<'_>,
    position: usize,
    rule: &Rule,
) -> Option<String> {
    let form = if rule.is_exact() { "exact" } else { "prefix" };
    // No path and no label holds a NUL, and no namespace is called "".
    let path_and_form = format!("{}\0{form}\0", rule.path().as_written());
    let every = [String::new()];
    let mut found = None;
    for namespace in rule.namespaces.as_deref().unwrap_or(&every) {
        let key = format!("{path_and_form}{namespace}");
        let same = earlier.get(&key).iter().filter(|earlier| **earlier != position);
        let mut same = same.filter_map(|earlier| rules.get(*earlier));
        if let Some((first, _)) = same.find(|(_, other)| is_for_the_same_containers(rule, other)) {
            found.get_or_insert_with(|| {
                let of_namespace = match &rule.namespaces {
                    Some(_) => format!(", for namespace {}", quote(namespace)),
                    None => String::new(),
                };
                format!("duplicates {}{of_namespace}", at.index(*first))
            });
        }
        earlier.add(Cow::Owned(key), position);
    }
    found
}

/// Whether two rules are for one container, or both for all of them.
fn is_for_the_same_containers(one: &Rule, other: &Rule) -> bool {
    match (&one.containers, &other.containers) {
        (None, None) => true,
        (Some(one), Some(_)) => one.iter().any(|name| other.is_for_container(name)),
        _ => false,
    }
}

/// A rule below a path where sidecars may write, whomever the rules are for.
fn below_writable(at: Path<'_>, writable: &[&(usize, Rule)], rule: &Rule) -> Option<String> {
    if writable.is_empty() {
        return None;
    }
    let names = rule.path().names();
    let is_below = |other: &Pattern| names.iter().any(|name| name.may_be_below(other) == Some(true));
    let (index, other) = writable.iter().find(|(_, other)| is_below(other.path()))?;
    Some(format!(
        "is below {}, which {} makes writable: a sidecar could plant a symbolic link there",
        quote(other.path().as_written().as_str()),
        at.index(*index)
    ))
}

/// A rule for a path that a namespace of the right name may write to.
fn writable_for_a_namespace(at: Path<'_>, writable: &[&(usize, Rule)], rule: &Rule) -> Option<String> {
    let mut of_namespaces = writable
        .iter()
        .filter(|(_, other)| other.path().directory().is_some() && other.path() != rule.path())
        .peekable();
    of_namespaces.peek()?;
    let names = rule.path().names();
    let can_be = |other: &Pattern| names.iter().any(|name| name.may_be_below(other) == Some(false));
    let (index, other) = of_namespaces.find(|(_, other)| can_be(other.path()))?;
    Some(format!(
        "is matched by {} in {}, where it is writable: a namespace may have that name",
        quote(other.path().as_written().as_str()),
        at.index(*index)
    ))
}

/// A placeholder where the names of namespaces would choose among directories of the system.
fn directory_of_namespaces(rule: &Rule, sensitive: &[HostPath]) -> Option<String> {
    let directory = rule.path().directory()?;
    let names = directory.names();
    let of_the_system = |name: &HostPath| NO_DIRECTORIES_FOR_NAMESPACES.contains(&name.as_str());
    (names.iter().any(of_the_system) || sensitive.iter().any(|path| names.contains(path))).then(|| {
        format!(
            "must not have {{namespace}} directly in {}: a namespace could have the name of what the node keeps there",
            quote(directory.as_str())
        )
    })
}

/// A rule for one path that contains a sensitive path, which would have to be named.
fn above_sensitive(rule: &Rule, sensitive: &[HostPath]) -> Option<String> {
    let path = rule.path();
    if !rule.is_exact() || path.directory().is_some() {
        return None;
    }
    let (names, contained) = (path.as_written().names(), path.as_written().contained());
    let inside = |path: &HostPath| contained.iter().any(|inside| path.is_at_or_below(inside));
    let named = |path: &HostPath| names.iter().any(|name| name.is_at_or_below(path));
    let below = sensitive.iter().find(|path| inside(path) && !named(path))?;
    Some(format!(
        "can never be allowed, because it contains the sensitive host path {}",
        quote(below.as_str())
    ))
}

//! What no rule shows by itself: faults of rules beside other rules and beside the sensitive paths.

use super::Reader;
use crate::{
    base::{
        by_name::{ByName, item},
        field::{FieldPath, Violation, quote},
        path::HostPath,
        path_tree::PathTree,
        step::Step,
    },
    settings::{
        pattern::Pattern,
        rule::{Rule, Scope},
        sensitive::BUILT_IN,
    },
};

/// Directories of the system that have a subdirectory for everything: no list can name all that is sensitive below.
const WIDE: [&str; 5] = ["/", "/var", "/var/lib", "/mnt", "/media"];

/// Directories of the system with two elements, in which no name of a namespace may choose.
const NO_DIRECTORIES_FOR_NAMESPACES: [&str; 5] =
    ["/var/lib", "/var/cache", "/var/spool", "/var/local", "/usr/local"];

impl Reader {
    /// Compares each of the rules, whose list is at `at`, with the others and with the sensitive paths.
    pub(super) fn rule_conflicts(&mut self, at: FieldPath<'_>, rules: &[Rule], sensitive: &[HostPath]) {
        let mut duplicates = Duplicates::of(rules);
        let writable = Writable::of(rules);
        for (position, rule) in rules.iter().enumerate() {
            if self.has_enough() {
                return;
            }
            let rule_at = at.index(rule.number);
            let field_at = rule_at.name(match rule.scope {
                Scope::Exact { .. } => "path",
                Scope::Prefix(_) => "pathPrefix",
            });
            let value = quote(rule.path().as_written().as_str());
            let fault = |detail| Violation::invalid(field_at, value.clone(), detail);
            let below_writable = writable.strictly_above(at, rule).map(|(other, detail)| {
                fault(detail).with(|fault| {
                    fault.step = Some(Step::BelowWritable);
                    fault.rule = Some(other);
                })
            });
            let faults = [
                duplicates.of_rule(at, position, rule).map(fault),
                wide(rule).map(fault),
                below_writable,
                writable.for_a_namespace(at, rule).map(fault),
                directory_of_namespaces(rule, sensitive).map(fault),
                above_sensitive(rule, sensitive).map(fault),
            ];
            self.faults.extend(faults.into_iter().flatten());
        }
    }
}

/// Rules of the same path and form, by the namespaces and containers to which they apply. A rule for every namespace, or
/// for every container, is in none of these lists with one that is not: the narrower decides.
struct Duplicates<'r> {
    rules: &'r [Rule],
    by_namespace: ByName<'r>,
    by_container: ByName<'r>,
}

impl<'r> Duplicates<'r> {
    fn of(rules: &'r [Rule]) -> Self {
        Duplicates {
            rules,
            by_namespace: ByName::default(),
            by_container: ByName::default(),
        }
    }

    /// Why `rule`, at this position, is the same as an earlier one. To be asked of each in turn.
    fn of_rule(&mut self, at: FieldPath<'_>, position: usize, rule: &'r Rule) -> Option<String> {
        let earlier = self.rules.iter().take(position);
        let is_of_this_path: Vec<bool> = earlier.map(|other| is_alike(rule, other)).collect();
        // A rule of another path needs no look at its lists.
        if !self
            .rules
            .iter()
            .zip(0..)
            .any(|(other, other_position)| other_position != position && is_alike(rule, other))
        {
            return None;
        }
        let mut is_candidate = vec![false; position];
        for name in containers(rule) {
            for other in self.by_container.with(name.into(), position) {
                // The last one is the rule itself.
                if let Some(candidate) = is_candidate.get_mut(*other) {
                    *candidate = *item(&is_of_this_path, *other);
                }
            }
        }
        let mut found: Option<(&str, usize)> = None;
        for namespace in namespaces(rule) {
            let mut same = self.by_namespace.with(namespace.into(), position).iter();
            if found.is_none() {
                let same = same.find(|other| is_candidate.get(**other) == Some(&true));
                found = same.map(|other| (namespace, *other));
            }
        }
        let (namespace, other) = found?;
        let of_namespace = match &rule.namespaces {
            Some(_) => format!(", for namespace {}", quote(namespace)),
            None => String::new(),
        };
        let number = item(self.rules, other).number;
        Some(format!(
            "duplicates {}{of_namespace}",
            at.index(number).to_field()
        ))
    }
}

/// The namespaces of a rule; `""`, which is the name of none, for every namespace.
fn namespaces(rule: &Rule) -> impl Iterator<Item = &str> {
    let names = rule.namespaces.iter().flatten().map(String::as_str);
    names.chain(rule.namespaces.is_none().then_some(""))
}

/// The containers of a rule; `""` for every container.
fn containers(rule: &Rule) -> impl Iterator<Item = &str> {
    let names = rule.container_names();
    let every = names.is_none().then_some("");
    names.into_iter().flatten().chain(every)
}

fn is_alike(one: &Rule, other: &Rule) -> bool {
    one.is_exact() == other.is_exact() && one.path() == other.path()
}

/// A path with everything of the system below it.
fn wide(rule: &Rule) -> Option<String> {
    let is_wide = |name: &HostPath| {
        let has_one_element = name.as_str().matches('/').count() == 1;
        WIDE.contains(&name.as_str()) || has_one_element && BUILT_IN.contains(name)
    };
    let name = rule.path().as_written().names().into_iter().find(is_wide)?;
    Some(format!(
        "is too wide: no list can name everything sensitive below {}; name the directories that are needed",
        name.as_str()
    ))
}

/// The rules that make a path writable.
struct Writable<'r> {
    rules: &'r [Rule],
    /// Those without a placeholder.
    plain: PathTree,
    /// The positions of those with a placeholder.
    with_placeholder: Vec<usize>,
}

impl<'r> Writable<'r> {
    fn of(rules: &'r [Rule]) -> Self {
        let writable = rules.iter().zip(0..).filter(|(rule, _)| rule.is_writable());
        let has_placeholder = |rule: &Rule| rule.path().directory().is_some();
        let plain = writable.clone().filter(|(rule, _)| !has_placeholder(rule));
        Writable {
            rules,
            plain: PathTree::of(plain.map(|(rule, position)| (rule.path().as_written().as_str(), position))),
            with_placeholder: writable
                .filter(|(rule, _)| has_placeholder(rule))
                .map(|(_, position)| position)
                .collect(),
        }
    }

    /// Why a rule may not be below a path where sidecars may write, to whatever the rules apply; and the number of the rule for
    /// that.
    fn strictly_above(&self, at: FieldPath<'_>, rule: &Rule) -> Option<(usize, String)> {
        if self.plain.is_empty() && self.with_placeholder.is_empty() {
            return None;
        }
        let names = rule.path().names();
        let is_below = |position: &usize| {
            names
                .iter()
                .any(|name| name.may_be_below(self.path(*position)) == Some(true))
        };
        let position = match rule.path().directory() {
            // The placeholder of this rule may be an element of the other's path.
            Some(_) => self
                .rules
                .iter()
                .zip(0..)
                .filter(|(rule, _)| rule.is_writable())
                .map(|(_, position)| position)
                .find(is_below),
            None => {
                let plain = names
                    .iter()
                    .filter_map(|name| self.plain.above(name.as_written().as_str()).min());
                let with_placeholder = self.with_placeholder.iter().copied().find(is_below);
                plain.chain(with_placeholder).min()
            }
        }?;
        let number = item(self.rules, position).number;
        let detail = format!(
            "is below {}, which {} makes writable: a sidecar could plant a symbolic link there",
            quote(self.path(position).as_written().as_str()),
            at.index(number).to_field()
        );
        Some((number, detail))
    }

    /// A rule for a path that a namespace of the right name may write to.
    fn for_a_namespace(&self, at: FieldPath<'_>, rule: &Rule) -> Option<String> {
        if self.with_placeholder.is_empty() {
            return None;
        }
        let names = rule.path().names();
        let is_matched = |position: &&usize| {
            let other = self.path(**position);
            other != rule.path() && names.iter().any(|name| name.may_be_below(other) == Some(false))
        };
        let position = *self.with_placeholder.iter().find(is_matched)?;
        Some(format!(
            "is matched by {} in {}, where it is writable: a namespace may have that name",
            quote(self.path(position).as_written().as_str()),
            at.index(item(self.rules, position).number).to_field()
        ))
    }

    fn path(&self, position: usize) -> &Pattern {
        item(self.rules, position).path()
    }
}

/// A placeholder where the names of namespaces would choose among directories of the system.
fn directory_of_namespaces(rule: &Rule, sensitive: &[HostPath]) -> Option<String> {
    let directory = rule.path().directory()?;
    let names = directory.names();
    let of_the_system = |name: &HostPath| {
        let has_one_element = name.as_str().matches('/').count() == 1;
        has_one_element || NO_DIRECTORIES_FOR_NAMESPACES.contains(&name.as_str())
    };
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

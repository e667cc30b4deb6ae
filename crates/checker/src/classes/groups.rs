//! Which namespaces and containers are alike at one place: those that the rules that have to do with it treat alike.

use std::collections::{BTreeMap, BTreeSet};

use kubevirt_sidecar_hostpath_policy::{COMPUTE, HostPath, Rule, Settings};

use super::names::Members;
use super::tree::Tree;

/// A hook sidecar, which no rule names: so is every other container that no rule names.
pub(super) const HOOK_SIDECAR: &str = "hook-sidecar-0";

/// Names that are alike.
#[derive(Debug, Clone)]
pub(super) struct Group {
    pub(super) members: Members,
    /// One of them.
    pub(super) representative: String,
}

/// The groups of one place, and the names that are in one of them, but for the rest.
#[derive(Debug)]
pub(super) struct Groups {
    pub(super) groups: Vec<Group>,
    pub(super) listed: BTreeSet<String>,
}

/// What tells names apart.
type Signature<'s> = (Vec<usize>, Option<&'s str>);

/// Names with their signatures, as they are collected.
#[derive(Default)]
struct Named<'s>(BTreeMap<&'s str, Signature<'s>>);

impl<'s> Named<'s> {
    fn add(&mut self, name: &'s str, number: usize) {
        self.0.entry(name).or_default().0.push(number);
    }

    fn separate(&mut self, name: &'s str) {
        self.0.entry(name).or_default().1 = Some(name);
    }

    fn groups(self, rest: &str, not: &[String]) -> Groups {
        let listed = self.0.keys().map(|name| (*name).to_owned()).collect();
        let mut alike: BTreeMap<Signature<'s>, Vec<String>> = BTreeMap::new();
        for (name, signature) in self.0 {
            if !not.iter().any(|not| not == name) {
                alike.entry(signature).or_default().push(name.to_owned());
            }
        }
        let named = alike.into_values().filter_map(|names| {
            let representative = names.first()?.clone();
            Some(Group {
                members: Members::These(names),
                representative,
            })
        });
        let rest = Group {
            members: Members::Rest,
            representative: rest.to_owned(),
        };
        Groups {
            groups: named.chain([rest]).collect(),
            listed,
        }
    }
}

/// The rules that have to do with a path: at, above or below it, under any name and for any namespace.
pub(super) fn concerned<'s>(sides: &[&'s Settings], path: &HostPath) -> Vec<&'s Rule> {
    let contained = path.contained();
    let concerns = |rule: &&Rule| {
        let pattern = rule.path();
        contained
            .iter()
            .any(|path| pattern.above(path).is_some() || pattern.below(path).is_some())
    };
    let rules = sides.iter().flat_map(|rules| &rules.rules);
    rules.filter(concerns).collect()
}

/// The groups of namespaces at a node of the tree.
pub(super) fn of_namespaces(rules: &[&Rule], tree: &Tree, node: usize) -> Groups {
    let mut named = Named::default();
    for (rule, number) in rules.iter().zip(0..) {
        for name in rule.namespaces.iter().flatten() {
            named.add(name, number);
        }
    }
    if rules.iter().any(|rule| rule.path().directory().is_some()) {
        for label in &tree.labels {
            named.separate(label);
        }
    }
    named.groups(&tree.own, &tree.not_own(node).unwrap_or_default())
}

/// The groups of containers; those for which requests may be made are not with others.
pub(super) fn of_containers(rules: &[&Rule], sides: &[&Settings]) -> Groups {
    let mut named = Named::default();
    named.separate(COMPUTE);
    for (rule, number) in rules.iter().zip(0..) {
        for name in rule.container_names().into_iter().flatten() {
            named.add(name, number);
        }
    }
    for (rules, number) in sides.iter().zip(rules.len()..) {
        for (name, _) in &rules.request_containers {
            named.add(name, number);
        }
    }
    named.groups(HOOK_SIDECAR, &[])
}

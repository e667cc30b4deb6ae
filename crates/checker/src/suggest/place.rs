//! The rules of one path.

use std::collections::{BTreeMap, BTreeSet};

use kubevirt_sidecar_hostpath_policy::{COMPUTE, HostPathType, MOST_ITEMS};

use super::opening;
use super::profile::{Askers, Classes, Profile};
use super::rule::Key;
use super::rule::{Rule, permit};
use super::who::{Class, Who};

/// What the needs of some containers are together, and the names of the containers; all, where rules cannot name them.
type Group = (Profile, Option<BTreeSet<String>>);

/// Namespaces whose needs are alike get one rule: this is what must be alike.
type Shape = (Vec<HostPathType>, [bool; 3], Option<BTreeSet<String>>);

/// The rules that permit what is needed of a path: of each namespace no more than that, or one rule for all where `is_merged`.
pub(super) fn rules(key: &Key, askers: &Askers, is_merged: bool) -> Vec<Rule> {
    let types = askers
        .values()
        .flat_map(BTreeMap::values)
        .flat_map(|profile| profile.types.keys());
    let hints = askers
        .values()
        .flat_map(BTreeMap::values)
        .filter_map(|profile| profile.any_type);
    let any_type = types
        .copied()
        .chain(hints)
        .next()
        .unwrap_or(HostPathType::Directory);
    let place = Place { key, any_type };
    if is_merged {
        return place.merged(askers);
    }
    let named = || askers.iter().filter(|(who, _)| matches!(who, Who::Named(_)));
    let mut rules: Vec<Rule> = Vec::new();
    let every = askers.get_key_value(&Who::Absent);
    // Each rule is for an object that serves every namespace.
    let every = every.or_else(|| {
        askers
            .get_key_value(&Who::Any)
            .filter(|_| named().next().is_none())
    });
    if let Some((who, classes)) = every {
        for (profile, containers) in place.groups(classes) {
            let askers = [(who.clone(), profile.clone())];
            rules.push(place.rule(profile, None, containers, &askers));
        }
    }
    let is_permitted = |(who, classes): &(&Who, &Classes)| {
        classes
            .iter()
            .all(|(class, profile)| permit(&rules, who, class, profile))
    };
    let rest: Vec<(&Who, &Classes)> = named().filter(|asker| !is_permitted(asker)).collect();
    // A rule for some containers of every namespace would decide before one for a namespace.
    if !rest.is_empty() && rules.iter().any(|rule| rule.containers.is_some()) {
        return place.merged(askers);
    }
    let mut alike: BTreeMap<Shape, Vec<(Who, Profile)>> = BTreeMap::new();
    for (who, classes) in rest {
        for (profile, containers) in place.groups(classes) {
            let filled = place.filled(&profile);
            let shape = (
                filled.types.keys().copied().collect(),
                [filled.writes, filled.shares, filled.requests].map(|need| need.is_some()),
                containers,
            );
            alike.entry(shape).or_default().push((who.clone(), profile));
        }
    }
    for ((_, _, containers), askers) in alike {
        for askers in askers.chunks(MOST_ITEMS) {
            let profile = Profile::sum(askers.iter().map(|(_, profile)| profile));
            let namespaces = namespaces(askers.iter().map(|(who, _)| who));
            rules.push(place.rule(profile, namespaces, containers.clone(), askers));
        }
    }
    rules
}

/// The names; none where one of them has no name.
fn namespaces<'w>(whose: impl Iterator<Item = &'w Who>) -> Option<BTreeSet<String>> {
    let names = whose.map(|who| match who {
        Who::Named(name) => Some(name.clone()),
        Who::Absent | Who::Any => None,
    });
    names.collect()
}

struct Place<'k> {
    key: &'k Key,
    /// For a rule of which no type is needed.
    any_type: HostPathType,
}

impl Place<'_> {
    fn filled(&self, profile: &Profile) -> Profile {
        let mut filled = profile.clone();
        if let Some(user) = filled.users.first().copied().filter(|_| profile.types.is_empty()) {
            filled.types.insert(self.any_type, user);
        }
        filled
    }

    fn rule(
        &self,
        profile: Profile,
        namespaces: Option<BTreeSet<String>>,
        containers: Option<BTreeSet<String>>,
        askers: &[(Who, Profile)],
    ) -> Rule {
        let mut rule = Rule::new(self.key.clone(), self.filled(&profile), namespaces, containers);
        rule.openings = opening::of_rule(&rule.profile, rule.namespaces.is_some(), askers);
        rule
    }

    /// One rule for all.
    fn merged(&self, askers: &Askers) -> Vec<Rule> {
        let all: Vec<(Who, Profile)> = askers
            .iter()
            .map(|(who, classes)| (who.clone(), Profile::sum(classes.values())))
            .collect();
        // An object that serves every namespace is content with the rule for one.
        let named = askers.keys().filter(|who| **who != Who::Any);
        let named = namespaces(named).filter(|names| !names.is_empty() && names.len() <= MOST_ITEMS);
        let classes = askers.values().flat_map(BTreeMap::iter);
        let mut together = Classes::new();
        for (class, profile) in classes {
            together.entry(class.clone()).or_default().add(profile);
        }
        let profile = Profile::sum(together.values());
        let containers =
            (!together.contains_key(&Class::Sidecar)).then(|| container_names(together.keys(), &profile));
        vec![self.rule(profile, named, containers, &all)]
    }

    /// The needs of one namespace, by the containers that rules can tell apart.
    fn groups(&self, classes: &Classes) -> Vec<Group> {
        let is_named = |class: &Class| matches!(class, Class::Container(_));
        let mut groups: Vec<Group> = Vec::new();
        let has_sidecars = classes.contains_key(&Class::Sidecar);
        if has_sidecars {
            // `compute` is with them: of two rules for it one would be idle.
            let open = classes.iter().filter(|(class, _)| !is_named(class));
            let profile = Profile::sum(open.map(|(_, profile)| profile));
            groups.push((profile, None));
        }
        let open = groups.first().map(|(profile, _)| self.filled(profile));
        let is_covered = |profile: &Profile| open.as_ref().is_some_and(|open| open.covers(profile));
        let rest = classes
            .iter()
            .filter(|(class, profile)| (is_named(class) || !has_sidecars) && !is_covered(profile));
        for requests in [true, false] {
            let some = rest
                .clone()
                .filter(|(_, profile)| profile.requests.is_some() == requests);
            let profile = Profile::sum(some.clone().map(|(_, profile)| profile));
            if !profile.users.is_empty() {
                let names = container_names(some.map(|(class, _)| class), &profile);
                groups.push((profile, Some(names)));
            }
        }
        groups
    }
}

/// The names for a rule: `compute` is implied where the rule is shared with it and names another.
fn container_names<'c>(classes: impl Iterator<Item = &'c Class>, profile: &Profile) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut has_compute = false;
    for class in classes {
        match class {
            Class::Container(name) => {
                names.insert(name.clone());
            }
            Class::Compute => has_compute = true,
            Class::Sidecar => {}
        }
    }
    if has_compute && (names.is_empty() || profile.shares.is_none()) {
        names.insert(COMPUTE.to_owned());
    }
    names
}

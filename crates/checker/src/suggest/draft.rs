//! Settings in the making: a place for each path that is needed, and its rules.

use std::collections::{BTreeMap, BTreeSet};

use kubevirt_sidecar_hostpath_policy::{HostPath, MOST_RULES};
use serde_json::{Value, json};

use super::Rejection;
use super::conflict::{self, Directory};
use super::gap::Gap;
use super::need::Need;
use super::opening::{self, Opening};
use super::passes::{Passes, RulesByPath};
use super::place;
use super::prefix::{self, Prefix};
use super::profile::{self, Askers, Profile};
use super::rule::{Rule, permit};
use super::wide::{self, Key};
use crate::settings::SettingsJson;

/// How often the passes may need more room before objects give way.
const MOST_ATTEMPTS: usize = 8;

/// The settings, by paths.
#[derive(Clone)]
pub(super) struct Draft {
    /// What is needed, by path.
    pub(super) asked: BTreeMap<HostPath, Askers>,
    /// What the rules of each place are for: paths with needs, prefixes, and paths where others have to pass.
    pub(super) places: BTreeMap<Key, Askers>,
    /// The places that have one rule for all.
    merged: BTreeSet<Key>,
    /// The places that are part of another now.
    moved: BTreeMap<Key, Key>,
    /// Because of which object a place is a prefix, and why.
    prefixes: BTreeMap<Key, Opening>,
    rules: RulesByPath,
    directories: BTreeMap<String, Directory>,
}

/// What drafts have to do otherwise than the first one.
#[derive(Debug, Default)]
pub(super) struct Corrections {
    /// The paths that must have a rule of their own.
    exact: BTreeSet<String>,
    /// The places that must have one rule for all.
    merged: BTreeSet<Key>,
}

impl Corrections {
    /// Notes what may close the gaps; else the objects that have to give way.
    pub(super) fn correct(&mut self, draft: &Draft, gaps: Vec<Gap>) -> Option<Vec<(usize, Rejection)>> {
        let mut is_corrected = false;
        let mut rejected = Vec::new();
        for gap in gaps {
            let key = draft.place_of(&gap.path);
            let path = gap.path.to_string();
            let could_be_exact = key.0 != path && wide::key(&gap.path).0 == path;
            if could_be_exact && self.exact.insert(path) || self.merged.insert(key) {
                is_corrected = true;
                continue;
            }
            let users = gap.users.into_iter();
            rejected.extend(users.map(|user| (user, Rejection::beside(gap.why.clone(), None))));
        }
        (!is_corrected).then_some(rejected)
    }
}

impl Draft {
    /// The rules for these needs; and the objects for which there are not rules enough.
    pub(super) fn of<'n>(
        needs: impl Iterator<Item = &'n Need> + Clone,
        corrections: &Corrections,
    ) -> (Self, Vec<(usize, Rejection)>) {
        let mut asked: BTreeMap<HostPath, Askers> = BTreeMap::new();
        for need in needs.clone() {
            let askers = asked.entry(need.path.clone()).or_default();
            profile::add(askers, &need.who, &need.class, &Profile::of(need));
        }
        let directories = conflict::directories(needs).0;
        let mut limit = MOST_RULES;
        let mut attempts = MOST_ATTEMPTS;
        loop {
            let mut draft = Draft {
                asked,
                places: BTreeMap::new(),
                merged: corrections.merged.clone(),
                moved: BTreeMap::new(),
                prefixes: BTreeMap::new(),
                rules: BTreeMap::new(),
                directories: directories.clone(),
            };
            draft.fill(limit, corrections);
            let surplus = draft.count().saturating_sub(MOST_RULES);
            attempts = attempts.saturating_sub(1);
            if surplus == 0 || attempts == 0 {
                let rejected = draft.surplus();
                return (draft, rejected);
            }
            limit = limit.saturating_sub(surplus);
            asked = draft.asked;
        }
    }

    fn fill(&mut self, limit: usize, corrections: &Corrections) {
        for (path, askers) in &self.asked {
            let key = wide::key(path);
            let first = askers
                .values()
                .flat_map(BTreeMap::values)
                .flat_map(|profile| &profile.users);
            if key.1
                && let Some(object) = first.min()
            {
                let why = format!("needs {path}, and no rule can name a path with braces");
                let opening = Opening::new("opens everything below it", *object, why);
                self.prefixes.entry(key.clone()).or_insert(opening);
            }
            merge(self.places.entry(key).or_default(), askers);
        }
        let keys: Vec<Key> = self.places.keys().cloned().collect();
        for key in keys {
            self.make_rules(key);
        }
        self.merge_places(limit);
        if self.count() > limit {
            prefix::merge_paths(self, limit, &corrections.exact);
        }
        self.drop_permitted(&corrections.exact);
        self.add_passes();
    }

    pub(super) fn count(&self) -> usize {
        self.rules.values().map(Vec::len).sum()
    }

    fn make_rules(&mut self, key: Key) {
        if let Some(askers) = self.places.get(&key) {
            let rules = place::rules(&key, askers, self.merged.contains(&key));
            self.rules.insert(key, rules);
        }
    }

    /// One rule for all at the places that have the most rules, until there is room.
    fn merge_places(&mut self, limit: usize) {
        let mut count = self.count();
        let mut places: Vec<(usize, Key)> = self
            .rules
            .iter()
            .map(|(key, rules)| (rules.len(), key.clone()))
            .collect();
        places.sort_by(|(one, _), (other, _)| other.cmp(one));
        for (rules, key) in places {
            if count <= limit || rules < 2 {
                return;
            }
            self.merged.insert(key.clone());
            self.make_rules(key);
            count = count.saturating_add(1).saturating_sub(rules);
        }
    }

    /// Makes these places one prefix.
    pub(super) fn absorb(&mut self, directory: &str, members: Vec<Key>) {
        let key = (directory.to_owned(), true);
        let mut all = Askers::new();
        let mut first: Option<(usize, String)> = None;
        let count = members.len();
        for member in members {
            let Some(askers) = self.places.remove(&member) else {
                continue;
            };
            self.rules.remove(&member);
            let users = askers
                .values()
                .flat_map(BTreeMap::values)
                .flat_map(|profile| &profile.users);
            let user = users.min().map(|user| (*user, member.0.clone()));
            first = first.into_iter().chain(user).min_by_key(|(user, _)| *user);
            merge(&mut all, &askers);
            if member != key {
                self.moved.insert(member, key.clone());
            }
        }
        if let Some((object, path)) = first {
            let why =
                format!("needs {path}, one of {count} paths there: settings can have {MOST_RULES} rules");
            let opening = Opening::new("opens everything below it", object, why);
            self.prefixes.entry(key.clone()).or_insert(opening);
        }
        merge(self.places.entry(key.clone()).or_default(), &all);
        self.merged.insert(key.clone());
        self.make_rules(key);
    }

    /// The sensitive paths of the settings, where they are not the built-in ones.
    pub(super) fn beside_rules(&self) -> SettingsJson {
        wide::others(&[], self.asked.keys()).into_iter().collect()
    }

    /// Takes away the rules for paths of which a prefix permits all that is needed.
    fn drop_permitted(&mut self, exact: &BTreeSet<String>) {
        if !self.places.keys().any(|(_, is_prefix)| *is_prefix) {
            return;
        }
        let others = self.beside_rules();
        let keys: Vec<Key> = self
            .places
            .keys()
            .filter(|(path, _)| !exact.contains(path))
            .cloned()
            .collect();
        for key in keys {
            let own = (!key.1).then_some(key.0.as_str());
            let mut above = own.into_iter().chain(conflict::directories_above(&key.0));
            let prefix = above.find_map(|path| self.rules.get_key_value(&(path.to_owned(), true)));
            let Some((directory, rules)) = prefix else {
                continue;
            };
            let Some(askers) = self.places.get(&key) else {
                continue;
            };
            let all = askers
                .iter()
                .flat_map(|(who, classes)| classes.iter().map(move |(class, profile)| (who, class, profile)));
            let is_permitted = all
                .clone()
                .all(|(who, class, profile)| permit(rules, who, class, profile))
                && Prefix::of(&directory.0, &others).is_some_and(|prefix| prefix.permits(&key.0));
            if is_permitted {
                let directory = directory.clone();
                self.places.remove(&key);
                self.rules.remove(&key);
                self.moved.insert(key.clone(), directory);
            }
        }
    }

    fn add_passes(&mut self) {
        let mut known = BTreeSet::new();
        loop {
            let passes = Passes {
                rules: &self.rules,
                known: &known,
            };
            let missing = self
                .asked
                .iter()
                .flat_map(|(path, askers)| passes.missing(path, askers));
            let missing: Vec<_> = missing.collect();
            if missing.is_empty() {
                return;
            }
            let mut changed = BTreeSet::new();
            for (pass, profile) in missing {
                let (key, who, class, _) = &pass;
                profile::add(self.places.entry(key.clone()).or_default(), who, class, &profile);
                changed.insert(key.clone());
                known.insert(pass);
            }
            for key in changed {
                self.make_rules(key);
            }
        }
    }

    /// The objects for whose rules there is no room.
    fn surplus(&self) -> Vec<(usize, Rejection)> {
        let surplus = self.rules().skip(MOST_RULES).flat_map(|rule| {
            let why = format!(
                "it needs {}, and settings can have {MOST_RULES} rules",
                rule.key.0
            );
            rule.users()
                .iter()
                .map(move |user| (*user, Rejection::beside(why.clone(), None)))
        });
        surplus.collect()
    }

    /// The place whose rules are for this path.
    pub(super) fn place_of(&self, path: &HostPath) -> Key {
        let mut key = wide::key(path);
        while let Some(directory) = self.moved.get(&key) {
            key.clone_from(directory);
        }
        key
    }

    /// The rules, in the order of their numbers.
    pub(super) fn rules(&self) -> impl Iterator<Item = &Rule> {
        self.rules.values().flatten()
    }

    /// The numbers of the rules of places where others pass, the last first.
    pub(super) fn passes(&self) -> Vec<usize> {
        let has_passes = |rules: &[Rule]| rules.iter().any(|rule| rule.profile.passes.is_some());
        let of_places = self
            .rules
            .values()
            .flat_map(|rules| vec![has_passes(rules); rules.len()]);
        let numbers = of_places.zip(0..).filter(|(passes, _)| *passes);
        let mut numbers: Vec<usize> = numbers.map(|(_, number)| number).collect();
        numbers.reverse();
        numbers
    }

    /// The draft with another rule in place of the one of this number, or with none.
    pub(super) fn with(&self, number: usize, rule: Option<Rule>) -> Draft {
        let mut draft = self.clone();
        let rule = rule.map(|mut rule| {
            let askers = self.places.get(&rule.key).into_iter().flatten();
            let askers = askers.flat_map(|(who, classes)| classes.iter().map(move |asker| (who, asker)));
            let askers = askers.filter(|(who, (class, profile))| {
                profile.ways().any(|(way, _)| rule.is_for(who, class, way))
            });
            let askers: Vec<_> = askers
                .map(|(who, (_, profile))| (who.clone(), profile.clone()))
                .collect();
            rule.openings = opening::of_rule(&rule, &askers);
            rule
        });
        let mut rest = number;
        for rules in draft.rules.values_mut() {
            if rest < rules.len() {
                rules.splice(rest..=rest, rule);
                break;
            }
            rest = rest.saturating_sub(rules.len());
        }
        draft
    }

    pub(super) fn is_writable(&self) -> bool {
        self.rules().any(|rule| rule.profile.writes.is_some())
    }

    /// The objects that need the rule of this number.
    pub(super) fn users(&self, number: usize) -> Vec<usize> {
        let rule = self.rules().nth(number);
        rule.map(|rule| rule.users().iter().copied().collect())
            .unwrap_or_default()
    }

    /// The rules with what they open.
    pub(super) fn into_rules(self) -> Vec<Rule> {
        let prefixes = self.prefixes;
        let rules = self.rules.into_values().flatten();
        rules
            .map(|mut rule| {
                let opening = prefixes.get(&rule.key).cloned();
                rule.openings = opening.into_iter().chain(rule.openings).collect();
                rule
            })
            .collect()
    }

    /// What the other settings open.
    pub(super) fn openings(&self) -> Vec<Opening> {
        let mut openings = Vec::new();
        for (container, directory) in &self.directories {
            if let Some(object) = directory.widened {
                let what = format!("opens all of {} in container {container}", directory.path);
                openings.push(Opening::new(
                    what,
                    object,
                    "mounts at another place there than the others",
                ));
            }
        }
        for (path, askers) in &self.asked {
            let users = askers
                .values()
                .flat_map(BTreeMap::values)
                .flat_map(|profile| &profile.users);
            let Some(object) = users.min() else { continue };
            openings.extend(wide::unprotected(path).into_iter().map(|sensitive| {
                let what = format!("leaves the sensitive host path {sensitive} unprotected");
                Opening::new(what, *object, format!("needs {path} as a whole"))
            }));
        }
        openings
    }

    /// The settings.
    pub(super) fn settings(&self) -> SettingsJson {
        let rules: Vec<Rule> = self.rules().cloned().collect();
        let values: Vec<Value> = rules.iter().map(Rule::to_json).collect();
        let mut settings = SettingsJson::new();
        settings.insert("allowedHostPaths".to_owned(), Value::from(values));
        settings.extend(wide::others(&rules, self.asked.keys()));
        if !self.directories.is_empty() {
            let directories = self.directories.iter();
            let directories: BTreeMap<&String, &String> = directories
                .map(|(name, directory)| (name, &directory.path))
                .collect();
            settings.insert("requestContainers".to_owned(), json!(directories));
        }
        settings
    }
}

fn merge(into: &mut Askers, askers: &Askers) {
    for (who, classes) in askers {
        for (class, profile) in classes {
            profile::add(into, who, class, profile);
        }
    }
}

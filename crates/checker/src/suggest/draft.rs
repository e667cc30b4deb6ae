//! Settings in the making: a place for each path that is needed, and its rules.

mod filling;

use std::collections::{BTreeMap, BTreeSet};

use kubevirt_sidecar_hostpath_policy::{HostPath, MOST_RULES};
use serde_json::{Value, json};

use super::Rejection;
use super::conflict::{self, Directory};
use super::gap::Gap;
use super::need::Need;
use super::opening::{self, Opening};
use super::passes::RulesByPath;
use super::profile::{self, Askers, Profile};
use super::rule::Key;
use super::rule::Rule;
use super::wide;
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

    pub(super) fn count(&self) -> usize {
        self.rules.values().map(Vec::len).sum()
    }

    /// The sensitive paths of the settings, where they are not the built-in ones.
    pub(super) fn beside_rules(&self) -> SettingsJson {
        wide::others(&[], self.asked.keys()).into_iter().collect()
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
            rule.openings = opening::of_rule(&rule.profile, rule.namespaces.is_some(), &askers);
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

//! How a draft gets its rules: those of each place, merged where there are too many, and passes.

use std::collections::{BTreeMap, BTreeSet};

use kubevirt_sidecar_hostpath_policy::MOST_RULES;

use super::Draft;
use crate::suggest::conflict;
use crate::suggest::draft::Corrections;
use crate::suggest::opening::Opening;
use crate::suggest::passes::Passes;
use crate::suggest::place;
use crate::suggest::prefix::{self, Prefix};
use crate::suggest::profile::{self, Askers};
use crate::suggest::rule::Key;
use crate::suggest::rule::permit;
use crate::suggest::wide;

impl Draft {
    pub(super) fn fill(&mut self, limit: usize, corrections: &Corrections) {
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
    pub(in crate::suggest) fn absorb(&mut self, directory: &str, members: Vec<Key>) {
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
}

fn merge(into: &mut Askers, askers: &Askers) {
    for (who, classes) in askers {
        for (class, profile) in classes {
            profile::add(into, who, class, profile);
        }
    }
}

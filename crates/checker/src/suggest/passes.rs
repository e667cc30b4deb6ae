//! Rules that let others pass: a rule for some takes its path away from all that need the directory above it, or that directory
//! under another name.

use std::collections::{BTreeMap, BTreeSet};

use kubevirt_sidecar_hostpath_policy::HostPath;

use super::conflict::directories_above;
use super::profile::{Askers, Profile};
use super::rule::Key;
use super::rule::Rule;
use super::who::{Class, Who};

/// The rules by their path.
pub(super) type RulesByPath = BTreeMap<Key, Vec<Rule>>;

/// A rule that must apply to a container: at which path, to whom, and whether it is requested.
pub(super) type Pass = (Key, Who, Class, bool);

/// Finds which rules must apply to whom in addition.
pub(super) struct Passes<'r> {
    pub(super) rules: &'r RulesByPath,
    pub(super) known: &'r BTreeSet<Pass>,
}

impl Passes<'_> {
    /// Those that are missing, for all that is needed of this path.
    pub(super) fn missing(&self, path: &HostPath, askers: &Askers) -> Vec<(Pass, Profile)> {
        let names = path.names();
        let contained = path.contained();
        let mut below: BTreeSet<&str> = BTreeSet::new();
        for directory in &contained {
            let first = format!("{directory}/");
            let range = self.rules.range((first.clone(), false)..);
            let is_below = |(key, _): &(&Key, &Vec<Rule>)| key.0.starts_with(&first);
            below.extend(range.take_while(is_below).map(|(key, _)| key.0.as_str()));
            if !names.contains(directory) {
                below.extend(self.at(directory.as_str()).map(|rule| rule.key.0.as_str()));
            }
        }
        let mut missing = Vec::new();
        for (who, classes) in askers {
            for (class, profile) in classes {
                for (requests, user) in profile.ways() {
                    let viewer = (who, class, requests);
                    let below = below.iter().filter(|below| self.is_taken_below(below, viewer));
                    let below = below.map(|path| (*path).to_owned());
                    let above = names
                        .iter()
                        .filter_map(|name| self.taken_above(name, path, viewer));
                    for place in below.chain(above) {
                        let pass = ((place, false), who.clone(), class.clone(), requests);
                        if self.known.contains(&pass) {
                            continue;
                        }
                        missing.push((pass, pass_profile(path, profile, requests, user)));
                    }
                }
            }
        }
        missing
    }

    /// The rules at a path, of either form.
    fn at(&self, path: &str) -> impl Iterator<Item = &Rule> {
        let both = [false, true].map(|is_prefix| self.rules.get(&(path.to_owned(), is_prefix)));
        both.into_iter().flatten().flatten()
    }

    /// Whether the rules at this path, which is in what is needed, are for others only.
    fn is_taken_below(&self, path: &str, (who, class, requests): (&Who, &Class, bool)) -> bool {
        self.at(path).any(Rule::is_restricted) && !self.at(path).any(|rule| rule.is_for(who, class, requests))
    }

    /// The path of the rules that take away this name of a needed path, or the name itself if a rule for that is better.
    fn taken_above(
        &self,
        name: &HostPath,
        path: &HostPath,
        (who, class, requests): (&Who, &Class, bool),
    ) -> Option<String> {
        let name = name.as_str();
        for above in std::iter::once(name).chain(directories_above(name)) {
            let is_for = |rule: &&Rule| rule.is_for(who, class, requests);
            let counts = |rule: &&Rule| above == name || rule.key.1 || !is_for(rule);
            let mut counting = self.at(above).filter(counts).peekable();
            if counting.peek().is_none() {
                continue;
            }
            if counting.any(|rule| is_for(&rule)) {
                return None;
            }
            // The rule for the name opens no more than what is needed.
            let names_it = name != path.as_str() && !name.contains(['{', '}']);
            return Some(if names_it { name } else { above }.to_owned());
        }
        None
    }
}

/// Nothing but that a rule applies.
fn pass_profile(path: &HostPath, profile: &Profile, requests: bool, user: usize) -> Profile {
    Profile {
        requests: requests.then_some(user),
        mounts: (!requests).then_some(user),
        passes: Some((user, path.to_string())),
        any_type: profile.types.keys().next().copied(),
        users: BTreeSet::from([user]),
        ..Profile::default()
    }
}

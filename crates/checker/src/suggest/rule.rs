//! A rule that is suggested.

use std::collections::BTreeSet;

use kubevirt_sidecar_hostpath_policy::{COMPUTE, HostPathType};
use serde_json::{Map, Value, json};

use super::opening::Opening;
use super::profile::Profile;
use super::who::{Class, Who};

/// The path of a rule, and whether it is a prefix.
pub(super) type Key = (String, bool);

/// A rule, who needs it, and what it opens beyond that.
#[derive(Debug, Clone)]
pub struct Rule {
    pub(super) key: Key,
    pub(super) profile: Profile,
    pub(super) namespaces: Option<BTreeSet<String>>,
    pub(super) containers: Option<BTreeSet<String>>,
    /// What it opens to whom beyond the objects that need it.
    pub openings: Vec<Opening>,
}

impl Rule {
    pub(super) fn new(
        key: Key,
        profile: Profile,
        namespaces: Option<BTreeSet<String>>,
        containers: Option<BTreeSet<String>>,
    ) -> Self {
        Rule {
            key,
            profile,
            namespaces,
            containers,
            openings: Vec::new(),
        }
    }

    /// The objects that need it, by number.
    #[must_use]
    pub fn users(&self) -> &BTreeSet<usize> {
        &self.profile.users
    }

    pub(super) fn types(&self) -> impl Iterator<Item = &'static str> {
        self.profile.types.keys().copied().map(HostPathType::as_str)
    }

    /// Its members, in the order of the documentation.
    #[must_use]
    pub fn members(&self) -> Vec<(&'static str, Value)> {
        let (path, is_prefix) = &self.key;
        let types: BTreeSet<&str> = self.types().collect();
        let key = if *is_prefix { "pathPrefix" } else { "path" };
        let mut members = vec![(key, json!(path)), ("types", json!(types))];
        if self.profile.writes.is_some() {
            members.push(("readOnly", json!(false)));
        }
        if self.profile.shares.is_some() {
            members.push(("allowSharedCompute", json!(true)));
        }
        let names = [("namespaces", &self.namespaces), ("containers", &self.containers)];
        members.extend(
            names
                .into_iter()
                .filter_map(|(key, names)| Some((key, json!(names.as_ref()?)))),
        );
        if self.profile.requests.is_none() {
            members.push(("requestable", json!(false)));
        }
        members
    }

    pub(super) fn to_json(&self) -> Value {
        let members = self.members().into_iter();
        let members = members.map(|(key, value)| (key.to_owned(), value));
        Value::Object(members.collect::<Map<_, _>>())
    }

    /// Whether it applies to some requests and mounts only.
    pub(super) fn is_restricted(&self) -> bool {
        self.namespaces.is_some() || self.containers.is_some() || self.profile.requests.is_none()
    }

    /// Whether it applies to this container of this namespace, which requests its path or mounts it.
    pub(super) fn is_for(&self, who: &Who, class: &Class, requests: bool) -> bool {
        let in_namespace = match (&self.namespaces, who) {
            (None, _) | (Some(_), Who::Any) => true,
            (Some(names), Who::Named(name)) => names.contains(name),
            (Some(_), Who::Absent) => false,
        };
        let in_container = match (&self.containers, class) {
            (None, _) => true,
            (Some(_), Class::Sidecar) => false,
            (Some(names), Class::Compute) => self.profile.shares.is_some() || names.contains(COMPUTE),
            (Some(names), Class::Container(name)) => names.contains(name),
        };
        in_namespace && in_container && (self.profile.requests.is_some() || !requests)
    }
}

/// The rule of one place that decides for this container.
pub(super) fn deciding<'r>(rules: &'r [Rule], who: &Who, class: &Class, requests: bool) -> Option<&'r Rule> {
    let applying = rules.iter().filter(|rule| rule.is_for(who, class, requests));
    applying.max_by_key(|rule| (rule.containers.is_some(), rule.namespaces.is_some()))
}

/// Whether the rules of one place permit what this container needs.
pub(super) fn permit(rules: &[Rule], who: &Who, class: &Class, profile: &Profile) -> bool {
    profile.ways().all(|(requests, _)| {
        let needed = Profile {
            requests: profile.requests.filter(|_| requests),
            ..profile.clone()
        };
        deciding(rules, who, class, requests).is_some_and(|rule| rule.profile.covers(&needed))
    })
}

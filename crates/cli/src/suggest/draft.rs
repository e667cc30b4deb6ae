//! Settings in the making: a rule for each path that is asked for.

use std::collections::{BTreeMap, BTreeSet};

use kubevirt_sidecar_hostpath_policy::base::access::Access;
use kubevirt_sidecar_hostpath_policy::base::container_name::{COMPUTE, hook_sidecar_number};
use kubevirt_sidecar_hostpath_policy::base::host_path_type::HostPathType;
use kubevirt_sidecar_hostpath_policy::base::path::{ContainerPath, HostPath};
use kubevirt_sidecar_hostpath_policy::settings::MOST_RULES;
use serde_json::{Map, Value, json};

use super::asks::Ask;
use crate::settings::Settings;

/// The settings, by paths.
#[derive(Debug, Default)]
pub(super) struct Draft {
    rules: BTreeMap<String, Rule>,
    /// Containers that are not hook sidecars, and the directory of their mounts.
    containers: BTreeMap<String, String>,
    /// Who asks for them.
    container_users: BTreeMap<String, BTreeSet<usize>>,
}

/// A rule, and who asks for its path.
#[derive(Debug)]
pub(super) struct Rule {
    path: HostPath,
    is_prefix: bool,
    types: BTreeSet<&'static str>,
    is_shared: bool,
    /// Who must be in one of these; everybody if some are in none.
    namespaces: Option<BTreeSet<String>>,
    /// Containers that are not hook sidecars; all if a hook sidecar asks.
    containers: Option<BTreeSet<String>>,
    /// The objects that ask, by number.
    pub(super) users: BTreeSet<usize>,
    writers: BTreeSet<usize>,
}

impl Draft {
    /// Adds what the object of this number asks for.
    pub(super) fn add(&mut self, user: usize, ask: &Ask) {
        let question = &ask.question;
        let container = &question.container;
        let is_sidecar = hook_sidecar_number(container).is_some();
        let rule = self
            .rules
            .entry(question.path.to_string())
            .or_insert_with(|| Rule::of(question.path.clone()));
        rule.types.insert(question.host_path_type.as_str());
        rule.is_shared |= question.shares || container == COMPUTE;
        rule.users.insert(user);
        if question.access == Access::Writable {
            rule.writers.insert(user);
        }
        add_or_open(&mut rule.namespaces, ask.namespace.clone());
        add_or_open(&mut rule.containers, (!is_sidecar).then(|| container.clone()));
        if !is_sidecar && container != COMPUTE {
            let directory = ask.volume_path.as_str();
            self.container_users
                .entry(container.clone())
                .or_default()
                .insert(user);
            self.containers
                .entry(container.clone())
                .and_modify(|known| *known = common(known, directory))
                .or_insert_with(|| directory.to_owned());
        }
    }

    /// Makes the rules of these paths rules for everybody.
    pub(super) fn open(&mut self, paths: &BTreeSet<String>) {
        for path in paths {
            if let Some(rule) = self.rules.get_mut(path) {
                rule.namespaces = None;
                rule.containers = None;
            }
        }
    }

    /// Settings hold so many rules and no more: the directories with the most paths get a prefix.
    pub(super) fn narrow(&mut self) {
        while self.rules.len() > MOST_RULES {
            let mut children: BTreeMap<String, Vec<String>> = BTreeMap::new();
            for (path, rule) in &self.rules {
                if rule.writers.is_empty()
                    && let Some((parent, _)) = path.rsplit_once('/').filter(|(parent, _)| !parent.is_empty())
                {
                    children.entry(parent.to_owned()).or_default().push(path.clone());
                }
            }
            let most = children.into_iter().max_by_key(|(_, paths)| paths.len());
            let Some((parent, paths)) = most else { return };
            let Ok(directory) = HostPath::parse(&parent) else {
                return;
            };
            let mut prefix = Rule::of(directory);
            prefix.is_prefix = true;
            let all = paths.iter().chain([&parent]);
            let rules: Vec<Rule> = all.filter_map(|path| self.rules.remove(path)).collect();
            for rule in rules {
                prefix.absorb(rule);
            }
            self.rules.insert(parent, prefix);
        }
    }

    /// The objects that ask for the path of the rule of this number.
    pub(super) fn users(&self, number: usize) -> BTreeSet<usize> {
        self.numbered(number)
            .map(|rule| rule.users.clone())
            .unwrap_or_default()
    }

    /// The objects that ask to write to its path.
    pub(super) fn writers(&self, number: usize) -> BTreeSet<usize> {
        self.numbered(number)
            .map(|rule| rule.writers.clone())
            .unwrap_or_default()
    }

    /// The objects that ask for the container in this field of `settings.requestContainers`.
    pub(super) fn users_of_containers(&self, field: &str) -> BTreeSet<usize> {
        let named = self
            .container_users
            .iter()
            .filter(|(name, _)| field.contains(name.as_str()));
        named.flat_map(|(_, users)| users.iter().copied()).collect()
    }

    fn numbered(&self, number: usize) -> Option<&Rule> {
        self.rules.values().nth(number)
    }

    /// The rules, in the order of their numbers.
    pub(super) fn rules(&self) -> impl Iterator<Item = &Rule> {
        self.rules.values()
    }

    /// The paths of the rules that are not for everybody.
    pub(super) fn restricted(&self) -> impl Iterator<Item = &HostPath> {
        let is_restricted = |rule: &&Rule| rule.namespaces.is_some() || rule.containers.is_some();
        self.rules().filter(is_restricted).map(|rule| &rule.path)
    }

    /// What is beside the rules, where that is not the default.
    pub(super) fn others(&self) -> Vec<(&'static str, Value)> {
        let mut others = Vec::new();
        let used: BTreeSet<&str> = self.rules().flat_map(|rule| rule.types.iter().copied()).collect();
        let defaults = [HostPathType::Directory.as_str(), HostPathType::File.as_str()];
        if !used.iter().all(|used| defaults.contains(used)) {
            others.push(("allowedTypes", json!(used)));
        }
        if !self.containers.is_empty() {
            others.push(("requestContainers", json!(self.containers)));
        }
        others
    }

    /// The settings.
    pub(super) fn settings(&self) -> Settings {
        let rules: Vec<Value> = self
            .rules()
            .map(|rule| rule.fields().into_iter().collect::<Map<_, _>>().into())
            .collect();
        let others = self
            .others()
            .into_iter()
            .map(|(key, value)| (key.to_owned(), value));
        std::iter::once(("allowedHostPaths".to_owned(), Value::from(rules)))
            .chain(others)
            .collect()
    }
}

impl Rule {
    fn of(path: HostPath) -> Self {
        Rule {
            path,
            is_prefix: false,
            types: BTreeSet::new(),
            is_shared: false,
            namespaces: Some(BTreeSet::new()),
            containers: Some(BTreeSet::new()),
            users: BTreeSet::new(),
            writers: BTreeSet::new(),
        }
    }

    /// Permits what another rule permits as well.
    fn absorb(&mut self, other: Rule) {
        self.types.extend(other.types);
        self.is_shared |= other.is_shared;
        self.users.extend(other.users);
        both(&mut self.namespaces, other.namespaces);
        both(&mut self.containers, other.containers);
    }

    /// Its members, in the order of the documentation.
    pub(super) fn fields(&self) -> Vec<(String, Value)> {
        let key = if self.is_prefix { "pathPrefix" } else { "path" };
        let mut fields = vec![(key, json!(self.path.as_str())), ("types", json!(self.types))];
        if !self.writers.is_empty() {
            fields.push(("readOnly", json!(false)));
        }
        if self.is_shared {
            fields.push(("allowSharedCompute", json!(true)));
        }
        let names = [("namespaces", &self.namespaces), ("containers", &self.containers)];
        fields.extend(
            names
                .into_iter()
                .filter_map(|(key, names)| Some((key, json!(names.as_ref()?)))),
        );
        fields
            .into_iter()
            .map(|(key, value)| (key.to_owned(), value))
            .collect()
    }
}

/// A set of names that stays one as long as all have a name.
fn add_or_open(names: &mut Option<BTreeSet<String>>, name: Option<String>) {
    match (names.as_mut(), name) {
        (Some(names), Some(name)) => {
            names.insert(name);
        }
        (_, None) => *names = None,
        (None, Some(_)) => {}
    }
}

fn both(names: &mut Option<BTreeSet<String>>, others: Option<BTreeSet<String>>) {
    match (names.as_mut(), others) {
        (Some(names), Some(others)) => names.extend(others),
        _ => *names = None,
    }
}

/// The deepest directory that both paths are at or below.
fn common(a: &str, b: &str) -> String {
    let same = a.split('/').zip(b.split('/')).take_while(|(a, b)| a == b);
    let path = same.map(|(a, _)| a).collect::<Vec<&str>>().join("/");
    match ContainerPath::parse(&path) {
        Ok(path) => path.to_string(),
        Err(_) => "/".to_owned(),
    }
}

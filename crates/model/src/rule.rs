//! Rules. A placeholder is nothing but many rules, one for each name that a namespace may have; of these only the names
//! matter that stand somewhere, and one that stands nowhere.

use std::collections::BTreeMap;

use crate::{
    aliases,
    namespaces::{Asker, is_label},
};

/// What stands for the name of the request's namespace.
pub const PLACEHOLDER: &str = "{namespace}";

/// The container in which QEMU runs.
pub const COMPUTE: &str = "compute";

/// Who sees a host path, and how it came there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seer<'n> {
    /// The container of this name, because a request asks for it.
    Asking(&'n str),
    /// The container of this name, because others mounted it there.
    Given(&'n str),
    /// An ephemeral container, whatever its name.
    Debugging,
}

impl Seer<'_> {
    /// Whether this is the container in which QEMU runs.
    #[must_use]
    pub fn is_compute(&self) -> bool {
        matches!(self, Seer::Asking(COMPUTE) | Seer::Given(COMPUTE))
    }
}

/// A rule.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Its path, as written: an element may be [`PLACEHOLDER`].
    pub path: Vec<String>,
    /// The namespaces that it is for, if it is for some only.
    pub namespaces: Option<Vec<String>>,
    /// The containers that it is for, if it is for some only; `compute` among them, if that may see it too.
    pub containers: Option<Vec<String>>,
    /// Whether requests may ask for it.
    pub requestable: bool,
    /// Whether it is meant for this path alone.
    pub exact: bool,
    /// Whether a mount may be writable.
    pub writable: bool,
    /// The types that a volume may have.
    pub types: Vec<String>,
    /// Whether container `compute` may see it too.
    pub shared: bool,
    /// The labels of the nodes that have the path.
    pub nodes: BTreeMap<String, String>,
}

impl Rule {
    /// Whether its path holds a placeholder.
    #[must_use]
    pub fn has_placeholder(&self) -> bool {
        self.path.iter().any(|element| element == PLACEHOLDER)
    }

    /// Whether it is not for everybody alike.
    #[must_use]
    pub fn is_restricted(&self) -> bool {
        self.namespaces.is_some() || self.containers.is_some() || !self.requestable || self.has_placeholder()
    }

    /// The path that the admin has spelled out.
    #[must_use]
    pub fn named(&self) -> Vec<String> {
        let is_spelled = |element: &&String| *element != PLACEHOLDER;
        self.path.iter().take_while(is_spelled).cloned().collect()
    }

    /// Whether it is for this one, the path aside.
    fn is_for(&self, asker: &Asker, seer: Seer<'_>) -> bool {
        let in_namespace = match (&self.namespaces, asker) {
            (None, _) | (Some(_), Asker::Anywhere) => true,
            (Some(names), Asker::In(name)) => names.contains(name),
            (Some(_), Asker::Nowhere) => false,
        };
        let in_container = match (&self.containers, seer) {
            (None, _) => true,
            (Some(names), Seer::Asking(name) | Seer::Given(name)) => names.iter().any(|one| one == name),
            (Some(_), Seer::Debugging) => false,
        };
        in_namespace && in_container && (self.requestable || !matches!(seer, Seer::Asking(_)))
    }
}

/// A rule with one name in place of its placeholder.
#[derive(Clone, Debug)]
pub struct Instance<'s> {
    /// Where it is in the settings.
    pub index: usize,
    /// The rule.
    pub rule: &'s Rule,
    /// Its path.
    pub path: Vec<String>,
    /// Whether it is for the one who sees.
    pub is_mine: bool,
}

/// The rules, with every name for their placeholders that could make a difference to one of `paths`.
///
/// No name in the directory of a placeholder is that of a link: settings with one are refused.
#[must_use]
pub fn instances<'s>(
    rules: &'s [Rule],
    asker: &Asker,
    seer: Seer<'_>,
    paths: &[&Vec<String>],
) -> Vec<Instance<'s>> {
    let mut standing: Vec<String> = Vec::new();
    for path in paths {
        standing.extend(aliases::names(path).concat());
    }
    if let Asker::In(name) = asker {
        standing.push(name.clone());
    }
    standing.retain(|name| is_label(name));
    standing.sort();
    standing.dedup();
    let is_anywhere =
        |name: &String| standing.contains(name) || rules.iter().any(|rule| rule.path.contains(name));
    let nowhere = (0..)
        .map(|number| format!("n{number}"))
        .find(|name| !is_anywhere(name));
    let mut instances = Vec::new();
    for (index, rule) in rules.iter().enumerate() {
        let is_for = rule.is_for(asker, seer);
        let instance = |path: Vec<String>, is_mine: bool| Instance {
            index,
            rule,
            path,
            is_mine: is_for && is_mine,
        };
        let Some(at) = rule.path.iter().position(|element| element == PLACEHOLDER) else {
            instances.push(instance(rule.path.clone(), true));
            continue;
        };
        for name in standing.iter().chain(&nowhere) {
            let mut path = rule.path.clone();
            path[at].clone_from(name);
            let is_mine = match asker {
                Asker::In(own) => own == name,
                Asker::Nowhere => false,
                // That it is always somebody else's too shows in the name that stands nowhere.
                Asker::Anywhere => Some(name) != nowhere.as_ref(),
            };
            instances.push(instance(path, is_mine));
        }
    }
    instances
}

/// Whether a path is at, above or below one where somebody may write, whoever that is.
#[must_use]
pub fn touches_writable(rules: &[Rule], path: &Vec<String>) -> bool {
    let instances = instances(rules, &Asker::Nowhere, Seer::Debugging, &[path]);
    let mut writable = instances.iter().filter(|instance| instance.rule.writable);
    writable.any(|instance| aliases::touch(&instance.path, path))
}

/// Whether a path is below one where somebody may write, whoever that is, and may be a link therefore.
#[must_use]
pub fn is_below_writable(rules: &[Rule], path: &Vec<String>) -> bool {
    let instances = instances(rules, &Asker::Nowhere, Seer::Debugging, &[path]);
    let mut writable = instances.iter().filter(|instance| instance.rule.writable);
    writable.any(|instance| aliases::is_strictly_in(path, &instance.path))
}

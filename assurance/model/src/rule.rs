//! Rules. A placeholder is nothing but many rules, one for each name that a namespace may have; of these only the names
//! matter that stand somewhere, and one that stands nowhere.

use crate::{
    aliases,
    namespaces::{Asker, is_label},
};

/// What stands for the name of the request's namespace.
pub const PLACEHOLDER: &str = "{namespace}";

/// A rule.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Its path, as written: an element may be [`PLACEHOLDER`].
    pub path: Vec<String>,
    /// The namespaces that it is for, if it is for some only.
    pub namespaces: Option<Vec<String>>,
    /// The containers that it is for, if it is for some only.
    pub containers: Option<Vec<String>>,
    /// Whether it is meant for this path alone.
    pub exact: bool,
    /// Whether a mount may be writable.
    pub writable: bool,
    /// The types that a volume may have.
    pub types: Vec<String>,
    /// Whether container `compute` may see it too.
    pub shared: bool,
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
        self.namespaces.is_some() || self.containers.is_some() || self.has_placeholder()
    }

    /// The path that the admin has spelled out.
    #[must_use]
    pub fn named(&self) -> Vec<String> {
        let is_spelled = |element: &&String| *element != PLACEHOLDER;
        self.path.iter().take_while(is_spelled).cloned().collect()
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
    /// Whether it is for the one who asks.
    pub is_mine: bool,
}

/// The rules, with every name for their placeholders that could make a difference to one of `paths`.
#[must_use]
pub fn instances<'s>(
    rules: &'s [Rule],
    asker: &Asker,
    container: &str,
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
    let nowhere = (0..)
        .map(|n| format!("n{n}"))
        .find(|name| !standing.contains(name));
    let mut instances = Vec::new();
    for (index, rule) in rules.iter().enumerate() {
        let is_for = match (&rule.namespaces, asker) {
            (None, _) | (Some(_), Asker::Anywhere) => true,
            (Some(names), Asker::In(name)) => names.contains(name),
            (Some(_), Asker::Nowhere) => false,
        };
        let names_it = |names: &Vec<String>| names.iter().any(|name| name == container);
        let is_for = is_for && rule.containers.as_ref().is_none_or(names_it);
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
        let links = aliases::links_in(&rule.path[..at]);
        for name in standing.iter().chain(&nowhere).chain(&links) {
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

//! The tree of the paths that settings distinguish.
//!
//! It holds the paths of all rules and all sensitive paths, whatever has two names, all of them under all their names, and every
//! directory above. `{namespace}` is in it for the requesting namespace, for another one, and for each label that another path
//! has in its place. So two paths that are not in the tree and have the same nearest node above are alike to the settings.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use kubevirt_sidecar_hostpath_policy::{HostPath, Pattern, Settings};

use super::template::{Element, Template, elements, is_label};

/// The key of a child. Own and other labels are before all names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Key {
    Own,
    Other,
    Name(String),
}

#[derive(Debug, Default)]
pub(super) struct Node {
    /// From the root on.
    pub(super) keys: Vec<Key>,
    pub(super) children: BTreeMap<Key, usize>,
    /// The labels beside this node that a path has instead of `{namespace}`; of a node for that.
    siblings: Rc<[String]>,
}

#[derive(Debug)]
pub(super) struct Tree {
    pub(super) nodes: Vec<Node>,
    /// A label that no settings and no path hold: of the namespaces that nobody names.
    pub(super) own: String,
    /// Another one: of the namespace that a path names for another.
    pub(super) other: String,
    /// A name of a file that no path has, and that is no label.
    pub(super) unnamed: String,
    /// The labels that some path has in the place of a `{namespace}`.
    pub(super) labels: BTreeSet<String>,
}

impl Tree {
    /// The tree of these settings and of further paths.
    pub(super) fn of(sides: &[&Settings], more: &[HostPath]) -> Self {
        let patterns: Vec<&Pattern> = sides
            .iter()
            .flat_map(|rules| rules.rules.iter().map(|rule| rule.path()))
            .collect();
        let taken = taken(sides, more);
        let own = fresh("any", &taken);
        let other = fresh("other", &taken);
        let mut tree = Tree {
            unnamed: fresh("Any", &taken),
            nodes: vec![Node::default()],
            own,
            other,
            labels: BTreeSet::new(),
        };
        let root = HostPath::parse("/").into_iter().flat_map(|root| root.contained());
        let sensitive = sides.iter().flat_map(|rules| rules.sensitive.iter().cloned());
        for path in root.chain(sensitive).chain(more.iter().cloned()) {
            tree.add(&path);
        }
        for pattern in &patterns {
            match pattern.directory() {
                None => tree.add(pattern.as_written()),
                Some(_) => {
                    tree.add(&pattern.with(&tree.own.clone()));
                    tree.add(&pattern.with(&tree.other.clone()));
                }
            }
        }
        while tree.add_labels(&patterns) {}
        tree.set_siblings();
        tree
    }

    /// Adds each pattern with the labels that are beside its placeholder. Whether something was added.
    fn add_labels(&mut self, patterns: &[&Pattern]) -> bool {
        let before = self.nodes.len();
        for pattern in patterns {
            let Some(directory) = pattern.directory() else {
                continue;
            };
            let labels: BTreeSet<String> = directory
                .names()
                .iter()
                .filter_map(|name| self.find(name))
                .flat_map(|node| self.named_labels(node))
                .collect();
            for label in &labels {
                self.add(&pattern.with(label));
            }
            self.labels.extend(labels);
        }
        self.nodes.len() > before
    }

    fn named_labels(&self, node: usize) -> Vec<String> {
        let children = self
            .nodes
            .get(node)
            .into_iter()
            .flat_map(|node| node.children.keys());
        let names = children.filter_map(|key| match key {
            Key::Name(name) if is_label(name) => Some(name.clone()),
            _ => None,
        });
        names.collect()
    }

    fn set_siblings(&mut self) {
        for parent in 0..self.nodes.len() {
            let siblings: Rc<[String]> = self.named_labels(parent).into();
            let children = self.nodes.get(parent).into_iter().flat_map(|node| &node.children);
            let placeholders: Vec<usize> = children
                .filter(|(key, _)| !matches!(key, Key::Name(_)))
                .map(|(_, child)| *child)
                .collect();
            for child in placeholders {
                if let Some(child) = self.nodes.get_mut(child) {
                    child.siblings = Rc::clone(&siblings);
                }
            }
        }
    }

    /// Adds the path under all its names, and every directory above.
    fn add(&mut self, path: &HostPath) {
        for name in path.names() {
            let mut at = 0;
            for element in elements(&name) {
                at = self.child(at, self.key(element));
            }
        }
    }

    fn key(&self, element: &str) -> Key {
        match element {
            own if own == self.own => Key::Own,
            other if other == self.other => Key::Other,
            name => Key::Name(name.to_owned()),
        }
    }

    fn child(&mut self, parent: usize, key: Key) -> usize {
        let new = self.nodes.len();
        let Some(node) = self.nodes.get_mut(parent) else {
            return parent;
        };
        if let Some(child) = node.children.get(&key) {
            return *child;
        }
        node.children.insert(key.clone(), new);
        let mut keys = node.keys.clone();
        keys.push(key);
        self.nodes.push(Node {
            keys,
            ..Node::default()
        });
        new
    }

    /// The node of the path, if it is one.
    pub(super) fn find(&self, path: &HostPath) -> Option<usize> {
        elements(path).try_fold(0, |at, element| {
            let node = self.nodes.get(at)?;
            node.children.get(&self.key(element)).copied()
        })
    }

    /// The path of the node for requests of this namespace, with one more element for everything else below it.
    pub(super) fn path(&self, node: usize, below: bool, namespace: &str) -> Option<HostPath> {
        let mut text = String::new();
        for key in &self.nodes.get(node)?.keys {
            text.push('/');
            text.push_str(match key {
                Key::Own => namespace,
                Key::Other => &self.other,
                Key::Name(name) => name,
            });
        }
        if below {
            text.push('/');
            text.push_str(&self.unnamed);
        } else if text.is_empty() {
            text.push('/');
        }
        HostPath::parse(&text).ok()
    }

    /// The labels that the requesting namespace does not have at this node, because they have nodes of their own; `None`: the
    /// node is for every namespace.
    pub(super) fn not_own(&self, node: usize) -> Option<Rc<[String]>> {
        let mut at = 0;
        for key in &self.nodes.get(node)?.keys {
            at = *self.nodes.get(at)?.children.get(key)?;
            if *key == Key::Own {
                return Some(Rc::clone(&self.nodes.get(at)?.siblings));
            }
        }
        None
    }

    /// The node as a template.
    pub(super) fn template(&self, node: usize) -> Template {
        let mut at = 0;
        let mut template = Vec::new();
        for key in self.nodes.get(node).into_iter().flat_map(|node| &node.keys) {
            let Some(child) = self.nodes.get(at).and_then(|node| node.children.get(key)) else {
                break;
            };
            at = *child;
            let siblings = || {
                self.nodes
                    .get(at)
                    .map(|node| Rc::clone(&node.siblings))
                    .unwrap_or_default()
            };
            template.push(match key {
                Key::Own => Element::Own(siblings()),
                Key::Other => Element::Other(siblings()),
                Key::Name(name) => Element::Name(name.clone()),
            });
        }
        Template(template)
    }
}

/// All names of namespaces and elements of paths.
fn taken<'s>(sides: &[&'s Settings], more: &'s [HostPath]) -> BTreeSet<&'s str> {
    let mut taken: BTreeSet<&str> = more.iter().flat_map(elements).collect();
    for rules in sides {
        taken.extend(rules.sensitive.iter().flat_map(elements));
        for rule in &rules.rules {
            taken.extend(elements(rule.path().as_written()));
            taken.extend(rule.namespaces.iter().flatten().map(String::as_str));
        }
    }
    taken
}

/// A name that is not taken: `other`, `other-1`.
fn fresh(name: &str, taken: &BTreeSet<&str>) -> String {
    let numbered = (1_usize..).map(|number| format!("{name}-{number}"));
    let mut names = std::iter::once(name.to_owned()).chain(numbered);
    names
        .find(|name| !taken.contains(name.as_str()))
        .unwrap_or_else(|| name.to_owned())
}

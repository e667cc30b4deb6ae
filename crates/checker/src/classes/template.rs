//! Paths in which an element may stand for the name of a namespace.

use std::fmt;
use std::rc::Rc;

use kubevirt_sidecar_hostpath_policy::{HostPath, Namespace};
use serde::{Serialize, Serializer};

/// One element of a path.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Element {
    /// This name.
    Name(String),
    /// The name of the requesting namespace, unless other paths name it there.
    Own(Rc<[String]>),
    /// Any other DNS label that no other path names there.
    Other(Rc<[String]>),
}

/// A path whose elements may stand for names of namespaces; none: the root.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Template(pub(super) Vec<Element>);

impl Element {
    fn matches(&self, element: &str, namespace: &str) -> bool {
        match self {
            Element::Name(name) => name == element,
            Element::Own(named) => element == namespace && !is_in(named, element),
            Element::Other(named) => is_label(element) && element != namespace && !is_in(named, element),
        }
    }
}

fn is_in(names: &[String], element: &str) -> bool {
    names.iter().any(|name| name == element)
}

/// Whether a namespace may be called so.
pub(super) fn is_label(text: &str) -> bool {
    Namespace::named(text) != Namespace::Absent
}

/// The elements of a path.
pub(super) fn elements(path: &HostPath) -> impl Iterator<Item = &str> {
    path.as_str().split('/').filter(|element| !element.is_empty())
}

impl Template {
    /// How many elements `path` has below the template, for requests of this namespace; `None`: it is not at or below it.
    #[must_use]
    pub fn depth_below(&self, path: &HostPath, namespace: &str) -> Option<usize> {
        let mut path = elements(path);
        for element in &self.0 {
            if !element.matches(path.next()?, namespace) {
                return None;
            }
        }
        Some(path.count())
    }
}

impl fmt::Display for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("/");
        }
        for element in &self.0 {
            match element {
                Element::Name(name) => write!(f, "/{name}")?,
                Element::Own(not) => placeholder(f, "namespace", not)?,
                Element::Other(not) => placeholder(f, "other", not)?,
            }
        }
        Ok(())
    }
}

/// The names that have places of their own are none of the placeholder's, also where a namespace is called so.
fn placeholder(f: &mut fmt::Formatter<'_>, what: &str, not: &[String]) -> fmt::Result {
    match not {
        [] => write!(f, "/{{{what}}}"),
        not => write!(f, "/{{{what}, not {}}}", not.join(", ")),
    }
}

impl Serialize for Template {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

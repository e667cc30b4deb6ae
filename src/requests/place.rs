//! Where a request for a host path was written. Only messages depend on it: behind the reading, requests of both annotations
//! are one.

use std::{fmt, rc::Rc};

use crate::base::{
    container_name::HOOK_SIDECAR,
    field::{Field, FieldPath},
};

/// The key of KubeVirt's annotation for hook sidecars.
pub const HOOK_SIDECARS: &str = "hooks.kubevirt.io/hookSidecars";

/// The domain of this policy's own annotation.
pub const DOMAIN: &str = "kubevirt-sidecar-hostpath-policy.dev";

/// The key of this policy's own annotation, for other containers.
pub const HOST_PATHS: &str = "kubevirt-sidecar-hostpath-policy.dev/hostPaths";

/// Where a request is in the annotations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestPlace {
    /// By whom it is asked for.
    pub of: Requester,
    /// Its index in the list, where there is one; `null`s count.
    pub element: Option<usize>,
}

/// Whose request it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Requester {
    /// The entry of this index in KubeVirt's annotation, which is the N of `hook-sidecar-N`.
    Entry(usize),
    /// The container of this name in this policy's own annotation.
    Container(Rc<str>),
}

impl RequestPlace {
    /// The name of the container that the host path is for.
    #[must_use]
    pub fn container(&self) -> Rc<str> {
        match &self.of {
            Requester::Entry(entry) => format!("{HOOK_SIDECAR}{entry}").into(),
            Requester::Container(name) => Rc::clone(name),
        }
    }

    /// The request's field, in the annotations at this member path.
    #[must_use]
    pub fn field(&self, annotations: &str) -> Field {
        self.at(FieldPath::root(annotations), |at| at.to_field())
    }

    /// What `of` says of this place, in the annotations at `annotations`.
    pub(crate) fn at<T>(&self, annotations: FieldPath<'_>, of: impl FnOnce(FieldPath<'_>) -> T) -> T {
        let of_element = |at: FieldPath<'_>| match self.element {
            None => of(at),
            Some(element) => of(at.index(element)),
        };
        match &self.of {
            Requester::Entry(entry) => {
                let annotation = annotations.key(HOOK_SIDECARS);
                let entry = annotation.index(*entry);
                of_element(entry.name("hostPath"))
            }
            Requester::Container(name) => {
                let annotation = annotations.key(HOST_PATHS);
                of_element(annotation.key(name))
            }
        }
    }
}

impl fmt::Display for RequestPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.of {
            Requester::Entry(entry) => write!(f, "[{entry}].hostPath")?,
            Requester::Container(name) => write!(f, "[{name}]")?,
        }
        match self.element {
            Some(element) => write!(f, "[{element}]"),
            None => Ok(()),
        }
    }
}

//! What an object asks for.

use kubevirt_sidecar_hostpath_policy::base::namespace::Namespace;
use kubevirt_sidecar_hostpath_policy::base::path::ContainerPath;
use kubevirt_sidecar_hostpath_policy::objects::preview::{self, Question};

use crate::check::manifest::Manifest;

/// A host path request.
#[derive(Debug, Clone)]
pub(super) struct Ask {
    /// What it asks for.
    pub(super) question: Question,
    /// Where it is to be mounted.
    pub(super) volume_path: ContainerPath,
    /// The namespace, if there is one.
    pub(super) namespace: Option<String>,
}

/// The requests of an object, as far as they can be read.
pub(super) fn asks(manifest: &Manifest) -> Vec<Ask> {
    let (group, kind) = (manifest.group(), manifest.kind.as_str());
    let namespace = manifest.namespace.as_deref().unwrap_or_default();
    let namespace = match preview::requester(namespace, group, kind) {
        Namespace::Named(name) => Some(name),
        Namespace::Absent | Namespace::Any => None,
    };
    let asked = manifest.asked().into_iter();
    asked
        .filter_map(|asked| {
            Some(Ask {
                question: asked.question.filter(|_| asked.is_whole)?,
                volume_path: asked.volume_path?,
                namespace: namespace.clone(),
            })
        })
        .collect()
}

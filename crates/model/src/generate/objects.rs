//! KubeVirt objects that somebody changes.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::{
    annotation::KEY,
    choices::Choices,
    generate::{
        annotation::{annotation, own_annotation},
        namespace,
        settings::{node_selector, settings},
    },
    wanted,
};

/// Kinds of objects that carry the annotation in places of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A VirtualMachineInstance: in its metadata.
    Instance,
    /// A VirtualMachine: in its template.
    Machine,
    /// A VirtualMachineInstancetype: in its spec. Its own nodes are not those of a VM.
    Instancetype,
    /// A VirtualMachineClusterInstancetype, which is in no namespace: in its spec.
    ClusterInstancetype,
}

/// Everything that a verdict on the update of a KubeVirt object depends on.
#[derive(Clone, Debug)]
pub struct Update {
    /// The settings; now and then they must be refused.
    pub settings: Value,
    /// The annotations that are stored, by their keys.
    pub old: BTreeMap<&'static str, String>,
    /// The annotations that were sent.
    pub new: BTreeMap<&'static str, String>,
    /// Whether the request tells what is stored.
    pub has_old: bool,
    /// Whether the stored object is being deleted.
    pub is_going: bool,
    /// Whether the sender says so of it.
    pub says_going: bool,
    /// The object's kind.
    pub kind: Kind,
    /// Where the object is.
    pub namespace: Value,
    /// The nodes that its VMs want.
    pub node_selector: Value,
}

impl Update {
    /// Some annotation in place of another, or of the same.
    #[must_use]
    pub fn new(choices: &mut Choices<'_>) -> Self {
        let settings = settings(choices);
        let annotations = |choices: &mut Choices<'_>| {
            let mut annotations = BTreeMap::new();
            if !choices.once_in(4) {
                annotations.insert(KEY, annotation(choices, &settings));
            }
            if choices.once_in(3) {
                annotations.insert(wanted::KEY, own_annotation(choices, &settings));
            }
            annotations
        };
        let old = annotations(choices);
        let mut new = match choices.below(4) {
            1 | 3 => old.clone(),
            2 if choices.once_in(2) => BTreeMap::new(),
            _ => annotations(choices),
        };
        if choices.once_in(4) {
            // One of the two changes.
            let key = choices.one(&[KEY, wanted::KEY]);
            new.remove(key);
        }
        Update {
            settings,
            old,
            new,
            has_old: !choices.once_in(6),
            is_going: choices.once_in(6),
            says_going: choices.once_in(3),
            kind: choices.one(&[
                Kind::Instance,
                Kind::Machine,
                Kind::Instance,
                Kind::ClusterInstancetype,
                Kind::Machine,
                Kind::Instancetype,
            ]),
            namespace: namespace(choices),
            node_selector: if choices.once_in(2) {
                node_selector(choices)
            } else {
                Value::Null
            },
        }
    }

    /// The nodes that the annotations' own have to agree with.
    #[must_use]
    pub fn node_selector_that_counts(&self) -> &Value {
        match self.kind {
            Kind::Instance | Kind::Machine => &self.node_selector,
            Kind::Instancetype | Kind::ClusterInstancetype => &Value::Null,
        }
    }

    /// The admission request.
    #[must_use]
    pub fn request(&self) -> Value {
        let object = |annotations: &BTreeMap<&'static str, String>, is_going: bool| {
            let mut metadata = json!({"name": "x"});
            if is_going {
                metadata["deletionTimestamp"] = json!("2026-11-25T00:00:00Z");
            }
            let spec = match self.kind {
                Kind::Machine => json!({"template": {
                    "metadata": {"annotations": annotations},
                    "spec": {"nodeSelector": self.node_selector},
                }}),
                Kind::Instancetype | Kind::ClusterInstancetype => {
                    json!({"annotations": annotations, "nodeSelector": self.node_selector})
                }
                Kind::Instance => {
                    metadata["annotations"] = json!(annotations);
                    json!({"nodeSelector": self.node_selector})
                }
            };
            json!({"metadata": metadata, "spec": spec})
        };
        let (group, kind) = match self.kind {
            Kind::Machine => ("kubevirt.io", "VirtualMachine"),
            Kind::Instance => ("kubevirt.io", "VirtualMachineInstance"),
            Kind::Instancetype => ("instancetype.kubevirt.io", "VirtualMachineInstancetype"),
            Kind::ClusterInstancetype => ("instancetype.kubevirt.io", "VirtualMachineClusterInstancetype"),
        };
        let namespace = match self.kind {
            Kind::ClusterInstancetype => &Value::Null,
            _ => &self.namespace,
        };
        let old = object(&self.old, self.is_going);
        json!({
            "uid": "u",
            "kind": {"group": group, "version": "v1", "kind": kind},
            "operation": "UPDATE",
            "namespace": namespace,
            "userInfo": {"username": "mallory"},
            "object": object(&self.new, self.says_going),
            "oldObject": if self.has_old { old } else { Value::Null },
        })
    }
}

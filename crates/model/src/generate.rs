//! Any bytes are settings, a pod and a user, with much in common: few names, near misses, and volumes and mounts that a
//! tenant or another webhook might have put there.

mod annotation;
mod ephemeral;
mod mounts;
mod objects;
mod pod;
mod settings;
mod spoil;
mod volumes;
mod words;

use serde_json::{Value, json};

pub use annotation::{annotation, annotation_text, own_annotation};
pub use ephemeral::Ephemeral;
pub use objects::Update;
pub use settings::settings;
pub use spoil::spoil;
pub use words::{elements, path_text};

use crate::{
    annotation::{KEY, read},
    choices::Choices,
    wanted,
};

/// Everything that a verdict on a launcher pod depends on.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// The settings; now and then they must be refused.
    pub settings: Value,
    /// The pod.
    pub pod: Value,
    /// The text of KubeVirt's annotation, if the pod has it.
    pub annotation: Option<String>,
    /// The text of the policy's own annotation, if the pod has it.
    pub own: Option<String>,
    /// Who creates the pod.
    pub username: String,
    /// Where it is created.
    pub namespace: Value,
}

/// The user that the default of `trustedCreators` names.
const CONTROLLER: &str = "system:serviceaccount:kubevirt:kubevirt-controller";

impl Scenario {
    /// A launcher pod with everything: annotation, other mounts, other containers.
    #[must_use]
    pub fn pod(choices: &mut Choices<'_>) -> Self {
        let settings = settings(choices);
        let annotation = (!choices.once_in(6)).then(|| annotation(choices, &settings));
        let entries = annotation
            .as_deref()
            .and_then(read)
            .map_or(1, |entries| entries.len());
        let own = choices.once_in(3).then(|| own_annotation(choices, &settings));
        let mut pod = pod::pod(choices, &settings, entries, annotation.as_deref());
        if let Some(text) = &own {
            pod["metadata"]["annotations"][wanted::KEY] = json!(text);
        }
        Scenario {
            own,
            namespace: namespace(choices),
            username: username(choices),
            settings,
            pod,
            annotation,
        }
    }

    /// A launcher pod as KubeVirt makes it, in which nobody has put anything for the annotation. Beside the sidecars
    /// stands what KubeVirt makes of the same VM: claims, hostDisks, and file systems with names that the owner chose; and
    /// now and then what an agent mounts into every container.
    #[must_use]
    pub fn plain(choices: &mut Choices<'_>) -> Self {
        let settings = settings(choices);
        let annotation = if choices.once_in(5) {
            "[]".to_owned()
        } else {
            annotation(choices, &settings)
        };
        let own = choices.once_in(3).then(|| own_annotation(choices, &settings));
        let pod = pod::plain(choices, &settings, &annotation, own.as_deref());
        Scenario {
            own,
            namespace: namespace(choices),
            username: username(choices),
            settings,
            pod,
            annotation: Some(annotation),
        }
    }

    /// A launcher pod without annotation, whose containers see what others have put there.
    #[must_use]
    pub fn foreign(choices: &mut Choices<'_>) -> Self {
        let settings = settings(choices);
        let pod = pod::pod(choices, &settings, 2, None);
        Scenario {
            own: None,
            namespace: namespace(choices),
            username: username(choices),
            settings,
            pod,
            annotation: None,
        }
    }

    /// The admission request that creates the pod.
    #[must_use]
    pub fn request(&self) -> Value {
        json!({
            "uid": "u",
            "kind": {"group": "", "version": "v1", "kind": "Pod"},
            "operation": "CREATE",
            "namespace": self.namespace,
            "userInfo": {"username": self.username},
            "object": self.pod,
        })
    }

    /// The admission request that creates a VirtualMachineInstance with the same annotations, for the same nodes.
    #[must_use]
    pub fn vmi_request(&self) -> Value {
        let mut annotations = json!({});
        if let Some(text) = &self.annotation {
            annotations[KEY] = json!(text);
        }
        if let Some(text) = &self.own {
            annotations[wanted::KEY] = json!(text);
        }
        json!({
            "uid": "u",
            "kind": {"group": "kubevirt.io", "version": "v1", "kind": "VirtualMachineInstance"},
            "operation": "CREATE",
            "namespace": self.namespace,
            "userInfo": {"username": self.username},
            "object": {
                "metadata": {"annotations": annotations},
                "spec": {"nodeSelector": self.pod["spec"]["nodeSelector"]},
            },
        })
    }

    /// The waPC payload.
    #[must_use]
    pub fn payload(&self) -> Value {
        json!({"request": self.request(), "settings": self.settings})
    }
}

/// The namespace of a request. Most are in the one that wishes are for.
fn namespace(choices: &mut Choices<'_>) -> Value {
    choices.one(&[
        json!("a"),
        json!("a"),
        json!("b"),
        json!("a"),
        json!("a"),
        json!("a"),
        Value::Null,
        json!("a"),
        json!("a"),
        json!("a"),
        json!("a."),
        json!("b"),
        json!("a"),
        json!("a"),
    ])
}

fn username(choices: &mut Choices<'_>) -> String {
    choices
        .one(&[
            CONTROLLER, CONTROLLER, CONTROLLER, CONTROLLER, CONTROLLER, CONTROLLER, "", "mallory",
        ])
        .to_owned()
}

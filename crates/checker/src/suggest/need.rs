//! What an object needs of the settings: its requests, and the mounts by others in a pod.

use crate::preview::{self, SeenMount};
use kubevirt_sidecar_hostpath_policy::{Access, ContainerPath, HostPath, HostPathType, Namespace, Settings};
use serde_json::{Value, json};

use super::who::{Class, Who};
use crate::manifests::manifest::Manifest;
use crate::settings::{SettingsJson, rules};

/// A host path that a container of an object is to see.
#[derive(Debug, Clone)]
pub(super) struct Need {
    /// The number of the object.
    pub(super) user: usize,
    pub(super) who: Who,
    pub(super) class: Class,
    /// Whether a VM owner requests it; else the mount is in the pod already.
    pub(super) requests: bool,
    pub(super) path: HostPath,
    /// The type of the volume, and what else the rule's types must hold.
    pub(super) types: Vec<HostPathType>,
    pub(super) access: Access,
    /// Where a request is to be mounted, if its container must be one of `requestContainers`.
    pub(super) volume_path: Option<ContainerPath>,
}

/// The lists of containers in a pod's spec.
const LISTS: [&str; 3] = ["containers", "initContainers", EPHEMERAL];
const EPHEMERAL: &str = "ephemeralContainers";

/// What the object of this number needs, as far as it can be read.
pub(super) fn needs(manifest: &Manifest, user: usize) -> Vec<Need> {
    let (group, kind) = (manifest.group(), manifest.kind.as_str());
    let namespace = manifest.namespace.as_deref().unwrap_or_default();
    let who = match preview::requester(namespace, group, kind) {
        Namespace::Named(name) => Who::Named(name),
        Namespace::Absent => Who::Absent,
        Namespace::Any => Who::Any,
    };
    let mut needs = Vec::new();
    for asked in manifest.asked() {
        let Some((question, volume_path)) = asked.question.filter(|_| asked.is_whole).zip(asked.volume_path)
        else {
            continue;
        };
        let class = Class::of(&question.container);
        let of = |class: Class, volume_path| Need {
            user,
            who: who.clone(),
            class,
            requests: true,
            path: question.path.clone(),
            types: vec![question.host_path_type],
            access: question.access,
            volume_path,
        };
        if question.shares && class != Class::Compute {
            needs.push(of(Class::Compute, None));
        }
        let volume_path = matches!(class, Class::Container(_)).then_some(volume_path);
        needs.push(of(class, volume_path));
    }
    if kind == "Pod" {
        needs.extend(mounts(manifest, namespace, &who, user));
    }
    needs
}

/// The mounts by others in a pod.
fn mounts(manifest: &Manifest, namespace: &str, who: &Who, user: usize) -> Vec<Need> {
    let (Some(object), Some(rules)) = (&manifest.object, no_rules()) else {
        return Vec::new();
    };
    let seen = preview::mounts(
        &rules,
        namespace,
        manifest.group(),
        &manifest.kind,
        &object.to_string(),
    );
    let others = seen
        .into_iter()
        .filter(|seen| seen.by_others && !seen.is_kubevirts_own);
    others
        .filter_map(|SeenMount { mount, .. }| {
            let places: Vec<(&str, bool)> = mounts_at(object, &mount.container, &mount.mount_path);
            let mut types = vec![HostPathType::parse(mount.r#type)?];
            // The kubelet creates what is missing of a subPath.
            if places.iter().any(|(_, has_sub_path)| *has_sub_path) {
                types.push(HostPathType::DirectoryOrCreate);
            }
            let is_ephemeral = places.iter().any(|(list, _)| *list == EPHEMERAL);
            Some(Need {
                user,
                who: who.clone(),
                class: if is_ephemeral {
                    Class::Sidecar
                } else {
                    Class::of(&mount.container)
                },
                requests: false,
                path: HostPath::parse(&mount.host_path).ok()?,
                types,
                access: if mount.read_only {
                    Access::ReadOnly
                } else {
                    Access::Writable
                },
                volume_path: None,
            })
        })
        .collect()
}

fn no_rules() -> Option<Settings> {
    rules(&SettingsJson::from_iter([(
        "allowedHostPaths".to_owned(),
        json!([]),
    )]))
    .ok()
}

/// The list that holds a mount at this place of a container of this name, and whether it has a subPath.
fn mounts_at<'o>(object: &'o Value, container: &str, mount_path: &str) -> Vec<(&'o str, bool)> {
    let items = |value: Option<&'o Value>| value.and_then(Value::as_array).into_iter().flatten();
    let text = |value: &'o Value, key: &str| value.get(key).and_then(Value::as_str);
    let mut found = Vec::new();
    for list in LISTS {
        let containers = items(object.get("spec").and_then(|spec| spec.get(list)));
        for holder in containers.filter(|holder| text(holder, "name") == Some(container)) {
            for mount in items(holder.get("volumeMounts")) {
                if text(mount, "mountPath") == Some(mount_path) {
                    let is_given = |key| text(mount, key).is_some_and(|path| !path.is_empty());
                    found.push((list, is_given("subPath") || is_given("subPathExpr")));
                }
            }
        }
    }
    found
}

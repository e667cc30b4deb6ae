//! What containers would see of the node, for people who check a manifest without a cluster.

use std::rc::Rc;

use crate::{
    answer::verdict::HostPathMount,
    base::{
        container_name::COMPUTE,
        field::Path,
        host_path_type::HostPathType,
        json::{Json, Members},
        namespace::Namespace,
        path::{ContainerPath, HostPath},
    },
    objects::kubevirt_object::{KubeVirtKind, annotations_in},
    pod::{self, LISTS_OF_NEW_PODS, Pod, sidecars::Sidecars},
    requests::{
        deciding, entries,
        entry::{Access, Entry},
        explanation::Question,
        own_container_names,
    },
    settings::Settings,
};

/// Whether objects of this kind are judged.
#[must_use]
pub fn knows(group: &str, kind: &str) -> bool {
    is_pod(group, kind) || KubeVirtKind::find(group, kind).is_some()
}

/// Whether objects of this kind, which is judged, are in a namespace.
#[must_use]
pub fn is_namespaced(group: &str, kind: &str) -> bool {
    is_pod(group, kind) || KubeVirtKind::find(group, kind).is_some_and(|kind| kind.namespaced)
}

/// The host paths that sidecars, `compute` and containers with requests see: in a pod, which must be the resulting one, those that it
/// mounts; for an accepted KubeVirt object in `namespace` those that its annotation asks for. `object` is JSON.
#[must_use]
pub fn mounts(
    settings: &Settings,
    namespace: &str,
    group: &str,
    kind: &str,
    object: &str,
) -> Vec<HostPathMount> {
    let object = Json::document(object)
        .ok()
        .map(|object| Members::read(Path::root("object"), object));
    let Some(Ok(object)) = object else {
        return Vec::new();
    };
    if is_pod(group, kind) {
        return in_pod(&object);
    }
    let accepted = KubeVirtKind::find(group, kind).and_then(|kind| {
        let settings = settings.clone().for_requester(&kind.namespace(namespace));
        kind.accepted(&settings, &object).ok()
    });
    accepted.map(|accepted| accepted.mounts).unwrap_or_default()
}

/// For each of these mounts of one object the number in `settings.allowedHostPaths` of the rule that decides on its path. What
/// `compute` sees of another container's path was judged for that one.
#[must_use]
pub fn rules(
    settings: &Settings,
    namespace: &str,
    group: &str,
    kind: &str,
    mounts: &[HostPathMount],
) -> Vec<Option<usize>> {
    if mounts.is_empty() {
        return Vec::new();
    }
    let settings = settings.clone().for_requester(&requester(namespace, group, kind));
    let rule = |container: &str, path: &str| {
        let path = HostPath::parse(path).ok()?;
        let rule = deciding::rule(&settings, container, &path).ok()?;
        settings.rules.iter().position(|other| std::ptr::eq(other, rule))
    };
    let of = |mount: &HostPathMount| {
        let is_shared =
            |other: &&HostPathMount| other.container != COMPUTE && other.host_path == mount.host_path;
        let asking = mounts
            .iter()
            .find(|other| mount.container == COMPUTE && is_shared(other));
        rule(&asking.unwrap_or(mount).container, &mount.host_path)
    };
    mounts.iter().map(of).collect()
}

/// A request in an object.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The path of its field.
    pub field: String,
    /// What it asks for, with defaults for members that cannot be read; `None` where the path cannot.
    pub question: Option<Question>,
    /// Where it is to be mounted, if that can be read.
    pub volume_path: Option<ContainerPath>,
    /// Whether all of it can be read.
    pub is_whole: bool,
}

/// The requests in the annotations of such an object. `object` is JSON.
#[must_use]
pub fn asked(group: &str, kind: &str, object: &str) -> Vec<Asked> {
    let place = match KubeVirtKind::find(group, kind) {
        Some(kind) => kind.annotations,
        None => "metadata.annotations",
    };
    let object = Json::document(object)
        .ok()
        .and_then(|object| Members::read(Path::root("object"), object).ok());
    let annotations = object.and_then(|object| annotations_in(&object, place).ok());
    let entries = annotations.map(|annotations| entries(Path::root(place), &annotations));
    entries
        .unwrap_or_default()
        .into_iter()
        .map(|entry| asked_in(Path::root(place), entry))
        .collect()
}

fn asked_in(annotations: Path<'_>, entry: Entry) -> Asked {
    let Entry {
        place,
        path,
        volume_path,
        host_path_type,
        access,
        shared_compute_path,
        unknown,
        ..
    } = entry;
    let is_whole = path.is_ok()
        && volume_path.is_ok()
        && host_path_type.is_ok()
        && access.is_ok()
        && shared_compute_path.is_ok()
        && unknown.is_empty();
    let question = path.ok().map(|path| Question {
        container: place.container().to_string(),
        path,
        host_path_type: host_path_type.unwrap_or(HostPathType::Directory),
        access: access.unwrap_or(Access::ReadOnly),
        shares: shared_compute_path.is_ok_and(|path| path.is_some()),
    });
    Asked {
        field: place.at(annotations, |at| at.to_string()),
        question,
        volume_path: volume_path.ok(),
        is_whole,
    }
}

/// The namespace whose rules are for such an object in `namespace`.
#[must_use]
pub fn requester(namespace: &str, group: &str, kind: &str) -> Namespace {
    match KubeVirtKind::find(group, kind) {
        Some(kind) => kind.namespace(namespace),
        None => Namespace::named(namespace),
    }
}

fn is_pod(group: &str, kind: &str) -> bool {
    group.is_empty() && kind == "Pod"
}

fn in_pod(object: &Members<'_>) -> Vec<HostPathMount> {
    let Ok(pod) = Pod::read(object, None, &LISTS_OF_NEW_PODS) else {
        return Vec::new();
    };
    let sidecars = Sidecars::of(&pod);
    let asking = asking(object);
    let shown = pod
        .containers
        .iter()
        .enumerate()
        .filter(|(number, container)| {
            let is_asking = asking.iter().any(|name| **name == *container.name);
            container.is_hook_sidecar() || container.is_compute() || sidecars.contains(*number) || is_asking
        })
        .map(|(_, container)| container);
    shown
        .flat_map(|container| {
            pod.host_path_mounts(container)
                .map(|pod::HostPathMount { mount, source, .. }| HostPathMount {
                    container: container.name.to_string(),
                    host_path: source
                        .path
                        .as_ref()
                        .map_or_else(|_| source.path_text.to_string(), HostPath::to_string),
                    mount_path: mount.mount_path.to_string(),
                    read_only: mount.access == Access::ReadOnly,
                    r#type: source.host_path_type.map_or("", |t| t.as_str()),
                })
        })
        .collect()
}

/// The containers for which this policy's own annotation of a pod asks for host paths.
fn asking(object: &Members<'_>) -> Vec<Rc<str>> {
    let at = Path::root("metadata");
    let metadata = object.get(Path::root("object"), "metadata").ok().flatten();
    let metadata = metadata.and_then(|metadata| Members::read(at, metadata).ok());
    let annotations = metadata.and_then(|metadata| metadata.get(at, "annotations").ok().flatten());
    let annotations = annotations.and_then(|annotations| Members::read(at, annotations).ok());
    annotations
        .map(|annotations| own_container_names(&annotations))
        .unwrap_or_default()
}

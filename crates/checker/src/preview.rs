//! What containers would see of the node, for people who check a manifest without a cluster.

use kubevirt_sidecar_hostpath_policy::{
    Access, Container, ContainerPath, Field, HostPath, HostPathMount, HostPathRequest, HostPathType,
    KubeVirtKind, MountSummary, Namespace, Pod, Settings, SettingsFor, Viewer, is_kubevirts_own, permission,
    requests_in,
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

/// A host path that a container sees.
#[derive(Clone, Debug)]
pub struct SeenMount {
    /// What it sees.
    pub mount: MountSummary,
    /// Whether somebody else put the mount into the pod: no request of the annotations is met by it.
    pub by_others: bool,
    /// Whether it is KubeVirt's own, to which the settings do not apply.
    pub is_kubevirts_own: bool,
}

/// The host paths that containers see: in a pod, which must be the resulting one, those that it mounts; for an accepted KubeVirt
/// object in `namespace` those that its annotation asks for. `object` is JSON.
#[must_use]
pub fn mounts(settings: &Settings, namespace: &str, group: &str, kind: &str, object: &str) -> Vec<SeenMount> {
    if is_pod(group, kind) {
        return in_pod(object, &requested(group, kind, object));
    }
    let accepted = KubeVirtKind::find(group, kind).and_then(|kind| {
        let namespace = kind.namespace(namespace);
        kind.accepted(&SettingsFor::new(settings, &namespace), object)
            .ok()
    });
    let mounts = accepted.map(|accepted| accepted.mounts).unwrap_or_default();
    let seen = mounts.into_iter().map(|mount| SeenMount {
        mount,
        by_others: false,
        is_kubevirts_own: false,
    });
    seen.collect()
}

/// For each of these mounts of one object the number in `settings.allowedHostPaths` of the rule that decides on its path.
#[must_use]
pub fn rules(
    settings: &Settings,
    namespace: &str,
    group: &str,
    kind: &str,
    mounts: &[SeenMount],
) -> Vec<Option<usize>> {
    if mounts.is_empty() {
        return Vec::new();
    }
    let namespace = requester(namespace, group, kind);
    let settings = SettingsFor::new(settings, &namespace);
    let rule = |seen: &SeenMount| {
        if seen.is_kubevirts_own {
            return None;
        }
        let path = HostPath::parse(&seen.mount.host_path).ok()?;
        let viewer = Viewer {
            container: Some(&seen.mount.container),
            requests: !seen.by_others,
        };
        let permission = permission(&settings, &settings.around(&path), viewer, None, None);
        Some(permission.rule?.rule.number)
    };
    mounts.iter().map(rule).collect()
}

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Question {
    /// The name of the container.
    pub container: String,
    /// The path on the node.
    pub path: HostPath,
    /// What must be there.
    pub host_path_type: HostPathType,
    /// Whether the mount is writable.
    pub access: Access,
    /// Whether `compute` sees it as well.
    pub shares: bool,
}

/// A request in an object.
#[derive(Clone, Debug)]
pub struct RequestSummary {
    /// Its field.
    pub field: Field,
    /// What it asks for, with defaults for members that cannot be read; `None` where the path cannot.
    pub question: Option<Question>,
    /// Where it is to be mounted, if that can be read.
    pub volume_path: Option<ContainerPath>,
    /// Where it is to be mounted in `compute`, if that is asked for and can be read.
    pub shared_compute_path: Option<ContainerPath>,
    /// Whether all of it can be read.
    pub is_whole: bool,
}

/// Where an object of this kind, which is judged, has the annotations that count.
#[must_use]
pub fn annotations(group: &str, kind: &str) -> &'static str {
    match KubeVirtKind::find(group, kind) {
        Some(kind) => kind.annotations,
        None => "metadata.annotations",
    }
}

/// The requests in the annotations of such an object. `object` is JSON.
#[must_use]
pub fn requested(group: &str, kind: &str, object: &str) -> Vec<RequestSummary> {
    let place = annotations(group, kind);
    requests_in(place, object)
        .into_iter()
        .map(|request| summary(place, request))
        .collect()
}

fn summary(annotations: &str, request: HostPathRequest) -> RequestSummary {
    let HostPathRequest {
        place,
        path,
        volume_path,
        host_path_type,
        access,
        shared_compute_path,
        unknown,
        ..
    } = request;
    let is_whole = path.is_ok()
        && volume_path.is_ok()
        && host_path_type.is_ok()
        && access.is_ok()
        && shared_compute_path.is_ok()
        && unknown.is_empty();
    let shared_compute_path = shared_compute_path.ok().flatten();
    let question = path.ok().map(|path| Question {
        container: place.container().to_string(),
        path,
        host_path_type: host_path_type.unwrap_or(HostPathType::Directory),
        access: access.unwrap_or(Access::ReadOnly),
        shares: shared_compute_path.is_some(),
    });
    RequestSummary {
        field: place.field(annotations),
        question,
        volume_path: volume_path.ok(),
        shared_compute_path,
        is_whole,
    }
}

/// The namespace whose rules apply to such an object in `namespace`.
#[must_use]
pub fn requester(namespace: &str, group: &str, kind: &str) -> Namespace {
    match KubeVirtKind::find(group, kind) {
        Some(kind) => kind.namespace(namespace),
        None => Namespace::named(namespace),
    }
}

/// Whether objects of this kind are pods.
#[must_use]
pub fn is_pod(group: &str, kind: &str) -> bool {
    group.is_empty() && kind == "Pod"
}

fn in_pod(object: &str, requested: &[RequestSummary]) -> Vec<SeenMount> {
    let Ok(pod) = Pod::of_text(object) else {
        return Vec::new();
    };
    let containers = pod.containers().iter();
    containers
        .flat_map(|container| {
            let mounts = pod.host_path_mounts(container);
            mounts
                .map(|place| seen(container, place, requested))
                .collect::<Vec<_>>()
        })
        .collect()
}

fn seen(container: &Container<'_>, place: HostPathMount<'_, '_>, requested: &[RequestSummary]) -> SeenMount {
    let HostPathMount { mount, source, .. } = place;
    let is_requested = |asked: &RequestSummary| {
        let question = asked.question.as_ref();
        let is_own = question.is_some_and(|question| question.container == container.name);
        let wanted = if is_own {
            &asked.volume_path
        } else {
            &asked.shared_compute_path
        };
        let is_here = mount.path().ok() == *wanted && wanted.is_some();
        let is_alike = question.is_some_and(|question| source.is(&question.path, question.host_path_type));
        is_here && is_alike && (is_own || container.is_compute())
    };
    SeenMount {
        by_others: !requested.iter().any(is_requested),
        is_kubevirts_own: is_kubevirts_own(container, place),
        mount: MountSummary {
            container: container.name.to_string(),
            host_path: source
                .path
                .as_ref()
                .map_or_else(|_| source.path_text.to_string(), HostPath::to_string),
            mount_path: mount.mount_path.to_string(),
            read_only: mount.access == Access::ReadOnly,
            r#type: source.host_path_type.map_or("", |t| t.as_str()),
        },
    }
}

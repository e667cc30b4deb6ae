//! What the hook sidecars of a pod can see of the node, from the pod alone.

use serde_json::Value;

use crate::{
    annotation::Request,
    judge::{self, View},
    path,
    settings::Settings,
};

/// One mount of a container, with the volumes of its name.
#[derive(Clone, Debug)]
pub struct Mount {
    /// The container's name.
    pub container: String,
    /// Which of the pod's containers, by list and index.
    pub place: (&'static str, usize),
    /// The mount as it stands in the pod.
    pub json: Value,
    /// `mountPath`.
    pub at: String,
    /// What it shows of the node: one view for each hostPath volume of that name.
    pub views: Vec<View>,
    /// Whether it shows all of the volume, and later mounts on neither side reach the other.
    pub plain: bool,
    /// Whether mounts reach it, or leave it, after it was made.
    pub propagates: bool,
}

/// Where the containers of a new pod stand.
const OF_NEW_PODS: [&str; 2] = ["initContainers", "containers"];
/// Where those stand that are added to a running pod.
pub const EPHEMERAL: &str = "ephemeralContainers";

/// Every mount of a new pod. `None` where the pod has another form than the policy could judge.
#[must_use]
pub fn mounts(pod: &Value) -> Option<Vec<Mount>> {
    mounts_in(pod, &OF_NEW_PODS)
}

/// Every mount of a running pod, those of ephemeral containers last. `None` as for a new one.
#[must_use]
pub fn running_mounts(pod: &Value) -> Option<Vec<Mount>> {
    mounts_in(pod, &[OF_NEW_PODS[0], OF_NEW_PODS[1], EPHEMERAL])
}

fn mounts_in(pod: &Value, places: &[&'static str]) -> Option<Vec<Mount>> {
    let spec = pod.get("spec").filter(|spec| spec.is_object())?;
    let volumes = list(spec, "volumes")?;
    for volume in volumes {
        views(volume, false)?;
        text(volume, "name")?;
    }
    let mut mounts = Vec::new();
    for &place in places {
        for (index, container) in list(spec, place)?.iter().enumerate() {
            let name = text(container, "name")?;
            for mount in list(container, "volumeMounts")? {
                let volume = text(mount, "name")?;
                let writable = !flag(mount, "readOnly")?;
                let part = [text(mount, "subPath")?, text(mount, "subPathExpr")?].concat();
                let propagates = match mount.get("mountPropagation") {
                    None | Some(Value::Null) => false,
                    Some(value) => value.as_str()? != "None",
                };
                text(mount, "recursiveReadOnly")?;
                let named = volumes
                    .iter()
                    .filter(|other| text(other, "name").as_ref() == Some(&volume));
                mounts.push(Mount {
                    container: name.clone(),
                    place: (place, index),
                    json: mount.clone(),
                    at: text(mount, "mountPath")?,
                    views: named
                        .filter_map(|volume| views(volume, writable))
                        .flatten()
                        .collect(),
                    plain: part.is_empty() && !propagates,
                    propagates,
                });
            }
        }
    }
    Some(mounts)
}

/// What a volume shows of the node: one view, or none where it is no hostPath volume.
fn views(volume: &Value, writable: bool) -> Option<Vec<View>> {
    volume.as_object()?;
    match volume.get("hostPath") {
        None | Some(Value::Null) => Some(Vec::new()),
        Some(source) => Some(vec![View {
            path: text(source, "path")?,
            volume_type: text(source, "type")?,
            writable,
        }]),
    }
}

/// Whether KubeVirt makes containers of this name for hooks.
#[must_use]
pub fn is_hook_sidecar(name: &str) -> bool {
    let number = name.strip_prefix("hook-sidecar-");
    number.is_some_and(|number| number.chars().all(|c| c.is_ascii_digit()))
}

/// The mounts through which hook sidecars see the node.
#[must_use]
pub fn seen(mounts: &[Mount]) -> Vec<&Mount> {
    let by_sidecar = |mount: &&Mount| {
        mount.place.0 != EPHEMERAL && is_hook_sidecar(&mount.container) && !mount.views.is_empty()
    };
    mounts.iter().filter(by_sidecar).collect()
}

/// Whether hook sidecars see nothing but what the settings allow.
#[must_use]
pub fn is_within(settings: &Settings, mounts: &[Mount]) -> bool {
    seen(mounts).iter().all(|mount| is_permitted(settings, mount))
}

fn is_permitted(settings: &Settings, mount: &Mount) -> bool {
    let mut views = mount.views.iter();
    !mount.propagates && views.all(|view| judge::permits(settings, view))
}

/// Whether ephemeral containers see nothing of the node but what the settings allow, and what a container of that name
/// saw `before` through the very same mount.
#[must_use]
pub fn ephemeral_is_within(settings: &Settings, before: &[Mount], after: &[Mount]) -> bool {
    let in_ephemeral = |mount: &&Mount| mount.place.0 == EPHEMERAL;
    after.iter().filter(in_ephemeral).all(|mount| {
        let same =
            |old: &Mount| old.container == mount.container && essence(&old.json) == essence(&mount.json);
        mount.views.is_empty()
            || is_permitted(settings, mount)
            || before.iter().filter(in_ephemeral).any(same)
    })
}

/// A mount's members without those that mean the same as their absence.
fn essence(mount: &Value) -> Vec<(&String, &Value)> {
    let members = mount.as_object().into_iter().flatten();
    members
        .filter(|(key, value)| !(value.is_null() || *key == "readOnly" && **value == false))
        .collect()
}

/// Whether the request of entry `index` is met: its sidecar, and `compute` where it is shared, see the path where they
/// asked for it, as they asked for it.
#[must_use]
pub fn meets(mounts: &[Mount], index: usize, request: &Request) -> bool {
    let shows = |container: &str, at: &Vec<String>| {
        let same = |view: &View| {
            View {
                path: path::text(&path::elements(&view.path)),
                ..view.clone()
            } == request.view()
        };
        mounts.iter().any(|mount| {
            mount.container == container
                && path::in_container(&mount.at).as_ref() == Some(at)
                && mount.plain
                && !mount.views.is_empty()
                && mount.views.iter().all(same)
        })
    };
    shows(&format!("hook-sidecar-{index}"), &request.volume_path)
        && request
            .shared
            .as_ref()
            .is_none_or(|shared| shows("compute", shared))
}

/// The mounts that `after` has and `before` has not, each with whether it hides or meets another of its container.
#[must_use]
pub fn added<'m>(before: &[Mount], after: &'m [Mount]) -> Vec<(&'m Mount, bool)> {
    let mut added = Vec::new();
    for (number, mount) in after.iter().enumerate() {
        let same = |other: &&Mount| {
            other.place == mount.place && other.at == mount.at && other.json["name"] == mount.json["name"]
        };
        if before.iter().any(|other| same(&other)) {
            continue;
        }
        let at = path::in_container(&mount.at);
        let others = after.iter().enumerate().filter(|(other, _)| *other != number);
        let mut hidden = others.filter(|(_, other)| {
            let below = path::in_container(&other.at)
                .zip(at.as_ref())
                .map(|(path, at)| path::at_or_below(&path, at));
            other.place == mount.place && below.unwrap_or(true)
        });
        added.push((mount, hidden.next().is_some()));
    }
    added
}

/// The elements of a list; none where it is absent or `null`.
fn list<'v>(value: &'v Value, key: &str) -> Option<&'v [Value]> {
    match value.as_object()?.get(key) {
        None | Some(Value::Null) => Some(&[]),
        Some(list) => list.as_array().map(Vec::as_slice),
    }
}

/// A text; empty where it is absent or `null`.
fn text(value: &Value, key: &str) -> Option<String> {
    match value.as_object()?.get(key) {
        None | Some(Value::Null) => Some(String::new()),
        Some(text) => text.as_str().map(str::to_owned),
    }
}

/// A flag; false where it is absent or `null`.
fn flag(value: &Value, key: &str) -> Option<bool> {
    match value.as_object()?.get(key) {
        None | Some(Value::Null) => Some(false),
        Some(flag) => flag.as_bool(),
    }
}

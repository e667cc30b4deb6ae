//! The mounts of a pod, and what each shows of the node.

use serde_json::Value;

use crate::{
    aliases,
    judge::View,
    path,
    rule::{self, COMPUTE, Rule},
    wanted::Wanted,
};

/// One mount of a container, with the volumes of its name.
#[derive(Clone, Debug)]
pub struct Mount {
    /// The container's name.
    pub container: String,
    /// Which of the pod's containers, by list and index.
    pub place: (&'static str, usize),
    /// The mount as it is in the pod.
    pub json: Value,
    /// The volume's name.
    pub volume: String,
    /// The volumes that bear that name.
    pub volumes: Vec<Value>,
    /// `mountPath`.
    pub at: String,
    /// `readOnly`.
    pub read_only: bool,
    /// What it shows of the node: one view for each hostPath volume of that name.
    pub views: Vec<View>,
    /// Whether it shows a part of the volume, which the kubelet makes where it is missing.
    pub is_part: bool,
    /// `recursiveReadOnly`.
    pub recursive: String,
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

/// The containers of a running pod, by list and name. `None` as for its mounts.
#[must_use]
pub fn containers(pod: &Value) -> Option<Vec<(&'static str, String)>> {
    let spec = pod.get("spec").filter(|spec| spec.is_object())?;
    let mut containers = Vec::new();
    for place in [OF_NEW_PODS[0], OF_NEW_PODS[1], EPHEMERAL] {
        for container in list(spec, place)? {
            containers.push((place, text(container, "name")?));
        }
    }
    Some(containers)
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
                let read_only = flag(mount, "readOnly")?;
                let part = [text(mount, "subPath")?, text(mount, "subPathExpr")?].concat();
                let propagates = match mount.get("mountPropagation") {
                    None | Some(Value::Null) => false,
                    Some(value) => value.as_str()? != "None",
                };
                let named: Vec<Value> = named(volumes, &volume);
                mounts.push(Mount {
                    container: name.clone(),
                    place: (place, index),
                    json: mount.clone(),
                    at: text(mount, "mountPath")?,
                    views: named
                        .iter()
                        .filter_map(|volume| views(volume, !read_only))
                        .flatten()
                        .collect(),
                    volumes: named,
                    read_only,
                    is_part: !part.is_empty(),
                    recursive: text(mount, "recursiveReadOnly")?,
                    volume: volume.clone(),
                    propagates,
                });
            }
        }
    }
    Some(mounts)
}

fn named(volumes: &[Value], name: &str) -> Vec<Value> {
    let is_named = |volume: &&Value| text(volume, "name").as_deref() == Some(name);
    volumes.iter().filter(is_named).cloned().collect()
}

/// The volumes of this name.
#[must_use]
pub fn volumes_named(pod: &Value, name: &str) -> Vec<Value> {
    let volumes = pod.get("spec").and_then(|spec| list(spec, "volumes"));
    named(volumes.unwrap_or_default(), name)
}

/// Kinds of volumes that the kubelet alone writes.
const OF_THE_KUBELET: [&str; 4] = ["configMap", "secret", "downwardAPI", "projected"];
/// All other kinds but hostPath.
const OF_OTHERS: &str = "awsElasticBlockStore azureDisk azureFile cephfs cinder csi emptyDir ephemeral fc flexVolume flocker \
    gcePersistentDisk gitRepo glusterfs image iscsi nfs persistentVolumeClaim photonPersistentDisk portworxVolume quobyte rbd \
    scaleIO storageos vsphereVolume";

impl Mount {
    /// Whether somebody may make a place below it a link.
    #[must_use]
    pub fn may_hold_links(&self, rules: &[Rule]) -> bool {
        let is_fixed = |volume: &Value| {
            let is = |kind: &str| !volume[kind].is_null();
            let is_on_node = is("hostPath");
            let path = volume["hostPath"]["path"].as_str().and_then(path::on_node);
            let by_kubelet = OF_THE_KUBELET.into_iter().any(is);
            let by_others = OF_OTHERS.split_whitespace().any(is);
            let is_fixed_on_node =
                self.read_only && path.is_some_and(|path| !rule::touches_writable(rules, &path));
            (by_kubelet || is_on_node) && !by_others && (!is_on_node || is_fixed_on_node)
        };
        self.volumes.is_empty() || !self.volumes.iter().all(is_fixed)
    }
}

/// Whether containers of the pod reach what the others have mounted, through their processes.
#[must_use]
pub fn shares_processes(pod: &Value) -> bool {
    let fields = ["shareProcessNamespace", "hostPID"];
    let mut values = fields.iter().map(|field| &pod["spec"][field]);
    values.any(|value| !value.is_null() && *value != false)
}

/// What a volume shows of the node: one view, or none where it is not a hostPath volume.
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

/// The mounts by which a request is met; `None` where it is not. Its container, and `compute` where it is shared, see the path
/// where they asked for it, as they asked for it, and through every mount at that place.
#[must_use]
pub fn met_by<'m>(mounts: &'m [Mount], wanted: &Wanted) -> Option<Vec<&'m Mount>> {
    let places = wanted.places();
    let met: Option<Vec<Vec<&Mount>>> = places.iter().map(|place| met_at(mounts, wanted, place)).collect();
    met.map(|met| met.into_iter().flatten().collect())
}

/// The mounts by which a request is met in one container, at one place.
#[must_use]
pub fn met_at<'m>(
    mounts: &'m [Mount],
    wanted: &Wanted,
    (container, at): &(String, Vec<String>),
) -> Option<Vec<&'m Mount>> {
    let shows = |mount: &&Mount| {
        let is_it = |view: &View| is_same(view, wanted);
        !mount.is_part && !mount.propagates && !mount.views.is_empty() && mount.views.iter().all(is_it)
    };
    let is_there = |mount: &&Mount| {
        let place = path::in_container(&mount.at);
        let is_meant = container != COMPUTE || mount.place.0 == "containers";
        mount.container == *container
            && is_meant
            && place.is_some_and(|place| aliases::names(&place).contains(at))
    };
    let there: Vec<&Mount> = mounts.iter().filter(is_there).collect();
    (!there.is_empty() && there.iter().all(shows)).then_some(there)
}

/// Whether the view is what was asked for.
fn is_same(view: &View, wanted: &Wanted) -> bool {
    let clean = path::text(&path::elements(&view.path));
    let view = View {
        path: clean,
        ..view.clone()
    };
    view == wanted.request.view()
}

/// Whether the volume is the one that was asked for, whoever writes there.
#[must_use]
pub fn is_volume_of(volume: &Value, wanted: &Wanted) -> bool {
    let views = views(volume, wanted.request.writable).unwrap_or_default();
    !views.is_empty() && views.iter().all(|view| is_same(view, wanted))
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
                .map(|(path, at)| aliases::is_in(&path, at));
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

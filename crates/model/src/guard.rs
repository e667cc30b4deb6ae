//! Whether the settings permit what is mounted in a pod. Every container is looked at, and every mount.

use crate::{
    judge::{self, View},
    places::is_hook_sidecar,
    pod::{EPHEMERAL, Mount},
    rule::{COMPUTE, Seer},
    settings::Settings,
};

/// Where KubeVirt mounts hostDisks, each by its volume's name.
const HOST_DISKS: &str = "/var/run/kubevirt-private/vmi-disks/";

/// Whether this view is through a mount that KubeVirt made for a hostDisk.
fn is_kubevirts_own(mount: &Mount, view: &View) -> bool {
    mount.place.0 == "containers"
        && mount.container == COMPUTE
        && mount.at == format!("{HOST_DISKS}{}", mount.volume)
        && !mount.is_part
        && ["Directory", "DirectoryOrCreate"].contains(&view.volume_type.as_str())
}

/// What a container sees of the node through a mount, unless that is KubeVirt's own.
fn views(mount: &Mount) -> impl Iterator<Item = &View> {
    mount.views.iter().filter(|view| !is_kubevirts_own(mount, view))
}

/// Whether a container sees the node, otherwise than through KubeVirt's own mounts.
#[must_use]
pub fn sees_node(mounts: &[Mount]) -> bool {
    mounts.iter().any(|mount| views(mount).next().is_some())
}

/// Whether everything that containers see of the node is permitted, where requests are met by `met`: those mounts are judged as
/// the requests.
#[must_use]
pub fn is_within(settings: &Settings, mounts: &[Mount], met: &[&Mount]) -> bool {
    mounts.iter().all(|mount| {
        let is_met = met.iter().any(|met| std::ptr::eq(*met, mount));
        let seer = Seer::Given(&mount.container);
        views(mount).all(|view| {
            is_recursive_enough(settings, mount, view)
                && (is_met || is_permitted(settings, seer, mount, view))
        })
    })
}

/// Whether a read-only mount says that it is read-only to its depths, where it must.
fn is_recursive_enough(settings: &Settings, mount: &Mount, view: &View) -> bool {
    view.writable || settings.recursive != "Enabled" || mount.recursive == "Enabled"
}

/// Whether the settings permit this view through this mount. A part of a volume is made where it is missing.
fn is_permitted(settings: &Settings, seer: Seer<'_>, mount: &Mount, view: &View) -> bool {
    let makes = |types: &[String]| types.iter().any(|t| t == "DirectoryOrCreate");
    let rule = judge::permitted(settings, seer, view);
    rule.is_some_and(|rule| !mount.is_part || makes(&rule.types)) && !mount.propagates
}

/// Whether a pod with these containers is one of a VM, by what cannot change in it.
#[must_use]
pub fn is_launchers(containers: &[(&'static str, String)]) -> bool {
    let is_its =
        |(list, name): &(&str, String)| *list != EPHEMERAL && (name == COMPUTE || is_hook_sidecar(name));
    containers.iter().any(is_its)
}

/// The mounts of ephemeral containers that show the node, and that none of the same name had before.
#[must_use]
pub fn new_in_ephemeral<'m>(before: &[Mount], after: &'m [Mount]) -> Vec<&'m Mount> {
    let in_ephemeral = |mount: &&Mount| mount.place.0 == EPHEMERAL;
    let is_new = |mount: &&Mount| {
        let same = |old: &Mount| old.container == mount.container && essence(old) == essence(mount);
        !mount.views.is_empty() && !before.iter().filter(in_ephemeral).any(same)
    };
    after.iter().filter(in_ephemeral).filter(is_new).collect()
}

/// Whether the settings permit what is new in ephemeral containers.
#[must_use]
pub fn ephemeral_is_within(settings: &Settings, new: &[&Mount]) -> bool {
    new.iter().all(|mount| {
        mount.views.iter().all(|view| {
            is_recursive_enough(settings, mount, view) && is_permitted(settings, Seer::Debugging, mount, view)
        })
    })
}

/// A mount's members without those that mean the same as their absence.
fn essence(mount: &Mount) -> Vec<(&String, &serde_json::Value)> {
    let members = mount.json.as_object().into_iter().flatten();
    members
        .filter(|(key, value)| !(value.is_null() || *key == "readOnly" && **value == false))
        .collect()
}

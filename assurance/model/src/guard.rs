//! Who sees the node in a pod, and whether the settings permit it. Every container is looked at, and every mount.

use crate::{
    judge, path,
    pod::{EPHEMERAL, Mount},
    settings::Settings,
};

/// A container, by list and index.
pub type Place = (&'static str, usize);

/// Whether KubeVirt makes containers of this name for hooks.
#[must_use]
pub fn is_hook_sidecar(name: &str) -> bool {
    let number = name.strip_prefix("hook-sidecar-");
    number.is_some_and(|number| number.chars().all(|c| c.is_ascii_digit()))
}

/// Whether this is `compute` itself, in which QEMU runs.
fn is_compute(mount: &Mount) -> bool {
    mount.place.0 == "containers" && mount.container == "compute"
}

/// Whether the mount lies where the sockets of plugins are, or nobody can tell where it lies.
fn is_for_plugins(mount: &Mount) -> bool {
    let directories = ["/var/run/kubevirt-plugin", "/run/kubevirt-plugin"].map(path::elements);
    path::in_container(&mount.at).is_none_or(|at| {
        directories
            .iter()
            .any(|directory| path::at_or_below(&at, directory))
    })
}

/// The mounts of plugin sidecars: containers other than `compute` that share a volume with the directory of the plugins'
/// sockets in `compute`, or have that directory.
fn plugin_sidecars(mounts: &[Mount]) -> Vec<Place> {
    let shares = |mount: &Mount| {
        let in_compute =
            |other: &Mount| is_compute(other) && is_for_plugins(other) && other.volume == mount.volume;
        mount.volume == "kubevirt-plugin-sockets" || is_for_plugins(mount) || mounts.iter().any(in_compute)
    };
    let others = mounts
        .iter()
        .filter(|mount| mount.place.0 != EPHEMERAL && !is_compute(mount));
    others
        .filter(|mount| shares(mount))
        .map(|mount| mount.place)
        .collect()
}

/// The mounts through which sidecars see the node.
#[must_use]
pub fn seen(mounts: &[Mount]) -> Vec<&Mount> {
    let plugins = plugin_sidecars(mounts);
    let by_sidecar = |mount: &&Mount| {
        let is_hook = mount.place.0 != EPHEMERAL && is_hook_sidecar(&mount.container);
        (is_hook || plugins.contains(&mount.place)) && !mount.views.is_empty()
    };
    mounts.iter().filter(by_sidecar).collect()
}

/// Whether the mount is KubeVirt's own, of a hostDisk.
#[must_use]
pub fn is_kubevirts_own(mount: &Mount) -> bool {
    let directory = path::elements("/var/run/kubevirt-private/vmi-disks");
    is_compute(mount) && path::in_container(&mount.at).is_some_and(|at| path::at_or_below(&at, &directory))
}

/// Whether a volume of this name is one that a sidecar sees.
#[must_use]
pub fn is_seen(mounts: &[Mount], volume: &str) -> bool {
    seen(mounts).iter().any(|mount| mount.volume == volume)
}

/// Whether everything that must be judged is permitted; `met` are the volumes by which requests are met.
#[must_use]
pub fn is_within(settings: &Settings, mounts: &[Mount], met: &[String]) -> bool {
    let seen: Vec<&Mount> = seen(mounts);
    mounts.iter().all(|mount| {
        let is_guarded = seen.iter().any(|other| other.volume == mount.volume) || met.contains(&mount.volume);
        let is_judged = is_guarded || settings.all_containers && !is_kubevirts_own(mount);
        mount.views.is_empty() || !is_judged || is_permitted(settings, mount, met)
    })
}

/// Whether the settings permit everything about this mount.
fn is_permitted(settings: &Settings, mount: &Mount, met: &[String]) -> bool {
    let is_shared = mount.container == "compute" && met.contains(&mount.volume);
    mount.views.iter().all(|view| {
        let rule = path::on_node(&view.path).and_then(|path| judge::permitting(settings, &path));
        let creates = |t: &String| t == "DirectoryOrCreate";
        judge::permits(settings, view)
            && rule.is_some_and(|rule| {
                (!is_shared || rule.shared) && (!mount.is_part || rule.types.iter().any(creates))
            })
            && (view.writable || settings.recursive != "Enabled" || mount.recursive == "Enabled")
    }) && !mount.propagates
}

/// Whether ephemeral containers have to be judged in the pod that the API server keeps.
#[must_use]
pub fn is_debugged_with_care(containers: &[(&'static str, String)], mounts: &[Mount]) -> bool {
    let is_launchers =
        |(list, name): &(&str, String)| *list != EPHEMERAL && (name == "compute" || is_hook_sidecar(name));
    containers.iter().any(is_launchers)
        && mounts
            .iter()
            .any(|mount| !mount.views.is_empty() && !is_kubevirts_own(mount))
}

/// Whether ephemeral containers see nothing of the node but what the settings allow, and what a container of that name
/// had before through the very same mount.
#[must_use]
pub fn ephemeral_is_within(settings: &Settings, before: &[Mount], after: &[Mount]) -> bool {
    let in_ephemeral = |mount: &&Mount| mount.place.0 == EPHEMERAL;
    after.iter().filter(in_ephemeral).all(|mount| {
        let same = |old: &Mount| old.container == mount.container && essence(old) == essence(mount);
        mount.views.is_empty()
            || is_permitted(settings, mount, &[])
            || before.iter().filter(in_ephemeral).any(same)
    })
}

/// A mount's members without those that mean the same as their absence.
fn essence(mount: &Mount) -> Vec<(&String, &serde_json::Value)> {
    let members = mount.json.as_object().into_iter().flatten();
    members
        .filter(|(key, value)| !(value.is_null() || *key == "readOnly" && **value == false))
        .collect()
}

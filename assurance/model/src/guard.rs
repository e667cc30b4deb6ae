//! Who sees the node in a pod, and whether the settings permit it. Every container is looked at, and every mount.

use crate::{
    judge, path,
    places::is_hook_sidecar,
    pod::{EPHEMERAL, Mount},
    settings::Settings,
};

/// A container, by list and index.
pub type Place = (&'static str, usize);

/// Whether this is `compute` itself, in which QEMU runs.
fn is_compute(mount: &Mount) -> bool {
    mount.place.0 == "containers" && mount.container == "compute"
}

/// Whether the mount is where the sockets of plugins are, or nobody can tell where it lies.
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

/// A request that is met: by a volume, for a container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Met {
    /// The volume's name.
    pub volume: String,
    /// The name of the container that asked.
    pub container: String,
}

/// Whether everything that must be judged is permitted, where requests are `met`.
#[must_use]
pub fn is_within(settings: &Settings, mounts: &[Mount], met: &[Met]) -> bool {
    mounts.iter().all(|mount| {
        let is_guarded = !askers(mounts, mount, met).is_empty();
        let is_judged = is_guarded || settings.all_containers && !is_kubevirts_own(mount);
        mount.views.is_empty() || !is_judged || is_permitted(settings, mounts, mount, met)
    })
}

/// The containers because of which a mount is judged: the sidecar itself, else the sidecars that mount the volume, and those
/// whose requests are met by it.
fn askers<'m>(mounts: &'m [Mount], mount: &'m Mount, met: &'m [Met]) -> Vec<&'m str> {
    let seen = seen(mounts);
    if seen.iter().any(|other| other.place == mount.place) {
        return vec![&mount.container];
    }
    let sidecars = seen.into_iter().filter(|other| other.volume == mount.volume);
    let met = met.iter().filter(|met| met.volume == mount.volume);
    sidecars
        .map(|other| other.container.as_str())
        .chain(met.map(|met| met.container.as_str()))
        .collect()
}

/// Whether the settings permit everything about this mount, to one of those because of whom it is judged.
fn is_permitted(settings: &Settings, mounts: &[Mount], mount: &Mount, met: &[Met]) -> bool {
    let mut askers = askers(mounts, mount, met);
    if askers.is_empty() {
        askers.push(&mount.container);
    }
    let is_met = met.iter().any(|met| met.volume == mount.volume);
    let is_shared = mount.container == "compute" && is_met;
    let creates = |t: &String| t == "DirectoryOrCreate";
    askers.into_iter().any(|asker| {
        mount.views.iter().all(|view| {
            let path = path::on_node(&view.path);
            let rule = path.and_then(|path| judge::permitting(settings, asker, &path));
            judge::permits(settings, asker, view)
                && rule.is_some_and(|rule| {
                    let names_it = |names: &Vec<String>| names.contains(&mount.container);
                    let is_for = rule.containers.as_ref().is_none_or(names_it);
                    (is_for || is_compute(mount) && rule.shared)
                        && (!is_shared || rule.shared)
                        && (!mount.is_part || rule.types.iter().any(creates))
                })
                && (view.writable || settings.recursive != "Enabled" || mount.recursive == "Enabled")
        })
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
            || is_permitted(settings, after, mount, &[])
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

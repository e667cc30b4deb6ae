//! The verdicts, where nobody but KubeVirt has put anything for the requests, or all of it is there already.

use serde_json::Value;

use crate::{
    aliases, annotation, guard, judge, path, places,
    pod::{self, Mount},
    rule::COMPUTE,
    settings,
    wanted::{self, Wanted},
};

/// Whether a new launcher pod is accepted.
#[must_use]
pub fn new_pod(request: &Value, settings: &Value) -> bool {
    let pod = &request["object"];
    let known = settings::of(request, settings).zip(pod::mounts(pod));
    let Some((settings, mounts)) = known else {
        return false;
    };
    let node_selector = &pod["spec"]["nodeSelector"];
    let wanted = wanted::permitted(&settings, &pod["metadata"]["annotations"], node_selector);
    let labels = wanted
        .as_ref()
        .and_then(|wanted| wanted::node_labels(&settings, wanted));
    let Some((wanted, labels)) = wanted.zip(labels) else {
        return false;
    };
    let distinct = wanted::distinct(&wanted);
    let is_given = |(number, one): (usize, &&Wanted)| {
        let is_met = pod::met_by(&mounts, one).is_some();
        is_met || !settings.verify_only && fits(&settings, pod, &mounts, &distinct[..number], one)
    };
    let is_complete = wanted::missing(&labels, node_selector)
        .is_some_and(|missing| missing.is_empty() || !settings.verify_only);
    let met: Vec<&Mount> = distinct
        .iter()
        .flat_map(|one| {
            let places = one.places();
            let met = places.iter().filter_map(|place| pod::met_at(&mounts, one, place));
            met.flatten().collect::<Vec<_>>()
        })
        .collect();
    let username = request["userInfo"]["username"].as_str().unwrap_or_default();
    let sees_node = !wanted.is_empty() || guard::sees_node(&mounts);
    distinct.iter().enumerate().all(is_given)
        && is_complete
        && guard::is_within(&settings, &mounts, &met)
        && (!sees_node || judge::trusts(&settings, username) && !pod::shares_processes(pod))
}

/// Whether a request fits into the pod where it is not met already: its containers are there, nothing is hidden, its place is no link in any
/// container but a hook sidecar, and nothing but its volume bears, or waits for, that volume's name.
fn fits(
    settings: &settings::Settings,
    pod: &Value,
    mounts: &[Mount],
    earlier: &[&Wanted],
    wanted: &Wanted,
) -> bool {
    let containers = pod::containers(pod).unwrap_or_default();
    let fits_at = |(container, at): &(String, Vec<String>)| {
        let is_there = containers.iter().any(|(list, name)| {
            let is_meant = match *list {
                "containers" => true,
                "initContainers" => name != COMPUTE,
                _ => false,
            };
            is_meant && name == container
        });
        let mut in_it = mounts.iter().filter(|mount| mount.container == *container);
        is_there
            && in_it.all(|mount| {
                path::in_container(&mount.at).is_some_and(|other| {
                    let is_hidden = aliases::is_in(&other, at);
                    let is_below = aliases::is_strictly_in(at, &other);
                    let is_link = !places::is_hook_sidecar(container)
                        && is_below
                        && mount.may_hold_links(&settings.rules);
                    !is_hidden && !is_link
                })
            })
    };
    // The second of two that are alike needs no volume of its own.
    let place = (&wanted.container, &wanted.request.volume_path);
    let is_first = !earlier.iter().any(|other| {
        let mut places = other.places().into_iter();
        places.any(|(container, at)| (&container, &at) == place)
    });
    let of_that_name = pod::volumes_named(pod, &wanted.volume);
    let is_free = if of_that_name.is_empty() {
        !mounts.iter().any(|mount| mount.volume == wanted.volume)
    } else {
        of_that_name
            .iter()
            .all(|volume| pod::is_volume_of(volume, wanted))
    };
    let is_met = |place: &(String, Vec<String>)| pod::met_at(mounts, wanted, place).is_some();
    let places = wanted.places();
    let own_is_met = places.first().is_some_and(is_met);
    places.iter().all(|place| is_met(place) || fits_at(place)) && (!is_first || own_is_met || is_free)
}

/// Whether ephemeral containers are accepted: the pod that the API server keeps is none of a VM, or what is new in them is within the
/// settings, and no process reaches it from another container.
#[must_use]
pub fn ephemeral(request: &Value, settings: &Value) -> bool {
    let before = &request["oldObject"];
    let stored = pod::containers(before).zip(pod::running_mounts(before));
    let Some((containers, stored)) = stored else {
        return false;
    };
    if !guard::is_launchers(&containers) {
        return true;
    }
    let mut kept = before.clone();
    kept["spec"][pod::EPHEMERAL] = request["object"]["spec"][pod::EPHEMERAL].clone();
    let known = settings::of(request, settings).zip(pod::running_mounts(&kept));
    known.is_some_and(|(settings, kept)| {
        let new = guard::new_in_ephemeral(&stored, &kept);
        guard::ephemeral_is_within(&settings, &new) && (new.is_empty() || !pod::shares_processes(before))
    })
}

/// Whether a new VirtualMachineInstance is accepted.
#[must_use]
pub fn new_instance(request: &Value, settings: &Value) -> bool {
    let object = &request["object"];
    let annotations = &object["metadata"]["annotations"];
    let is_annotated = [annotation::KEY, wanted::KEY]
        .iter()
        .any(|key| !annotations[key].is_null());
    !is_annotated
        || settings::of(request, settings).is_some_and(|settings| {
            wanted::permitted(&settings, annotations, &object["spec"]["nodeSelector"]).is_some()
        })
}

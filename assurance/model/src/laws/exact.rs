//! Laws that say when a request is accepted, and when not.

use serde_json::{Value, json};
use testkit::{Engine, Response};

use super::{answer, nothing_outside};
use crate::{
    aliases,
    generate::{Ephemeral, Scenario, Update},
    guard, judge, path, places, pod, settings,
    wanted::{self, Wanted},
};

/// A pod as KubeVirt makes it is accepted if and only if the model permits its annotation and trusts its creator; and
/// so is the VirtualMachineInstance, for any creator.
pub fn plain_pod(engine: &Engine<'_>, scenario: &Scenario) -> Response {
    let read = settings::of(&scenario.request(), &scenario.settings);
    let annotations = &scenario.pod["metadata"]["annotations"];
    let requests = read
        .as_ref()
        .and_then(|settings| wanted::permitted(settings, annotations));

    let vmi = answer(engine, &scenario.vmi_request(), &scenario.settings);
    assert_eq!(vmi.accepted, requests.is_some(), "VMI: {:?}", vmi.message);
    assert_eq!(vmi.mutated_object, None, "a VMI is never changed");

    let response = answer(engine, &scenario.request(), &scenario.settings);
    let expected = read.zip(requests).is_some_and(|(settings, requests)| {
        let creator = requests.is_empty() || judge::trusts(&settings, &scenario.username);
        let complete = requests.is_empty() || !settings.verify_only;
        let fits = fits(&scenario.pod, &requests);
        creator && complete && fits
    });
    assert_eq!(response.accepted, expected, "{:?}", response.message);
    nothing_outside(&scenario.request(), &scenario.settings, &response);
    response
}

/// Whether requests fit into a pod in which nobody has put anything for them: their containers are there, nothing is hidden,
/// no mount waits for a volume of ours, and no place is in a claim but of a hook sidecar.
fn fits(pod: &Value, requests: &[Wanted]) -> bool {
    let mounts = pod::mounts(pod).unwrap();
    let containers = pod::containers(pod).unwrap();
    requests.iter().enumerate().all(|(number, wanted)| {
        let fits_at = |(container, at): &(String, Vec<String>)| {
            let is_there = containers
                .iter()
                .any(|(list, name)| name == container && (name != "compute" || *list == "containers"));
            let in_it = mounts.iter().filter(|mount| mount.container == *container);
            let strictly_in_claims = !places::is_hook_sidecar(container);
            is_there
                && in_it
                    .filter_map(|mount| Some((mount, path::in_container(&mount.at)?)))
                    .all(|(mount, other)| {
                        let is_hidden = aliases::is_in(&other, at);
                        let is_claim =
                            strictly_in_claims && mount.is_claim && aliases::is_strictly_in(at, &other);
                        !is_hidden && !is_claim
                    })
        };
        let waits = |mount: &pod::Mount| mount.volume == wanted.volume && !mount.has_volume;
        // The second of two that are alike needs no volume of its own.
        let place = (&wanted.container, &wanted.request.volume_path);
        let is_first = !requests[..number].iter().any(|other| {
            let mut places = other.places().into_iter();
            places.any(|(container, at)| (&container, &at) == place)
        });
        wanted.places().iter().all(fits_at) && !(is_first && mounts.iter().any(waits))
    })
}

/// A pod without annotation is accepted, untouched, if and only if its containers see nothing outside the settings of
/// what has to be judged, and its creator is trusted.
pub fn foreign_pod(engine: &Engine<'_>, scenario: &Scenario) -> Response {
    let response = answer(engine, &scenario.request(), &scenario.settings);
    let expected = settings::of(&scenario.request(), &scenario.settings)
        .zip(pod::mounts(&scenario.pod))
        .is_some_and(|(settings, mounts)| {
            let creator = guard::seen(&mounts).is_empty() || judge::trusts(&settings, &scenario.username);
            guard::is_within(&settings, &mounts, &[]) && creator
        });
    assert_eq!(response.accepted, expected, "{:?}", response.message);
    assert_eq!(response.mutated_object, None, "nothing was asked for");
    response
}

/// Ephemeral containers are accepted if and only if the pod that the API server keeps is none of a VM, nobody in it sees the
/// node but by KubeVirt's own mounts, or what is new in them is within the settings. The pod is never changed.
pub fn ephemeral(engine: &Engine<'_>, scenario: &Ephemeral) -> Response {
    let response = answer(engine, &scenario.request(), &scenario.settings);
    assert_eq!(
        response.accepted,
        ephemeral_expected(scenario),
        "{:?}",
        response.message
    );
    assert_eq!(response.mutated_object, None, "never changed");
    response
}

fn ephemeral_expected(scenario: &Ephemeral) -> bool {
    let stored = pod::containers(&scenario.before).zip(pod::running_mounts(&scenario.before));
    let Some((containers, stored)) = stored else {
        return false;
    };
    if !guard::is_debugged_with_care(&containers, &stored) {
        return true;
    }
    let mut kept = scenario.before.clone();
    kept["spec"][pod::EPHEMERAL] = scenario.after["spec"][pod::EPHEMERAL].clone();
    let known = settings::of(&scenario.request(), &scenario.settings).zip(pod::running_mounts(&kept));
    known.is_some_and(|(settings, kept)| guard::ephemeral_is_within(&settings, &stored, &kept))
}

/// The update of a KubeVirt object is accepted if and only if it is being deleted, has no annotation, an annotation that did
/// not change, or one that is permitted. What is stored is known from the old object alone.
pub fn update(engine: &Engine<'_>, scenario: &Update) -> Response {
    let response = answer(engine, &scenario.request(), &scenario.settings);
    let expected = if scenario.new.is_empty() {
        true
    } else if !scenario.has_old {
        false
    } else if scenario.is_going || scenario.old == scenario.new {
        true
    } else {
        settings::of(&scenario.request(), &scenario.settings)
            .is_some_and(|settings| wanted::permitted(&settings, &json!(scenario.new)).is_some())
    };
    assert_eq!(response.accepted, expected, "{:?}", response.message);
    assert_eq!(response.mutated_object, None, "never changed");
    response
}

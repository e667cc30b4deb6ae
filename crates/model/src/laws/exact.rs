//! Laws that say when a request is accepted, and when not.

use serde_json::json;
use testkit::{Engine, Response};

use super::{answer, nothing_outside};
use crate::{
    generate::{Ephemeral, Scenario, Update},
    settings, verdict, wanted,
};

/// A pod as KubeVirt makes it is accepted if and only if the model accepts it; and so is the VirtualMachineInstance, for any
/// creator and whatever others mount.
pub fn plain_pod(engine: &Engine<'_>, scenario: &Scenario) -> Response {
    let request = scenario.vmi_request();
    let vmi = answer(engine, &request, &scenario.settings);
    let expected = verdict::new_instance(&request, &scenario.settings);
    assert_eq!(vmi.accepted, expected, "VMI: {:?}", vmi.message);
    assert_eq!(vmi.mutated_object, None, "a VMI is never changed");

    let request = scenario.request();
    let response = answer(engine, &request, &scenario.settings);
    let expected = verdict::new_pod(&request, &scenario.settings);
    assert_eq!(response.accepted, expected, "{:?}", response.message);
    nothing_outside(&request, &scenario.settings, &response);
    response
}

/// A pod without annotation is accepted, untouched, if and only if its containers see nothing outside the settings, its creator
/// is trusted if they see the node at all, and none then reaches it through the processes of another.
pub fn foreign_pod(engine: &Engine<'_>, scenario: &Scenario) -> Response {
    let request = scenario.request();
    let response = answer(engine, &request, &scenario.settings);
    let expected = verdict::new_pod(&request, &scenario.settings);
    assert_eq!(response.accepted, expected, "{:?}", response.message);
    assert_eq!(response.mutated_object, None, "nothing was asked for");
    response
}

/// Ephemeral containers are accepted if and only if the pod that the API server keeps is none of a VM, or what is new in them is
/// within the settings. The pod is never changed.
pub fn ephemeral(engine: &Engine<'_>, scenario: &Ephemeral) -> Response {
    let request = scenario.request();
    let response = answer(engine, &request, &scenario.settings);
    let expected = verdict::ephemeral(&request, &scenario.settings);
    assert_eq!(response.accepted, expected, "{:?}", response.message);
    assert_eq!(response.mutated_object, None, "never changed");
    response
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
        settings::of(&scenario.request(), &scenario.settings).is_some_and(|settings| {
            wanted::permitted(
                &settings,
                &json!(scenario.new),
                scenario.node_selector_that_counts(),
            )
            .is_some()
        })
    };
    assert_eq!(response.accepted, expected, "{:?}", response.message);
    assert_eq!(response.mutated_object, None, "never changed");
    response
}

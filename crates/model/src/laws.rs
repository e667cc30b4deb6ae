//! What must hold for all answers of the policy.

use serde_json::{Value, json};
use testkit::{Engine, Response, check};

use crate::{
    aliases, choices::Choices, generate::Scenario, guard, judge, path, places, pod, rewrite, rule::COMPUTE,
    settings, wanted,
};

mod exact;
mod readers;
mod whose;

pub use exact::{ephemeral, foreign_pod, plain_pod, update};
pub use readers::{Reading, annotation, paths, payload, settings};
pub use whose::{admitted, no_escape, nothing_of_others};

/// The answer to a request, which must be in itself in order: one of the proper forms; a mutation that only adds; and
/// nothing left to do, or to find fault with, when it runs again.
#[must_use]
pub fn answer(engine: &Engine<'_>, request: &Value, settings: &Value) -> Response {
    let (response, faults) = check(request, settings, engine).unwrap_or_else(|error| panic!("{error}"));
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    response
}

/// The invariant. An accepted launcher pod shows its containers nothing that the settings do not allow, and nobody writes
/// there unless the settings say so, nor reaches it through the processes of others; it was created by someone who may; every
/// request is met, on nodes that have its path; and what was added hides nothing and brings no mount of others to life.
///
/// Answers with whether the policy judged a launcher pod and accepted it.
pub fn nothing_outside(request: &Value, settings: &Value, response: &Response) -> bool {
    let before = &request["object"];
    if !response.accepted || !creates_launcher(request) {
        return false;
    }
    let settings = settings::of(request, settings).expect("accepted under settings that must be refused");
    let result = response.mutated_object.as_ref().unwrap_or(before);
    let mounts = pod::mounts(result).expect("accepted a pod whose mounts cannot be told");
    let (annotations, nodes) = (
        &before["metadata"]["annotations"],
        &before["spec"]["nodeSelector"],
    );
    let requests = wanted::permitted(&settings, annotations, nodes)
        .expect("accepted an annotation that is not permitted");
    let mut met = Vec::new();
    for wanted in &requests {
        let by = pod::met_by(&mounts, wanted);
        met.extend(by.unwrap_or_else(|| panic!("{wanted:?} is not met: {mounts:#?}")));
    }
    assert!(
        guard::is_within(&settings, &mounts, &met),
        "sees too much: {mounts:#?}, requests are met by {met:?}"
    );
    if !requests.is_empty() || guard::sees_node(&mounts) {
        let username = request["userInfo"]["username"].as_str().unwrap_or_default();
        assert!(judge::trusts(&settings, username), "{username:?} is not trusted");
        assert!(
            !pod::shares_processes(result),
            "seen through the processes of others"
        );
    }
    let labels = wanted::node_labels(&settings, &requests).expect("labels that are no two");
    let missing = wanted::missing(&labels, nodes).expect("labels that are not otherwise");
    let mut expected = nodes.clone();
    for (key, value) in missing {
        assert!(!settings.verify_only, "{key} is missing under verifyOnly");
        expected[key] = json!(value);
    }
    assert_eq!(result["spec"]["nodeSelector"], expected, "the nodes");
    additions(&settings, before, &mounts);
    true
}

fn additions(settings: &settings::Settings, before: &Value, after: &[pod::Mount]) {
    let before = pod::mounts(before).expect("accepted a pod whose mounts cannot be told");
    for mount in before.iter().filter(|mount| mount.volumes.is_empty()) {
        let lives = |after: &&pod::Mount| after.volume == mount.volume && !after.volumes.is_empty();
        assert_eq!(
            after.iter().find(lives).map(|after| &after.at),
            None,
            "a mount came alive: {mount:?}"
        );
    }
    for (mount, hides) in pod::added(&before, after) {
        let at = path::in_container(&mount.at).expect("a clean path");
        let is_hook = places::is_hook_sidecar(&mount.container);
        let holds = |other: &pod::Mount| {
            let above =
                path::in_container(&other.at).is_some_and(|other| aliases::is_strictly_in(&at, &other));
            other.place == mount.place && above && other.may_hold_links(&settings.rules)
        };
        let may_be_link = !is_hook && after.iter().any(holds);
        assert!(!may_be_link, "somebody can make it a link: {mount:?}");
        assert!(!settings.verify_only, "added under verifyOnly: {mount:?}");
        assert!(!hides, "hides another mount: {mount:?}");
        assert_eq!(path::text(&at), mount.at);
        let is_free = if mount.container == COMPUTE {
            places::free_in_compute(&at)
        } else {
            places::is_free(&at)
        };
        assert!(is_free, "mounted where nothing may be: {mount:?}");
        if !is_hook && mount.container != COMPUTE {
            let directory = settings.request_containers.get(&mount.container);
            let is_in = directory.is_some_and(|directory| path::at_or_below(&at, directory));
            assert!(is_in, "mounted outside the directory of the container: {mount:?}");
        }
        let writable = mount.views.iter().any(|view| view.writable);
        let recursive = if writable || settings.recursive == "Disabled" {
            Value::Null
        } else {
            json!(settings.recursive)
        };
        assert_eq!(mount.json["recursiveReadOnly"], recursive, "{mount:?}");
    }
}

/// Whether the request creates a launcher pod.
fn creates_launcher(request: &Value) -> bool {
    let absent_or_empty = |value: &Value| value.as_str().unwrap_or_default().is_empty();
    request["operation"] == "CREATE"
        && request["kind"]["kind"] == "Pod"
        && absent_or_empty(&request["kind"]["group"])
        && absent_or_empty(&request["subResource"])
        && request["object"]["metadata"]["labels"]["kubevirt.io"] == "virt-launcher"
}

/// Any pod: the invariant, and that neither spelling nor unknown fields matter.
pub fn any_pod(engine: &Engine<'_>, choices: &mut Choices<'_>, scenario: &Scenario) -> Response {
    let request = scenario.request();
    let response = answer(engine, &request, &scenario.settings);
    nothing_outside(&request, &scenario.settings, &response);

    let text = rewrite::rewritten(choices, &scenario.payload());
    let other = Response::ask(engine, text.as_bytes()).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(sorted(&other), sorted(&response), "written as {text}");

    let mut with_unknown = scenario.clone();
    rewrite::add_unknown(choices, &mut with_unknown.pod);
    let mut other = answer(engine, &with_unknown.request(), &scenario.settings);
    if let (Some(mutated), pod) = (&mut other.mutated_object, &with_unknown.pod) {
        assert_eq!(
            count_unknown(mutated),
            count_unknown(pod),
            "unknown fields are lost"
        );
        rewrite::remove_unknown(mutated);
    }
    assert_eq!(sorted(&other), sorted(&response), "with {}", with_unknown.pod);
    response
}

/// The response without the order of its violations, which is that of the document.
fn sorted(response: &Response) -> (bool, Option<u16>, Vec<&str>, &[String], &Option<Value>) {
    let mut violations: Vec<&str> = response
        .message
        .as_deref()
        .unwrap_or_default()
        .split("; ")
        .collect();
    violations.sort_unstable();
    (
        response.accepted,
        response.code,
        violations,
        response.warnings(),
        &response.mutated_object,
    )
}

fn count_unknown(value: &Value) -> usize {
    value.to_string().matches("\"zzUnknown\"").count()
}

//! What must hold of the policy's answers, whatever it is asked.

use serde_json::{Value, json};
use testkit::{Engine, Response, check};

use crate::{
    annotation::{self, Entry},
    choices::Choices,
    generate::{Ephemeral, Scenario},
    judge, path, pod, rewrite, settings,
};

/// The answer to a request, which must be in itself in order: one of the proper forms; a mutation that only adds; and
/// nothing left to do, or to find fault with, when it runs again.
#[must_use]
pub fn answer(engine: &Engine<'_>, request: &Value, settings: &Value) -> Response {
    let (response, faults) = check(request, settings, engine).unwrap_or_else(|error| panic!("{error}"));
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    response
}

/// The invariant. An accepted launcher pod shows its hook sidecars nothing that the settings do not allow; it was
/// created by someone who may; every request is met; and what was added hides nothing.
///
/// Answers with whether the policy judged a launcher pod and accepted it.
pub fn nothing_outside(request: &Value, settings: &Value, response: &Response) -> bool {
    let before = &request["object"];
    if !response.accepted || !creates_launcher(request) {
        return false;
    }
    let settings = settings::read(settings).expect("accepted under settings that must be refused");
    let result = response.mutated_object.as_ref().unwrap_or(before);
    let mounts = pod::mounts(result).expect("accepted a pod whose mounts cannot be told");
    assert!(
        pod::is_within(&settings, &mounts),
        "sees too much: {:#?}",
        pod::seen(&mounts)
    );

    let text = &before["metadata"]["annotations"][annotation::KEY];
    let requests = match text.as_str() {
        Some(text) => {
            annotation::permitted(&settings, text).expect("accepted an annotation that is not permitted")
        }
        None => {
            assert_eq!(
                before["metadata"]["annotations"].get(annotation::KEY),
                None,
                "an annotation that is no text"
            );
            Vec::new()
        }
    };
    for (index, request) in &requests {
        assert!(
            pod::meets(&mounts, *index, request),
            "the request of entry {index} is not met: {mounts:#?}"
        );
    }
    if !requests.is_empty() || !pod::seen(&mounts).is_empty() {
        let username = request["userInfo"]["username"].as_str().unwrap_or_default();
        assert!(judge::trusts(&settings, username), "{username:?} is not trusted");
    }
    additions(&settings, before, &mounts);
    true
}

fn additions(settings: &settings::Settings, before: &Value, after: &[pod::Mount]) {
    let before = pod::mounts(before).expect("accepted a pod whose mounts cannot be told");
    for (mount, hides) in pod::added(&before, after) {
        assert!(!settings.verify_only, "added under verifyOnly: {mount:?}");
        assert!(!hides, "hides another mount: {mount:?}");
        let at = path::in_container(&mount.at).expect("a clean path");
        assert_eq!(path::text(&at), mount.at);
        let free = if mount.container == "compute" {
            judge::free_in_compute
        } else {
            judge::free_in_sidecar
        };
        assert!(free(&at), "mounted where nothing may be: {mount:?}");
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

/// A pod as KubeVirt makes it is accepted if and only if the model permits its annotation and trusts its creator; and
/// so is the VirtualMachineInstance, whoever creates it.
pub fn plain_pod(engine: &Engine<'_>, scenario: &Scenario) -> Response {
    let read = settings::read(&scenario.settings);
    let text = scenario.annotation.as_deref().unwrap_or_default();
    let requests = read
        .as_ref()
        .and_then(|settings| annotation::permitted(settings, text));

    let vmi = answer(engine, &scenario.vmi_request(), &scenario.settings);
    assert_eq!(vmi.accepted, requests.is_some(), "VMI: {:?}", vmi.message);
    assert_eq!(vmi.mutated_object, None, "a VMI is never changed");

    let response = answer(engine, &scenario.request(), &scenario.settings);
    let nothing_hidden = |(_, request): &(usize, annotation::Request)| {
        // The sockets lie there in every container, below a path that may be asked for.
        let hides = |at: &Vec<String>| path::at_or_below(&path::elements("/var/run/kubevirt-hooks"), at);
        !hides(&request.volume_path) && !request.shared.as_ref().is_some_and(hides)
    };
    let expected = read.zip(requests).is_some_and(|(settings, requests)| {
        let creator = requests.is_empty() || judge::trusts(&settings, &scenario.username);
        let complete = requests.is_empty() || !settings.verify_only;
        creator && complete && requests.iter().all(nothing_hidden)
    });
    assert_eq!(response.accepted, expected, "{:?}", response.message);
    nothing_outside(&scenario.request(), &scenario.settings, &response);
    response
}

/// A pod without annotation is accepted, untouched, if and only if its sidecars see nothing outside the settings and
/// its creator is trusted.
pub fn foreign_pod(engine: &Engine<'_>, scenario: &Scenario) -> Response {
    let response = answer(engine, &scenario.request(), &scenario.settings);
    let expected = settings::read(&scenario.settings)
        .zip(pod::mounts(&scenario.pod))
        .is_some_and(|(settings, mounts)| {
            let creator = pod::seen(&mounts).is_empty() || judge::trusts(&settings, &scenario.username);
            pod::is_within(&settings, &mounts) && creator
        });
    assert_eq!(response.accepted, expected, "{:?}", response.message);
    assert_eq!(response.mutated_object, None, "nothing was asked for");
    response
}

/// Ephemeral containers are accepted if and only if no hook sidecar of the pod sees the node, or what is new in them is
/// within the settings. The pod is never changed; one that is being deleted is not judged.
pub fn ephemeral(engine: &Engine<'_>, scenario: &Ephemeral) -> Response {
    let response = answer(engine, &scenario.request(), &scenario.settings);
    let is_going = !scenario.after["metadata"]["deletionTimestamp"].is_null();
    let within = |after: &[pod::Mount]| {
        let before = match &scenario.before {
            Value::Null => Some(Vec::new()),
            before => pod::running_mounts(before),
        };
        let settings = settings::read(&scenario.settings);
        let known = settings.zip(before);
        known.is_some_and(|(settings, before)| pod::ephemeral_is_within(&settings, &before, after))
    };
    let judged = || pod::running_mounts(&scenario.after);
    let expected = is_going || judged().is_some_and(|after| pod::seen(&after).is_empty() || within(&after));
    assert_eq!(response.accepted, expected, "{:?}", response.message);
    assert_eq!(response.mutated_object, None, "never changed");
    response
}

/// No admitted path runs through a directory that an admitted request may write, under the same settings.
///
/// Answers with how many of the paths were admitted read-only, and how many writable.
pub fn no_escape(engine: &Engine<'_>, settings: &Value, paths: &[Vec<String>]) -> (usize, usize) {
    let admitted = |writable: bool| -> Vec<&Vec<String>> {
        let types = settings::TYPES.iter().filter(|t| !t.is_empty());
        let by_any_type =
            |path: &&Vec<String>| types.clone().any(|t| admits(engine, settings, path, t, writable));
        paths.iter().filter(by_any_type).collect()
    };
    let (read, written) = (admitted(false), admitted(true));
    for path in read.iter().chain(&written) {
        for directory in &written {
            assert!(
                !path::below(path, directory),
                "{path:?} runs through {directory:?}, under {settings}"
            );
        }
    }
    (read.len(), written.len())
}

/// Whether one request for this path is admitted.
fn admits(engine: &Engine<'_>, settings: &Value, path: &[String], volume_type: &str, writable: bool) -> bool {
    let request = json!([{"hostPath": {
        "path": path::text(path), "volumePath": "/m", "type": volume_type, "readOnly": !writable,
    }}]);
    let scenario = Scenario {
        settings: settings.clone(),
        pod: Value::Null,
        annotation: Some(request.to_string()),
        username: String::new(),
    };
    let payload = json!({"request": scenario.vmi_request(), "settings": settings}).to_string();
    let response = Response::ask(engine, payload.as_bytes()).unwrap_or_else(|error| panic!("{error}"));
    response.accepted
}

/// Any bytes as the payload: a proper answer, and the invariant.
pub fn payload(engine: &Engine<'_>, bytes: &[u8]) {
    let response = Response::ask(engine, bytes).unwrap_or_else(|error| panic!("{error}"));
    let faults = response.faults();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    let text = String::from_utf8_lossy(bytes);
    let Ok(payload) = serde_json::from_slice::<Value>(bytes) else {
        assert!(response.mutated_object.is_none(), "changed what cannot be read");
        return;
    };
    let (request, settings) = (&payload["request"], &payload["settings"]);
    if nothing_outside(request, settings, &response) && !rewrite::repeats_a_key(&text) {
        assert_eq!(answer(engine, request, settings), response);
    }
}

/// Any bytes as settings: refused if and only if the model refuses them, and then nothing is judged under them.
pub fn settings(engine: &Engine<'_>, bytes: &[u8]) -> bool {
    let answer = engine("validate_settings", bytes).unwrap_or_else(|error| panic!("{error}"));
    let answer: Value = serde_json::from_slice(&answer).expect("an answer in JSON");
    let valid = answer["valid"].as_bool().expect("a verdict");
    assert_eq!(answer["message"].is_string(), !valid, "{answer}");
    let Ok(text) = std::str::from_utf8(bytes) else {
        assert!(!valid, "no text");
        return false;
    };
    let value = serde_json::from_str::<Value>(text);
    if !rewrite::repeats_a_key(text) {
        let expected = value.as_ref().is_ok_and(|value| settings::read(value).is_some());
        assert_eq!(valid, expected, "{answer}");
    }
    if value.is_ok() {
        let pod = r#"{"metadata": {"labels": {"kubevirt.io": "virt-launcher"}}, "spec": {"containers": []}}"#;
        let request = format!(r#"{{"kind": {{"kind": "Pod"}}, "operation": "CREATE", "object": {pod}}}"#);
        let payload = format!(r#"{{"request": {request}, "settings": {text}}}"#);
        let response = Response::ask(engine, payload.as_bytes()).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(response.accepted, valid, "{:?}", response.message);
    }
    valid
}

/// What the policy's reader of annotations says, without its types: for each host path request its entry's index, and
/// the request as clean texts (`path`, `volumePath`, `type`, `readOnly: false`, `sharedComputePath`) if it is well-formed.
pub type Reading = Result<Vec<(usize, Option<annotation::Request>)>, ()>;

/// The policy's reader and the model of Go's agree: on whether it is a list, on which entries have a request, at which
/// index, and on every member.
pub fn annotation(text: &str, reading: &Reading) {
    let expected = annotation::read(text).map(|entries| {
        let indexed = entries.into_iter().enumerate();
        let asked = indexed.filter_map(|(index, entry)| match entry {
            Entry::Nothing => None,
            Entry::Unclear => Some((index, None)),
            Entry::Request(request) => Some((index, Some(request))),
        });
        asked.collect::<Vec<_>>()
    });
    if expected.is_none() && reading.is_ok() && crate::go_json::parse(text).is_none() {
        // The policy reads what nests deeper than Go bears: no such pod comes into being.
        assert!(
            text.matches(['[', '{']).count() > 10_000,
            "read what Go refuses: {reading:?}"
        );
        return;
    }
    assert_eq!(reading.as_ref().ok(), expected.as_ref());
}

/// Any text as a path: read if and only if the model reads it, cleaned to a fixed point, compared by whole elements.
pub fn paths(
    one: &str,
    other: &str,
    parse: &dyn Fn(&str, bool) -> Option<String>,
    below: &dyn Fn(&str, &str) -> bool,
) {
    for (text, in_container) in [(one, false), (one, true), (other, false)] {
        let expected = if in_container {
            path::in_container(text)
        } else {
            path::on_node(text)
        };
        let clean = parse(text, in_container);
        assert_eq!(
            clean,
            expected.as_ref().map(|elements| path::text(elements)),
            "{text:?}"
        );
        if let Some(clean) = clean {
            assert_eq!(
                parse(&clean, in_container).as_ref(),
                Some(&clean),
                "not a fixed point"
            );
            assert!(!clean.split('/').any(|element| element == ".."), "{clean:?}");
        }
    }
    if let (Some(path), Some(prefix)) = (path::on_node(one), path::on_node(other)) {
        assert_eq!(
            below(one, other),
            path::at_or_below(&path, &prefix),
            "{one:?} below {other:?}"
        );
    }
}

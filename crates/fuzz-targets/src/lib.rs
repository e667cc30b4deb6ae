//! What each fuzz target does with its bytes: `model`'s laws, with this policy for their engine. The targets in `fuzz/`
//! call these functions under libFuzzer, `tests/replay.rs` on stable with the seeds and with every finding.

pub mod seeds;

use kubevirt_sidecar_hostpath_policy::{
    Access, ContainerPath, Field, FieldPath, FieldSegment, HostPath, HostPathRequest, Requester,
    hook_sidecar_requests, validate, validate_settings,
};
use model::{
    annotation::Request,
    choices::Choices,
    generate::{Ephemeral, Scenario, Update},
    laws,
    path::elements,
};

/// The policy as testkit and the laws ask it.
///
/// # Errors
///
/// An operation that the policy does not have.
pub fn policy(operation: &str, payload: &[u8]) -> Result<Vec<u8>, String> {
    match operation {
        "validate" => Ok(validate(payload)),
        "validate_settings" => Ok(validate_settings(payload)),
        other => Err(format!("unknown operation {other}")),
    }
}

/// Raw bytes into `validate`.
pub fn payload(bytes: &[u8]) {
    laws::payload(&policy, bytes);
}

/// Raw bytes into `validate_settings`, and as the settings of a request.
pub fn settings(bytes: &[u8]) {
    laws::settings(&policy, bytes);
}

/// The bytes choose settings, a pod and an annotation.
pub fn pods(bytes: &[u8]) {
    let mut choices = Choices::new(bytes);
    match choices.below(5) {
        1 => drop(laws::plain_pod(&policy, &Scenario::plain(&mut choices))),
        2 => drop(laws::foreign_pod(&policy, &Scenario::foreign(&mut choices))),
        3 => drop(laws::ephemeral(&policy, &Ephemeral::new(&mut choices))),
        4 => drop(laws::update(&policy, &Update::new(&mut choices))),
        _ => {
            let scenario = Scenario::pod(&mut choices);
            laws::any_pod(&policy, &mut choices, &scenario);
        }
    }
}

/// A text as the annotation.
pub fn annotation(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    laws::annotation(&text, &reading(&text));
}

/// Two texts, parted by a line break, as paths.
pub fn paths(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let (one, other) = text.split_once('\n').unwrap_or((&text, "/a"));
    laws::paths(one, other, &parse, &is_below);
}

fn parse(text: &str, in_container: bool) -> Option<String> {
    if in_container {
        ContainerPath::parse(text)
            .ok()
            .map(|path| path.as_str().to_owned())
    } else {
        HostPath::parse(text).ok().map(|path| path.as_str().to_owned())
    }
}

fn is_below(one: &str, other: &str) -> bool {
    match (HostPath::parse(one), HostPath::parse(other)) {
        (Ok(path), Ok(prefix)) => path.is_at_or_below(&prefix),
        _ => false,
    }
}

/// What the policy's reader says of an annotation, in the model's words.
fn reading(text: &str) -> laws::Reading {
    let read = hook_sidecar_requests(FieldPath::root("annotation"), text).map_err(drop)?;
    let read = read.into_iter().filter_map(|entry| match entry {
        Ok(entry) => match entry.place.of {
            Requester::Entry(index) => Some((index, entry.place.element, request(entry))),
            Requester::Container(_) => None,
        },
        Err(violation) => {
            let (entry, element) = indexes_in(&violation.field);
            Some((entry, element, None))
        }
    });
    Ok(read.collect())
}

fn request(entry: HostPathRequest) -> Option<Request> {
    if !entry.unknown.is_empty() {
        return None;
    }
    Some(Request {
        element: entry.place.element,
        path: elements(entry.path.ok()?.as_str()),
        volume_path: elements(entry.volume_path.ok()?.as_str()),
        volume_type: entry.host_path_type.ok()?.as_str().to_owned(),
        writable: entry.access.ok()? == Access::Writable,
        shared: entry
            .shared_compute_path
            .ok()?
            .map(|path| elements(path.as_str())),
    })
}

/// The indexes in a field such as `annotation[7].hostPath[1]`.
fn indexes_in(field: &Field) -> (usize, Option<usize>) {
    let mut indexes = field.0.iter().filter_map(|segment| match segment {
        FieldSegment::Index(index) => Some(*index),
        _ => None,
    });
    (indexes.next().unwrap_or(usize::MAX), indexes.next())
}

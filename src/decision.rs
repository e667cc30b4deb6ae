//! The decision on one admission request: the rows of the README's decision table, in order.

use serde_json::Value;
use serde_json::value::RawValue;

use crate::{
    annotation,
    field::{Path, Violation, Violations, quote},
    guard,
    inject::{self, Edit},
    json::Kind,
    judge::{self, HostPathRequest},
    label, patch,
    pod::Pod,
    request::{Operation, Request},
    settings::Settings,
    verdict::{Accepted, Verdict},
    verify,
};

/// Decides on `request`. What is none of this policy's business is accepted without a look at the settings.
#[must_use]
pub fn decide(request: &Request<'_>) -> Verdict {
    match route(request) {
        Ok(None) => Verdict::Allow(Accepted::default()),
        Ok(Some(pod)) => {
            match settings(request.settings).and_then(|settings| launcher(&settings, request, pod)) {
                Ok(verdict) => verdict,
                Err(violations) => Verdict::Deny(violations),
            }
        }
        Err(violation) => Verdict::Deny(violation.into()),
    }
}

/// The launcher pod to be judged, if the request creates one.
fn route<'a>(request: &Request<'a>) -> Result<Option<&'a RawValue>, Violation> {
    let pod = request.group.is_empty() && request.kind == "Pod" && request.sub_resource.is_none();
    if !pod || request.operation != Operation::Create {
        return Ok(None);
    }
    let at = Path::root("object");
    let object = request
        .object
        .ok_or_else(|| Violation::required(at, "a CREATE request must hold the pod"))?;
    Ok(label::is_launcher(at, object)?.then_some(object))
}

fn settings(raw: Option<&RawValue>) -> Result<Settings, Violations> {
    let at = Path::root("settings");
    let value = match raw {
        None => Value::Object(serde_json::Map::new()),
        Some(raw) => serde_json::from_str(raw.get())
            .map_err(|_| Violation::invalid(at, Kind::of_raw(raw).shown(), "cannot be read"))?,
    };
    Settings::read(&value)
}

/// Sections 3 to 6 of the rules: annotation, requests, injection, guard.
fn launcher(settings: &Settings, request: &Request<'_>, raw: &RawValue) -> Result<Verdict, Violations> {
    let at = Path::root("object");
    let mut object: Value = serde_json::from_str(raw.get())
        .map_err(|_| Violation::invalid(at, Kind::of_raw(raw).shown(), "cannot be read"))?;

    let mut violations = Vec::new();
    let requests = judged(settings, &object, &mut violations);
    let edits = match Pod::read(&object) {
        Ok(mut pod) => planned(settings, &request.username, &mut pod, &requests, &mut violations),
        Err(faults) => {
            violations.extend(faults);
            Vec::new()
        }
    };
    if let Some(violations) = Violations::from_vec(violations) {
        return Err(violations);
    }
    let accepted = Accepted::of(&requests.accepted);
    if edits.is_empty() {
        return Ok(Verdict::Allow(accepted));
    }
    patch::apply(&mut object, &edits)
        .ok_or_else(|| Violation::invalid(at, Kind::Object.shown(), "cannot be changed as planned"))?;
    Ok(Verdict::Mutate(object, accepted))
}

/// The annotation's host path requests, judged.
struct Requests {
    /// Those that are well-formed and permitted.
    accepted: Vec<HostPathRequest>,
    /// Whether there is any, permitted or not.
    any: bool,
}

fn judged(settings: &Settings, object: &Value, violations: &mut Vec<Violation>) -> Requests {
    let metadata = Path::root("metadata");
    let annotations_at = metadata.name("annotations");
    let at = annotations_at.key(annotation::KEY);
    let mut requests = Requests {
        accepted: Vec::new(),
        any: false,
    };
    let text = match object
        .get("metadata")
        .and_then(|metadata| metadata.get("annotations"))
    {
        None | Some(Value::Null) => return requests,
        Some(Value::Object(annotations)) => match annotations.get(annotation::KEY) {
            None => return requests,
            Some(Value::String(text)) => text,
            Some(other) => {
                violations.push(Violation::invalid(
                    at,
                    Kind::of(other).shown(),
                    "must be a string",
                ));
                return requests;
            }
        },
        Some(other) => {
            violations.push(Violation::invalid(
                annotations_at,
                Kind::of(other).shown(),
                "must be a map",
            ));
            return requests;
        }
    };
    let entries = match annotation::read(at, text) {
        Ok(entries) => entries,
        Err(violation) => {
            violations.push(violation);
            return requests;
        }
    };
    requests.any = !entries.is_empty();
    let mut judged: Vec<Result<HostPathRequest, Vec<Violation>>> = entries
        .into_iter()
        .map(|entry| {
            let entry = entry.map_err(|violation| vec![violation])?;
            judge::entry(settings, at.index(entry.index), entry)
        })
        .collect();
    let accepted: Vec<HostPathRequest> = judged.iter().flatten().cloned().collect();
    let conflicts = inject::shared_compute_conflicts(&accepted);
    for outcome in &mut judged {
        if let Ok(request) = outcome
            && let Some(why) = conflicts.get(&request.index)
        {
            let shared = request
                .shared_compute_path
                .as_ref()
                .map_or("", |path| path.as_str());
            let entry = at.index(request.index);
            let host_path = entry.name("hostPath");
            *outcome = Err(vec![Violation::invalid(
                host_path.name("sharedComputePath"),
                quote(shared),
                why.as_str(),
            )]);
        }
    }
    for outcome in judged {
        match outcome {
            Ok(request) => requests.accepted.push(request),
            Err(faults) => violations.extend(faults),
        }
    }
    requests
}

/// The changes that meet the requests. The guard judges the pod as they leave it.
fn planned(
    settings: &Settings,
    username: &str,
    pod: &mut Pod<'_>,
    requests: &Requests,
    violations: &mut Vec<Violation>,
) -> Vec<Edit> {
    let mut sidecars = pod
        .containers
        .iter()
        .filter(|container| container.is_hook_sidecar());
    if requests.any || sidecars.any(|sidecar| pod.host_path_mounts(sidecar).next().is_some()) {
        violations.extend(judge::refused_creator(settings, username));
    }
    let (edits, refused) = inject::plan(pod, &requests.accepted, settings.recursive_read_only);
    violations.extend(refused);
    if settings.verify_only {
        violations.extend(edits.iter().map(verify::missing));
    }
    violations.extend(guard::violations(settings, pod));
    edits
}

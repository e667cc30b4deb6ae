//! A launcher pod that is being created: its annotation, what must be added for it, and the guard.

use serde_json::Value;

use crate::{
    annotation,
    field::{Path, Violation, Violations},
    guard,
    inject::{self, Edit},
    json::Kind,
    judge, patch,
    pod::{LISTS_OF_NEW_PODS, Pod},
    requests::Requests,
    settings::Settings,
    verdict::{Accepted, Verdict},
    verify,
};

/// Judges the pod that `username` creates.
///
/// # Errors
/// All violations: of the annotation, of the pod's shape, of the injection, and what the guard found.
pub fn verdict(settings: &Settings, username: &str, mut object: Value) -> Result<Verdict, Violations> {
    let mut requests = requests(settings, &object);
    let mut violations = std::mem::take(&mut requests.violations);
    let edits = match Pod::read(&object, &LISTS_OF_NEW_PODS) {
        Ok(mut pod) => {
            if requests.any || pod.has_host_path_sidecar() {
                // First, because the user stands before the object in the request.
                violations.splice(0..0, judge::refused_creator(settings, username));
            }
            planned(settings, &mut pod, &requests, &mut violations)
        }
        Err(faults) => {
            violations.extend(faults.into_vec());
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
    let at = Path::root("object");
    patch::apply(&mut object, &edits)
        .ok_or_else(|| Violation::invalid(at, Kind::Object.shown(), "cannot be changed as planned"))?;
    Ok(Verdict::Mutate(object, accepted))
}

fn requests(settings: &Settings, object: &Value) -> Requests {
    let metadata = Path::root("metadata");
    let at = metadata.name("annotations");
    match object
        .get("metadata")
        .and_then(|metadata| metadata.get("annotations"))
    {
        None | Some(Value::Null) => Requests::default(),
        Some(Value::Object(annotations)) => match annotations.get(annotation::KEY) {
            None => Requests::default(),
            Some(value) => Requests::read(settings, at.key(annotation::KEY), value),
        },
        Some(other) => Requests {
            violations: vec![Violation::invalid(
                at,
                Kind::of(other).shown(),
                "must be an object",
            )],
            ..Requests::default()
        },
    }
}

/// The changes that meet the requests. The guard judges the pod as they leave it.
fn planned(
    settings: &Settings,
    pod: &mut Pod<'_>,
    requests: &Requests,
    violations: &mut Vec<Violation>,
) -> Vec<Edit> {
    let (edits, refused) = inject::plan(pod, &requests.accepted, settings.recursive_read_only);
    violations.extend(refused);
    if settings.verify_only {
        violations.extend(edits.iter().map(verify::missing));
    }
    violations.extend(guard::violations(settings, pod));
    edits
}

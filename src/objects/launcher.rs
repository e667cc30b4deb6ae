//! A launcher pod that is being created: its annotations, what must be added for it, and the guard.

use crate::{
    answer::{
        response,
        verdict::{Accepted, Verdict},
    },
    base::{
        field::{Path, Violation, Violations},
        json::{Json, Kind, Members},
        namespace::Namespace,
        request::Request,
    },
    pod::{Edit, LISTS_OF_NEW_PODS, Pod, guard, inject, patch, sidecars::Sidecars, verify},
    requests::{Annotations, Requests, judge, near_miss},
    settings::Settings,
};

/// Judges the pod `object` that the request creates. It has these members.
///
/// # Errors
/// All violations: of the annotation, of the pod's shape, of the injection, and what the guard found.
pub(crate) fn verdict(
    request: &Request<'_>,
    object: Json<'_>,
    members: &Members<'_>,
) -> Result<Verdict, Violations> {
    let at = Path::root("object");
    // Bad settings reject every launcher pod, regardless of its content.
    let settings = &Settings::of_request(request.settings, &Namespace::named(&request.namespace))?;
    let requests = requests(settings, members.get(at, "metadata")?);
    let mut requests = requests.unwrap_or_else(|violation| Requests {
        violations: vec![violation],
        ..Requests::default()
    });
    let mut violations = std::mem::take(&mut requests.violations);
    let planned = match Pod::read(members, request.spec.as_ref(), &LISTS_OF_NEW_PODS) {
        Ok(mut pod) => {
            if requests.any || !Sidecars::of(&pod).is_empty() {
                // First, because the user is before the object in the request.
                violations.splice(0..0, judge::refused_creator(settings, &request.username));
            }
            let edits = planned(settings, &mut pod, &requests, &mut violations);
            Some((pod, edits))
        }
        Err(faults) => {
            violations.extend(faults.into_vec());
            None
        }
    };
    if let Some(violations) = Violations::from_vec(violations) {
        return Err(violations);
    }
    let accepted = Accepted::of(requests);
    match planned {
        Some((pod, edits)) if !edits.is_empty() => {
            if !request.payload.is_readable() {
                let detail = "cannot be changed: the payload holds a lone surrogate or a number out of range, or is nested too deep";
                return Err(Violation::invalid(at, Kind::Object.shown(), detail).into());
            }
            let object = patch::apply(object, &pod, &edits, response::FRONT).ok_or_else(|| {
                Violation::invalid(at, Kind::Object.shown(), "cannot be changed as planned")
            })?;
            Ok(Verdict::Mutate(object, accepted))
        }
        _ => Ok(Verdict::Allow(accepted)),
    }
}

/// The requests of the pod's annotations, and warnings about annotations that are nearly that one.
fn requests(settings: &Settings, metadata: Option<Json<'_>>) -> Result<Requests, Violation> {
    let metadata_at = Path::root("metadata");
    let Some(metadata) = metadata else {
        return Ok(Requests::default());
    };
    let Some(annotations) = Members::read(metadata_at, metadata)?.get(metadata_at, "annotations")? else {
        return Ok(Requests::default());
    };
    let at = metadata_at.name("annotations");
    let annotations = Members::read(at, annotations)?;
    let mut requests = Requests::read(settings, at, &Annotations::of(at, &annotations)?);
    requests
        .warnings
        .splice(0..0, near_miss::of_annotations(&annotations));
    Ok(requests)
}

/// The changes that meet the requests. The guard judges the pod as they leave it.
fn planned(
    settings: &Settings,
    pod: &mut Pod<'_>,
    requests: &Requests,
    violations: &mut Vec<Violation>,
) -> Vec<Edit> {
    let plan = inject::plan(pod, &requests.accepted, settings.recursive_read_only);
    violations.extend(plan.violations);
    if settings.verify_only {
        violations.extend(plan.edits.iter().map(verify::missing));
    }
    violations.extend(guard::violations(settings, pod, &plan.met));
    plan.edits
}

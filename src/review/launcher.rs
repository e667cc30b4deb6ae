//! A launcher pod that is being created: its annotations, what must be added for it, and the guard.

use crate::{
    base::{
        field::{FieldPath, Violation, Violations},
        json::{Json, JsonKind, Members},
        namespace::Namespace,
        request::Request,
    },
    pod::{self, Edit, Pod, guard, inject, patch, verify},
    requests::{Annotations, Requests, creator, near_miss, node_selector},
    review::verdict::{Accepted, Verdict},
    settings::{Settings, SettingsFor},
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
    let at = FieldPath::root("object");
    // Bad settings reject every launcher pod, regardless of its content.
    let settings = Settings::of_request(request.settings)?;
    let namespace = Namespace::named(&request.namespace);
    let settings = SettingsFor::new(&settings, &namespace);
    let requests = requests(&settings, members.get(at, "metadata")?);
    let mut requests = requests.unwrap_or_else(|violation| Requests {
        violations: vec![violation],
        ..Requests::default()
    });
    let mut violations = std::mem::take(&mut requests.violations);
    let planned = match Pod::read(members, request.spec.as_ref()) {
        Ok(mut pod) => {
            if requests.any || pod::has_others(&pod) {
                // First, because the user is before the object in the request.
                violations.splice(0..0, creator::refused(settings.settings, &request.username));
            }
            let edits = planned(&settings, &mut pod, &requests, &mut violations);
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
                return Err(Violation::invalid(at, JsonKind::Object.shown(), detail).into());
            }
            let object = patch::apply(object, &pod, &edits).ok_or_else(|| {
                Violation::invalid(at, JsonKind::Object.shown(), "cannot be changed as planned")
            })?;
            Ok(Verdict::Mutate(object, accepted))
        }
        _ => Ok(Verdict::Allow(accepted)),
    }
}

/// The requests of the pod's annotations, and warnings about annotations that are nearly that one.
fn requests(settings: &SettingsFor<'_>, metadata: Option<Json<'_>>) -> Result<Requests, Violation> {
    let metadata_at = FieldPath::root("metadata");
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
    settings: &SettingsFor<'_>,
    pod: &mut Pod<'_>,
    requests: &Requests,
    violations: &mut Vec<Violation>,
) -> Vec<Edit> {
    let plan = inject::plan(settings, pod, &requests.accepted);
    violations.extend(plan.violations);
    let metadata = FieldPath::root("metadata");
    let annotations = metadata.name("annotations");
    let selector = || Ok(pod.node_selector);
    let labels = node_selector::labels(
        settings,
        annotations,
        &requests.accepted,
        "spec.nodeSelector",
        selector,
    );
    violations.extend(labels.violations);
    let mut edits = plan.edits;
    edits.extend(labels.missing.into_iter().map(|(key, value)| Edit::AddNodeLabel {
        key: key.to_owned(),
        value: value.to_owned(),
    }));
    if settings.settings.verify_only {
        violations.extend(edits.iter().map(verify::missing));
    }
    violations.extend(guard::violations(settings, pod));
    edits
}

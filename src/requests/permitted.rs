//! A request in which everything is well-formed and permitted.

use std::rc::Rc;

use crate::{
    base::{
        access::Access,
        container_name::COMPUTE,
        field::{FieldPath, Violation, quote, shorten},
        host_path_type::HostPathType,
        path::{ContainerPath, HostPath},
        reserved,
        step::Step,
    },
    requests::{
        host_path_request::HostPathRequest,
        place::{RequestPlace, Requester},
    },
    settings::{
        SettingsFor,
        permission::{Permission, Viewer, permission},
    },
};

/// A request that is permitted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PermittedRequest {
    /// Where it was written.
    pub place: RequestPlace,
    /// The name of the container that it is for.
    pub container: Rc<str>,
    /// The name of the volume that is added for it.
    pub volume: String,
    /// The path on the node.
    pub path: HostPath,
    /// The path in the container.
    pub volume_path: ContainerPath,
    /// What must be there.
    pub host_path_type: HostPathType,
    /// Whether the mounts are writable.
    pub access: Access,
    /// The path in container `compute`, if it is to be mounted there as well as in another.
    pub shared_compute_path: Option<ContainerPath>,
    /// The position of the rule that decided for its own container.
    pub rule: usize,
}

/// Judges one request, which is at `at`, and for which a volume of the name `volume` would be added.
///
/// # Errors
/// Every member that is malformed or not permitted.
pub(super) fn request(
    settings: &SettingsFor<'_>,
    at: FieldPath<'_>,
    entry: HostPathRequest,
    volume: String,
) -> Result<PermittedRequest, Vec<Violation>> {
    let container = entry.place.container();
    let mut violations = entry.unknown;
    let is_shared = matches!(entry.shared_compute_path, Ok(Some(_))) && &*container != COMPUTE;
    let host_path_type = entry.host_path_type.as_ref().ok().copied();
    let access = entry.access.as_ref().ok().copied();
    let judged = entry.path.as_ref().ok().map(|path| {
        let around = settings.around(path);
        let of = |container| {
            let viewer = Viewer::requesting(container);
            permission(settings, &around, viewer, host_path_type, access)
        };
        (of(&container), is_shared.then(|| of(COMPUTE)))
    });
    let (own, in_compute) = match judged {
        Some((own, in_compute)) => (Some(own), in_compute),
        None => (None, None),
    };
    let refused = |step: &dyn Fn(Step) -> bool, field: FieldPath<'_>| {
        let refusals = own.iter().flat_map(|own| own.refusals.clone());
        let refusals = refusals.filter(|refusal| step(refusal.step));
        refusals.map(|refusal| refusal.at(field, "")).collect::<Vec<_>>()
    };

    violations.extend(refused(&|step| step < Step::Type, at.name("path")));
    let path = keep(entry.path, &mut violations);

    let volume_path = keep(entry.volume_path, &mut violations);
    violations.extend(refused(&|step| step == Step::Sharing, at.name("volumePath")));
    if let Some(path) = &volume_path {
        violations.extend(refused_place(settings, at, &entry.place, path));
        let is_hidden = |name: ContainerPath| name.is_at_or_below(path);
        for occupied in entry.occupied.iter() {
            if occupied.path.names().into_iter().any(is_hidden) {
                let why = format!(
                    "would hide {} of this entry, {}: choose a path that does not contain it",
                    occupied.key,
                    quote(occupied.path.as_str())
                );
                violations.push(unusable(at.name("volumePath"), path, &why));
            }
        }
    }

    let host_path_type = keep(entry.host_path_type, &mut violations);
    violations.extend(refused(&|step| step == Step::Type, at.name("type")));

    let access = keep(entry.access, &mut violations);
    violations.extend(refused(&|step| step == Step::Access, at.name("readOnly")));

    let shared_compute_path = keep(entry.shared_compute_path, &mut violations);
    if let Some(Some(shared)) = &shared_compute_path {
        let at = at.name("sharedComputePath");
        if &*container == COMPUTE {
            let why = "the request is for container compute already: volumePath is the path there";
            violations.push(unusable(at, shared, why));
        }
        violations.extend(refused_in_compute(at, own.as_ref(), in_compute));
        if let Some(why) = reserved::in_compute(shared) {
            violations.push(unusable(at, shared, why));
        }
    }

    let rule = own.and_then(|own| own.rule);
    let request = (|| {
        Some(PermittedRequest {
            place: entry.place,
            container,
            volume,
            path: path?,
            volume_path: volume_path?,
            host_path_type: host_path_type?,
            access: access?,
            shared_compute_path: shared_compute_path?,
            rule: rule?.rule.number,
        })
    })();
    request.filter(|_| violations.is_empty()).ok_or(violations)
}

/// Why container `compute` may not have the path. What is refused for the request's own container is not repeated.
fn refused_in_compute(
    at: FieldPath<'_>,
    own: Option<&Permission<'_>>,
    in_compute: Option<Permission<'_>>,
) -> Vec<Violation> {
    let refusals = in_compute.into_iter().flat_map(|in_compute| in_compute.refusals);
    let is_new = |detail: &String| {
        let mut own = own.iter().flat_map(|own| &own.refusals);
        own.all(|refusal| refusal.detail != *detail)
    };
    let refusals = refusals.filter(|refusal| is_new(&refusal.detail));
    refusals.map(|refusal| refusal.at(at, "")).collect()
}

/// Why nothing may be mounted at `path` in the container that the request names. Only in hook sidecars, which are the VM
/// owner's own, everything is free that the image does not need.
fn refused_place(
    settings: &SettingsFor<'_>,
    at: FieldPath<'_>,
    place: &RequestPlace,
    path: &ContainerPath,
) -> Vec<Violation> {
    let field = at.name("volumePath");
    let container = match &place.of {
        Requester::Container(name) => Some(&**name),
        Requester::Entry(_) => None,
    };
    let reserved = if container == Some(COMPUTE) {
        reserved::in_compute(path)
    } else {
        reserved::in_sidecar(path)
    };
    let reserved = reserved.map(|why| unusable(field, path, why));
    let forbidden = match container {
        None | Some(COMPUTE) => None,
        Some(name) => {
            let mut named = settings.settings.request_containers.iter();
            match named.find(|(known, _)| known == name) {
                None => Some(Violation::forbidden(
                    at,
                    format!("settings.requestContainers does not name container {name}"),
                )),
                Some((_, directory)) if !path.is_at_or_below(directory) => Some(Violation::forbidden(
                    field,
                    format!(
                        "{} is outside {}, where settings.requestContainers lets requests mount in container {name}",
                        quote(path.as_str()),
                        shorten(directory.as_str())
                    ),
                )),
                Some(_) => None,
            }
            .map(|violation| violation.because_of("requestContainers"))
        }
    };
    forbidden.into_iter().chain(reserved).collect()
}

fn keep<T>(result: Result<T, Violation>, violations: &mut Vec<Violation>) -> Option<T> {
    result.map_err(|violation| violations.push(violation)).ok()
}

fn unusable(at: FieldPath<'_>, path: &ContainerPath, why: &str) -> Violation {
    Violation::invalid(at, quote(path.as_str()), why)
}

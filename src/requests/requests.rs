//! The host path requests of an object's annotations, judged.

use crate::{
    base::{
        by_name::item_mut,
        container_name::HOOK_SIDECAR,
        field::{FieldPath, Violation},
        json::{Json, Members},
    },
    requests::{
        annotation::{self, Annotation, ClaimPath},
        host_path_request::{Collected, HostPathRequest},
        overlaps::{self, Conflicts},
        own_annotation,
        permitted::{self, PermittedRequest},
        place::{RequestPlace, Requester},
    },
    settings::SettingsFor,
};

/// The annotations of an object that ask for host paths, as they stand.
#[derive(Debug, Default)]
pub(crate) struct Annotations<'a> {
    hook_sidecars: Option<Json<'a>>,
    host_paths: Option<Json<'a>>,
    /// What is wrong with keys of this policy's domain.
    unknown: Vec<Violation>,
}

impl<'a> Annotations<'a> {
    /// Finds them among the annotations at `at`.
    ///
    /// # Errors
    /// Where one of them is duplicated.
    pub(crate) fn of(at: FieldPath<'_>, annotations: &Members<'a>) -> Result<Self, Violation> {
        Ok(Annotations {
            hook_sidecars: annotations.value(at, annotation::KEY)?,
            host_paths: annotations.value(at, own_annotation::KEY)?,
            unknown: own_annotation::unknown_keys(at, annotations),
        })
    }

    /// Whether there is none.
    pub(crate) fn is_empty(&self) -> bool {
        self.hook_sidecars.is_none() && self.host_paths.is_none() && self.unknown.is_empty()
    }

    /// The keys of those that are there.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &'static str> {
        let both = [
            (annotation::KEY, self.hook_sidecars),
            (own_annotation::KEY, self.host_paths),
        ];
        both.into_iter().filter_map(|(key, json)| json.map(|_| key))
    }

    /// Whether they are written as these are: by one API server in one way.
    pub(crate) fn is_same(&self, other: &Annotations<'_>) -> bool {
        let texts = |annotations: &Annotations<'_>| {
            let both = [annotations.hook_sidecars, annotations.host_paths];
            both.map(|json| json.map(|json| json.get().to_owned()))
        };
        texts(self) == texts(other) && self.unknown == other.unknown
    }
}

/// The host path requests.
#[derive(Debug, Default)]
pub struct Requests {
    /// Those that are well-formed and permitted.
    pub accepted: Vec<PermittedRequest>,
    /// What is wrong with the others, in document order.
    pub violations: Vec<Violation>,
    /// Whether there is any, accepted or not.
    pub any: bool,
    /// About keys that are ignored.
    pub warnings: Vec<String>,
}

/// What the annotations hold.
#[derive(Default)]
struct Written {
    collected: Collected,
    claims: Vec<ClaimPath>,
    warnings: Vec<String>,
    /// What is wrong with an annotation as a whole.
    faults: Vec<Violation>,
    /// How many of the entries are of KubeVirt's annotation.
    first_own: usize,
}

impl Written {
    /// Reads the annotations, which are at `at`.
    fn read(at: FieldPath<'_>, annotations: &Annotations<'_>) -> Self {
        let mut written = Written::default();
        if let Some(json) = annotations.hook_sidecars {
            let at = at.key(annotation::KEY);
            let read = json.text(at).and_then(|text| {
                let read = annotation::read(at, &text, &mut written.collected)?;
                written.collected.bounded(at, &text)?;
                Ok(read)
            });
            match read {
                Ok(Annotation { claims, warnings }) => {
                    written.claims = claims;
                    written.warnings = warnings;
                }
                Err(fault) => written.faults.push(fault),
            }
        }
        written.first_own = written.collected.entries.len();
        if let Some(json) = annotations.host_paths.filter(|_| !written.collected.is_full()) {
            let at = at.key(own_annotation::KEY);
            let read = json.text(at).and_then(|text| {
                own_annotation::read(at, &text, &mut written.collected)?;
                written.collected.bounded(at, &text)
            });
            written.faults.extend(read.err());
        }
        written
    }
}

/// A request that was judged, and why it cannot be beside the others.
struct Judged {
    outcome: Result<PermittedRequest, Vec<Violation>>,
    conflicts: Conflicts,
}

impl Requests {
    /// Reads and judges the requests of `annotations`, which are at `at`.
    #[must_use]
    pub(crate) fn read(settings: &SettingsFor<'_>, at: FieldPath<'_>, annotations: &Annotations<'_>) -> Self {
        let Written {
            collected,
            claims,
            warnings,
            faults,
            first_own,
        } = Written::read(at, annotations);
        let mut requests = Requests {
            any: !collected.entries.is_empty(),
            violations: faults,
            warnings,
            accepted: Vec::new(),
        };
        // Too many are not judged.
        let entries = if collected.has_too_many() {
            Vec::new()
        } else {
            collected.entries
        };
        let mut judged: Vec<Judged> = entries
            .into_iter()
            .enumerate()
            .map(|(position, entry)| Judged {
                outcome: entry.map_err(|violation| vec![violation]).and_then(|entry| {
                    let volume = volume_name(&entry, position.saturating_sub(first_own));
                    let place = entry.place.clone();
                    place.at(at, |at| permitted::request(settings, at, entry, volume))
                }),
                conflicts: Conflicts::default(),
            })
            .collect();
        let well_formed = judged.iter().zip(0..);
        let well_formed: Vec<(&PermittedRequest, usize)> = well_formed
            .filter_map(|(judged, position)| Some((judged.outcome.as_ref().ok()?, position)))
            .collect();
        for (position, conflicts) in overlaps::conflicts(&well_formed, &claims) {
            item_mut(&mut judged, position).conflicts = conflicts;
        }
        for Judged { outcome, conflicts } in judged {
            match outcome {
                Err(faults) => requests.violations.extend(faults),
                Ok(request) => {
                    let found = request.place.at(at, |at| conflicts.violations(at, &request));
                    if found.is_empty() {
                        requests.accepted.push(request);
                    }
                    requests.violations.extend(found);
                }
            }
        }
        requests.violations.extend(annotations.unknown.iter().cloned());
        requests
    }
}

/// The requests of `annotations` that can be read, as they are written.
pub(crate) fn written_in(at: FieldPath<'_>, annotations: &Annotations<'_>) -> Vec<HostPathRequest> {
    let written = Written::read(at, annotations);
    written.collected.entries.into_iter().flatten().collect()
}

/// The name of the volume for a request, which is this one by number in this policy's own annotation. A list of one
/// request has the same as the request by itself.
fn volume_name(entry: &HostPathRequest, number: usize) -> String {
    match &entry.place {
        RequestPlace {
            of: Requester::Container(_),
            ..
        } => format!("sidecar-hostpath-{number}"),
        RequestPlace {
            of: Requester::Entry(entry),
            element: None | Some(0),
        } => format!("{HOOK_SIDECAR}{entry}-hostpath"),
        RequestPlace {
            of: Requester::Entry(entry),
            element: Some(element),
        } => format!("{HOOK_SIDECAR}{entry}-hostpath-{element}"),
    }
}

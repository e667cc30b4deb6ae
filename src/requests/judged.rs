//! The host path requests of an object's annotations, judged.

use std::rc::Rc;

use crate::{
    base::{
        container_name::HOOK_SIDECAR,
        field::{Path, Violation},
        json::{Json, Members},
    },
    requests::{
        annotation::{self, Annotation},
        entry::Entry,
        judge::{self, HostPathRequest},
        own_annotation,
        place::{RequestPlace, Requester},
        sharing,
    },
    settings::Settings,
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
    pub(crate) fn of(at: Path<'_>, annotations: &Members<'a>) -> Result<Self, Violation> {
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

/// The names of the containers that this policy's own annotation, in `annotations`, asks for, as far as they can be read.
pub(crate) fn own_container_names(annotations: &Members<'_>) -> Vec<Rc<str>> {
    let at = Path::root("annotations");
    let value = annotations.value(at, own_annotation::KEY).ok().flatten();
    let text = value.and_then(|value| value.text(at).ok());
    let entries = text.and_then(|text| own_annotation::read(at, &text).ok());
    let entries = entries.into_iter().flatten().flatten();
    entries.map(|entry| entry.place.container()).collect()
}

/// The host path requests.
#[derive(Debug, Default)]
pub struct Requests {
    /// Those that are well-formed and permitted.
    pub accepted: Vec<HostPathRequest>,
    /// What is wrong with the others, in document order.
    pub violations: Vec<Violation>,
    /// Whether there is any, accepted or not.
    pub any: bool,
    /// About keys that are ignored.
    pub warnings: Vec<String>,
}

impl Requests {
    /// Reads and judges the requests of `annotations`, which are at `at`.
    #[must_use]
    pub(crate) fn read(settings: &Settings, at: Path<'_>, annotations: &Annotations<'_>) -> Self {
        let mut requests = Requests::default();
        let hook_sidecars = annotations.hook_sidecars.map(|json| {
            let at = at.key(annotation::KEY);
            json.text(at).and_then(|text| annotation::read(at, &text))
        });
        let host_paths = annotations.host_paths.map(|json| {
            let at = at.key(own_annotation::KEY);
            json.text(at).and_then(|text| own_annotation::read(at, &text))
        });
        let Annotation {
            mut entries,
            claims,
            warnings,
        } = unless_refused(hook_sidecars, &mut requests.violations);
        let own = unless_refused(host_paths, &mut requests.violations);
        let first_own = entries.len();
        entries.extend(own);
        requests.any = !entries.is_empty();
        requests.warnings = warnings;
        let judged: Vec<Result<HostPathRequest, Vec<Violation>>> = entries
            .into_iter()
            .enumerate()
            .map(|(position, entry)| {
                let entry = entry.map_err(|violation| vec![violation])?;
                let volume = volume_name(&entry, position.saturating_sub(first_own));
                let place = entry.place.clone();
                place.at(at, |at| judge::entry(settings, at, entry, volume))
            })
            .collect();
        let well_formed: Vec<&HostPathRequest> = judged.iter().flatten().collect();
        let mut conflicts = sharing::conflicts(&well_formed, &claims).into_iter();
        for outcome in judged {
            match outcome {
                Err(faults) => requests.violations.extend(faults),
                Ok(request) => {
                    let conflicts = conflicts.next().unwrap_or_default();
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

/// The requests of `annotations` that can be read, as they stand.
pub(crate) fn entries(at: Path<'_>, annotations: &Annotations<'_>) -> Vec<Entry> {
    let hook_sidecars = annotations.hook_sidecars.and_then(|json| {
        let at = at.key(annotation::KEY);
        let text = json.text(at).ok()?;
        Some(annotation::read(at, &text).ok()?.entries)
    });
    let host_paths = annotations.host_paths.and_then(|json| {
        let at = at.key(own_annotation::KEY);
        let text = json.text(at).ok()?;
        own_annotation::read(at, &text).ok()
    });
    let both = [hook_sidecars, host_paths].into_iter().flatten();
    both.flatten().flatten().collect()
}

/// What was read, or nothing, and why.
fn unless_refused<T: Default>(read: Option<Result<T, Violation>>, violations: &mut Vec<Violation>) -> T {
    match read {
        Some(Ok(read)) => read,
        Some(Err(violation)) => {
            violations.push(violation);
            T::default()
        }
        None => T::default(),
    }
}

/// The name of the volume for a request, which is this one by number in this policy's own annotation. A list of one
/// request has the same as the request by itself.
fn volume_name(entry: &Entry, number: usize) -> String {
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

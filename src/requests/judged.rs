//! The host path requests of a whole annotation, judged.

use crate::{
    base::{
        field::{Path, Violation},
        json::Json,
    },
    requests::{
        annotation::{self, RequestPlace},
        judge::{self, HostPathRequest},
        sharing,
    },
    settings::Settings,
};

/// The annotation's host path requests.
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
    /// Reads and judges the annotation's value, which stands at `at`.
    #[must_use]
    pub fn read(settings: &Settings, at: Path<'_>, annotation: Json<'_>) -> Self {
        let mut requests = Requests::default();
        let annotation = match annotation.text(at).and_then(|text| annotation::read(at, &text)) {
            Ok(annotation) => annotation,
            Err(violation) => {
                requests.violations.push(violation);
                return requests;
            }
        };
        requests.any = !annotation.entries.is_empty();
        requests.warnings = annotation.warnings;
        let judged: Vec<Result<HostPathRequest, Vec<Violation>>> = annotation
            .entries
            .into_iter()
            .map(|entry| {
                let entry = entry.map_err(|violation| vec![violation])?;
                at_request(at, entry.place, |at| judge::entry(settings, at, entry))
            })
            .collect();
        let well_formed: Vec<&HostPathRequest> = judged.iter().flatten().collect();
        let mut conflicts = sharing::conflicts(&well_formed, &annotation.claims).into_iter();
        for outcome in judged {
            match outcome {
                Err(faults) => requests.violations.extend(faults),
                Ok(request) => {
                    let conflicts = conflicts.next().unwrap_or_default();
                    let found = at_request(at, request.place, |at| conflicts.violations(at, &request));
                    if found.is_empty() {
                        requests.accepted.push(request);
                    }
                    requests.violations.extend(found);
                }
            }
        }
        requests
    }
}

/// What `of` says of the place of a request in the annotation at `at`.
pub(crate) fn at_request<T>(at: Path<'_>, place: RequestPlace, of: impl FnOnce(Path<'_>) -> T) -> T {
    let entry = at.index(place.entry);
    let host_path = entry.name("hostPath");
    match place.element {
        None => of(host_path),
        Some(element) => of(host_path.index(element)),
    }
}

//! A host path request as it is written, in whichever annotation.

use std::{borrow::Cow, rc::Rc};

use crate::{
    base::{
        access::Access,
        field::{FieldPath, SHOWN_BYTES, Violation, Violations, list, quote, quote_within},
        host_path_type::HostPathType,
        json::{Json, JsonKind, Members},
        path::{ContainerPath, HostPath, PathError},
    },
    requests::place::{RequestPlace, Requester},
};

/// A host path request of an entry, each member read by itself, so that what is wrong with one does not
/// hide what is wrong with another.
#[derive(Debug)]
pub struct HostPathRequest {
    /// Where it stands.
    pub place: RequestPlace,
    /// `path`.
    pub path: Result<HostPath, Violation>,
    /// `volumePath`.
    pub volume_path: Result<ContainerPath, Violation>,
    /// `type`.
    pub host_path_type: Result<HostPathType, Violation>,
    /// `readOnly`.
    pub access: Result<Access, Violation>,
    /// `sharedComputePath`.
    pub shared_compute_path: Result<Option<ContainerPath>, Violation>,
    /// Keys that are none of these.
    pub unknown: Vec<Violation>,
    /// Where KubeVirt mounts something else of this entry in the sidecar.
    pub occupied: Rc<[Occupied]>,
}

/// How many requests an object may have in all its annotations: KubeVirt bounds volumes so.
pub(crate) const MOST_REQUESTS: usize = 256;

/// What is read of the annotations of one object.
#[derive(Debug, Default)]
pub(super) struct Collected {
    /// Each host path request, or what is wrong with it or with its entry, in document order.
    pub(super) entries: Vec<Result<HostPathRequest, Violation>>,
    requests: usize,
    faults: usize,
}

impl Collected {
    /// Whether nothing more is to be read: there are too many requests, or faults enough.
    pub(super) const fn is_full(&self) -> bool {
        self.has_too_many() || self.faults >= Violations::ENOUGH
    }

    /// Whether there are more requests than an object may have.
    pub(super) const fn has_too_many(&self) -> bool {
        self.requests > MOST_REQUESTS
    }

    /// # Errors
    /// Where there are too many requests with those of this annotation, which is at `at`.
    pub(super) fn bounded(&self, at: FieldPath<'_>, text: &str) -> Result<(), Violation> {
        if self.has_too_many() {
            let detail = format!(
                "must not have more than {MOST_REQUESTS} host path requests, together with the other annotation"
            );
            return Err(Violation::invalid(at, quote(text), detail));
        }
        Ok(())
    }

    pub(super) fn fault(&mut self, fault: Violation) {
        self.faults = self.faults.saturating_add(1);
        self.entries.push(Err(fault));
    }

    fn request(&mut self, request: Result<HostPathRequest, Violation>) {
        self.requests = self.requests.saturating_add(1);
        let faults = request.as_ref().map_or(1, HostPathRequest::faults);
        self.faults = self.faults.saturating_add(faults);
        self.entries.push(request);
    }
}

impl HostPathRequest {
    /// How much of it cannot be read.
    fn faults(&self) -> usize {
        let members = [
            self.path.is_err(),
            self.volume_path.is_err(),
            self.host_path_type.is_err(),
            self.access.is_err(),
            self.shared_compute_path.is_err(),
        ];
        let members = members.into_iter().filter(|is_err| *is_err).count();
        self.unknown.len().saturating_add(members)
    }
}

/// A place in the sidecar that another key of its entry asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Occupied {
    /// The key, `pvc.volumePath` for one.
    pub key: &'static str,
    /// The place.
    pub path: ContainerPath,
}

/// The longest annotation, in bytes: Kubernetes stores no object whose annotations are longer, taken together
/// (`TotalAnnotationSizeLimitB`, `k8s.io/apimachinery/pkg/api/validation`).
pub(super) const MOST_BYTES: usize = 256 * 1024;

/// The JSON of an annotation's text.
///
/// # Errors
/// Where it is none, or too long to be stored.
pub(super) fn document<'t>(at: FieldPath<'_>, text: &'t str) -> Result<Json<'t>, Violation> {
    let refused = |detail: String| Violation::invalid(at, quote(text), detail);
    if text.len() > MOST_BYTES {
        let detail =
            format!("must be at most {MOST_BYTES} bytes: Kubernetes does not store longer annotations");
        return Err(refused(detail));
    }
    Json::document(text).map_err(|error| no_json(at, text, &error))
}

/// How much of a text is shown where it ceases to be JSON, in bytes.
const NEAR_BYTES: usize = 32;

/// What is wrong with a text that is no JSON. The text at the fault is shown, because YAML folds lines: who reads of
/// column 284 has it in another line.
fn no_json(at: FieldPath<'_>, text: &str, error: &serde_json::Error) -> Violation {
    let line = error.line().checked_sub(2);
    let line = line.and_then(|line| text.match_indices('\n').nth(line));
    let line = line.map_or(0, |(end, _)| end.saturating_add(1));
    // The column is that of the last byte that was read.
    let end = text.ceil_char_boundary(line.saturating_add(error.column()).min(text.len()));
    let start = text.ceil_char_boundary(end.saturating_sub(NEAR_BYTES));
    let detail = format!("must be JSON{}: {error}", looks(text));
    let violation = match text.get(start..end) {
        Some(near) if start > 0 => {
            let value = quote_within(text, SHOWN_BYTES.saturating_sub(NEAR_BYTES));
            let near = quote(&format!("…{near}"));
            Violation::invalid(at, value, format!("{detail}, near {near}"))
        }
        _ => Violation::invalid(at, quote(text), detail),
    };
    violation.with(|fault| fault.text_fault = Some(end))
}

/// What a text that is no JSON looks like.
fn looks(text: &str) -> &'static str {
    let mut begin = text
        .trim_start_matches(|c: char| c.is_ascii_whitespace() || matches!(c, '[' | '{'))
        .chars();
    if text.as_bytes().windows(2).any(|two| two == b"{{") {
        ", and looks like a template that is not rendered"
    } else if text.contains(['“', '”', '„']) {
        ", with plain quotes"
    } else {
        match (begin.next(), begin.next()) {
            (Some('-'), Some(' ' | '\n')) => ", and looks like YAML",
            (Some('A'..='Z' | 'a'..='z'), _) if text.contains(':') => ", and looks like YAML",
            _ => "",
        }
    }
}

/// Reads the requests of one container: an object, or a list of objects and `null`s.
pub(super) fn all(
    at: FieldPath<'_>,
    of: &Requester,
    raw: Json<'_>,
    occupied: &Rc<[Occupied]>,
    collected: &mut Collected,
) {
    let mut read = |at: FieldPath<'_>, element, raw: Json<'_>, kinds: &str| {
        let place = RequestPlace {
            of: of.clone(),
            element,
        };
        match raw.kind() {
            JsonKind::Object => collected.request(request(at, place, raw, occupied)),
            _ => collected.fault(Violation::invalid(at, raw.shown(), format!("must be {kinds}"))),
        }
        !collected.is_full()
    };
    match raw.kind() {
        JsonKind::Null => {}
        JsonKind::List => match raw.items(MOST_BYTES) {
            Ok(elements) => {
                let mut elements = elements.into_iter().enumerate();
                elements.all(|(element, raw)| {
                    raw.kind() == JsonKind::Null
                        || read(at.index(element), Some(element), raw, "an object or null")
                });
            }
            // Each element has a byte at least: there cannot be more.
            Err(_) => collected.fault(Violation::invalid(at, raw.shown(), "is too long")),
        },
        _ => {
            read(at, None, raw, "an object");
        }
    }
}

/// The keys of a request.
pub static REQUEST_KEYS: [&str; 5] = ["path", "volumePath", "type", "readOnly", "sharedComputePath"];

fn request(
    at: FieldPath<'_>,
    place: RequestPlace,
    raw: Json<'_>,
    occupied: &Rc<[Occupied]>,
) -> Result<HostPathRequest, Violation> {
    let members = Members::read(at, raw)?;
    let unknown = members
        .iter()
        .map(|(key, _)| key.to_text())
        .filter(|key| !REQUEST_KEYS.contains(&key.as_ref()))
        .take(Violations::ENOUGH)
        .map(|key| Violation::unknown_key(at, &key, &REQUEST_KEYS))
        .collect();
    let value = |key| members.get(at, key);
    let text = |key| value(key)?.map(|raw| raw.text(at.name(key))).transpose();

    Ok(HostPathRequest {
        place,
        path: required(
            at.name("path"),
            text("path"),
            "the path on the node",
            HostPath::parse,
        ),
        volume_path: required(
            at.name("volumePath"),
            text("volumePath"),
            "the path in the sidecar",
            ContainerPath::parse,
        ),
        host_path_type: text("type").and_then(|text| host_path_type(at.name("type"), text.as_deref())),
        access: value("readOnly").and_then(|raw| access(at.name("readOnly"), raw)),
        shared_compute_path: text("sharedComputePath").and_then(|text| {
            text.map(|text| parsed(at.name("sharedComputePath"), &text, ContainerPath::parse))
                .transpose()
        }),
        unknown,
        occupied: Rc::clone(occupied),
    })
}

fn required<T>(
    at: FieldPath<'_>,
    text: Result<Option<Cow<'_, str>>, Violation>,
    what: &str,
    parse: impl Fn(&str) -> Result<T, PathError>,
) -> Result<T, Violation> {
    match text? {
        Some(text) => parsed(at, &text, parse),
        None => Err(Violation::required(at, what)),
    }
}

fn parsed<T>(
    at: FieldPath<'_>,
    text: &str,
    parse: impl Fn(&str) -> Result<T, PathError>,
) -> Result<T, Violation> {
    parse(text).map_err(|error| Violation::invalid(at, quote(text), error.to_string()))
}

fn host_path_type(at: FieldPath<'_>, text: Option<&str>) -> Result<HostPathType, Violation> {
    match text.map(HostPathType::parse) {
        None | Some(Some(HostPathType::Unset)) => Ok(HostPathType::Directory),
        Some(Some(named)) => Ok(named),
        Some(None) => {
            let detail = format!("must be one of {}", list(HostPathType::REQUESTABLE));
            Err(Violation::invalid(at, quote(text.unwrap_or_default()), detail))
        }
    }
}

fn access(at: FieldPath<'_>, raw: Option<Json<'_>>) -> Result<Access, Violation> {
    match raw.map(|raw| (raw, raw.get())) {
        None | Some((_, "true")) => Ok(Access::ReadOnly),
        Some((_, "false")) => Ok(Access::Writable),
        Some((other, _)) => Err(Violation::invalid(at, other.shown(), "must be true or false")),
    }
}

//! A host path request as it is written, in whichever annotation.

use std::{borrow::Cow, rc::Rc};

use crate::{
    base::{
        field::{Path, Violation, list, quote},
        host_path_type::HostPathType,
        json::{Json, Kind, Members},
        path::{ContainerPath, HostPath, PathError},
    },
    requests::place::{RequestPlace, Requester},
};

/// Whether a mount can be written to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Access {
    /// `readOnly: true`.
    ReadOnly,
    /// `readOnly: false`.
    Writable,
}

/// A host path request of an entry, each member read by itself, so that what is wrong with one does not
/// hide what is wrong with another.
#[derive(Debug)]
pub struct Entry {
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
pub(super) fn document<'t>(at: Path<'_>, text: &'t str) -> Result<Json<'t>, Violation> {
    let refused = |detail: String| Violation::invalid(at, quote(text), detail);
    if text.len() > MOST_BYTES {
        let detail =
            format!("must be at most {MOST_BYTES} bytes: Kubernetes does not store longer annotations");
        return Err(refused(detail));
    }
    Json::document(text).map_err(|error| refused(format!("must be JSON{}: {error}", looks(text))))
}

/// What a text that is no JSON looks like.
fn looks(text: &str) -> &'static str {
    let mut begin = text
        .trim_start_matches(|c: char| c.is_ascii_whitespace() || matches!(c, '[' | '{'))
        .chars();
    if text.contains("{{") {
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

/// Reads the requests of one container into `entries`: an object, or a list of objects and `null`s.
pub(super) fn all(
    at: Path<'_>,
    of: &Requester,
    raw: Json<'_>,
    occupied: &Rc<[Occupied]>,
    entries: &mut Vec<Result<Entry, Violation>>,
) {
    let mut read = |at, element, raw: Json<'_>, kinds: &str| {
        let place = RequestPlace {
            of: of.clone(),
            element,
        };
        entries.push(match raw.kind() {
            Kind::Object => request(at, place, raw, occupied),
            other => Err(Violation::invalid(at, other.shown(), format!("must be {kinds}"))),
        });
    };
    match raw.kind() {
        Kind::Null => {}
        Kind::List => {
            // Each has a byte at least.
            let elements = raw.items(MOST_BYTES).unwrap_or_default();
            for (element, raw) in elements.into_iter().enumerate() {
                if raw.kind() != Kind::Null {
                    read(at.index(element), Some(element), raw, "an object or null");
                }
            }
        }
        _ => read(at, None, raw, "an object"),
    }
}

const REQUEST_KEYS: [&str; 5] = ["path", "volumePath", "type", "readOnly", "sharedComputePath"];

fn request(
    at: Path<'_>,
    place: RequestPlace,
    raw: Json<'_>,
    occupied: &Rc<[Occupied]>,
) -> Result<Entry, Violation> {
    let members = Members::read(at, raw)?;
    // Written once: there may be a hundred thousand of them.
    let mut detail = None;
    let unknown = members
        .iter()
        .map(|(key, _)| key.to_text())
        .filter(|key| !REQUEST_KEYS.contains(&key.as_ref()))
        .map(|key| {
            let known = || format!("unknown key, known are {}", list(REQUEST_KEYS));
            Violation::invalid(at, quote(&key), detail.get_or_insert_with(known).as_str())
        })
        .collect();
    let value = |key| members.get(at, key);
    let text = |key| value(key)?.map(|raw| raw.text(at.name(key))).transpose();

    Ok(Entry {
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
    at: Path<'_>,
    text: Result<Option<Cow<'_, str>>, Violation>,
    what: &str,
    parse: impl Fn(&str) -> Result<T, PathError>,
) -> Result<T, Violation> {
    match text? {
        Some(text) => parsed(at, &text, parse),
        None => Err(Violation::required(at, what)),
    }
}

fn parsed<T>(at: Path<'_>, text: &str, parse: impl Fn(&str) -> Result<T, PathError>) -> Result<T, Violation> {
    parse(text).map_err(|error| Violation::invalid(at, quote(text), error.to_string()))
}

fn host_path_type(at: Path<'_>, text: Option<&str>) -> Result<HostPathType, Violation> {
    match text.map(HostPathType::parse) {
        None | Some(Some(HostPathType::Unset)) => Ok(HostPathType::Directory),
        Some(Some(named)) => Ok(named),
        Some(None) => {
            let detail = format!("must be one of {}", list(HostPathType::REQUESTABLE));
            Err(Violation::invalid(at, quote(text.unwrap_or_default()), detail))
        }
    }
}

fn access(at: Path<'_>, raw: Option<Json<'_>>) -> Result<Access, Violation> {
    match raw.map(Json::get) {
        None | Some("true") => Ok(Access::ReadOnly),
        Some("false") => Ok(Access::Writable),
        Some(_) => {
            let shown = raw.map_or(Kind::Null, Json::kind).shown();
            Err(Violation::invalid(at, shown, "must be true or false"))
        }
    }
}

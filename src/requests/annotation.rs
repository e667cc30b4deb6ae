//! The annotation `hooks.kubevirt.io/hookSidecars`: its host path requests, read strictly.
//!
//! KubeVirt reads the same text with Go's `encoding/json` and counts its entries: entry N becomes container
//! `hook-sidecar-N`. So what is not ours is skipped exactly as leniently as Go skips it, or the indexes
//! would drift; and what Go might take for our key, or reads as something else, is refused.

use std::{borrow::Cow, fmt, rc::Rc};

use crate::{
    base::{
        field::{Path, Violation, list, quote},
        host_path_type::HostPathType,
        json::{Json, Kind, Members},
        path::{ContainerPath, HostPath, PathError},
    },
    requests::near_miss,
};

/// The annotation's key.
pub const KEY: &str = "hooks.kubevirt.io/hookSidecars";

/// The longest annotation, in bytes: Kubernetes stores no object whose annotations are longer, taken together
/// (`TotalAnnotationSizeLimitB`, `k8s.io/apimachinery/pkg/api/validation`).
const MOST_BYTES: usize = 256 * 1024;

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
    /// Where KubeVirt mounts something of this entry's own in the sidecar.
    pub occupied: Rc<[Occupied]>,
}

/// Where a host path request stands in the annotation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestPlace {
    /// The entry's index, which is the N of `hook-sidecar-N`.
    pub entry: usize,
    /// Its index in the list, where `hostPath` is one; `null`s count.
    pub element: Option<usize>,
}

impl fmt::Display for RequestPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{}].{HOST_PATH}", self.entry)?;
        match self.element {
            Some(element) => write!(f, "[{element}]"),
            None => Ok(()),
        }
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

/// A place in `compute` that an entry asks for with KubeVirt's `pvc` option.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimPath {
    /// The entry's index.
    pub index: usize,
    /// `pvc.sharedComputePath`.
    pub shared_compute_path: ContainerPath,
}

/// The annotation as read.
#[derive(Debug, Default)]
pub struct Annotation {
    /// Each host path request, or what is wrong with it or with its entry, in document order.
    pub entries: Vec<Result<Entry, Violation>>,
    /// The places in `compute` that are taken by claims.
    pub claims: Vec<ClaimPath>,
    /// About keys that are ignored because they are nearly ours.
    pub warnings: Vec<String>,
}

/// Reads the annotation that stands at `at`.
///
/// # Errors
/// Where the text is not a JSON list or `null`: KubeVirt would not start such a VM either. Where it is too long to be
/// stored.
pub fn read(at: Path<'_>, text: &str) -> Result<Annotation, Violation> {
    if text.trim_matches([' ', '\t', '\r', '\n']).is_empty() {
        let detail = "must be a JSON list, or absent: KubeVirt cannot start a VM with an empty annotation";
        return Err(Violation::required(at, detail));
    }
    let refused = |detail: String| Violation::invalid(at, quote(text), detail);
    if text.len() > MOST_BYTES {
        let detail =
            format!("must be at most {MOST_BYTES} bytes: Kubernetes does not store longer annotations");
        return Err(refused(detail));
    }
    let json = Json::document(text).map_err(|error| refused(format!("must be JSON: {error}")))?;
    let entries = match json.kind() {
        Kind::Null => Vec::new(),
        // Each item has a byte at least: there cannot be more of them.
        _ => json
            .items(MOST_BYTES)
            .map_err(|_| refused("must be a JSON list".to_owned()))?,
    };
    let mut annotation = Annotation::default();
    for (index, raw) in entries.into_iter().enumerate() {
        let entry = entry(at.index(index), index, raw, &mut annotation);
        annotation.entries.extend(entry.err().map(Err));
    }
    Ok(annotation)
}

/// Reads one entry into `annotation`: its requests, and what else is of interest.
fn entry(at: Path<'_>, index: usize, raw: Json<'_>, annotation: &mut Annotation) -> Result<(), Violation> {
    match raw.kind() {
        Kind::Null => return Ok(()),
        Kind::Object => {}
        other => return Err(Violation::invalid(at, other.shown(), "must be an object or null")),
    }
    let members = Members::read(at, raw)?;
    let mut case_variant = None;
    for (key, _) in members.iter() {
        let Some(key) = key.as_str() else { continue };
        if key != HOST_PATH && folds_to_host_path(&key) {
            case_variant.get_or_insert(quote(&key));
        } else if annotation.warnings.len() < MOST_WARNINGS {
            annotation.warnings.extend(near_miss::of_host_path(index, &key));
        }
    }
    let claim = paths_of(&members, "pvc", "sharedComputePath");
    annotation
        .claims
        .extend(claim.map(|shared_compute_path| ClaimPath {
            index,
            shared_compute_path,
        }));
    if let Some(key) = case_variant {
        let detail = "differs from \"hostPath\" in case only: write \"hostPath\"";
        return Err(Violation::invalid(at, key, detail));
    }
    let Some(raw) = members.get(at, HOST_PATH)? else {
        return Ok(());
    };
    let at = at.name(HOST_PATH);
    let occupied =
        |key, (object, member)| paths_of(&members, object, member).map(move |path| Occupied { key, path });
    let claim = occupied("pvc.volumePath", ("pvc", "volumePath"));
    let config_map = occupied("configMap.hookPath", ("configMap", "hookPath"));
    // A key that stands twice has more: Go takes the last. The pod itself is judged by its mounts, so a few will do.
    let occupied: Rc<[Occupied]> = claim
        .take(MOST_OCCUPIED)
        .chain(config_map.take(MOST_OCCUPIED))
        .collect();
    let mut read = |at, element, raw: Json<'_>, kinds: &str| {
        let place = RequestPlace {
            entry: index,
            element,
        };
        let entry = match raw.kind() {
            Kind::Object => request(at, place, raw, &occupied),
            other => Err(Violation::invalid(at, other.shown(), format!("must be {kinds}"))),
        };
        annotation.entries.push(entry);
    };
    match raw.kind() {
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
    Ok(())
}

/// The clean paths at `member` of the object at `key` of an entry. KubeVirt's members hold what they like: only plain
/// strings under these very names are read.
fn paths_of(
    entry: &Members<'_>,
    key: &'static str,
    member: &'static str,
) -> impl Iterator<Item = ContainerPath> {
    let objects = entry
        .all(key)
        .filter_map(|raw| Members::read(Path::root(key), raw).ok());
    let paths = objects.flat_map(move |object| object.all(member).collect::<Vec<_>>());
    let paths = paths.filter_map(|raw| ContainerPath::parse(&raw.string()?).ok());
    paths.collect::<Vec<_>>().into_iter()
}

/// How many places of one option are looked at, for each request of the entry.
const MOST_OCCUPIED: usize = 4;

/// How many warnings about keys are given.
const MOST_WARNINGS: usize = 16;

const HOST_PATH: &str = "hostPath";

/// Whether Go's decoder would take `key` for `hostPath`: it ignores case, by Unicode simple folding, under which `ſ`
/// is the only other letter that equals one of these.
fn folds_to_host_path(key: &str) -> bool {
    let fold = |c: char| if c == 'ſ' { 's' } else { c.to_ascii_lowercase() };
    key.chars().map(fold).eq(HOST_PATH.chars().map(fold))
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

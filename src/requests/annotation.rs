//! KubeVirt's annotation `hooks.kubevirt.io/hookSidecars`: its host path requests, read strictly.
//!
//! KubeVirt reads the same text with Go's `encoding/json` and counts its entries: entry N becomes container
//! `hook-sidecar-N`. So what is not ours is skipped exactly as leniently as Go skips it, or the indexes
//! would drift; and what Go might take for our key, or reads as something else, is refused.

use std::rc::Rc;

use crate::{
    base::{
        field::{FieldPath, Violation, quote},
        json::{Json, JsonKind, Members},
        path::ContainerPath,
    },
    requests::{
        host_path_request::{self, Collected, HostPathRequest, MOST_BYTES, Occupied},
        near_miss,
        place::{self, Requester},
    },
};

/// The annotation's key.
pub(crate) const KEY: &str = place::HOOK_SIDECARS;

/// A place in `compute` that an entry asks for with KubeVirt's `pvc` option.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ClaimPath {
    /// The entry's index.
    pub index: usize,
    /// `pvc.sharedComputePath`.
    pub shared_compute_path: ContainerPath,
}

/// What is read of the annotation beside its requests.
#[derive(Debug, Default)]
pub(crate) struct Annotation {
    /// The places in `compute` that are taken by claims.
    pub claims: Vec<ClaimPath>,
    /// About keys that are ignored because they are nearly ours.
    pub warnings: Vec<String>,
}

/// Reads the annotation that is at `at`, its requests into `collected`.
///
/// # Errors
/// Where the text is not a JSON list or `null`: KubeVirt would not start such a VM either. Where it is too long to be
/// stored.
pub(super) fn read(
    at: FieldPath<'_>,
    text: &str,
    collected: &mut Collected,
) -> Result<Annotation, Violation> {
    if text.trim_matches([' ', '\t', '\r', '\n']).is_empty() {
        let detail = "must be a JSON list, or absent: KubeVirt cannot start a VM with an empty annotation";
        return Err(Violation::required(at, detail));
    }
    let json = host_path_request::document(at, text)?;
    let entries = match json.kind() {
        JsonKind::Null => Vec::new(),
        // Each item has a byte at least: there cannot be more of them.
        _ => json
            .items(MOST_BYTES)
            .map_err(|_| Violation::invalid(at, quote(text), "must be a JSON list"))?,
    };
    let mut annotation = Annotation::default();
    for (index, raw) in entries.into_iter().enumerate() {
        if let Err(fault) = read_entry(at.index(index), index, raw, &mut annotation, collected) {
            collected.fault(fault);
        }
        if collected.is_full() {
            break;
        }
    }
    Ok(annotation)
}

/// The requests of the annotation that is at `at`, or what is wrong with each, as far as they are read.
///
/// # Errors
/// As for the annotation as a whole.
pub fn hook_sidecar_requests(
    at: FieldPath<'_>,
    text: &str,
) -> Result<Vec<Result<HostPathRequest, Violation>>, Violation> {
    let mut collected = Collected::default();
    read(at, text, &mut collected)?;
    Ok(collected.entries)
}

/// Reads one entry: its requests, and what else is of interest.
fn read_entry(
    at: FieldPath<'_>,
    index: usize,
    raw: Json<'_>,
    annotation: &mut Annotation,
    collected: &mut Collected,
) -> Result<(), Violation> {
    match raw.kind() {
        JsonKind::Null => return Ok(()),
        JsonKind::Object => {}
        _ => return Err(Violation::invalid(at, raw.shown(), "must be an object or null")),
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
    // A key that is duplicated has more: Go takes the last. The pod itself is judged by its mounts, so a few will do.
    let occupied: Rc<[Occupied]> = claim
        .take(MOST_OCCUPIED)
        .chain(config_map.take(MOST_OCCUPIED))
        .collect();
    host_path_request::all(at, &Requester::Entry(index), raw, &occupied, collected);
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
        .filter_map(|raw| Members::read(FieldPath::root(key), raw).ok());
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

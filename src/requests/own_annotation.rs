//! This policy's own annotation, `kubevirt-sidecar-hostpath-policy.dev/hostPaths`: host paths for containers that are not hook
//! sidecars, such as the sidecars of KubeVirt's Plugins, and `compute`.
//!
//! Nobody else reads it, so all of it is read strictly: a typo must not start a VM without its mount.

use std::rc::Rc;

use crate::{
    base::{
        by_name::ByName,
        container_name::hook_sidecar_number,
        field::{FieldPath, Violation, quote},
        json::{JsonKind, Members},
        namespace::is_label,
    },
    requests::{
        host_path_request::{self, Collected},
        place::{DOMAIN, HOOK_SIDECARS, HOST_PATHS, Requester},
    },
};

/// The annotation's key.
pub(crate) const KEY: &str = HOST_PATHS;

/// Reads the annotation that is at `at`: each request, or what is wrong with it or with its container's name, into `collected`.
///
/// # Errors
/// Where the text is not a JSON object or `null`, or too long to be stored.
pub(super) fn read(at: FieldPath<'_>, text: &str, collected: &mut Collected) -> Result<(), Violation> {
    if text.trim_matches([' ', '\t', '\r', '\n']).is_empty() {
        return Err(Violation::required(at, "must be a JSON object, or absent"));
    }
    let json = host_path_request::document(at, text)?;
    let members = match json.kind() {
        JsonKind::Null => return Ok(()),
        JsonKind::Object => Members::read(at, json)?,
        _ => {
            let detail = "must be a JSON object: names of containers, and what each asks for";
            return Err(Violation::invalid(at, quote(text), detail));
        }
    };
    let mut names = ByName::default();
    let nothing_occupied = Rc::from([]);
    for (index, (name, raw)) in members.iter().enumerate() {
        let name = name.to_text();
        let refused = if !is_label(&name) {
            Some("must be the name of a container".to_owned())
        } else if let Some(number) = hook_sidecar_number(&name) {
            Some(format!("use hostPath of entry {number} in {HOOK_SIDECARS}"))
        } else if !names.add(name.clone(), index) {
            Some("is a duplicate key".to_owned())
        } else {
            None
        };
        match refused {
            Some(detail) => collected.fault(Violation::invalid(at, quote(&name), detail)),
            None => {
                let of = Requester::Container((&*name).into());
                host_path_request::all(at.key(&name), &of, raw, &nothing_occupied, collected);
            }
        }
        if collected.is_full() {
            break;
        }
    }
    Ok(())
}

/// What is wrong with the keys of `annotations`, which are at `at`: those of this policy's domain are its own.
pub(crate) fn unknown_keys(at: FieldPath<'_>, annotations: &Members<'_>) -> Vec<Violation> {
    let keys = annotations.iter().filter_map(|(key, _)| key.as_str());
    let unknown = keys.filter(|key| is_of_domain(key) && key != KEY);
    let detail = || format!("unknown annotation of this policy: write {KEY}");
    let refused = unknown.map(|key| Violation::invalid(at, quote(&key), detail()));
    refused.take(MOST_UNKNOWN).collect()
}

/// How many unknown keys are named.
const MOST_UNKNOWN: usize = 16;

/// Whether `key` is of this policy's domain, in any case.
pub(crate) fn is_of_domain(key: &str) -> bool {
    let domain = key.split_once('/').map_or(key, |(domain, _)| domain);
    domain.eq_ignore_ascii_case(DOMAIN)
}

//! Which pods are launcher pods: those that say so by their label.

use serde_json::value::RawValue;

use crate::{
    field::{Path, Violation},
    json::{self, Kind, Members},
};

/// Whether the object at `at` has the label `kubevirt.io: virt-launcher`. VM owners cannot take it off a pod
/// that KubeVirt creates.
///
/// # Errors
/// Where the object is none, or a member on the way to the label stands twice: then it cannot be told.
pub fn is_launcher(at: Path<'_>, raw: &RawValue) -> Result<bool, Violation> {
    let mut place = raw;
    let metadata = at.name("metadata");
    for (at, key) in [
        (at, "metadata"),
        (metadata, "labels"),
        (metadata.name("labels"), "kubevirt.io"),
    ] {
        match Members::read(at, place)?.get(at, key)? {
            Some(value) if key == "kubevirt.io" => {
                return Ok(json::string(value).as_deref() == Some("virt-launcher"));
            }
            Some(inner) if Kind::of_raw(inner) == Kind::Object => place = inner,
            _ => break,
        }
    }
    Ok(false)
}

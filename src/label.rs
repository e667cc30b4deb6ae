//! Which pods are launcher pods: those that say so by their label.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::{
    field::{Path, Violation},
    json::{self, Kind},
};

#[derive(Deserialize)]
struct Object<'a> {
    #[serde(borrow)]
    metadata: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Metadata<'a> {
    #[serde(borrow)]
    labels: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Labels<'a> {
    #[serde(borrow, rename = "kubevirt.io")]
    kubevirt: Option<&'a RawValue>,
}

/// Whether the object at `at` has the label `kubevirt.io: virt-launcher`. VM owners cannot take it off a pod
/// that KubeVirt creates.
///
/// # Errors
/// Where the object is none, or a member on the way to the label stands twice: then it cannot be told.
pub fn is_launcher(at: Path<'_>, raw: &RawValue) -> Result<bool, Violation> {
    let object: Object<'_> = json::members(at, raw)?;
    let Some(metadata) = object.metadata.filter(|raw| Kind::of_raw(raw) == Kind::Object) else {
        return Ok(false);
    };
    let at = at.name("metadata");
    let metadata: Metadata<'_> = json::members(at, metadata)?;
    let Some(labels) = metadata.labels.filter(|raw| Kind::of_raw(raw) == Kind::Object) else {
        return Ok(false);
    };
    let labels: Labels<'_> = json::members(at.name("labels"), labels)?;
    Ok(labels.kubevirt.and_then(json::string).as_deref() == Some("virt-launcher"))
}

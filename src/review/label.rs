//! Which pods are launcher pods: those that say so by their label.

use crate::base::{
    field::{FieldPath, Violation},
    json::{Json, JsonKind, Members},
};

/// Whether the object at `at` has the label `kubevirt.io: virt-launcher`. VM owners cannot take it off a pod
/// that KubeVirt creates.
///
/// # Errors
/// Where a member on the way to the label is duplicated: then it cannot be told.
pub(crate) fn is_launcher(at: FieldPath<'_>, object: &Members<'_>) -> Result<bool, Violation> {
    let metadata_at = at.name("metadata");
    let labels_at = metadata_at.name("labels");
    let Some(metadata) = inner(metadata_at, object.get(at, "metadata")?)? else {
        return Ok(false);
    };
    let Some(labels) = inner(labels_at, metadata.get(metadata_at, "labels")?)? else {
        return Ok(false);
    };
    let label = labels.get(labels_at, "kubevirt.io")?;
    Ok(label.and_then(Json::string).as_deref() == Some("virt-launcher"))
}

/// The members of an object; of anything else there are none.
fn inner<'a>(at: FieldPath<'_>, raw: Option<Json<'a>>) -> Result<Option<Members<'a>>, Violation> {
    let object = raw.filter(|raw| raw.kind() == JsonKind::Object);
    object.map(|raw| Members::read(at, raw)).transpose()
}

//! The decision on one admission request: whose business it is, and what they say.

use crate::{
    base::{
        field::{FieldPath, Violation, Violations},
        json::{Json, Members},
        request::{Operation, Request},
    },
    review::{
        ephemeral,
        kubevirt_object::KubeVirtKind,
        label, launcher,
        verdict::{Accepted, Verdict},
    },
};

/// Decides on `request`. What is none of this policy's business is accepted without a look at the settings.
#[must_use]
pub(crate) fn decide(request: &Request<'_>) -> Verdict {
    judged(request).unwrap_or_else(Verdict::Deny)
}

fn judged(request: &Request<'_>) -> Result<Verdict, Violations> {
    let untouched = Ok(Verdict::Allow(Accepted::default()));
    // By the object's kind: `resource` is not reliable, background scans put the kind there.
    let is_pod = request.group.is_empty() && request.kind == "Pod";
    match (request.operation, request.sub_resource.as_deref()) {
        (Operation::Create, None) if is_pod => {
            let (object, members) = object(request)?;
            if !label::is_launcher(OBJECT, members)? {
                return untouched;
            }
            launcher::verdict(request, object, members)
        }
        (Operation::Update, Some("ephemeralcontainers")) if is_pod => {
            let (_, object) = object(request)?;
            let old = old_object(request)?.ok_or_else(no_old_object)?;
            ephemeral::verdict(request, object, &old)
        }
        (Operation::Create, None) => {
            let Some(kind) = KubeVirtKind::find(&request.group, &request.kind) else {
                return untouched;
            };
            let (_, object) = object(request)?;
            kind.verdict(request, object, None)
        }
        (Operation::Update, None) => {
            let Some(kind) = KubeVirtKind::find(&request.group, &request.kind) else {
                return untouched;
            };
            let (_, object) = object(request)?;
            match old_object(request)? {
                Some(old) if is_going(&old)? => untouched,
                Some(old) => kind.verdict(request, object, Some(&old)),
                // What did not change is not judged, and that cannot be known.
                None if kind.carries_annotation(object)? => Err(no_old_object().into()),
                None => untouched,
            }
        }
        _ => untouched,
    }
}

const OBJECT: FieldPath<'_> = FieldPath::root("object");
const OLD_OBJECT: FieldPath<'_> = FieldPath::root("oldObject");

/// The object and its members.
fn object<'r, 'a>(request: &'r Request<'a>) -> Result<(Json<'a>, &'r Members<'a>), Violation> {
    match (request.object, &request.members) {
        (Some(object), Some(members)) => Ok((object, members)),
        (Some(object), None) => {
            let shown = object.shown();
            Err(Violation::invalid(OBJECT, shown, "must be an object"))
        }
        (None, _) => Err(Violation::required(OBJECT, "the request must hold the object")),
    }
}

fn old_object<'a>(request: &Request<'a>) -> Result<Option<Members<'a>>, Violation> {
    let old = request.old_object;
    old.map(|old| Members::read(OLD_OBJECT, old)).transpose()
}

fn no_old_object() -> Violation {
    let detail =
        "the request must hold the object as it is stored: a mutating webhook sees what the user sent";
    Violation::required(OLD_OBJECT, detail)
}

/// Whether the stored object is being deleted: then its finalizers must come off, regardless of its content. What the user sent
/// says nothing about that.
fn is_going(old: &Members<'_>) -> Result<bool, Violation> {
    let at = OLD_OBJECT.name("metadata");
    let Some(metadata) = old.get(OLD_OBJECT, "metadata")? else {
        return Ok(false);
    };
    let timestamp = Members::read(at, metadata)?.get(at, "deletionTimestamp")?;
    Ok(timestamp.is_some())
}

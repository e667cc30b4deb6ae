//! The decision on one admission request: whose business it is, and what they say.

use serde_json::value::RawValue;

use crate::{
    ephemeral,
    field::{Path, Violation, Violations},
    json::{Kind, Members},
    kubevirt_object::KubeVirtKind,
    label, launcher,
    request::{Operation, Request},
    settings::Settings,
    verdict::{Accepted, Verdict},
};

/// Whose business a request is.
pub(crate) enum Business {
    /// None of this policy's: accepted, without a look at the settings.
    None,
    /// A pod is created: a launcher pod's.
    NewPod,
    /// Ephemeral containers are added to a pod.
    EphemeralContainers,
    /// A KubeVirt object that can carry the annotation is created or changed.
    KubeVirtObject(KubeVirtKind),
}

/// Tells it by the object's kind, the operation and the subresource; `resource` is not reliable, background scans put
/// the kind there.
pub(crate) fn business(
    group: &str,
    kind: &str,
    operation: Operation,
    sub_resource: Option<&str>,
) -> Business {
    let is_pod = group.is_empty() && kind == "Pod";
    match (operation, sub_resource) {
        (Operation::Create, None) if is_pod => Business::NewPod,
        (Operation::Update, Some("ephemeralcontainers")) if is_pod => Business::EphemeralContainers,
        (Operation::Create | Operation::Update, None) => {
            KubeVirtKind::find(group, kind).map_or(Business::None, Business::KubeVirtObject)
        }
        _ => Business::None,
    }
}

/// Decides on `request`. What is none of this policy's business is accepted without a look at the settings.
#[must_use]
pub fn decide(request: &Request<'_>) -> Verdict {
    judged(request).unwrap_or_else(Verdict::Deny)
}

fn judged(request: &Request<'_>) -> Result<Verdict, Violations> {
    let untouched = Ok(Verdict::Allow(Accepted::default()));
    let sub_resource = request.sub_resource.as_deref();
    match business(&request.group, &request.kind, request.operation, sub_resource) {
        Business::None => untouched,
        Business::NewPod => {
            let raw = object(request)?;
            let members = Members::read(OBJECT, raw)?;
            if !label::is_launcher(OBJECT, &members)? {
                return untouched;
            }
            let settings = Settings::of_request(request.settings)?;
            launcher::verdict(&settings, &request.username, raw, &members)
        }
        Business::EphemeralContainers => {
            let object = Members::read(OBJECT, object(request)?)?;
            if is_going(&object)? {
                return untouched;
            }
            ephemeral::verdict(request.settings, &object, old_object(request)?.as_ref())
        }
        Business::KubeVirtObject(kind) => {
            let object = Members::read(OBJECT, object(request)?)?;
            let old = old_object(request)?;
            let updated = request.operation == Operation::Update;
            if updated && is_going(&object)? {
                return untouched;
            }
            kind.verdict(request.settings, &object, old.as_ref().filter(|_| updated))
        }
    }
}

const OBJECT: Path<'_> = Path::root("object");
const OLD_OBJECT: Path<'_> = Path::root("oldObject");

fn object<'a>(request: &Request<'a>) -> Result<&'a RawValue, Violation> {
    let missing = || Violation::required(OBJECT, "the request must hold the object");
    request.object.ok_or_else(missing)
}

fn old_object<'a>(request: &Request<'a>) -> Result<Option<Members<'a>>, Violation> {
    let old = request.old_object;
    old.map(|old| Members::read(OLD_OBJECT, old)).transpose()
}

/// Whether the object is being deleted: then its finalizers must come off, whatever it holds.
fn is_going(object: &Members<'_>) -> Result<bool, Violation> {
    let at = OBJECT.name("metadata");
    match object.get(OBJECT, "metadata")? {
        Some(metadata) if Kind::of(metadata) == Kind::Object => {
            let timestamp = Members::read(at, metadata)?.get(at, "deletionTimestamp")?;
            Ok(timestamp.is_some())
        }
        _ => Ok(false),
    }
}

//! The decision on one admission request: whose business it is, and what they say.

use serde_json::{Value, value::RawValue};

use crate::{
    ephemeral,
    field::{Path, Violation, Violations},
    json::Kind,
    kubevirt_object::KubeVirtKind,
    label, launcher,
    request::{Operation, Request},
    settings::Settings,
    verdict::{Accepted, Verdict},
};

/// Decides on `request`. What is none of this policy's business is accepted without a look at the settings.
#[must_use]
pub fn decide(request: &Request<'_>) -> Verdict {
    judged(request).unwrap_or_else(Verdict::Deny)
}

fn judged(request: &Request<'_>) -> Result<Verdict, Violations> {
    let untouched = Ok(Verdict::Allow(Accepted::default()));
    let is_pod = request.group.is_empty() && request.kind == "Pod";
    match (request.operation, request.sub_resource.as_deref()) {
        (Operation::Create, None) if is_pod => {
            let raw = object(request)?;
            if !label::is_launcher(OBJECT, raw)? {
                return untouched;
            }
            let settings = Settings::read_raw(request.settings)?;
            launcher::verdict(&settings, &request.username, value(OBJECT, raw)?)
        }
        (Operation::Update, Some("ephemeralcontainers")) if is_pod => {
            let pod = value(OBJECT, object(request)?)?;
            if is_going(&pod) {
                return untouched;
            }
            ephemeral::verdict(request.settings, &pod, old_object(request)?.as_ref())
        }
        (Operation::Create | Operation::Update, None) => {
            let Some(kind) = KubeVirtKind::find(&request.group, &request.kind) else {
                return untouched;
            };
            let object = value(OBJECT, object(request)?)?;
            let updated = request.operation == Operation::Update;
            if updated && is_going(&object) {
                return untouched;
            }
            let old = old_object(request)?;
            kind.verdict(request.settings, request.operation, &object, old.as_ref())
        }
        _ => untouched,
    }
}

const OBJECT: Path<'_> = Path::root("object");

fn object<'a>(request: &Request<'a>) -> Result<&'a RawValue, Violation> {
    let missing = || Violation::required(OBJECT, "the request must hold the object");
    request.object.ok_or_else(missing)
}

fn old_object(request: &Request<'_>) -> Result<Option<Value>, Violation> {
    let at = Path::root("oldObject");
    request.old_object.map(|raw| value(at, raw)).transpose()
}

/// The object at `at`, parsed.
fn value(at: Path<'_>, raw: &RawValue) -> Result<Value, Violation> {
    let refused = |detail| Violation::invalid(at, Kind::of_raw(raw).shown(), detail);
    match Kind::of_raw(raw) {
        Kind::Object => serde_json::from_str(raw.get()).map_err(|_| refused("cannot be read")),
        _ => Err(refused("must be an object")),
    }
}

/// Whether the object is being deleted: then its finalizers must come off, whatever it holds.
fn is_going(object: &Value) -> bool {
    let deleted = object
        .get("metadata")
        .and_then(|metadata| metadata.get("deletionTimestamp"));
    deleted.is_some_and(|timestamp| !timestamp.is_null())
}

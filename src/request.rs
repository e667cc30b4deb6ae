//! The payload of `validate`: an admission request and the settings, not looked into further than needed.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::{
    field::{Path, Violation, Violations, quote},
    json::{self, Kind},
};

/// What a request does to its object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// The object is new.
    Create,
    /// The object exists.
    Update,
    /// The object goes.
    Delete,
    /// A connection such as `exec`.
    Connect,
}

/// An admission request, with its object still unparsed.
#[derive(Debug)]
pub struct Request<'a> {
    /// API group of the object's kind; `""` is the core group.
    pub group: String,
    /// The object's kind.
    pub kind: String,
    /// The operation.
    pub operation: Operation,
    /// The subresource, if the request is for one.
    pub sub_resource: Option<String>,
    /// Who sent the request; empty or absent in background scans and local runs.
    pub username: String,
    /// The request's id, for the log.
    pub uid: String,
    /// The object's namespace, for the log.
    pub namespace: String,
    /// The object.
    pub object: Option<&'a RawValue>,
    /// The object as it was, on UPDATE.
    pub old_object: Option<&'a RawValue>,
    /// The policy's settings.
    pub settings: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Payload<'a> {
    #[serde(borrow)]
    request: Option<&'a RawValue>,
    #[serde(borrow)]
    settings: Option<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AdmissionRequest<'a> {
    #[serde(borrow)]
    uid: Option<&'a RawValue>,
    #[serde(borrow)]
    kind: Option<&'a RawValue>,
    #[serde(borrow)]
    operation: Option<&'a RawValue>,
    #[serde(borrow)]
    sub_resource: Option<&'a RawValue>,
    #[serde(borrow)]
    namespace: Option<&'a RawValue>,
    #[serde(borrow)]
    user_info: Option<&'a RawValue>,
    #[serde(borrow)]
    object: Option<&'a RawValue>,
    #[serde(borrow)]
    old_object: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct GroupVersionKind<'a> {
    #[serde(borrow)]
    group: Option<&'a RawValue>,
    #[serde(borrow)]
    kind: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct UserInfo<'a> {
    #[serde(borrow)]
    username: Option<&'a RawValue>,
}

impl<'a> Request<'a> {
    /// Reads the payload `{"request": …, "settings": …}`. Absent members and `null` mean the same.
    ///
    /// # Errors
    /// Where the payload is no admission request: no JSON, no `kind.kind`, an `operation` other than the four.
    /// Nothing of its content stands in the message.
    pub fn read(payload: &'a [u8]) -> Result<Self, Violations> {
        let at = Path::root("payload");
        let raw: &RawValue =
            json::document(payload).map_err(|_| Violation::invalid(at, "\"bytes\"", "must be JSON"))?;
        let payload: Payload<'a> = json::members(at, raw)?;
        let at = Path::root("request");
        let raw = payload
            .request
            .ok_or_else(|| Violation::required(at, "the payload must hold an admission request"))?;
        let request: AdmissionRequest<'a> = json::members(at, raw)?;

        let kind_at = at.name("kind");
        let raw = request
            .kind
            .ok_or_else(|| Violation::required(kind_at, "must name the object's kind"))?;
        let kind: GroupVersionKind<'a> = json::members(kind_at, raw)?;
        let user: Option<UserInfo<'a>> = request
            .user_info
            .map(|raw| json::members(at.name("userInfo"), raw))
            .transpose()?;

        Ok(Request {
            group: text(kind_at.name("group"), kind.group)?.unwrap_or_default(),
            kind: text(kind_at.name("kind"), kind.kind)?
                .filter(|kind| !kind.is_empty())
                .ok_or_else(|| Violation::required(kind_at.name("kind"), "must name the object's kind"))?,
            operation: operation(at.name("operation"), request.operation)?,
            sub_resource: text(at.name("subResource"), request.sub_resource)?.filter(|name| !name.is_empty()),
            username: text(
                at.name("userInfo").name("username"),
                user.and_then(|user| user.username),
            )?
            .unwrap_or_default(),
            uid: text(at.name("uid"), request.uid)?.unwrap_or_default(),
            namespace: text(at.name("namespace"), request.namespace)?.unwrap_or_default(),
            object: request.object,
            old_object: request.old_object,
            settings: payload.settings,
        })
    }
}

fn text(at: Path<'_>, raw: Option<&RawValue>) -> Result<Option<String>, Violation> {
    raw.map(|raw| {
        json::string(raw).ok_or_else(|| Violation::invalid(at, Kind::of_raw(raw).shown(), "must be a string"))
    })
    .transpose()
}

fn operation(at: Path<'_>, raw: Option<&RawValue>) -> Result<Operation, Violation> {
    let detail = "must be CREATE, UPDATE, DELETE or CONNECT";
    let Some(text) = text(at, raw)? else {
        return Err(Violation::required(at, detail));
    };
    match text.as_str() {
        "CREATE" => Ok(Operation::Create),
        "UPDATE" => Ok(Operation::Update),
        "DELETE" => Ok(Operation::Delete),
        "CONNECT" => Ok(Operation::Connect),
        other => Err(Violation::invalid(at, quote(other), detail)),
    }
}

//! The payload of `validate`: an admission request and the settings, not looked into further than needed.

use std::borrow::Cow;

use crate::base::{
    field::{FieldPath, Violation, Violations, quote},
    json::{Json, Members},
};

/// What a request does to its object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operation {
    /// The object is new.
    Create,
    /// The object exists.
    Update,
    /// The object goes.
    Delete,
    /// A connection such as `exec`.
    Connect,
}

impl Operation {
    /// Reads an operation as Kubernetes writes it.
    fn parse(text: &str) -> Option<Self> {
        match text {
            "CREATE" => Some(Operation::Create),
            "UPDATE" => Some(Operation::Update),
            "DELETE" => Some(Operation::Delete),
            "CONNECT" => Some(Operation::Connect),
            _ => None,
        }
    }
}

/// An admission request, with its object still unparsed.
#[derive(Debug)]
pub(crate) struct Request<'a> {
    /// All of the payload.
    pub(crate) payload: Json<'a>,
    /// API group of the object's kind; `""` is the core group.
    pub group: Cow<'a, str>,
    /// The object's kind.
    pub kind: Cow<'a, str>,
    /// The operation.
    pub operation: Operation,
    /// The subresource, if the request is for one.
    pub sub_resource: Option<Cow<'a, str>>,
    /// Who sent the request; empty or absent in background scans and local runs.
    pub username: Cow<'a, str>,
    /// The request's id, for the log.
    #[cfg_attr(
        not(any(test, all(feature = "guest", target_arch = "wasm32"))),
        expect(dead_code, reason = "the log is the host's")
    )]
    pub uid: Cow<'a, str>,
    /// The object's namespace, for the log.
    pub namespace: Cow<'a, str>,
    /// The object.
    pub object: Option<Json<'a>>,
    /// Its members, if it is an object.
    pub(crate) members: Option<Members<'a>>,
    /// The members of its `spec`, where they are known already.
    pub(crate) spec: Option<Members<'a>>,
    /// The object as it was, on UPDATE.
    pub old_object: Option<Json<'a>>,
    /// The policy's settings.
    pub settings: Option<Json<'a>>,
}

impl<'a> Request<'a> {
    /// Reads the payload `{"request": …, "settings": …}`. Absent members and `null` mean the same.
    ///
    /// # Errors
    /// Where the payload is not an admission request: no JSON, no `kind.kind`, an `operation` other than the four.
    /// Of its content, only a scalar of a wrong kind or an unknown operation is in the message, shortened.
    pub(crate) fn read(payload: &'a [u8]) -> Result<Self, Violations> {
        let payload_at = FieldPath::root("payload");
        let payload = Json::of_bytes(payload).ok().filter(|payload| payload.is_object());
        let no_object = || Violation::invalid(payload_at, "\"bytes\"", "must be a JSON object");
        let document = payload.ok_or_else(no_object)?;
        // One walk over the payload finds the members of all four objects, as a rule.
        let (payload, found) = Members::along(document, &["request", "object", "spec"]);
        let mut found = found.into_iter();
        let at = FieldPath::root("request");
        let raw = payload
            .get(payload_at, "request")?
            .ok_or_else(|| Violation::required(at, "the payload must hold an admission request"))?;
        let request = found.next().map_or_else(|| Members::read(at, raw), Ok)?;

        let kind_at = at.name("kind");
        let no_kind = |at| Violation::required(at, "must name the object's kind");
        let raw = request.get(at, "kind")?.ok_or_else(|| no_kind(kind_at))?;
        let kind = Members::read(kind_at, raw)?;
        let user_at = at.name("userInfo");
        let username = match request.get(at, "userInfo")? {
            Some(raw) => text(user_at, &Members::read(user_at, raw)?, "username")?,
            None => None,
        };

        let object = request.get(at, "object")?;

        Ok(Request {
            payload: document,
            group: text(kind_at, &kind, "group")?.unwrap_or_default(),
            kind: text(kind_at, &kind, "kind")?
                .filter(|kind| !kind.is_empty())
                .ok_or_else(|| no_kind(kind_at.name("kind")))?,
            operation: operation(at, &request)?,
            sub_resource: text(at, &request, "subResource")?.filter(|name| !name.is_empty()),
            username: username.unwrap_or_default(),
            uid: text(at, &request, "uid")?.unwrap_or_default(),
            namespace: text(at, &request, "namespace")?.unwrap_or_default(),
            object,
            members: found.next(),
            spec: found.next(),
            old_object: request.get(at, "oldObject")?,
            settings: payload.get(payload_at, "settings")?,
        })
    }
}

/// The text at `key` of the object at `at`.
fn text<'a>(at: FieldPath<'_>, members: &Members<'a>, key: &str) -> Result<Option<Cow<'a, str>>, Violation> {
    let Some(raw) = members.get(at, key)? else {
        return Ok(None);
    };
    let refused = || Violation::invalid(at.name(key), raw.shown(), "must be a string");
    raw.string().ok_or_else(refused).map(Some)
}

fn operation(at: FieldPath<'_>, request: &Members<'_>) -> Result<Operation, Violation> {
    let detail = "must be CREATE, UPDATE, DELETE or CONNECT";
    let Some(text) = text(at, request, "operation")? else {
        return Err(Violation::required(at.name("operation"), detail));
    };
    Operation::parse(&text).ok_or_else(|| Violation::invalid(at.name("operation"), quote(&text), detail))
}

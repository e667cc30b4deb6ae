//! The request that a policy judges and the response that the API server gets, as Kubewarden's policy-evaluator
//! models them.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use json_patch::Patch;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::{Map, Value};

use crate::Error;
use crate::policy::CallError;

/// An admission request, with the fields that Kubewarden hands on to a policy and no others. What is `null` or absent
/// stays away.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AdmissionRequest {
    /// Copied to the response.
    pub uid: String,
    /// The kind of the object, in the version that the webhook asked for.
    pub kind: GroupVersionKind,
    /// The resource that the request goes to.
    pub resource: GroupVersionResource,
    /// `status`, `ephemeralcontainers`, …
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sub_resource: Option<String>,
    /// The kind before a conversion between versions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_kind: Option<GroupVersionKind>,
    /// The resource before a conversion between versions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_resource: Option<GroupVersionResource>,
    /// The subresource before a conversion between versions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_sub_resource: Option<String>,
    /// The name of the object, if it has one yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The namespace of the object, if it is in one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// `CREATE`, `UPDATE`, `DELETE` or `CONNECT`.
    pub operation: String,
    /// Who asks.
    pub user_info: UserInfo,
    /// The object as it shall be, absent on `DELETE`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub object: Option<Value>,
    /// The object as it is, on `UPDATE` and `DELETE`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub old_object: Option<Value>,
    /// Nothing will be stored.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dry_run: Option<bool>,
    /// `CreateOptions`, `UpdateOptions`, …
    #[serde(skip_serializing_if = "Option::is_none")]
    pub options: Option<Map<String, Value>>,
}

/// A kind within its API group and version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupVersionKind {
    /// Empty for the core group.
    pub group: String,
    /// `v1`, …
    pub version: String,
    /// `Pod`, …
    pub kind: String,
}

/// A resource within its API group and version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupVersionResource {
    /// Empty for the core group.
    pub group: String,
    /// `v1`, …
    pub version: String,
    /// `pods`, …
    pub resource: String,
}

/// The user of a request, as in the Kubernetes API `authentication/v1`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserInfo {
    /// What the authenticator adds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub extra: Option<BTreeMap<String, Vec<String>>>,
    /// The user's groups.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub groups: Option<Vec<String>>,
    /// Tells users of the same name apart.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uid: Option<String>,
    /// `system:serviceaccount:…` for a service account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
}

impl AdmissionRequest {
    /// Reads a bare AdmissionRequest, or the one inside an AdmissionReview. `file` is for the error message.
    pub fn from_json(text: &[u8], file: &str) -> Result<Self, Error> {
        let file = || file.to_owned();
        let value =
            serde_json::from_slice(text).map_err(|source| Error::RequestSyntax { file: file(), source })?;
        let Value::Object(mut object) = value else {
            return Err(Error::RequestKind { file: file() });
        };
        let is_review = object.get("kind").and_then(Value::as_str) == Some("AdmissionReview");
        let request = if is_review {
            let request = object.remove("request").filter(|value| !value.is_null());
            request.ok_or_else(|| Error::ReviewWithoutRequest { file: file() })?
        } else {
            Value::Object(object)
        };
        match missing_field(&request) {
            Some(name) => Err(serde::de::Error::custom(format_args!("missing field `{name}`"))),
            None => serde_json::from_value(request),
        }
        .map_err(|source| Error::RequestFields { file: file(), source })
    }
}

/// The first required member of a member that is missing: serde would not tell where.
fn missing_field(request: &Value) -> Option<String> {
    let kind = ["group", "version", "kind"];
    let resource = ["group", "version", "resource"];
    let members = [
        ("kind", kind),
        ("resource", resource),
        ("requestKind", kind),
        ("requestResource", resource),
    ];
    members.into_iter().find_map(|(name, members)| {
        let object = request.get(name)?.as_object()?;
        let missing = members.into_iter().find(|member| !object.contains_key(*member))?;
        Some(format!("{name}.{missing}"))
    })
}

/// The answer to the API server. The order of the fields is that of kwctl's output.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AdmissionResponse {
    /// The request's.
    pub uid: String,
    /// The verdict.
    pub allowed: bool,
    /// Set together with the patch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub patch_type: Option<PatchType>,
    /// What turns the object of the request into the mutated one. Written as base64 of its JSON.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "serialize_patch")]
    pub patch: Option<Patch>,
    /// The reason of a rejection.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<Status>,
    /// Ends up in the API server's audit log.
    pub audit_annotations: Option<BTreeMap<String, String>>,
    /// Shown to the user with any verdict.
    pub warnings: Option<Vec<String>>,
}

/// The kind of a patch; Kubernetes knows one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum PatchType {
    /// RFC 6902.
    #[serde(rename = "JSONPatch")]
    JsonPatch,
}

/// The reason of a verdict.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Status {
    /// For the user.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// HTTP status code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<u16>,
}

/// The answer to `validate`, with the members that the response to the API server is made of.
#[derive(Deserialize)]
struct ValidationResponse {
    accepted: bool,
    message: Option<String>,
    code: Option<u16>,
    mutated_object: Option<Value>,
    audit_annotations: Option<BTreeMap<String, String>>,
    warnings: Option<Vec<String>>,
}

impl AdmissionResponse {
    /// What Kubewarden makes of the policy's answer to `request`. An error of the policy is a rejection with code 500.
    pub fn from_answer(request: &AdmissionRequest, answer: Result<Vec<u8>, CallError>) -> Self {
        let uid = request.uid.clone();
        match answer.map(|bytes| serde_json::from_slice(&bytes)) {
            Ok(Ok(response)) => Self::from_validation(uid, request.object.as_ref(), response),
            Ok(Err(error)) => Self::internal_error(uid, &format!("invalid response from policy: {error}")),
            Err(error @ (CallError::OutOfFuel { .. } | CallError::OutOfMemory { .. })) => {
                Self::rejection(uid, error.to_string(), Some(500))
            }
            Err(error) => Self::internal_error(uid, &error.to_string()),
        }
    }

    fn from_validation(uid: String, object: Option<&Value>, response: ValidationResponse) -> Self {
        let patch = match (object, &response.mutated_object) {
            (_, None) => None,
            (Some(object), Some(mutated)) => Some(json_patch::diff(object, mutated)),
            (None, Some(_)) => {
                let message = "Incoming object is null, which happens only with DELETE operations, \
                               but the policy is attempting a mutation. This is not allowed";
                return Self::rejection(uid, message.to_owned(), None);
            }
        };
        let patch = patch.filter(|patch| !patch.0.is_empty());
        let status = Status {
            message: response.message,
            code: response.code,
        };
        Self {
            uid,
            allowed: response.accepted,
            patch_type: patch.as_ref().map(|_| PatchType::JsonPatch),
            patch,
            status: (status != Status::default()).then_some(status),
            audit_annotations: response.audit_annotations,
            warnings: response.warnings,
        }
    }

    fn internal_error(uid: String, message: &str) -> Self {
        Self::rejection(uid, format!("internal server error: {message}"), Some(500))
    }

    fn rejection(uid: String, message: String, code: Option<u16>) -> Self {
        let message = Some(message);
        Self {
            uid,
            allowed: false,
            patch_type: None,
            patch: None,
            status: Some(Status { message, code }),
            audit_annotations: None,
            warnings: None,
        }
    }
}

fn serialize_patch<S: Serializer>(patch: &Option<Patch>, serializer: S) -> Result<S::Ok, S::Error> {
    let json = serde_json::to_vec(patch).map_err(serde::ser::Error::custom)?;
    serializer.serialize_str(&STANDARD.encode(json))
}

/// The group and the version of an `apiVersion`. `None` for what is neither `VERSION` nor `GROUP/VERSION`.
pub fn group_and_version(api_version: &str) -> Option<(&str, &str)> {
    let (group, version) = match api_version.split_once('/') {
        None => ("", api_version),
        Some(("", _)) => return None,
        Some(both) => both,
    };
    (!version.is_empty() && !version.contains('/')).then_some((group, version))
}

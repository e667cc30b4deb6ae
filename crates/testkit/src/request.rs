//! From a case as it is written to the payload of `validate`.

use std::path::PathBuf;

use json_patch::Patch;
use serde_json::{Map, Value, json};

use crate::fixture::Fixtures;
use crate::format::WrittenCase;

/// Where KubeVirt keeps the list of hook sidecars.
const ANNOTATION: &str = "hooks.kubevirt.io/hookSidecars";

/// What `validate` is given.
#[derive(Debug)]
pub(crate) struct Payload {
    /// As sent.
    pub(crate) bytes: Vec<u8>,
    /// Whether the case gave the bytes themselves: `parts` may then say less, such as a key that is duplicated.
    pub(crate) verbatim: bool,
    /// `request` and `settings`, where the payload is an object that holds both.
    pub(crate) parts: Option<Parts>,
}

/// The two halves of a payload.
#[derive(Clone, Debug)]
pub(crate) struct Parts {
    pub(crate) request: Value,
    pub(crate) settings: Value,
}

impl Parts {
    /// The payload that holds them.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        json!({"request": self.request, "settings": self.settings})
            .to_string()
            .into_bytes()
    }

    /// The object under review, if the request holds one.
    pub(crate) fn object(&self) -> Option<&Value> {
        self.request.get("object").filter(|object| !object.is_null())
    }

    /// Whether the object under review is a pod, so that its mounts can be told.
    pub(crate) fn is_pod(&self) -> bool {
        let kind = self.request.pointer("/kind/kind").and_then(Value::as_str);
        let group = self
            .request
            .pointer("/kind/group")
            .and_then(Value::as_str)
            .unwrap_or_default();
        kind == Some("Pod") && group.is_empty() && self.object().is_some_and(Value::is_object)
    }

    /// Whether it asks for the creation of a pod, the only request that may be answered with a changed object.
    pub(crate) fn creates_pod(&self) -> bool {
        let sub_resource = self
            .request
            .get("subResource")
            .and_then(Value::as_str)
            .unwrap_or_default();
        self.is_pod()
            && self.request.get("operation").and_then(Value::as_str) == Some("CREATE")
            && sub_resource.is_empty()
    }

    /// The same request about another object.
    pub(crate) fn with_object(&self, object: Value) -> Self {
        let mut parts = self.clone();
        set(&mut parts.request, "object", object);
        parts
    }

    /// The same request under `verifyOnly: true`.
    pub(crate) fn verify_only(&self) -> Self {
        let mut parts = self.clone();
        set(&mut parts.settings, "verifyOnly", Value::Bool(true));
        parts
    }
}

/// Builds the payload that `case` describes, and names the fixture it read.
pub(crate) fn payload(case: &WrittenCase, fixtures: &Fixtures) -> Result<(Payload, Option<PathBuf>), String> {
    if let Some(text) = &case.payload {
        if case.settings.is_some()
            || case.request.is_some()
            || case.annotation.is_some()
            || case.patch.is_some()
        {
            return Err("`payload` excludes `settings`, `request`, `annotation` and `patch`".into());
        }
        let parts = parts(text);
        return Ok((
            Payload {
                bytes: text.clone().into_bytes(),
                verbatim: true,
                parts,
            },
            None,
        ));
    }
    let settings = case.settings.clone().ok_or("`settings` is missing")?;
    let (mut request, read) = match case.request.as_ref().ok_or("`request` is missing")? {
        Value::String(name) => {
            let fixture = fixtures.read(name)?;
            (fixture.request, Some(fixture.file))
        }
        inline => (inline.clone(), None),
    };
    if let Some(annotation) = &case.annotation {
        annotate(&mut request, annotation)?;
    }
    if let Some(operations) = &case.patch {
        json_patch::patch(&mut request, &operations_of(operations)?).map_err(|e| format!("`patch`: {e}"))?;
    }
    let parts = Parts { request, settings };
    Ok((
        Payload {
            bytes: parts.bytes(),
            verbatim: false,
            parts: Some(parts),
        },
        read,
    ))
}

/// Takes a raw payload apart; `None` for what is not a payload.
fn parts(text: &str) -> Option<Parts> {
    let payload: Value = serde_json::from_str(text).ok()?;
    Some(Parts {
        request: payload.get("request")?.clone(),
        settings: payload.get("settings")?.clone(),
    })
}

/// Puts the annotation on the object of `request`.
fn annotate(request: &mut Value, annotation: &Value) -> Result<(), String> {
    let own = ["metadata".to_owned(), "annotations".to_owned()];
    let place = request.get("object").and_then(place_of_annotation);
    let mut annotations = request.get_mut("object").and_then(Value::as_object_mut);
    for name in place.unwrap_or(own.into()) {
        annotations = annotations.and_then(|parent| child(parent, &name));
    }
    let annotations = annotations.ok_or("`annotation`: the request has no place for it")?;
    match annotation {
        Value::Null => annotations.remove(ANNOTATION),
        Value::String(text) => annotations.insert(ANNOTATION.into(), Value::String(text.clone())),
        Value::Array(_) | Value::Object(_) => {
            annotations.insert(ANNOTATION.into(), Value::String(annotation.to_string()))
        }
        Value::Bool(_) | Value::Number(_) => {
            return Err("`annotation`: a text, a list, an object or null".into());
        }
    };
    Ok(())
}

/// Where the object has the annotation already: fixtures have it where their kind keeps those that reach the launcher pod.
fn place_of_annotation(value: &Value) -> Option<Vec<String>> {
    let members = value.as_object()?;
    if members.contains_key(ANNOTATION) {
        return Some(Vec::new());
    }
    members.iter().find_map(|(name, member)| {
        let mut place = place_of_annotation(member)?;
        place.insert(0, name.clone());
        Some(place)
    })
}

/// Reads the operations; what RFC 6902 would ignore is a mistake in a case.
fn operations_of(operations: &Value) -> Result<Patch, String> {
    let patch: Patch = serde_json::from_value(operations.clone()).map_err(|e| format!("`patch`: {e}"))?;
    let understood = serde_json::to_value(&patch).map_err(|e| format!("`patch`: {e}"))?;
    if understood == *operations {
        Ok(patch)
    } else {
        Err(format!(
            "`patch`: an operation has unknown members, understood was only {understood}"
        ))
    }
}

/// The object below `key`, made if it is missing.
fn child<'a>(object: &'a mut Map<String, Value>, key: &str) -> Option<&'a mut Map<String, Value>> {
    object.entry(key).or_insert_with(|| json!({})).as_object_mut()
}

/// Sets one member of an object; other values have none.
fn set(object: &mut Value, key: &str, value: Value) {
    if let Some(members) = object.as_object_mut() {
        members.insert(key.into(), value);
    }
}

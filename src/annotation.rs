//! The annotation `hooks.kubevirt.io/hookSidecars`: its host path requests, read strictly.
//!
//! KubeVirt reads the same text with Go's `encoding/json` and counts its entries: entry N becomes container
//! `hook-sidecar-N`. So what is not ours is skipped exactly as leniently as Go skips it, or the indexes
//! would drift; and what Go might take for our key, or reads as something else, is refused.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, MapAccess, Visitor},
};
use serde_json::value::RawValue;

use crate::{
    field::{Path, Violation, list, quote},
    host_path_type::HostPathType,
    json::{self, JsonString, Kind},
    path::{ContainerPath, HostPath, PathError},
};

/// The annotation's key.
pub const KEY: &str = "hooks.kubevirt.io/hookSidecars";

/// Whether a mount can be written to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// `readOnly: true`.
    ReadOnly,
    /// `readOnly: false`.
    Writable,
}

/// The host path request of one entry, each member read by itself, so that what is wrong with one does not
/// hide what is wrong with another.
#[derive(Debug)]
pub struct Entry {
    /// The entry's index, which is the N of `hook-sidecar-N`.
    pub index: usize,
    /// `path`.
    pub path: Result<HostPath, Violation>,
    /// `volumePath`.
    pub volume_path: Result<ContainerPath, Violation>,
    /// `type`.
    pub host_path_type: Result<HostPathType, Violation>,
    /// `readOnly`.
    pub access: Result<Access, Violation>,
    /// `sharedComputePath`.
    pub shared_compute_path: Result<Option<ContainerPath>, Violation>,
    /// Keys that are none of these.
    pub unknown: Vec<Violation>,
}

/// Reads the annotation that stands at `at`: for each entry with a host path request, the request or what
/// is wrong with the entry, in document order.
///
/// # Errors
/// Where the text is not a JSON list or `null`: KubeVirt would not start such a VM either.
pub fn read(at: Path<'_>, text: &str) -> Result<Vec<Result<Entry, Violation>>, Violation> {
    if text.trim_matches([' ', '\t', '\r', '\n']).is_empty() {
        let detail = "must be a JSON list, or absent: KubeVirt cannot start a VM with an empty annotation";
        return Err(Violation::required(at, detail));
    }
    // Whole and strict first: what follows skips without looking.
    if let Err(error) = serde_json::from_str::<IgnoredAny>(text) {
        return Err(Violation::invalid(
            at,
            quote(text),
            format!("must be JSON: {error}"),
        ));
    }
    let entries = match serde_json::from_str::<Option<Vec<&RawValue>>>(text) {
        Ok(entries) => entries.unwrap_or_default(),
        Err(_) => return Err(Violation::invalid(at, quote(text), "must be a JSON list")),
    };
    Ok(entries
        .into_iter()
        .enumerate()
        .filter_map(|(index, raw)| entry(at.index(index), index, raw).transpose())
        .collect())
}

/// The request of one entry, if it has one.
fn entry(at: Path<'_>, index: usize, raw: &RawValue) -> Result<Option<Entry>, Violation> {
    match Kind::of_raw(raw) {
        Kind::Null => return Ok(None),
        Kind::Object => {}
        other => return Err(Violation::invalid(at, other.shown(), "must be an object or null")),
    }
    let Ok(keys) = serde_json::from_str::<HostPathKeys<'_>>(raw.get()) else {
        return Err(Violation::invalid(at, Kind::Object.shown(), "cannot be read"));
    };
    if let Some(key) = keys
        .0
        .iter()
        .find_map(|(key, _)| (key != HOST_PATH).then_some(key))
    {
        let detail = "differs from \"hostPath\" in case only: write \"hostPath\"";
        return Err(Violation::invalid(at, quote(key), detail));
    }
    let at = at.name(HOST_PATH);
    let raw = match keys.0.as_slice() {
        [] => return Ok(None),
        [(_, raw)] => raw,
        _ => {
            return Err(Violation::invalid(
                at,
                Kind::Object.shown(),
                "stands more than once in this entry",
            ));
        }
    };
    match Kind::of_raw(raw) {
        Kind::Null => Ok(None),
        Kind::Object => request(at, index, raw).map(Some),
        other => Err(Violation::invalid(at, other.shown(), "must be an object")),
    }
}

const HOST_PATH: &str = "hostPath";

/// The members of an entry whose key is `hostPath`, or would be if case were ignored. Go's decoder ignores it,
/// by Unicode simple folding, under which `ſ` is the only other letter that equals one of these.
struct HostPathKeys<'a>(Vec<(String, &'a RawValue)>);

fn folds_to_host_path(key: &str) -> bool {
    let fold = |c: char| if c == 'ſ' { 's' } else { c.to_ascii_lowercase() };
    key.chars().map(fold).eq(HOST_PATH.chars().map(fold))
}

impl<'de: 'a, 'a> Deserialize<'de> for HostPathKeys<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Keys;
        impl<'de> Visitor<'de> for Keys {
            type Value = HostPathKeys<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut found = Vec::new();
                while let Some(key) = map.next_key::<JsonString<'de>>()? {
                    match key.as_str().filter(|key| folds_to_host_path(key)) {
                        Some(key) => found.push((key.to_owned(), map.next_value()?)),
                        None => {
                            map.next_value::<IgnoredAny>()?;
                        }
                    }
                }
                Ok(HostPathKeys(found))
            }
        }
        deserializer.deserialize_map(Keys)
    }
}

/// Every member of an object, in document order, keys as they are.
struct Members<'a>(Vec<(JsonString<'a>, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct All;
        impl<'de> Visitor<'de> for All {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(All)
    }
}

const REQUEST_KEYS: [&str; 5] = ["path", "volumePath", "type", "readOnly", "sharedComputePath"];

fn request(at: Path<'_>, index: usize, raw: &RawValue) -> Result<Entry, Violation> {
    let Ok(Members(members)) = serde_json::from_str(raw.get()) else {
        return Err(Violation::invalid(at, Kind::Object.shown(), "cannot be read"));
    };
    let unknown = members
        .iter()
        .map(|(key, _)| key.to_text())
        .filter(|key| !REQUEST_KEYS.contains(&key.as_ref()))
        .map(|key| {
            let detail = format!("unknown key, known are {}", list(REQUEST_KEYS));
            Violation::invalid(at, quote(&key), detail)
        })
        .collect();
    // The value of a key; `null` means absent.
    let value = |key: &'static str| -> Result<Option<&RawValue>, Violation> {
        let mut values = members.iter().filter(|(name, _)| name.as_str() == Some(key));
        let value = values.next().map(|(_, value)| *value);
        match values.next() {
            Some((_, second)) => {
                let detail = "stands more than once";
                Err(Violation::invalid(
                    at.name(key),
                    Kind::of_raw(second).shown(),
                    detail,
                ))
            }
            None => Ok(value.filter(|value| Kind::of_raw(value) != Kind::Null)),
        }
    };
    let text = |key| value(key)?.map(|raw| text(at.name(key), raw)).transpose();

    Ok(Entry {
        index,
        path: required(
            at.name("path"),
            text("path"),
            "the path on the node",
            HostPath::parse,
        ),
        volume_path: required(
            at.name("volumePath"),
            text("volumePath"),
            "the path in the sidecar",
            ContainerPath::parse,
        ),
        host_path_type: text("type").and_then(|text| host_path_type(at.name("type"), text.as_deref())),
        access: value("readOnly").and_then(|raw| access(at.name("readOnly"), raw)),
        shared_compute_path: text("sharedComputePath").and_then(|text| {
            text.map(|text| parsed(at.name("sharedComputePath"), &text, ContainerPath::parse))
                .transpose()
        }),
        unknown,
    })
}

fn text(at: Path<'_>, raw: &RawValue) -> Result<String, Violation> {
    match Kind::of_raw(raw) {
        Kind::String => json::string(raw)
            .ok_or_else(|| Violation::invalid(at, quote(raw.get()), "must not contain a lone surrogate")),
        other => Err(Violation::invalid(at, other.shown(), "must be a string")),
    }
}

fn required<T>(
    at: Path<'_>,
    text: Result<Option<String>, Violation>,
    what: &str,
    parse: impl Fn(&str) -> Result<T, PathError>,
) -> Result<T, Violation> {
    match text? {
        Some(text) => parsed(at, &text, parse),
        None => Err(Violation::required(at, what)),
    }
}

fn parsed<T>(at: Path<'_>, text: &str, parse: impl Fn(&str) -> Result<T, PathError>) -> Result<T, Violation> {
    parse(text).map_err(|error| Violation::invalid(at, quote(text), error.to_string()))
}

fn host_path_type(at: Path<'_>, text: Option<&str>) -> Result<HostPathType, Violation> {
    match text.map(HostPathType::parse) {
        None | Some(Some(HostPathType::Unset)) => Ok(HostPathType::Directory),
        Some(Some(named)) => Ok(named),
        Some(None) => {
            let detail = format!("must be one of {}", list(HostPathType::REQUESTABLE));
            Err(Violation::invalid(at, quote(text.unwrap_or_default()), detail))
        }
    }
}

fn access(at: Path<'_>, raw: Option<&RawValue>) -> Result<Access, Violation> {
    match raw.map(RawValue::get) {
        None | Some("true") => Ok(Access::ReadOnly),
        Some("false") => Ok(Access::Writable),
        Some(_) => {
            let shown = raw.map_or(Kind::Null, Kind::of_raw).shown();
            Err(Violation::invalid(at, shown, "must be true or false"))
        }
    }
}

//! The annotation: how many sidecars it makes, and what it asks for each of them.

use crate::{
    go_json::{self, Json},
    judge::View,
    path, settings,
};

/// The annotation's key.
pub const KEY: &str = "hooks.kubevirt.io/hookSidecars";

/// What one entry asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// No host path.
    Nothing,
    /// Something that may not be understood one way or the other.
    Unclear,
    /// Host paths: one, or a list of them. Each is a request, or something that may not be understood one way or the other.
    Requests(Vec<Asked>),
}

/// A request, and its index where it is in a list.
pub type Asked = (Option<usize>, Option<Request>);

impl Entry {
    /// Whether something in it may not be understood.
    #[must_use]
    pub fn is_unclear(&self) -> bool {
        match self {
            Entry::Nothing => false,
            Entry::Unclear => true,
            Entry::Requests(asked) => asked.iter().any(|(_, request)| request.is_none()),
        }
    }

    /// The requests that are well-formed.
    #[must_use]
    pub fn requests(&self) -> Vec<Request> {
        match self {
            Entry::Requests(asked) => asked.iter().filter_map(|(_, request)| request.clone()).collect(),
            _ => Vec::new(),
        }
    }
}

/// A well-formed host path request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Its index, where it is in a list.
    pub element: Option<usize>,
    /// `path`.
    pub path: Vec<String>,
    /// `volumePath`.
    pub volume_path: Vec<String>,
    /// `type`, defaulted.
    pub volume_type: String,
    /// `readOnly: false`.
    pub writable: bool,
    /// `sharedComputePath`.
    pub shared: Option<Vec<String>>,
}

/// Where KubeVirt's own options of one entry put something.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Own {
    /// `pvc.volumePath` and `configMap.hookPath`, in the sidecar.
    pub in_sidecar: Vec<Vec<String>>,
    /// `pvc.sharedComputePath`, in `compute`.
    pub in_compute: Vec<Vec<String>>,
}

/// KubeVirt's own options, for each entry; only what stands as a plain text under its exact name.
#[must_use]
pub fn own(text: &str) -> Vec<Own> {
    let entries = go_json::parse(text)
        .and_then(|json| json.as_list())
        .unwrap_or_default();
    let own = |entry: Json<'_>| Own {
        in_sidecar: [
            paths(entry, "pvc", "volumePath"),
            paths(entry, "configMap", "hookPath"),
        ]
        .concat(),
        in_compute: paths(entry, "pvc", "sharedComputePath"),
    };
    entries.into_iter().map(own).collect()
}

/// The usable paths of the members `member` of the members `key`.
fn paths(entry: Json<'_>, key: &str, member: &str) -> Vec<Vec<String>> {
    let objects = named(entry, key);
    let texts = objects.into_iter().flat_map(|object| named(object, member));
    let texts = texts
        .filter(|text| !text.has_lone_surrogate())
        .filter_map(|text| text.as_string());
    texts.filter_map(|text| path::in_container(&text)).collect()
}

fn named<'a>(json: Json<'a>, key: &str) -> Vec<Json<'a>> {
    let members = json.as_object().unwrap_or_default();
    let named = members
        .into_iter()
        .filter(|(name, _)| name.as_string().as_deref() == Some(key) && !name.has_lone_surrogate());
    named.map(|(_, value)| value).collect()
}

/// The entries, one for each sidecar that KubeVirt makes of the annotation; `None` where it makes none of it at all,
/// or where Kubernetes would not store it.
#[must_use]
pub fn read(text: &str) -> Option<Vec<Entry>> {
    if text.len() > 256 * 1024 {
        return None;
    }
    let json = go_json::parse(text)?;
    if json.is_null() {
        return Some(Vec::new());
    }
    Some(json.as_list()?.into_iter().map(entry).collect())
}

fn entry(json: Json<'_>) -> Entry {
    if json.is_null() {
        return Entry::Nothing;
    }
    let Some(members) = json.as_object() else {
        return Entry::Unclear;
    };
    let name = |key: &Json<'_>| key.as_string().unwrap_or_default();
    let ours: Vec<_> = members
        .iter()
        .filter(|(key, _)| go_json::same_field(&name(key), "hostPath"))
        .collect();
    match ours.as_slice() {
        [] => Entry::Nothing,
        [(key, value)] if name(key) == "hostPath" => self::value(*value),
        _ => Entry::Unclear,
    }
}

/// What is asked for by an object, by a list of objects and `null`s, or by `null`.
pub(crate) fn value(value: Json<'_>) -> Entry {
    if value.is_null() {
        return Entry::Nothing;
    }
    match value.as_list() {
        Some(list) => {
            let elements = list
                .into_iter()
                .enumerate()
                .filter(|(_, element)| !element.is_null());
            let asked: Vec<Asked> = elements
                .map(|(index, element)| {
                    let request = request(element);
                    let at = |request| Request {
                        element: Some(index),
                        ..request
                    };
                    (Some(index), request.map(at))
                })
                .collect();
            if asked.is_empty() {
                Entry::Nothing
            } else {
                Entry::Requests(asked)
            }
        }
        None if value.as_object().is_some() => Entry::Requests(vec![(None, request(value))]),
        None => Entry::Unclear,
    }
}

/// The request, if every key is known, stands once and holds what it must.
fn request(json: Json<'_>) -> Option<Request> {
    let members = json.as_object()?;
    let keys: Vec<String> = members
        .iter()
        .map(|(key, _)| key.as_string().filter(|_| !key.has_lone_surrogate()))
        .collect::<Option<_>>()?;
    let known = ["path", "volumePath", "type", "readOnly", "sharedComputePath"];
    for (index, key) in keys.iter().enumerate() {
        if !known.contains(&key.as_str()) || keys[..index].contains(key) {
            return None;
        }
    }
    let value = |wanted: &str| {
        let mut named = keys.iter().zip(&members).filter(|(key, _)| *key == wanted);
        named
            .next()
            .map(|(_, (_, value))| *value)
            .filter(|value| !value.is_null())
    };
    let text = |wanted: &str| match value(wanted) {
        None => Some(None),
        Some(value) => value
            .as_string()
            .filter(|_| !value.has_lone_surrogate())
            .map(Some),
    };
    let volume_type = text("type")?
        .filter(|t| !t.is_empty())
        .unwrap_or_else(|| "Directory".to_owned());
    let read_only = match value("readOnly") {
        None => true,
        Some(value) => value.as_bool()?,
    };
    let shared = match text("sharedComputePath")? {
        None => None,
        Some(text) => Some(path::in_container(&text)?),
    };
    let request = Request {
        element: None,
        path: path::on_node(&text("path")??)?,
        volume_path: path::in_container(&text("volumePath")??)?,
        volume_type,
        writable: !read_only,
        shared,
    };
    settings::TYPES
        .contains(&request.volume_type.as_str())
        .then_some(request)
}

impl Request {
    /// The name of the volume that is added for it in entry `index`.
    #[must_use]
    pub fn volume_name(&self, index: usize) -> String {
        match self.element {
            None | Some(0) => format!("hook-sidecar-{index}-hostpath"),
            Some(element) => format!("hook-sidecar-{index}-hostpath-{element}"),
        }
    }

    /// How its containers would see the node.
    #[must_use]
    pub fn view(&self) -> View {
        View {
            path: path::text(&self.path),
            volume_type: self.volume_type.clone(),
            writable: self.writable,
        }
    }
}

//! A Kubernetes object in a manifest file.

use std::fmt::{self, Display, Formatter};

use kubevirt_sidecar_hostpath_policy::objects::preview;
use serde_json::Value;

use crate::Error;
use crate::admission::{AdmissionRequest, GroupVersionKind, GroupVersionResource, UserInfo};
use crate::document::documents;
use crate::input;

/// One object and where it was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Manifest {
    /// Where it was found.
    pub place: Place,
    /// `GROUP/VERSION`, or `VERSION` in the core group.
    pub api_version: String,
    /// The kind.
    pub kind: String,
    /// The namespace, if the manifest has one, or the command names one for those without.
    pub namespace: Option<String>,
    /// The name, if the manifest has one.
    pub name: Option<String>,
    /// The whole object.
    pub object: Value,
}

/// Where an object was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file as it was given.
    pub file: String,
    /// The number of the document in it, from 1.
    pub document: usize,
    /// In a list, the number of the object, from 1.
    pub item: Option<usize>,
}

impl Display for Place {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let file = input::name(self.file.as_ref());
        write!(f, "{file}, document {}", self.document)?;
        match self.item {
            Some(item) => write!(f, ", item {item}"),
            None => Ok(()),
        }
    }
}

/// What is in files.
#[derive(Debug, Default)]
pub struct Found {
    /// The objects.
    pub manifests: Vec<Manifest>,
    /// Why there are not more of them.
    pub faults: Vec<Error>,
}

impl Found {
    fn count(&self) -> usize {
        self.manifests.len().saturating_add(self.faults.len())
    }

    /// Notes what cannot be judged.
    fn fault(&mut self, place: &Place, reason: &str) {
        self.faults.push(Error::Manifest {
            place: place.to_string(),
            reason: reason.to_owned(),
        });
    }
}

/// All objects of the file, those of lists included. What cannot be read does not hide the others.
#[must_use]
pub fn read(text: &str, file: &str) -> Found {
    let mut found = Found::default();
    for (document, number) in documents(text, file).into_iter().zip(1..) {
        let place = Place {
            file: file.to_owned(),
            document: number,
            item: None,
        };
        match document {
            Ok(Value::Null) => {}
            Ok(object) => unpack(object, None, place, &mut found),
            Err(fault) => found.fault(&place, &fault.message),
        }
    }
    found
}

/// Adds the object, or those that it lists. `list` is the list around it: its items need not say what they are.
fn unpack(object: Value, list: Option<&ItemType>, place: Place, found: &mut Found) {
    let Value::Object(mut map) = object else {
        return found.fault(&place, "not an object");
    };
    if let Some(list) = list
        && !map.contains_key("apiVersion")
        && !map.contains_key("kind")
    {
        map.insert("apiVersion".to_owned(), Value::from(list.api_version.as_str()));
        map.insert("kind".to_owned(), Value::from(list.kind.as_str()));
    }
    let text = |member: &str| {
        let text = map.get(member).and_then(Value::as_str).unwrap_or_default();
        (!text.is_empty()).then(|| text.to_owned())
    };
    let (Some(api_version), Some(kind)) = (text("apiVersion"), text("kind")) else {
        return found.fault(&place, "no Kubernetes object: it needs apiVersion and kind");
    };
    let Some((group, _)) = group_and_version(&api_version) else {
        return found.fault(&place, "apiVersion must be VERSION or GROUP/VERSION");
    };
    if let Some(list) = listed(&api_version, group, &kind) {
        let items = match map.remove("items") {
            None | Some(Value::Null) => Vec::new(),
            Some(Value::Array(items)) => items,
            Some(_) => return found.fault(&place, "items must be a list"),
        };
        let first = found.count();
        for item in items {
            // A list within a list counts on.
            let before = found.count().saturating_sub(first);
            let place = Place {
                item: Some(place.item.unwrap_or(1).saturating_add(before)),
                ..place.clone()
            };
            unpack(item, list.as_ref(), place, found);
        }
        return;
    }
    let object = Value::Object(map);
    let metadata = |member: &str| Some(object.get("metadata")?.get(member)?.as_str()?.to_owned());
    found.manifests.push(Manifest {
        namespace: metadata("namespace"),
        name: metadata("name"),
        place,
        api_version,
        kind,
        object,
    });
}

/// What the items of a list are where they do not say it.
struct ItemType {
    api_version: String,
    kind: String,
}

/// `Some` for a list: `List` of anything, or the list type of a kind that the policy judges.
fn listed(api_version: &str, group: &str, kind: &str) -> Option<Option<ItemType>> {
    match kind.strip_suffix("List")? {
        "" if api_version == "v1" => Some(None),
        kind if preview::knows(group, kind) => Some(Some(ItemType {
            api_version: api_version.to_owned(),
            kind: kind.to_owned(),
        })),
        _ => None,
    }
}

/// `None` for what is neither `VERSION` nor `GROUP/VERSION`.
fn group_and_version(api_version: &str) -> Option<(&str, &str)> {
    let (group, version) = match api_version.split_once('/') {
        None => ("", api_version),
        Some(("", _)) => return None,
        Some(both) => both,
    };
    (!version.is_empty() && !version.contains('/')).then_some((group, version))
}

impl Manifest {
    /// The API group, empty for the core group.
    #[must_use]
    pub fn group(&self) -> &str {
        group_and_version(&self.api_version).map_or("", |(group, _)| group)
    }

    /// Puts the object into this namespace, if it is of a kind that lies in one and names none.
    pub fn default_namespace(&mut self, namespace: &str) {
        if self.namespace.is_none() && preview::is_namespaced(self.group(), &self.kind) {
            self.namespace = Some(namespace.to_owned());
        }
    }

    /// The request that would create the object. No user is named, as in all local runs. `number` makes up the uid.
    #[must_use]
    pub fn request(&self, number: usize) -> AdmissionRequest {
        let (group, version) = group_and_version(&self.api_version).unwrap_or_default();
        AdmissionRequest {
            uid: format!("check-{number}"),
            kind: GroupVersionKind {
                group: group.to_owned(),
                version: version.to_owned(),
                kind: self.kind.clone(),
            },
            resource: GroupVersionResource {
                group: group.to_owned(),
                version: version.to_owned(),
                // True of every kind that the policy judges.
                resource: format!("{}s", self.kind.to_ascii_lowercase()),
            },
            sub_resource: None,
            request_kind: None,
            request_resource: None,
            request_sub_resource: None,
            name: self.name.clone(),
            namespace: self.namespace.clone(),
            operation: "CREATE".to_owned(),
            user_info: UserInfo::default(),
            object: Some(self.object.clone()),
            old_object: None,
            dry_run: None,
            options: None,
        }
    }
}

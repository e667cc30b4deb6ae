//! The objects in a document: the document itself, the items of a list, what a template makes.

use std::rc::Rc;

use kubevirt_sidecar_hostpath_policy::objects::preview;
use kubevirt_sidecar_hostpath_policy::requests::place::{HOOK_SIDECARS, HOST_PATHS};
use serde_json::Value;

use crate::admission::group_and_version;
use crate::manifests::manifest::{Found, Manifest};
use crate::reading::node::{Content, Fault, Node, Position};
use crate::reading::place::Place;

/// The annotations that ask for host paths.
const ANNOTATIONS: [&str; 2] = [HOOK_SIDECARS, HOST_PATHS];

/// Where `kubectl apply` keeps a copy of the whole object.
const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// What an object is found in.
pub(super) enum Around {
    /// It is the whole document.
    Nothing,
    /// A list of mixed objects.
    List,
    /// A list or a template, whose objects are of this kind where they do not say it.
    Of {
        /// As the object would write it.
        api_version: String,
        /// As the object would write it.
        kind: String,
    },
}

/// Objects that hold others.
enum Holder {
    /// A list of objects below this key.
    Items(&'static str, Around),
    /// One object below these keys.
    One(&'static [&'static str], Around),
}

/// Adds the object, or those that it holds.
pub(super) fn object(mut node: Node, around: &Around, place: Place, found: &mut Found) {
    let fault = |at: Position, message: &str| Fault {
        at,
        message: message.to_owned(),
    };
    let at = node.at;
    if node.entries().is_none() {
        return found.fault(&place, fault(at, "not an object"));
    }
    if let Some(twice) = node.duplicate(|key| matches!(key, "apiVersion" | "kind" | "items" | "metadata")) {
        return found.fault(&place, twice);
    }
    let text = |key: &str| {
        node.get(key)
            .and_then(Node::as_str)
            .filter(|text| !text.is_empty())
    };
    let (api_version, kind) = match (text("apiVersion"), text("kind"), around) {
        (Some(api_version), Some(kind), _) => (api_version.to_owned(), kind.to_owned()),
        (None, None, Around::Of { api_version, kind }) if is_untyped(&node) => {
            node.set("apiVersion", api_version);
            node.set("kind", kind);
            (api_version.clone(), kind.clone())
        }
        (None, None, Around::Nothing) if is_kustomization(&place) => return,
        _ => {
            let why = "not a Kubernetes object: apiVersion or kind is missing";
            return found.fault(&place, fault(at, why));
        }
    };
    let Some((group, _)) = group_and_version(&api_version) else {
        return found.fault(&place, fault(at, "apiVersion must be VERSION or GROUP/VERSION"));
    };
    if kind == "AdmissionReview" || kind == "AdmissionRequest" {
        let why = format!("a {kind} is judged by: sidecar-hostpath run policy.wasm -r FILE");
        return found.fault(&place, fault(at, &why));
    }
    match holder(&api_version, group, &kind) {
        Some(Holder::Items(key, around)) => return items(node.take(key), &around, place, found),
        Some(Holder::One(keys, around)) => {
            let held = keys.iter().try_fold(node, |mut node, key| node.take(key));
            if let Some(held) = held.filter(|held| !held.is_null()) {
                let place = Place {
                    item: Some(place.item.unwrap_or(1)),
                    line: held.at.line,
                    column: held.at.column,
                    ..place
                };
                object(held, &around, place, found);
            }
            return;
        }
        None => {}
    }
    add(node, api_version, kind, place, found);
}

/// Neither `apiVersion` nor `kind` is there, in any form.
fn is_untyped(node: &Node) -> bool {
    node.get("apiVersion").is_none() && node.get("kind").is_none()
}

/// kubectl and kustomize read a file of such a name without `apiVersion` and `kind`.
fn is_kustomization(place: &Place) -> bool {
    let name = std::path::Path::new(&place.file).file_name();
    name.is_some_and(|name| {
        name == "kustomization.yaml" || name == "kustomization.yml" || name == "Kustomization"
    })
}

fn items(list: Option<Node>, around: &Around, place: Place, found: &mut Found) {
    let list = match list {
        None => return,
        Some(list) if list.is_null() => return,
        Some(list) => list,
    };
    let at = list.at;
    let Content::List(items) = list.content else {
        let message = "the objects of a list must be a list".to_owned();
        return found.fault(&place, Fault { at, message });
    };
    let first = found.count();
    for item in Rc::unwrap_or_clone(items) {
        // A list within a list counts on.
        let before = found.count().saturating_sub(first);
        let place = Place {
            item: Some(place.item.unwrap_or(1).saturating_add(before)),
            line: item.at.line,
            column: item.at.column,
            ..place.clone()
        };
        object(item, around, place, found);
    }
}

/// What objects of this kind hold, where they hold others: `List`, the list type of a kind that the policy judges, and
/// templates of VirtualMachines.
fn holder(api_version: &str, group: &str, kind: &str) -> Option<Holder> {
    let virtual_machine = || Around::Of {
        api_version: "kubevirt.io/v1".to_owned(),
        kind: "VirtualMachine".to_owned(),
    };
    match (group, kind) {
        ("template.openshift.io", "Template") => return Some(Holder::Items("objects", Around::List)),
        ("", "Template") if api_version == "v1" => return Some(Holder::Items("objects", Around::List)),
        ("template.kubevirt.io", "VirtualMachineTemplate") => {
            return Some(Holder::One(&["spec", "virtualMachine"], virtual_machine()));
        }
        ("harvesterhci.io", "VirtualMachineTemplateVersion") => {
            return Some(Holder::One(&["spec", "vm"], virtual_machine()));
        }
        _ => {}
    }
    match kind.strip_suffix("List")? {
        "" if api_version == "v1" => Some(Holder::Items("items", Around::List)),
        kind if preview::knows(group, kind) => Some(Holder::Items(
            "items",
            Around::Of {
                api_version: api_version.to_owned(),
                kind: kind.to_owned(),
            },
        )),
        _ => None,
    }
}

/// Adds an object that holds no others.
fn add(node: Node, api_version: String, kind: String, place: Place, found: &mut Found) {
    let group = group_and_version(&api_version).map_or("", |(group, _)| group);
    let is_judged = preview::knows(group, &kind);
    let metadata = |key: &str| {
        let text = node.below(&["metadata", key]).and_then(Node::as_str)?;
        Some(text.to_owned())
    };
    let namespace = metadata("namespace").filter(|namespace| !namespace.is_empty());
    let name = metadata("name").filter(|name| !name.is_empty());
    let generate_name = metadata("generateName");
    let mut places = Vec::new();
    annotations(&node, &mut places);
    let warnings = match is_judged {
        true => Vec::new(),
        false => unjudged(&node, &places),
    };
    let annotation = places.first().map(|(at, _)| *at);
    let object = match is_judged {
        false => None,
        true => match node.into_json() {
            Ok(object) => Some(object),
            Err(fault) => return found.fault(&place, fault),
        },
    };
    found.manifests.push(Manifest {
        place,
        annotation,
        api_version,
        kind,
        namespace,
        name,
        generate_name,
        object,
        warnings,
    });
}

/// What the author of an object that is not judged should know.
fn unjudged(node: &Node, annotations: &[(Position, &'static str)]) -> Vec<String> {
    let mut warnings: Vec<String> = annotations
        .iter()
        .map(|(at, key)| {
            format!(
                "line {} holds {key}, but objects of this kind are not judged: check the object that is made of it",
                at.line
            )
        })
        .collect();
    if let Err(fault) = node.clone().into_json() {
        warnings.push(format!("line {}: {}", fault.at.line, fault.message));
    }
    warnings
}

/// Where the annotations are: as keys, or within a text, such as a manifest in a ConfigMap.
fn annotations(node: &Node, places: &mut Vec<(Position, &'static str)>) {
    match &node.content {
        Content::List(items) => items.iter().for_each(|item| annotations(item, places)),
        Content::Mapping(entries) => {
            for entry in entries.iter().filter(|entry| entry.key != LAST_APPLIED) {
                let known = ANNOTATIONS.into_iter().find(|known| *known == entry.key);
                places.extend(known.map(|key| (entry.at, key)));
                annotations(&entry.value, places);
            }
        }
        Content::Scalar(Value::String(text)) => {
            let known = ANNOTATIONS.into_iter().filter(|known| text.contains(known));
            places.extend(known.map(|key| (node.at, key)));
        }
        Content::Scalar(_) => {}
    }
}

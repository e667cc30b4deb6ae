//! The objects in a document: the document itself, the items of a list, what a template makes.

use std::rc::Rc;

use crate::preview;

use crate::admission::group_and_version;
use crate::manifests::annotation_text::AnnotationText;
use crate::manifests::hidden;
use crate::manifests::holder::{Around, Holder, holder};
use crate::manifests::manifest::{Found, Manifest};
use crate::manifests::{metadata, parameters};
use crate::reading::node::{Content, Fault, Node, Position};
use crate::reading::place::Place;

/// What an object must have once.
const ONCE: [&str; 4] = ["apiVersion", "kind", "items", "metadata"];

const NO_OBJECT: &str = "not a Kubernetes object: apiVersion or kind is missing";

/// Adds the object, or those that it holds.
pub(super) fn object(mut node: Node, around: &Around, place: Place, found: &mut Found) {
    let fault = |at: Position, message: &str| Fault {
        at,
        message: message.to_owned(),
    };
    let at = node.at;
    if let Some(fault) = unclear(&node) {
        return found.fault(&place, fault);
    }
    match around {
        Around::Document if is_of_another_program(&node, &place) => return untyped(&node, place, found),
        Around::Mixed | Around::Typed { .. } if node.entries().is_none() => {
            return found.fault(&place, fault(at, "not an object"));
        }
        _ => {}
    }
    if let Some(twice) = node.duplicate(|key| ONCE.contains(&key)) {
        return found.fault(&place, twice);
    }
    let (Some(api_version), Some(kind)) = typed(&mut node, around) else {
        let why = match is_request(&node) {
            true => "an AdmissionRequest is judged by: sidecar-hostpath run policy.wasm -r FILE",
            false => NO_OBJECT,
        };
        return found.fault(&place, fault(at, why));
    };
    let Some((group, _)) = group_and_version(&api_version) else {
        return found.fault(&place, fault(at, "apiVersion must be VERSION or GROUP/VERSION"));
    };
    if kind == "AdmissionReview" || kind == "AdmissionRequest" {
        let why = format!("an {kind} is judged by: sidecar-hostpath run policy.wasm -r FILE");
        return found.fault(&place, fault(at, &why));
    }
    match holder(&node, &api_version, group, &kind, around) {
        Err(why) => found.fault(&place, fault(at, &why)),
        Ok(None) => add(node, api_version, kind, place, found),
        Ok(Some(holder)) => held(node, holder, api_version, kind, place, found),
    }
}

/// A key of the document that may or may not be one.
fn unclear(node: &Node) -> Option<Fault> {
    let entry = node.entries()?.iter().find(|entry| entry.fault.is_some())?;
    Some(Fault {
        at: entry.at,
        message: entry.fault.as_deref()?.to_owned(),
    })
}

/// The version and the kind. As kubectl has it, those around it are put in if it has neither of them as a text.
fn typed(node: &mut Node, around: &Around) -> (Option<String>, Option<String>) {
    let text = |key: &str| {
        let text = node.get(key).and_then(Node::as_str)?;
        (!text.is_empty()).then(|| text.to_owned())
    };
    match (text("apiVersion"), text("kind"), around) {
        (None, None, Around::Typed { api_version, kind }) => {
            node.set("apiVersion", api_version);
            node.set("kind", kind);
            (Some(api_version.clone()), Some(kind.clone()))
        }
        (api_version, kind, _) => (api_version, kind),
    }
}

/// A document that is no Kubernetes object, and does not look as if it should be one.
fn is_of_another_program(node: &Node, place: &Place) -> bool {
    let has = |key: &str| node.get(key).is_some();
    let is_chart = || {
        let name = std::path::Path::new(&place.file).file_name();
        name.is_some_and(|name| name == "Chart.yaml") && has("name") && has("version")
    };
    match (has("apiVersion"), has("kind")) {
        (false, false) => !is_request(node.get("request").unwrap_or(node)),
        (true, false) => is_chart(),
        _ => false,
    }
}

/// An AdmissionRequest without what is around it.
fn is_request(node: &Node) -> bool {
    ["uid", "operation", "userInfo"]
        .iter()
        .all(|key| node.get(key).is_some())
}

/// The label by which launcher pods are known.
const LAUNCHER_LABEL: &str = "kubevirt.io";

fn held(mut node: Node, holder: Holder, api_version: String, kind: String, place: Place, found: &mut Found) {
    if let Some(fault) = metadata::fault(&node, false) {
        return found.fault(&place, fault);
    }
    let mut warnings = Vec::new();
    let number = found.manifests.len();
    match holder {
        Holder::Items(key, around) => {
            match node.take(key) {
                Some(list) => items(list, key, &around, place.clone(), found),
                None => warnings.push(format!("the {kind} holds no {key}: nothing of it is judged")),
            }
            let label = node.below(&["labels", LAUNCHER_LABEL]);
            if let Some(label) = label.filter(|_| kind == "Template") {
                warnings.push(format!(
                    "line {}: each object gets the label {LAUNCHER_LABEL}, which makes pods launcher pods, and is judged \
                     without it: process the template first",
                    label.at.line
                ));
            }
            if key == "items" && !kind.ends_with("List") {
                warnings.push(
                    "the key items makes this a list: kubectl sends the items, and not the object itself"
                        .to_owned(),
                );
            }
        }
        Holder::One(keys, around) => match take_below(&mut node, keys).filter(|held| !held.is_null()) {
            Some(held) => {
                let place = Place {
                    item: Some(place.item.unwrap_or(1)),
                    line: held.at.line,
                    column: held.at.column,
                    ..place.clone()
                };
                object(held, &around, place, found);
            }
            None => warnings.push(format!(
                "the {kind} holds no {}: nothing of it is judged",
                keys.join(".")
            )),
        },
    }
    let places = hidden::annotations(&node);
    warnings.extend(unjudged(&places));
    if !warnings.is_empty() {
        let outer = Manifest {
            annotation: places.first().map(|(at, _)| *at),
            warnings,
            ..Manifest::named(&node, api_version, kind, place)
        };
        // Above what it holds.
        found.manifests.insert(number, outer);
    }
}

/// Takes out what is below these keys, one in another.
fn take_below(node: &mut Node, keys: &[&str]) -> Option<Node> {
    match keys.split_first()? {
        (key, []) => node.take(key),
        (key, below) => take_below(node.get_mut(key)?, below),
    }
}

fn items(list: Node, key: &str, around: &Around, place: Place, found: &mut Found) {
    if list.is_null() {
        return;
    }
    let at = list.at;
    let Content::List(items) = list.content else {
        let message = format!("{key} must be a list of objects");
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

/// Adds an object that holds no others.
fn add(node: Node, api_version: String, kind: String, place: Place, found: &mut Found) {
    let group = group_and_version(&api_version).map_or("", |(group, _)| group);
    let is_judged = preview::knows(group, &kind);
    if let Some(fault) = metadata::fault(&node, is_judged) {
        return found.fault(&place, fault);
    }
    let places = hidden::annotations(&node);
    let manifest = Manifest {
        annotation: places.first().map(|(at, _)| *at),
        texts: match is_judged {
            true => AnnotationText::all(&node),
            false => Vec::new(),
        },
        warnings: match is_judged {
            true => [parameters::warnings(&node, &kind), misplaced(&node, group, &kind)].concat(),
            false => [unjudged(&places), parameters::of_unjudged(&node)].concat(),
        },
        ..Manifest::named(&node, api_version, kind, place)
    };
    let manifest = match (is_judged, node.into_json()) {
        (true, Err(fault)) => return found.fault(&manifest.place, fault),
        (true, Ok(object)) => Manifest {
            object: Some(object),
            ..manifest
        },
        (false, Ok(_)) => manifest,
        (false, Err(fault)) => {
            let unclear = format!("line {}: {}", fault.at.line, fault.message);
            let mut manifest = manifest;
            manifest.warnings.push(unclear);
            manifest
        }
    };
    found.manifests.push(manifest);
}

/// Adds a document that is no Kubernetes object.
fn untyped(node: &Node, place: Place, found: &mut Found) {
    let places = hidden::annotations(node);
    found.manifests.push(Manifest {
        annotation: places.first().map(|(at, _)| *at),
        warnings: unjudged(&places),
        ..Manifest::untyped(place)
    });
}

/// What the author of something that is judged should know of annotations that nobody reads.
fn misplaced(object: &Node, group: &str, kind: &str) -> Vec<String> {
    let read = preview::annotations(group, kind);
    let warning = |(at, key): (Position, &str)| {
        format!(
            "line {} holds {key}, where nobody reads it: put it into {read}",
            at.line
        )
    };
    hidden::misplaced(object, read).into_iter().map(warning).collect()
}

/// What the author of something that is not judged should know.
fn unjudged(annotations: &[(Position, &'static str)]) -> Vec<String> {
    let warning = |(at, key): &(Position, &str)| {
        format!(
            "line {} holds {key}, but objects of this kind are not judged: check the object that is made of it",
            at.line
        )
    };
    let mut warnings: Vec<String> = annotations.iter().map(warning).collect();
    warnings.dedup();
    warnings
}

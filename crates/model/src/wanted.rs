//! What the annotations of an object ask for, as one list: which container is to see what, and where.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::{
    aliases,
    annotation::{self, Request},
    go_json, judge,
    namespaces::{Asker, is_label},
    path::at_or_below,
    places::{self, is_hook_sidecar},
    rule::{COMPUTE, Seer},
    settings::Settings,
};

/// The key of the policy's own annotation.
pub const KEY: &str = "kubevirt-sidecar-hostpath-policy.dev/hostPaths";

/// How many requests the annotations of one object may hold.
pub const MOST: usize = 256;

/// A request, with the container that it is for.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// The container's name.
    pub container: String,
    /// The name of the volume that is added for it.
    pub volume: String,
    /// The request.
    pub request: Request,
}

/// What the policy's own annotation asks for, by container; `None` for what may not be understood. `None` altogether where it
/// is not an object.
#[must_use]
pub fn own(text: &str) -> Option<Vec<(String, Option<Request>)>> {
    let json = go_json::parse(text)?;
    if json.is_null() {
        return Some(Vec::new());
    }
    let mut names: Vec<String> = Vec::new();
    let mut own = Vec::new();
    for (key, value) in json.as_object()? {
        let name = key.as_string().filter(|_| !key.has_lone_surrogate())?;
        if !is_label(&name) || is_hook_sidecar(&name) || names.contains(&name) {
            return None;
        }
        match annotation::value(value) {
            annotation::Entry::Nothing => {}
            annotation::Entry::Unclear => own.push((name.clone(), None)),
            annotation::Entry::Requests(asked) => {
                own.extend(asked.into_iter().map(|(_, request)| (name.clone(), request)));
            }
        }
        names.push(name);
    }
    Some(own)
}

/// What these annotations ask for, if there are not too many requests, each is permitted, those for one container fit together, none
/// is in the way of what KubeVirt mounts for the same annotation, and there are nodes that all of them allow, among those
/// that `node_selector` leaves.
#[must_use]
pub fn permitted(settings: &Settings, annotations: &Value, node_selector: &Value) -> Option<Vec<Wanted>> {
    let empty = serde_json::Map::new();
    let annotations = annotations.as_object().unwrap_or(&empty);
    let is_foreign = |key: &String| {
        let domain = key.split('/').next().unwrap_or_default();
        key != KEY && domain.eq_ignore_ascii_case("kubevirt-sidecar-hostpath-policy.dev")
    };
    if annotations.keys().any(is_foreign) {
        return None;
    }
    let mut wanted = Vec::new();
    let mut beside = Vec::new();
    if let Some(text) = annotations.get(annotation::KEY) {
        let text = text.as_str()?;
        for (index, entry) in annotation::read(text)?.into_iter().enumerate() {
            if entry.is_unclear() {
                return None;
            }
            wanted.extend(entry.requests().into_iter().map(|request| Wanted {
                container: format!("hook-sidecar-{index}"),
                volume: request.volume_name(index),
                request,
            }));
        }
        beside = annotation::own(text);
    }
    if let Some(text) = annotations.get(KEY) {
        for (number, (container, request)) in own(text.as_str()?)?.into_iter().enumerate() {
            wanted.push(Wanted {
                container,
                volume: format!("sidecar-hostpath-{number}"),
                request: request?,
            });
        }
    }
    if wanted.len() > MOST {
        return None;
    }
    let distinct = distinct(&wanted);
    if !distinct.iter().all(|one| one.is_permitted(settings)) {
        return None;
    }
    let has_nodes = settings.asker == Asker::Anywhere
        || node_labels(settings, &wanted).is_some_and(|labels| missing(&labels, node_selector).is_some());
    let all_fit = distinct
        .iter()
        .all(|one| distinct.iter().all(|other| one.fits(other)));
    let beside_own = distinct.iter().all(|wanted| {
        let of_entry = beside
            .iter()
            .enumerate()
            .filter(|(index, _)| wanted.container == format!("hook-sidecar-{index}"));
        let hides = |path: &Vec<String>| aliases::is_in(path, &wanted.request.volume_path);
        let is_hidden = of_entry.flat_map(|(_, own)| &own.in_sidecar).any(hides);
        let in_compute = wanted.places().into_iter().filter(|(name, _)| name == COMPUTE);
        let meets = in_compute.into_iter().any(|(_, place)| {
            let mut claims = beside.iter().flat_map(|own| &own.in_compute);
            claims.any(|claim| aliases::touch(claim, &place))
        });
        !is_hidden && !meets
    });
    (all_fit && beside_own && has_nodes).then_some(wanted)
}

/// The labels of nodes that permitted requests bring; `None` where two of them want a label otherwise.
#[must_use]
pub fn node_labels(settings: &Settings, wanted: &[Wanted]) -> Option<BTreeMap<String, String>> {
    let mut labels = BTreeMap::new();
    for one in distinct(wanted) {
        let rule = judge::deciding(settings, Seer::Asking(&one.container), &one.request.path)?;
        for (key, value) in &rule.nodes {
            if labels
                .insert(key.clone(), value.clone())
                .is_some_and(|other| other != *value)
            {
                return None;
            }
        }
    }
    Some(labels)
}

/// The first of each that ask for the same, for the same container.
#[must_use]
pub fn distinct(wanted: &[Wanted]) -> Vec<&Wanted> {
    let mut distinct: Vec<&Wanted> = Vec::new();
    for one in wanted {
        if !distinct.iter().any(|other| one.is_like(other)) {
            distinct.push(one);
        }
    }
    distinct
}

/// Which of these labels a node selector lacks; `None` where it has one otherwise.
#[must_use]
pub fn missing<'l>(
    labels: &'l BTreeMap<String, String>,
    node_selector: &Value,
) -> Option<Vec<(&'l String, &'l String)>> {
    let mut missing = Vec::new();
    for (key, value) in labels {
        match node_selector.get(key) {
            None => missing.push((key, value)),
            Some(there) if there == value => {}
            Some(_) => return None,
        }
    }
    Some(missing)
}

impl Wanted {
    /// Whether both ask for the same, for the same container.
    fn is_like(&self, other: &Self) -> bool {
        let request = Request {
            element: self.request.element,
            ..other.request.clone()
        };
        self.container == other.container && self.request == request
    }

    /// Every place where it is to be mounted, with the container.
    #[must_use]
    pub fn places(&self) -> Vec<(String, Vec<String>)> {
        let mut places = vec![(self.container.clone(), self.request.volume_path.clone())];
        let shared = self.request.shared.clone();
        places.extend(shared.map(|shared| (COMPUTE.to_owned(), shared)));
        places
    }

    /// Whether the settings permit it, and nothing reserved is hidden by it.
    fn is_permitted(&self, settings: &Settings) -> bool {
        let Request {
            volume_path, shared, ..
        } = &self.request;
        let place = if self.container == COMPUTE {
            shared.is_none() && places::free_in_compute(volume_path)
        } else if is_hook_sidecar(&self.container) {
            places::is_free(volume_path)
        } else {
            let directory = settings.request_containers.get(&self.container);
            directory.is_some_and(|directory| at_or_below(volume_path, directory))
                && places::is_free(volume_path)
        };
        let permits =
            |container| judge::permitted(settings, Seer::Asking(container), &self.request.view()).is_some();
        place
            && permits(&self.container)
            && shared
                .as_ref()
                .is_none_or(|shared| permits(COMPUTE) && places::free_in_compute(shared))
    }

    /// Whether both may be mounted in one pod: their places in each container are apart, or the mount is the same.
    fn fits(&self, other: &Self) -> bool {
        self.places().iter().all(|(container, at)| {
            let mut there = other.places().into_iter().filter(|(name, _)| name == container);
            there.all(|(_, there)| {
                if *at == there {
                    self.request.view() == other.request.view()
                } else {
                    !aliases::touch(at, &there)
                }
            })
        })
    }
}

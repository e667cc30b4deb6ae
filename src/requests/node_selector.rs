//! The labels of the nodes that have the requested paths: a pod on another node would wait for its host paths for ever.

use std::borrow::Cow;

use crate::{
    base::{
        by_name::{ByName, item},
        field::{FieldPath, Violation, quote},
        json::{Json, Members},
    },
    requests::permitted::PermittedRequest,
    settings::SettingsFor,
};

/// The labels in an object's node selector.
struct Selector<'a> {
    values: Vec<Json<'a>>,
    by_key: ByName<'a>,
}

impl<'a> Selector<'a> {
    /// Reads the selector that is at `at`; absent is empty.
    fn read(at: FieldPath<'_>, json: Option<Json<'a>>) -> Result<Self, Violation> {
        let mut selector = Selector {
            values: Vec::new(),
            by_key: ByName::default(),
        };
        if let Some(json) = json {
            for (key, value) in Members::read(at, json)?.iter() {
                selector.by_key.add(key.to_text(), selector.values.len());
                selector.values.push(value);
            }
        }
        Ok(selector)
    }

    /// The value of a label of the selector, which is at `at`.
    fn value(&self, at: FieldPath<'_>, key: &str) -> Result<Option<Cow<'a, str>>, Violation> {
        let at = at.key(key);
        match self.by_key.get(key) {
            [] => Ok(None),
            [only] => item(&self.values, *only).text(at).map(Some),
            [_, second, ..] => {
                let shown = item(&self.values, *second).shown();
                Err(Violation::invalid(at, shown, "is a duplicate key"))
            }
        }
    }
}

/// What the requests need of the nodes.
#[derive(Debug, Default)]
pub(crate) struct NodeLabels<'s> {
    /// The labels that the object lacks.
    pub(crate) missing: Vec<(&'s str, &'s str)>,
    /// Labels that two requests, or a request and the object, want with different values.
    pub(crate) violations: Vec<Violation>,
}

/// A label that some request needs.
struct Needed<'s> {
    value: &'s str,
    /// Who else has it with which value.
    other: Option<String>,
    /// The number of the request.
    request: usize,
}

/// The labels that `requests`, in the annotations at `annotations`, need of the nodes by the rules that decided for their own
/// containers, beside those of the object's selector at `selector_at`. Where no label is needed, that is not looked at.
pub(crate) fn labels<'s, 'o>(
    settings: &SettingsFor<'s>,
    annotations: FieldPath<'_>,
    requests: &[PermittedRequest],
    selector_at: &str,
    selector: impl FnOnce() -> Result<Option<Json<'o>>, Violation>,
) -> NodeLabels<'s> {
    let mut labels = NodeLabels::default();
    let needs_none = |request: &PermittedRequest| settings.rule(request.rule).rule.node_selector.is_empty();
    if requests.iter().all(needs_none) {
        return labels;
    }
    let at = FieldPath::root(selector_at);
    let selector = match selector().and_then(|json| Selector::read(at, json)) {
        Ok(selector) => selector,
        Err(fault) => {
            labels.violations.push(fault);
            return labels;
        }
    };
    let mut by_key = ByName::default();
    let mut needed: Vec<Needed<'s>> = Vec::new();
    for (number, request) in requests.iter().enumerate() {
        let rule = settings.rule(request.rule).rule;
        for (key, value) in &rule.node_selector {
            let known = by_key.get(key).first().copied();
            let known = known.unwrap_or_else(|| {
                by_key.add(key.as_str().into(), needed.len());
                let other = match selector.value(at, key) {
                    Ok(None) => {
                        labels.missing.push((key, value));
                        None
                    }
                    Ok(Some(there)) if there == value.as_str() => None,
                    Ok(Some(there)) => Some(format!("{selector_at} has {}", quote(&there))),
                    Err(fault) => {
                        labels.violations.push(fault);
                        None
                    }
                };
                needed.push(Needed {
                    value,
                    other,
                    request: number,
                });
                needed.len().saturating_sub(1)
            });
            let known = item(&needed, known);
            let other = if known.value == value.as_str() {
                known.other.clone()
            } else {
                let earlier = &item(requests, known.request).place;
                Some(format!("{earlier} needs {}", quote(known.value)))
            };
            labels.violations.extend(other.map(|other| {
                let detail = format!("needs nodes with the label {key}: {}, but {other}", quote(value));
                let violation = request.place.at(annotations, |at| {
                    Violation::invalid(at.name("path"), quote(request.path.as_str()), detail)
                });
                violation.with(|fault| fault.rule = Some(rule.number))
            }));
        }
    }
    labels
}

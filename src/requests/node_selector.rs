//! The labels of the nodes that have the requested paths: a pod on another node would wait for its host paths for ever.

use std::borrow::Cow;

use crate::{
    base::{
        by_name::{ByName, item},
        field::{Path, Violation, quote},
    },
    requests::permitted::HostPathRequest,
    settings::SettingsFor,
};

/// The node selector of an object, as far as it is looked at.
pub(crate) trait NodeSelector {
    /// Where it is.
    fn at(&self) -> &str;

    /// The value of a label.
    ///
    /// # Errors
    /// Where it is no text, or duplicated.
    fn value(&self, key: &str) -> Result<Option<Cow<'_, str>>, Violation>;
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
/// containers, beside those of `selector`.
pub(crate) fn labels<'s>(
    settings: &SettingsFor<'s>,
    annotations: Path<'_>,
    requests: &[HostPathRequest],
    selector: &dyn NodeSelector,
) -> NodeLabels<'s> {
    let mut labels = NodeLabels::default();
    let mut by_key = ByName::default();
    let mut needed: Vec<Needed<'s>> = Vec::new();
    for (number, request) in requests.iter().enumerate() {
        let rule = settings.rule(request.rule).rule;
        for (key, value) in &rule.node_selector {
            let known = by_key.get(key).first().copied();
            let known = known.unwrap_or_else(|| {
                by_key.add(key.as_str().into(), needed.len());
                let other = match selector.value(key) {
                    Ok(None) => {
                        labels.missing.push((key, value));
                        None
                    }
                    Ok(Some(there)) if there == value.as_str() => None,
                    Ok(Some(there)) => Some(format!("{} has {}", selector.at(), quote(&there))),
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
                Violation {
                    rule: Some(rule.number),
                    ..violation
                }
            }));
        }
    }
    labels
}

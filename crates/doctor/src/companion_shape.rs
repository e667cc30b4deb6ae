//! How the companion and its bindings are held against those of `deploy/`, and put right.

use serde_json::Value;

use crate::check::{Finding, Status};
use crate::shape::{Difference, Shape};

/// The end of its name in `deploy/`.
pub(crate) const NAME: &str = "sidecar-hostpath-launcher-label";

/// How it is put right. `deploy/` lets it warn first.
pub(crate) const APPLY: &str =
    "kubectl apply -k deploy/companion/, and then let it deny again: deploy/README.md, The companion";

/// The step after that.
pub(crate) const DENY: &str =
    "let it deny when nobody is warned who should not be: deploy/README.md, The companion";

/// All differences, and what nobody knows of.
pub(crate) fn of_shape(
    shape: &Shape,
    expected: &Value,
    found: &Value,
    prefix: &str,
    consequence: fn(&Difference) -> (Status, String),
) -> Vec<Finding> {
    let mut findings: Vec<Finding> = shape
        .differences(expected, found)
        .into_iter()
        .map(|difference| {
            let (status, why) = consequence(&difference);
            let fix = match difference.field {
                "validationActions" => DENY,
                _ => APPLY,
            };
            Finding::of(status, why).fix(fix).field(
                format!("{prefix}.{}{}", difference.field, difference.at),
                difference.expected,
                difference.found,
            )
        })
        .collect();
    findings.extend(shape.strangers(found).into_iter().map(|stranger| {
        Finding::unknown("doctor does not know what this field does")
            .fix("remove it, or use a newer sidecar-hostpath")
            .field(
                format!("{prefix}.{}", stranger.field),
                Value::Null,
                stranger.found,
            )
    }));
    findings
}

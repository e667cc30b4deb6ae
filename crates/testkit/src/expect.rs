//! The expectation of a case: whether it makes sense, and whether a response meets it.

use std::collections::BTreeMap;
use std::fmt::Debug;

use serde_json::Value;

use crate::format::{Expect, Verdict};
use crate::mounts::host_mounts;
use crate::request::Payload;
use crate::response::Response;

impl Expect {
    /// Whether the case expects the request to be accepted.
    pub(crate) fn accepts(&self) -> bool {
        self.verdict != Verdict::Deny
    }

    /// A contradiction within the expectation: what goes with which verdict.
    pub(crate) fn contradiction(&self, payload: &Payload) -> Option<&'static str> {
        let on_pod = payload.parts.as_ref().is_some_and(|parts| parts.is_pod());
        let denied = !self.accepts();
        let told = self.code.is_some() && self.message.is_some();
        let silent = self.code.is_none() && self.message.is_none();
        if denied && !told {
            Some("`deny` needs `code` and `message`")
        } else if !denied && !silent {
            Some("`code` and `message` go with `deny` only")
        } else if denied && (self.mounts.is_some() || self.audit.is_some() || !self.warnings.is_empty()) {
            Some("`mounts`, `audit` and `warnings` do not go with `deny`")
        } else if self.verdict != Verdict::Mutate && !self.node_labels.is_empty() {
            Some("`nodeLabels` goes with `mutate` only")
        } else if !denied && on_pod != self.mounts.is_some() {
            Some("`mounts` is required for an accepted pod, and goes with nothing else")
        } else {
            None
        }
    }

    /// Where the response differs from the expectation.
    pub(crate) fn faults(&self, payload: &Payload, response: &Response) -> Vec<String> {
        let verdict = response.verdict();
        if verdict != self.verdict {
            let told = response
                .message
                .as_deref()
                .map(|message| format!(" ({message})"))
                .unwrap_or_default();
            return vec![format!(
                "verdict: expected {:?}, got {verdict:?}{told}",
                self.verdict
            )];
        }
        let mut faults = Vec::new();
        faults.extend(differs("code", &self.code, &response.code));
        if self.message != response.message {
            let none = "none".to_owned();
            faults.push(format!(
                "message:\n    expected {}\n    got      {}",
                self.message.as_ref().unwrap_or(&none),
                response.message.as_ref().unwrap_or(&none)
            ));
        }
        faults.extend(differs(
            "warnings",
            &self.warnings.as_slice(),
            &response.warnings(),
        ));
        if let Some(mounts) = &self.mounts {
            let object = payload.parts.as_ref().and_then(|parts| parts.object());
            let result = response
                .mutated_object
                .as_ref()
                .or(object)
                .unwrap_or(&Value::Null);
            faults.extend(differs("mounts", mounts, &host_mounts(result)));
        }
        let added = match (&response.mutated_object, payload.parts.as_ref()) {
            (Some(mutated), Some(parts)) => added_labels(parts.object().unwrap_or(&Value::Null), mutated),
            _ => BTreeMap::new(),
        };
        faults.extend(differs("nodeLabels", &self.node_labels, &added));
        match response.audit() {
            Ok(audit) => faults.extend(differs("audit", &self.audit, &audit)),
            Err(error) => faults.push(error),
        }
        faults
    }
}

/// What the node selector of `mutated` has beyond that of `original`.
fn added_labels(original: &Value, mutated: &Value) -> BTreeMap<String, String> {
    let selector = |pod: &Value| pod.pointer("/spec/nodeSelector").cloned().unwrap_or_default();
    let (before, after) = (selector(original), selector(mutated));
    let labels = after.as_object().into_iter().flatten();
    let added = labels.filter(|(key, value)| before.get(key) != Some(value));
    added
        .map(|(key, value)| (key.clone(), value.as_str().unwrap_or_default().to_owned()))
        .collect()
}

/// The difference in words, if there is one.
fn differs<T: Debug + PartialEq>(what: &str, expected: &T, actual: &T) -> Option<String> {
    (expected != actual).then(|| format!("{what}:\n    expected {expected:?}\n    got      {actual:?}"))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::added_labels;

    #[test]
    fn labels_that_the_pod_had_are_not_added() {
        let pod = |selector: Value| json!({"spec": {"nodeSelector": selector}});
        let added = |before, after| added_labels(&pod(before), &pod(after));
        let both = json!({"a": "1", "b": "2"});
        assert_eq!(json!(added(json!({"a": "1"}), both.clone())), json!({"b": "2"}));
        assert_eq!(json!(added(Value::Null, both.clone())), both);
        assert!(added(both.clone(), both).is_empty());
    }
}

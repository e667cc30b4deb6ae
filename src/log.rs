//! The log: one line for a mutation, one for a rejection, none where the policy had nothing to do. Never the
//! object itself: pods may hold secrets.
//!
//! The record is the one that `kubewarden_policy_sdk::logging::KubewardenDrain` sends, without its source positions.
//! The drain itself would bring 73 KB into the module, the formatting of every kind of number among them
//! (docs/performance.md).

use serde::Serialize;

use crate::{request::Request, verdict::Verdict};

/// What the host's operation `tracing/log` takes; what is none of level and message is a field of the log line.
#[derive(Serialize)]
struct Record<'a> {
    level: &'static str,
    message: &'static str,
    policy: &'static str,
    uid: &'a str,
    namespace: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    host_paths: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    violations: Option<String>,
}

impl<'a> Record<'a> {
    /// The line for this verdict, if it deserves one. `request` is absent where none could be read.
    fn of(request: Option<&'a Request<'_>>, verdict: &Verdict) -> Option<Self> {
        let record = Record {
            level: "info",
            message: "host paths mounted",
            policy: env!("CARGO_PKG_NAME"),
            uid: request.map_or("", |request| &request.uid),
            namespace: request.map_or("", |request| &request.namespace),
            host_paths: None,
            violations: None,
        };
        match verdict {
            Verdict::Allow(_) => None,
            Verdict::Mutate(_, accepted) => Some(Record {
                host_paths: serde_json::to_string(&accepted.mounts).ok(),
                ..record
            }),
            Verdict::Deny(violations) => Some(Record {
                level: "warning",
                message: "rejected",
                violations: Some(violations.to_string()),
                ..record
            }),
        }
    }
}

/// Writes the line for this verdict, if it deserves one. A host that cannot log is no reason to answer differently.
pub(crate) fn verdict(request: Option<&Request<'_>>, verdict: &Verdict) {
    let record = Record::of(request, verdict).and_then(|record| serde_json::to_vec(&record).ok());
    if let Some(record) = record {
        let _ = wapc_guest::host_call("kubewarden", "tracing", "log", &record);
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use serde_json::{Value, json};

    use super::*;
    use crate::evaluate;

    /// The line of the verdict on a launcher pod with this request, or on `payload`.
    fn line(payload: &str) -> Option<Value> {
        let (request, verdict) = evaluate(payload.as_bytes());
        Record::of(request.as_ref(), &verdict).map(|record| serde_json::to_value(&record).unwrap())
    }

    fn launcher(annotation: &Value) -> String {
        let pod = json!({
            "metadata": {
                "labels": {"kubevirt.io": "virt-launcher"},
                "annotations": {"hooks.kubevirt.io/hookSidecars": annotation.to_string()},
            },
            "spec": {"containers": [{"name": "compute"}, {"name": "hook-sidecar-0"}]},
        });
        let request = json!({
            "uid": "u1", "namespace": "vms", "operation": "CREATE", "object": pod,
            "kind": {"group": "", "version": "v1", "kind": "Pod"},
        });
        json!({"request": request, "settings": {"allowedHostPaths": [{"pathPrefix": "/srv"}]}}).to_string()
    }

    fn request(path: &str) -> Value {
        json!([{"hostPath": {"path": path, "volumePath": "/a"}}])
    }

    #[rstest]
    #[case::nothing_to_do(&launcher(&json!([])), None)]
    #[case::mutated(&launcher(&request("/srv/x")), Some(json!({
        "level": "info", "message": "host paths mounted", "policy": "kubevirt-sidecar-hostpath-policy",
        "uid": "u1", "namespace": "vms",
        "host_paths": concat!(
            r#"[{"container":"hook-sidecar-0","hostPath":"/srv/x","mountPath":"/a","readOnly":true,"#,
            r#""type":"Directory"}]"#,
        ),
    })))]
    #[case::rejected(&launcher(&request("/etc")), Some(json!({
        "level": "warning", "message": "rejected", "policy": "kubevirt-sidecar-hostpath-policy",
        "uid": "u1", "namespace": "vms",
        "violations": concat!(
            "metadata.annotations[hooks.kubevirt.io/hookSidecars][0].hostPath.path: Forbidden: \"/etc\" is under ",
            "none of the allowed host paths: /srv",
        ),
    })))]
    #[case::no_request("[]", Some(json!({
        "level": "warning", "message": "rejected", "policy": "kubevirt-sidecar-hostpath-policy",
        "uid": "", "namespace": "",
        "violations": "payload: Invalid value: \"bytes\": must be a JSON object",
    })))]
    fn each_verdict_has_its_line(#[case] payload: &str, #[case] expected: Option<Value>) {
        assert_eq!(line(payload), expected);
    }
}

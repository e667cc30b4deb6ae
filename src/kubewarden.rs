//! Kubewarden, as the policy knows it: the functions that the host calls, the answers that it expects, and the log.

use serde::Serialize;

use crate::{
    base::field::Violations,
    review::verdict::{Accepted, Verdict},
};

/// The answer to `validate`: `kubewarden_policy_sdk::response::ValidationResponse`, as the host reads it. The SDK's own
/// type would have the object parsed into a tree, only to be written out again.
#[derive(Default, Serialize)]
struct ValidationResponse {
    accepted: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    audit_annotations: Option<AuditAnnotations>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<String>,
}

/// The audit annotations; the API server puts the webhook's name in front of each key.
#[derive(Serialize)]
struct AuditAnnotations {
    #[serde(rename = "host-paths")]
    host_paths: String,
}

/// The answer to `validate_settings`: the SDK's `SettingsValidationResponse`.
#[derive(Serialize)]
struct SettingsValidationResponse {
    valid: bool,
    message: Option<String>,
}

/// The answer to `validate`.
#[must_use]
pub(crate) fn validation(verdict: Verdict) -> Vec<u8> {
    match verdict {
        Verdict::Allow(notes) => bytes(&accepted(notes)),
        Verdict::Mutate(object, notes) => with_object(&object, &bytes(&accepted(notes))),
        Verdict::Deny(violations) => bytes(&ValidationResponse {
            message: Some(violations.to_string()),
            code: Some(violations.code()),
            ..ValidationResponse::default()
        }),
    }
}

fn accepted(notes: Accepted) -> ValidationResponse {
    let audit = (!notes.mounts.is_empty()).then(|| AuditAnnotations {
        host_paths: serde_json::to_string(&notes.mounts).unwrap_or_default(),
    });
    ValidationResponse {
        accepted: true,
        audit_annotations: audit,
        warnings: notes.warnings,
        ..ValidationResponse::default()
    }
}

/// The response with the changed object, which is JSON already, as its first member.
fn with_object(object: &str, response: &[u8]) -> Vec<u8> {
    let mut answer = Vec::with_capacity(object.len().saturating_add(response.len()).saturating_add(32));
    answer.extend_from_slice(b"{\"mutated_object\":");
    answer.extend_from_slice(object.as_bytes());
    answer.push(b',');
    answer.extend_from_slice(response.strip_prefix(b"{").unwrap_or_default());
    answer
}

/// The answer to `validate_settings`.
#[must_use]
pub(crate) fn settings(faults: Option<&Violations>) -> Vec<u8> {
    bytes(&SettingsValidationResponse {
        valid: faults.is_none(),
        message: faults.map(ToString::to_string),
    })
}

/// Strings and numbers always serialise; if they ever did not, the empty answer is one that the host
/// refuses.
fn bytes(response: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(response).unwrap_or_default()
}

/// What runs in the host only.
#[cfg(all(feature = "guest", target_arch = "wasm32"))]
mod guest {
    use kubewarden_policy_sdk::{logging::KubewardenDrain, metadata::ProtocolVersion};
    use slog::{Drain, Logger, o};
    use wapc_guest::{CallResult, register_function};

    /// Called by the host once for each instance of the module.
    #[expect(unreachable_pub, reason = "exported by its name")]
    #[expect(unsafe_code, reason = "waPC hosts look for the function by this name")]
    #[unsafe(no_mangle)]
    pub extern "C" fn wapc_init() {
        register_function("validate", validate);
        register_function("validate_settings", |payload| {
            Ok(crate::validate_settings(payload))
        });
        register_function("protocol_version", |_| {
            Ok(serde_json::to_vec(&ProtocolVersion::V1)?)
        });
    }

    fn validate(payload: &[u8]) -> CallResult {
        let (request, verdict) = crate::evaluate(payload);
        // Not `KubewardenDrain::new`: its fuse panics where the host cannot log, which is no reason to answer differently.
        let logger = || Logger::root(KubewardenDrain::default().ignore_res(), o!());
        super::log::verdict(logger, request.as_ref(), &verdict);
        Ok(super::validation(verdict))
    }
}

/// The log: one line for a mutation, one for a rejection, none where the policy had nothing to do. Never the object itself:
/// pods may hold secrets.
#[cfg(any(test, all(feature = "guest", target_arch = "wasm32")))]
mod log {
    use slog::{Logger, info, o, warn};

    use crate::{base::request::Request, review::verdict::Verdict};

    /// Writes the line for this verdict, if it deserves one. `request` is absent where none could be read.
    pub(super) fn verdict(log: impl FnOnce() -> Logger, request: Option<&Request<'_>>, verdict: &Verdict) {
        // Most requests end here, before there is a logger.
        if matches!(verdict, Verdict::Allow(_)) {
            return;
        }
        let log = log().new(o!("policy" => env!("CARGO_PKG_NAME")));
        let uid = request.map_or("", |request| &request.uid);
        let namespace = request.map_or("", |request| &request.namespace);
        match verdict {
            Verdict::Allow(_) => {}
            Verdict::Mutate(_, accepted) => {
                let mounts = serde_json::to_string(&accepted.mounts).unwrap_or_default();
                info!(log, "host paths mounted"; "uid" => uid, "namespace" => namespace, "host_paths" => mounts);
            }
            Verdict::Deny(violations) => {
                let violations = violations.to_string();
                warn!(log, "rejected"; "uid" => uid, "namespace" => namespace, "violations" => violations);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{
        fmt::Arguments,
        sync::{Arc, Mutex},
    };

    use rstest::rstest;
    use serde_json::{Map, Value, json};
    use slog::{Drain, KV, Key, Logger, Never, OwnedKVList, Record, Serializer, o};

    use crate::evaluate;

    /// Keeps what is written, as the SDK's drain would send it: without the source position.
    #[derive(Clone, Default)]
    struct Kept(Arc<Mutex<Vec<Value>>>);

    struct Fields(Map<String, Value>);

    impl Serializer for Fields {
        fn emit_arguments(&mut self, key: Key, value: &Arguments<'_>) -> slog::Result {
            self.0.insert(key.to_string(), Value::from(value.to_string()));
            Ok(())
        }
    }

    impl Drain for Kept {
        type Ok = ();
        type Err = Never;

        fn log(&self, record: &Record<'_>, values: &OwnedKVList) -> Result<(), Never> {
            let mut fields = Fields(Map::new());
            record.kv().serialize(record, &mut fields).unwrap();
            values.serialize(record, &mut fields).unwrap();
            let Fields(mut line) = fields;
            line.insert("level".to_owned(), record.level().as_str().to_lowercase().into());
            line.insert("message".to_owned(), record.msg().to_string().into());
            self.0.lock().unwrap().push(line.into());
            Ok(())
        }
    }

    /// The lines of the verdict on `payload`.
    fn lines(payload: &str) -> Vec<Value> {
        let (request, verdict) = evaluate(payload.as_bytes());
        let kept = Kept::default();
        let logger = || Logger::root(kept.clone(), o!());
        super::log::verdict(logger, request.as_ref(), &verdict);
        let lines = kept.0.lock().unwrap();
        lines.clone()
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
        assert_eq!(lines(payload), Vec::from_iter(expected));
    }
}

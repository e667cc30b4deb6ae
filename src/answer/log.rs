//! The log: one line for a mutation, one for a rejection, none where the policy had nothing to do. Never the
//! object itself: pods may hold secrets.

use slog::{Drain, Logger, info, o, warn};

use kubewarden_policy_sdk::logging::KubewardenDrain;

use crate::{answer::verdict::Verdict, base::request::Request};

/// Writes the line for this verdict, if it deserves one. `request` is absent where none could be read.
pub(crate) fn verdict(request: Option<&Request<'_>>, verdict: &Verdict) {
    // Most requests end here, before there is a logger.
    if matches!(verdict, Verdict::Allow(_)) {
        return;
    }
    // Not `KubewardenDrain::new`: its fuse panics where the host cannot log, which is no reason to answer differently.
    let drain = KubewardenDrain::default().ignore_res();
    write(&Logger::root(drain, o!()), request, verdict);
}

fn write(log: &Logger, request: Option<&Request<'_>>, verdict: &Verdict) {
    let log = log.new(o!("policy" => env!("CARGO_PKG_NAME")));
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

#[cfg(test)]
mod tests {
    use std::{
        fmt::Arguments,
        sync::{Arc, Mutex},
    };

    use rstest::rstest;
    use serde_json::{Map, Value, json};
    use slog::{KV, Key, Never, OwnedKVList, Record, Serializer};

    use super::*;
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
        write(&Logger::root(kept.clone(), o!()), request.as_ref(), &verdict);
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

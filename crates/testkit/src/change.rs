//! What the policy may change in a pod: it adds volumes, mounts and labels of nodes, and makes mounts read-only. Nothing
//! else.

use json_patch::{Patch, PatchOperation};
use serde_json::{Map, Value};

/// What is wrong with the change from `original` to `mutated`, judged by the JSON patch that the host derives.
pub(crate) fn faults(original: &Value, mutated: &Value) -> Vec<String> {
    let patch = json_patch::diff(original, mutated);
    let mut faults: Vec<String> = patch
        .iter()
        .filter(|operation| !permitted(operation, original))
        .map(|operation| format!("not permitted in the JSON patch: {operation}"))
        .collect();
    if patch.is_empty() {
        faults.push("the mutated object does not differ from the original".into());
    }
    faults.extend(invisible(original, &patch, mutated));
    faults
}

/// Differences that no patch shows: a number written another way.
fn invisible(original: &Value, patch: &Patch, mutated: &Value) -> Option<String> {
    let mut patched = original.clone();
    if let Err(error) = json_patch::patch(&mut patched, patch) {
        return Some(format!("the JSON patch does not apply: {error}"));
    }
    (!identical(&patched, mutated)).then(|| "a number is no longer written as it was".into())
}

/// Whether two values are the same to the last digit: `1` is not `1.0`, and `0.0` is not `-0.0`.
fn identical(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => left.to_string() == right.to_string(),
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| identical(left, right))
        }
        (Value::Object(left), Value::Object(right)) => {
            left.len() == right.len()
                && left
                    .iter()
                    .all(|(key, left)| right.get(key).is_some_and(|right| identical(left, right)))
        }
        _ => left == right,
    }
}

/// Whether the policy may do this to the pod `original`.
fn permitted(operation: &PatchOperation, original: &Value) -> bool {
    let (value, replaced) = match operation {
        PatchOperation::Add(add) => (&add.value, None),
        PatchOperation::Replace(replace) => (&replace.value, original.pointer(replace.path.as_str())),
        _ => return false,
    };
    let tokens: Vec<String> = operation
        .path()
        .tokens()
        .map(|token| token.decoded().into_owned())
        .collect();
    let tokens: Vec<&str> = tokens.iter().map(String::as_str).collect();
    // Only a `null` may give way to a list; an element is appended, never put in another's place.
    let made = replaced.is_none_or(Value::is_null);
    let appended = replaced.is_none();
    match tokens.as_slice() {
        ["spec", "volumes"] => made && all(value, is_host_path_volume),
        ["spec", "volumes", _] => appended && is_host_path_volume(value),
        ["spec", "nodeSelector"] => {
            made && value
                .as_object()
                .is_some_and(|labels| labels.values().all(Value::is_string))
        }
        ["spec", "nodeSelector", _] => appended && value.is_string(),
        [
            "spec",
            list @ ("containers" | "initContainers"),
            index,
            "volumeMounts",
            rest @ ..,
        ] => {
            injectable(original, list, index)
                && match rest {
                    [] => made && all(value, is_plain_mount),
                    [_] => appended && is_plain_mount(value),
                    [_, "readOnly"] => *value == Value::Bool(true),
                    [_, "recursiveReadOnly"] => value.is_string(),
                    _ => false,
                }
        }
        _ => false,
    }
}

/// Whether the container is one that the policy has business with: a hook sidecar, `compute`, or one for which the pod's own
/// annotation asks.
fn injectable(pod: &Value, list: &str, index: &str) -> bool {
    let name = pod
        .pointer(&format!("/spec/{list}/{index}/name"))
        .and_then(Value::as_str)
        .unwrap_or_default();
    let digits = name.strip_prefix("hook-sidecar-").unwrap_or_default();
    let annotation = pod.pointer("/metadata/annotations/kubevirt-sidecar-hostpath-policy.dev~1hostPaths");
    let asked: Option<Value> = annotation.and_then(|text| serde_json::from_str(text.as_str()?).ok());
    let is_asked = asked.is_some_and(|asked| asked.get(name).is_some());
    is_asked || name == "compute" || (!digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()))
}

/// `{name, hostPath: {path, type}}`.
fn is_host_path_volume(volume: &Value) -> bool {
    let members = only(volume, &["name", "hostPath"]);
    members.is_some_and(|members| {
        members
            .get("hostPath")
            .is_some_and(|it| only(it, &["path", "type"]).is_some())
    })
}

/// `{name, mountPath, readOnly, recursiveReadOnly}`: no propagation and no part of the volume only.
fn is_plain_mount(mount: &Value) -> bool {
    only(mount, &["name", "mountPath", "readOnly", "recursiveReadOnly"]).is_some()
}

/// The members of an object that has no others than those named.
fn only<'a>(value: &'a Value, names: &[&str]) -> Option<&'a Map<String, Value>> {
    value
        .as_object()
        .filter(|members| members.keys().all(|key| names.contains(&key.as_str())))
}

/// Whether `value` is a list of nothing else.
fn all(value: &Value, test: fn(&Value) -> bool) -> bool {
    value.as_array().is_some_and(|elements| elements.iter().all(test))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::faults;

    fn pod() -> Value {
        json!({"spec": {
            "number": 0.1, "zero": 0.0, "nodeSelector": {"there": "x"},
            "volumes": [{"name": "a", "emptyDir": {}}],
            "initContainers": null,
            "containers": [
                {"name": "compute", "volumeMounts": null},
                {"name": "hook-sidecar-0", "volumeMounts": [{"name": "a", "mountPath": "/a", "readOnly": false}]},
                {"name": "hook-sidecar-x"},
                {"name": "hook-sidecar-7"}
            ]
        }})
    }

    fn change(at: &str, value: Value) -> Vec<String> {
        let mut mutated = pod();
        let patch = json_patch::jsonptr::PointerBuf::parse(at).unwrap();
        let add = json_patch::PatchOperation::Add(json_patch::AddOperation { path: patch, value });
        json_patch::patch(&mut mutated, &[add]).unwrap();
        faults(&pod(), &mutated)
    }

    #[test]
    fn additions_pass() {
        let volume = json!({"name": "h", "hostPath": {"path": "/p", "type": "File"}});
        let mount = json!({"name": "h", "mountPath": "/m", "readOnly": true});
        for (at, value) in [
            ("/spec/volumes/-", volume),
            ("/spec/containers/1/volumeMounts/-", mount.clone()),
            ("/spec/containers/0/volumeMounts", json!([mount])),
            ("/spec/containers/3/volumeMounts", json!([mount])),
            ("/spec/containers/1/volumeMounts/0/readOnly", json!(true)),
            ("/spec/nodeSelector/example.com~1images", json!("true")),
            (
                "/spec/containers/1/volumeMounts/0/recursiveReadOnly",
                json!("Enabled"),
            ),
        ] {
            assert_eq!(change(at, value), Vec::<String>::new(), "{at}");
        }
    }

    #[test]
    fn all_else_fails() {
        let volume = json!({"name": "h", "hostPath": {"path": "/p", "type": "File"}});
        let mount = json!({"name": "h", "mountPath": "/m", "readOnly": true});
        for (at, value) in [
            ("/spec/volumes/0", volume.clone()),
            ("/spec/volumes/0/emptyDir", json!(null)),
            ("/spec/volumes", json!([volume])),
            ("/spec/volumes/-", json!({"name": "h", "emptyDir": {}})),
            (
                "/spec/volumes/-",
                json!({"name": "h", "hostPath": {"path": "/p", "x": 1}}),
            ),
            ("/spec/containers/1/volumeMounts/0", mount.clone()),
            ("/spec/containers/1/volumeMounts/0/mountPath", json!("/b")),
            ("/spec/containers/1/volumeMounts/0/readOnly", json!("yes")),
            (
                "/spec/containers/1/volumeMounts/-",
                json!({"name": "h", "mountPath": "/m", "mountPropagation": "None"}),
            ),
            ("/spec/containers/2/volumeMounts", json!([mount])),
            ("/spec/containers/1/image", json!("x")),
            ("/spec/nodeSelector/there", json!("y")),
            ("/spec/nodeSelector/more", json!(1)),
            ("/spec/nodeSelector", json!({"more": "y"})),
            ("/spec/number", json!(0.2)),
            ("/metadata", json!({})),
        ] {
            let faults = change(at, value);
            assert!(
                faults.iter().any(|f| f.contains("not permitted")),
                "{at}: {faults:?}"
            );
        }
    }

    #[test]
    fn removal_fails() {
        let mut mutated = pod();
        mutated["spec"].as_object_mut().unwrap().remove("number");
        assert_eq!(
            faults(&pod(), &mutated),
            [r#"not permitted in the JSON patch: {"op":"remove","path":"/spec/number"}"#]
        );
    }

    #[test]
    fn an_echo_fails() {
        assert_eq!(
            faults(&pod(), &pod()),
            ["the mutated object does not differ from the original"]
        );
    }

    #[test]
    fn numbers_keep_their_digits() {
        let mut mutated = pod();
        mutated["spec"]["zero"] = json!(-0.0);
        assert!(faults(&pod(), &mutated).contains(&"a number is no longer written as it was".into()));
    }
}

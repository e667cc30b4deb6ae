//! The objects that probes send.

use serde_json::{Value, json};

use crate::annotation::HOOK_SIDECARS;
use crate::name::Label;

/// Where the sidecar of a probe sees its path.
const MOUNT_PATH: &str = "/host-path";

/// How the objects of probes are called.
pub(crate) const NAME: &str = "sidecar-hostpath-doctor";

/// An image that is never pulled.
pub(crate) const IMAGE: &str = "registry.invalid/sidecar-hostpath-doctor";

/// The annotation that asks for this path.
pub(crate) fn annotation(path: &str, host_path_type: &str) -> String {
    json!([{ "hostPath": { "path": path, "volumePath": MOUNT_PATH, "type": host_path_type } }]).to_string()
}

/// A launcher pod with this annotation, if any.
pub(crate) fn pod(namespace: &Label, annotation: Option<&str>) -> Value {
    let annotations = annotation.map(|annotation| json!({ HOOK_SIDECARS: annotation }));
    json!({
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": NAME,
            "namespace": namespace.to_string(),
            "labels": { "kubevirt.io": "virt-launcher" },
            "annotations": annotations.unwrap_or_else(|| json!({})),
        },
        "spec": { "containers": [
            { "name": "compute", "image": IMAGE },
            { "name": "hook-sidecar-0", "image": IMAGE },
        ] },
    })
}

/// The same, with a mount of the path beside the request, which is writable.
pub(crate) fn with_writable_mount(mut pod: Value, path: &str, host_path_type: &str) -> Value {
    if let Some(spec) = pod.get_mut("spec").and_then(Value::as_object_mut) {
        let volume = json!({ "name": "x", "hostPath": { "path": path, "type": host_path_type } });
        spec.insert("volumes".to_owned(), json!([volume]));
    }
    let sidecar = pod
        .pointer_mut("/spec/containers/1")
        .and_then(Value::as_object_mut);
    if let Some(sidecar) = sidecar {
        let mount = json!({ "name": "x", "mountPath": "/writable" });
        sidecar.insert("volumeMounts".to_owned(), json!([mount]));
    }
    pod
}

/// A VirtualMachine with this annotation.
pub(crate) fn machine(namespace: &Label, annotation: &str) -> Value {
    json!({
        "apiVersion": "kubevirt.io/v1",
        "kind": "VirtualMachine",
        "metadata": { "name": NAME, "namespace": namespace.to_string() },
        "spec": {
            "runStrategy": "Halted",
            "template": {
                "metadata": { "annotations": { HOOK_SIDECARS: annotation } },
                "spec": { "domain": { "devices": {}, "memory": { "guest": "64Mi" } } },
            },
        },
    })
}

//! What the payloads are made of.

use serde_json::{Value, json};

use crate::payloads::{ENTRIES, MIB, MOUNTS};

/// This many lists, one in the other.
pub(crate) fn nested(depth: usize) -> String {
    format!("{}{}", "[".repeat(depth), "]".repeat(depth))
}

pub(crate) fn many(count: usize, separator: &str, item: impl Fn(usize) -> String) -> String {
    (0..count).map(item).collect::<Vec<_>>().join(separator)
}

/// The text of an annotation with one entry; `more` stands after its members.
pub(crate) fn entry(path: &str, volume_path: &str, more: &str) -> String {
    let comma = if more.is_empty() || more.starts_with(',') {
        ""
    } else {
        ", "
    };
    format!(r#"[{{"hostPath": {{"path": "{path}", "volumePath": "{volume_path}"{comma}{more}}}}}]"#)
}

/// The text of an annotation with many entries of path, volume path and further members.
pub(crate) fn entries(of: impl Fn(usize) -> (String, String, String)) -> String {
    let item = |n| {
        let (path, volume_path, more) = of(n);
        let list = entry(&path, &volume_path, &more);
        list.trim_start_matches('[').trim_end_matches(']').to_owned()
    };
    format!("[{}]", many(ENTRIES, ",", item))
}

/// A launcher pod; `volumes` are its volumes, and `mounts` those of its sidecar.
pub(crate) fn pod(annotation: &str, volumes: &Value, mounts: &Value) -> Value {
    json!({
        "metadata": {
            "labels": {"kubevirt.io": "virt-launcher"},
            "annotations": {"hooks.kubevirt.io/hookSidecars": annotation},
        },
        "spec": {
            "volumes": volumes,
            "containers": [{"name": "compute", "image": "i"}, {"name": "hook-sidecar-0", "image": "i", "volumeMounts": mounts}],
        },
    })
}

pub(crate) fn payload(object: &Value, settings: &Value) -> String {
    payload_text(&object.to_string(), &settings.to_string())
}

pub(crate) fn payload_text(object: &str, settings: &str) -> String {
    let kind = r#"{"group": "", "version": "v1", "kind": "Pod"}"#;
    format!(
        r#"{{"request": {{"kind": {kind}, "operation": "CREATE", "object": {object}}}, "settings": {settings}}}"#
    )
}

/// Every entry is mounted in container `compute`, each at a path of its own.
pub(crate) fn shared() -> Value {
    pod(&shared_entries(), &json!([]), &json!([]))
}

pub(crate) fn shared_entries() -> String {
    entries(|n| {
        (
            format!("/imgs/{n}"),
            "/m".to_owned(),
            format!(r#""sharedComputePath": "/shared/{n}""#),
        )
    })
}

/// Every entry has its sidecar.
pub(crate) fn sidecars() -> Value {
    let mut pod = pod(
        &entries(|n| (format!("/imgs/{n}"), "/m".to_owned(), String::new())),
        &json!([]),
        &json!([]),
    );
    let containers: Vec<Value> = (0..ENTRIES)
        .map(|n| json!({"name": format!("hook-sidecar-{n}"), "image": "i"}))
        .collect();
    pod["spec"]["containers"] = json!(containers);
    pod
}

/// Every entry has its sidecar, and its mount in container `compute`, which is writable.
pub(crate) fn writable_in_compute() -> Value {
    let mut pod = sidecars();
    pod["metadata"]["annotations"]["hooks.kubevirt.io/hookSidecars"] = json!(shared_entries());
    let volume =
        |n| json!({"name": format!("v{n}"), "hostPath": {"path": format!("/imgs/{n}"), "type": "Directory"}});
    let mount = |n| json!({"name": format!("v{n}"), "mountPath": format!("/shared/{n}")});
    pod["spec"]["volumes"] = (0..ENTRIES).map(volume).collect();
    let mounts: Vec<Value> = (0..ENTRIES).map(mount).collect();
    if let Some(containers) = pod["spec"]["containers"].as_array_mut() {
        containers.push(json!({"name": "compute", "volumeMounts": mounts}));
    }
    pod
}

/// A sidecar with many mounts of as many volumes below `path`.
pub(crate) fn mounts(count: usize, name: impl Fn(usize) -> String, path: &str) -> Value {
    let volume =
        |n| json!({"name": name(n), "hostPath": {"path": format!("{path}/{n}"), "type": "Directory"}});
    let mount = |n| json!({"name": name(n), "mountPath": format!("/m/{n}"), "readOnly": true});
    let volumes: Vec<Value> = (0..count).map(volume).collect();
    let mounts: Vec<Value> = (0..count).map(mount).collect();
    let mut pod = pod("[]", &json!(volumes), &json!(mounts));
    pod["metadata"]["annotations"] = json!({});
    pod
}

pub(crate) fn many_rules() -> Value {
    let rule = |n: usize| match n {
        0 => json!({"pathPrefix": "/imgs"}),
        n if n.is_multiple_of(2) => json!({"path": format!("/writable/{n}"), "readOnly": false}),
        n => json!({"pathPrefix": format!("/prefix/{n}")}),
    };
    let rules: Vec<Value> = (0..256).map(rule).collect();
    let sensitive: Vec<String> = (0..1000).map(|n| format!("/secret/{n}")).collect();
    json!({"allowedHostPaths": rules, "sensitiveHostPaths": sensitive, "trustedCreators": ["*"]})
}

pub(crate) fn with_field() -> Value {
    let mut pod = pod(&entry("/imgs", "/m", ""), &json!([]), &json!([]));
    pod["spec"]["future"] = json!(vec![1.5; MIB * 3 / 4]);
    pod
}

pub(crate) fn vmi(settings: &Value) -> String {
    let object = json!({"metadata": {"annotations": {"hooks.kubevirt.io/hookSidecars": shared_entries()}}});
    let kind = json!({"group": "kubevirt.io", "version": "v1", "kind": "VirtualMachineInstance"});
    json!({"request": {"kind": kind, "operation": "CREATE", "object": object}, "settings": settings})
        .to_string()
}

pub(crate) fn ephemeral(settings: &Value) -> String {
    let mut pod = mounts(MOUNTS / 2, |n| format!("v{n}"), "/imgs");
    let mounts = pod["spec"]["containers"][1]["volumeMounts"].clone();
    pod["spec"]["ephemeralContainers"] = json!([{"name": "debug", "volumeMounts": mounts}]);
    update(&pod, &pod, settings)
}

/// An ephemeral container, each of whose mounts was somewhere else before.
pub(crate) fn moved(settings: &Value) -> String {
    let with = |directory: &str| {
        let mount = |n| json!({"name": "v0", "mountPath": format!("{directory}/{n}"), "readOnly": true});
        let mut pod = mounts(1, |n| format!("v{n}"), "/imgs");
        let mounts: Vec<Value> = (0..MOUNTS).map(mount).collect();
        pod["spec"]["ephemeralContainers"] = json!([{"name": "debug", "volumeMounts": mounts}]);
        pod
    };
    update(&with("/b"), &with("/a"), settings)
}

pub(crate) fn update(object: &Value, old_object: &Value, settings: &Value) -> String {
    let kind = json!({"group": "", "version": "v1", "kind": "Pod"});
    json!({
        "request": {
            "kind": kind, "operation": "UPDATE", "subResource": "ephemeralcontainers",
            "object": object, "oldObject": old_object,
        },
        "settings": settings,
    })
    .to_string()
}

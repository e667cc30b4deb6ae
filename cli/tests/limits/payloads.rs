//! The worst payloads.

use serde_json::{Value, json};

/// A payload, and the verdicts that would be right.
pub(crate) struct Worst {
    pub(crate) name: &'static str,
    pub(crate) payload: Vec<u8>,
    pub(crate) expected: &'static [&'static str],
}

const MIB: usize = 1024 * 1024;
const ENTRIES: usize = 10_000;

/// All of them.
pub(crate) fn all() -> Vec<Worst> {
    let rules = || json!({"allowedHostPaths": [{"pathPrefix": "/data", "allowSharedCompute": true}], "trustedCreators": ["*"]});
    let pod = |annotation: &str| pod(annotation, &json!([]), &json!([]));
    let worst = |name, payload: String, expected| Worst {
        name,
        payload: payload.into_bytes(),
        expected,
    };
    let on_pod = |name, pod: Value, expected| worst(name, payload(&pod, &rules()), expected);
    let rejected: &[&str] = &["rejected 422"];
    let forbidden: &[&str] = &["rejected 403"];
    vec![
        worst("3 MiB that are no JSON", "x".repeat(3 * MIB), rejected),
        worst("payload nested 100 000 deep", nested(100_000), rejected),
        worst(
            "payload of 3 MiB of opening brackets",
            "[".repeat(3 * MIB),
            rejected,
        ),
        on_pod(
            "annotation of 3 MiB, its text after the list",
            pod(&format!("[]{}", "x".repeat(3 * MIB))),
            rejected,
        ),
        on_pod(
            "annotation with a path of 1 MiB",
            pod(&entry(&format!("/data/{}", "a".repeat(MIB)), "/m", "")),
            rejected,
        ),
        on_pod(
            "annotation with a path of 1 MiB of escapes",
            pod(&entry(&format!("/data/{}", "\\u0041".repeat(MIB / 6)), "/m", "")),
            rejected,
        ),
        on_pod(
            "annotation with an unknown key of 1 MiB",
            pod(&entry("/data", "/m", &format!(r#", "{}": 1"#, "k".repeat(MIB)))),
            rejected,
        ),
        on_pod(
            "annotation with 100 000 unknown keys",
            pod(&entry(
                "/data",
                "/m",
                &many(100_000, ", ", |n| format!(r#""k{n}": 1"#)),
            )),
            rejected,
        ),
        on_pod(
            "annotation nested 100 000 deep, where it is ignored",
            pod(&format!(r#"[{{"image": {}}}]"#, nested(100_000))),
            &["accepted"],
        ),
        on_pod(
            "annotation nested 100 000 deep, in hostPath",
            pod(&entry(
                "/data",
                "/m",
                &format!(r#", "type": {}"#, nested(100_000)),
            )),
            rejected,
        ),
        on_pod(
            "annotation of 1 000 000 null entries",
            pod(&format!("[{}]", many(1_000_000, ",", |_| "null".to_owned()))),
            &["accepted"],
        ),
        on_pod(
            "10 000 entries, each forbidden",
            pod(&entries(|n| {
                (format!("/etc/{n}"), "/m".to_owned(), String::new())
            })),
            forbidden,
        ),
        on_pod(
            "10 000 entries, no container for any but one",
            pod(&entries(|n| {
                (format!("/data/{n}"), "/m".to_owned(), String::new())
            })),
            rejected,
        ),
        on_pod("10 000 entries, each shared with compute", shared(), rejected),
        on_pod(
            "10 000 entries and containers, each mutated",
            sidecars(),
            &["mutated"],
        ),
        on_pod(
            "10 000 mounts in compute, each made read-only",
            writable_in_compute(),
            &["mutated"],
        ),
        on_pod(
            "10 000 volumes and mounts in a sidecar, each forbidden",
            mounts(ENTRIES, |n| format!("v{n}"), "/etc"),
            forbidden,
        ),
        on_pod(
            "10 000 volumes and mounts in a sidecar, each allowed",
            mounts(ENTRIES, |n| format!("v{n}"), "/data"),
            &["accepted"],
        ),
        on_pod(
            "10 000 volumes and mounts in a sidecar, all of one name",
            mounts(ENTRIES, |_| "v".to_owned(), "/data"),
            &["accepted", "rejected 422", "rejected 403"],
        ),
        on_pod(
            "10 000 forbidden volumes and mounts, all of one name",
            mounts(ENTRIES, |_| "v".to_owned(), "/etc"),
            &["rejected 422", "rejected 403"],
        ),
        worst(
            "10 000 entries under 1 000 rules and 1 000 sensitive paths",
            payload(
                &pod(&entries(|n| {
                    (format!("/data/{n}"), "/m".to_owned(), String::new())
                })),
                &many_rules(),
            ),
            rejected,
        ),
        worst(
            "pod nested 100 000 deep, where it is ignored",
            payload_text(
                &pod("[]").to_string().replacen(
                    "\"image\"",
                    &format!(r#""future": {}, "image""#, nested(100_000)),
                    1,
                ),
                &rules().to_string(),
            ),
            &["accepted", "rejected 422"],
        ),
        worst(
            "settings nested 100 000 deep",
            payload_text(
                &pod("[]").to_string(),
                &format!(r#"{{"allowedHostPaths": {}}}"#, nested(100_000)),
            ),
            rejected,
        ),
        worst(
            "pod with a field of 3 MiB, mutated",
            payload(&with_field(), &rules()),
            &["mutated"],
        ),
        worst(
            "another pod of 3 MiB",
            payload(
                &json!({"spec": {"containers": [{"name": "c", "args": ["x".repeat(3 * MIB)]}]}}),
                &rules(),
            ),
            &["accepted"],
        ),
        worst(
            "VirtualMachineInstance with 10 000 entries",
            vmi(&rules()),
            &["accepted"],
        ),
        worst(
            "ephemeral container with 10 000 mounts, as before",
            ephemeral(&rules()),
            &["accepted"],
        ),
    ]
}

/// This many lists, one in the other.
fn nested(depth: usize) -> String {
    format!("{}{}", "[".repeat(depth), "]".repeat(depth))
}

fn many(count: usize, separator: &str, item: impl Fn(usize) -> String) -> String {
    (0..count).map(item).collect::<Vec<_>>().join(separator)
}

/// The text of an annotation with one entry; `more` stands after its members.
fn entry(path: &str, volume_path: &str, more: &str) -> String {
    let comma = if more.is_empty() || more.starts_with(',') {
        ""
    } else {
        ", "
    };
    format!(r#"[{{"hostPath": {{"path": "{path}", "volumePath": "{volume_path}"{comma}{more}}}}}]"#)
}

/// The text of an annotation with many entries of path, volume path and further members.
fn entries(of: impl Fn(usize) -> (String, String, String)) -> String {
    let item = |n| {
        let (path, volume_path, more) = of(n);
        let list = entry(&path, &volume_path, &more);
        list.trim_start_matches('[').trim_end_matches(']').to_owned()
    };
    format!("[{}]", many(ENTRIES, ",", item))
}

/// A launcher pod; `volumes` are its volumes, and `mounts` those of its sidecar.
fn pod(annotation: &str, volumes: &Value, mounts: &Value) -> Value {
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

fn payload(object: &Value, settings: &Value) -> String {
    payload_text(&object.to_string(), &settings.to_string())
}

fn payload_text(object: &str, settings: &str) -> String {
    let kind = r#"{"group": "", "version": "v1", "kind": "Pod"}"#;
    format!(
        r#"{{"request": {{"kind": {kind}, "operation": "CREATE", "object": {object}}}, "settings": {settings}}}"#
    )
}

/// Every entry is mounted in container `compute`, each at a path of its own.
fn shared() -> Value {
    pod(&shared_entries(), &json!([]), &json!([]))
}

fn shared_entries() -> String {
    entries(|n| {
        (
            format!("/data/{n}"),
            "/m".to_owned(),
            format!(r#""sharedComputePath": "/shared/{n}""#),
        )
    })
}

/// Every entry has its sidecar.
fn sidecars() -> Value {
    let mut pod = pod(
        &entries(|n| (format!("/data/{n}"), "/m".to_owned(), String::new())),
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
fn writable_in_compute() -> Value {
    let mut pod = sidecars();
    pod["metadata"]["annotations"]["hooks.kubevirt.io/hookSidecars"] = json!(shared_entries());
    let volume =
        |n| json!({"name": format!("v{n}"), "hostPath": {"path": format!("/data/{n}"), "type": "Directory"}});
    let mount = |n| json!({"name": format!("v{n}"), "mountPath": format!("/shared/{n}")});
    pod["spec"]["volumes"] = (0..ENTRIES).map(volume).collect();
    let mounts: Vec<Value> = (0..ENTRIES).map(mount).collect();
    if let Some(containers) = pod["spec"]["containers"].as_array_mut() {
        containers.push(json!({"name": "compute", "volumeMounts": mounts}));
    }
    pod
}

/// A sidecar with many mounts of as many volumes below `path`.
fn mounts(count: usize, name: impl Fn(usize) -> String, path: &str) -> Value {
    let volume =
        |n| json!({"name": name(n), "hostPath": {"path": format!("{path}/{n}"), "type": "Directory"}});
    let mount = |n| json!({"name": name(n), "mountPath": format!("/m/{n}"), "readOnly": true});
    let volumes: Vec<Value> = (0..count).map(volume).collect();
    let mounts: Vec<Value> = (0..count).map(mount).collect();
    let mut pod = pod("[]", &json!(volumes), &json!(mounts));
    pod["metadata"]["annotations"] = json!({});
    pod
}

fn many_rules() -> Value {
    let rule = |n: usize| match n {
        0 => json!({"pathPrefix": "/data"}),
        n if n.is_multiple_of(2) => json!({"path": format!("/writable/{n}"), "readOnly": false}),
        n => json!({"pathPrefix": format!("/prefix/{n}")}),
    };
    let rules: Vec<Value> = (0..1000).map(rule).collect();
    let sensitive: Vec<String> = (0..1000).map(|n| format!("/secret/{n}")).collect();
    json!({"allowedHostPaths": rules, "sensitiveHostPaths": sensitive, "trustedCreators": ["*"]})
}

fn with_field() -> Value {
    let mut pod = pod(&entry("/data", "/m", ""), &json!([]), &json!([]));
    pod["spec"]["future"] = json!(vec![1.5; MIB * 3 / 4]);
    pod
}

fn vmi(settings: &Value) -> String {
    let object = json!({"metadata": {"annotations": {"hooks.kubevirt.io/hookSidecars": shared_entries()}}});
    let kind = json!({"group": "kubevirt.io", "version": "v1", "kind": "VirtualMachineInstance"});
    json!({"request": {"kind": kind, "operation": "CREATE", "object": object}, "settings": settings})
        .to_string()
}

fn ephemeral(settings: &Value) -> String {
    let mut pod = mounts(ENTRIES, |n| format!("v{n}"), "/data");
    let mounts = pod["spec"]["containers"][1]["volumeMounts"].clone();
    pod["spec"]["ephemeralContainers"] = json!([{"name": "debug", "volumeMounts": mounts}]);
    let kind = json!({"group": "", "version": "v1", "kind": "Pod"});
    json!({
        "request": {
            "kind": kind, "operation": "UPDATE", "subResource": "ephemeralcontainers", "object": pod, "oldObject": pod,
        },
        "settings": settings,
    })
    .to_string()
}

//! The worst payloads.

use serde_json::{Value, json};

/// A payload, and the verdicts that would be right.
pub(crate) struct Worst {
    pub(crate) name: &'static str,
    pub(crate) payload: Vec<u8>,
    pub(crate) expected: &'static [&'static str],
}

const MIB: usize = 1024 * 1024;
/// As many entries as an annotation that may be stored has room for.
const ENTRIES: usize = 2_500;
/// Nearly as many as a pod may have of volumes and of mounts.
const MOUNTS: usize = 4_900;

/// All of them.
pub(crate) fn all() -> Vec<Worst> {
    let rules = || json!({"allowedHostPaths": [{"pathPrefix": "/imgs", "allowSharedCompute": true}], "trustedCreators": ["*"]});
    let pod = |annotation: &str| pod(annotation, &json!([]), &json!([]));
    let worst = |name, payload: String, expected| Worst {
        name,
        payload: payload.into_bytes(),
        expected,
    };
    let on_pod = |name, pod: Value, expected| worst(name, payload(&pod, &rules()), expected);
    let rejected: &[&str] = &["rejected 422"];
    let forbidden: &[&str] = &["rejected 403"];
    let accepted: &[&str] = &["accepted"];
    let mut all = vec![
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
            pod(&entry(&format!("/imgs/{}", "a".repeat(MIB)), "/m", "")),
            rejected,
        ),
        on_pod(
            "annotation with a path of 1 MiB of escapes",
            pod(&entry(&format!("/imgs/{}", "\\u0041".repeat(MIB / 6)), "/m", "")),
            rejected,
        ),
        on_pod(
            "annotation with an unknown key of 1 MiB",
            pod(&entry("/imgs", "/m", &format!(r#", "{}": 1"#, "k".repeat(MIB)))),
            rejected,
        ),
        on_pod(
            "annotation with 100 000 unknown keys",
            pod(&entry(
                "/imgs",
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
                "/imgs",
                "/m",
                &format!(r#", "type": {}"#, nested(100_000)),
            )),
            rejected,
        ),
        on_pod(
            "annotation of 1 000 000 null entries",
            pod(&format!("[{}]", many(1_000_000, ",", |_| "null".to_owned()))),
            rejected,
        ),
        on_pod(
            "2 500 entries, each forbidden",
            pod(&entries(|n| {
                (format!("/etc/{n}"), "/m".to_owned(), String::new())
            })),
            forbidden,
        ),
        on_pod(
            "2 500 entries, no container for any but one",
            pod(&entries(|n| {
                (format!("/imgs/{n}"), "/m".to_owned(), String::new())
            })),
            rejected,
        ),
        on_pod("2 500 entries, each shared with compute", shared(), rejected),
        on_pod(
            "2 500 entries and containers, each mutated",
            sidecars(),
            &["mutated"],
        ),
        on_pod(
            "2 500 mounts in compute, each made read-only",
            writable_in_compute(),
            &["mutated"],
        ),
        on_pod(
            "4 900 volumes and mounts in a sidecar, each forbidden",
            mounts(MOUNTS, |n| format!("v{n}"), "/etc"),
            forbidden,
        ),
        on_pod(
            "4 900 volumes and mounts in a sidecar, each allowed",
            mounts(MOUNTS, |n| format!("v{n}"), "/imgs"),
            &["accepted"],
        ),
        on_pod(
            "4 900 volumes and mounts in a sidecar, all of one name",
            mounts(MOUNTS, |_| "v".to_owned(), "/imgs"),
            &["accepted", "rejected 422", "rejected 403"],
        ),
        on_pod(
            "4 900 forbidden volumes and mounts, all of one name",
            mounts(MOUNTS, |_| "v".to_owned(), "/etc"),
            &["rejected 422", "rejected 403"],
        ),
        worst(
            "2 500 entries under 1 000 rules and 1 000 sensitive paths",
            payload(
                &pod(&entries(|n| {
                    (format!("/imgs/{n}"), "/m".to_owned(), String::new())
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
            "VirtualMachineInstance with 2 500 entries",
            vmi(&rules()),
            &["accepted"],
        ),
        worst(
            "ephemeral container with 2 400 mounts, as before",
            ephemeral(&rules()),
            &["accepted"],
        ),
    ];
    let dense = [
        (
            "annotation of 256 KiB, full of numbers",
            Dense::Annotation,
            FULL,
            "1,",
            rejected,
        ),
        (
            "annotation full of empty objects",
            Dense::Annotation,
            FULL,
            "{},",
            accepted,
        ),
        (
            "annotation full of numbers for requests",
            Dense::Annotation,
            FULL,
            r#"{"hostPath":1},"#,
            rejected,
        ),
        (
            "annotation full of empty requests",
            Dense::Annotation,
            FULL,
            r#"{"hostPath":{}},"#,
            rejected,
        ),
        ("entry full of one key", Dense::Entry, FULL, r#""":0,"#, accepted),
        (
            "request full of one key",
            Dense::Request,
            FULL,
            r#""":0,"#,
            rejected,
        ),
        (
            "request full of one known key",
            Dense::Request,
            FULL,
            r#""path":0,"#,
            rejected,
        ),
        (
            "volumes of 3 MiB, full of numbers",
            Dense::Volumes,
            FULL,
            "1,",
            rejected,
        ),
        (
            "volumes full of empty objects",
            Dense::Volumes,
            FULL,
            "{},",
            rejected,
        ),
        (
            "9 800 volumes, malformed in every member",
            Dense::Volumes,
            2 * MOUNTS,
            r#"{"name":1,"hostPath":{"type":1,"path":1}},"#,
            rejected,
        ),
        (
            "volume full of one key",
            Dense::Volume,
            FULL,
            r#""":0,"#,
            accepted,
        ),
        (
            "containers full of numbers",
            Dense::Containers,
            FULL,
            "1,",
            rejected,
        ),
        (
            "containers full of empty objects",
            Dense::Containers,
            FULL,
            "{},",
            rejected,
        ),
        ("mounts full of numbers", Dense::Mounts, FULL, "1,", rejected),
        (
            "mounts full of empty objects",
            Dense::Mounts,
            FULL,
            "{},",
            rejected,
        ),
        (
            "9 800 mounts of numbers",
            Dense::Mounts,
            2 * MOUNTS,
            "1,",
            rejected,
        ),
        (
            "9 800 mounts, malformed in every member",
            Dense::Mounts,
            2 * MOUNTS,
            r#"{"name":1,"mountPath":1,"readOnly":1,"subPath":1,"subPathExpr":1,"mountPropagation":1,"recursiveReadOnly":1},"#,
            rejected,
        ),
        (
            "9 800 mounts of one forbidden volume",
            Dense::Mounts,
            2 * MOUNTS,
            r#"{"name":"v"},"#,
            forbidden,
        ),
        (
            "9 800 mounts of one allowed volume",
            Dense::Mounts,
            2 * MOUNTS,
            r#"{"name":"w","readOnly":true},"#,
            accepted,
        ),
        (
            "9 800 mounts of 16 forbidden volumes of one name",
            Dense::Mounts,
            2 * MOUNTS,
            r#"{"name":"x"},"#,
            forbidden,
        ),
        (
            "labels full of one key",
            Dense::Labels,
            FULL,
            r#""":0,"#,
            accepted,
        ),
        (
            "settings full of one key",
            Dense::Settings,
            FULL,
            r#""":0,"#,
            rejected,
        ),
        ("rules full of numbers", Dense::Rules, FULL, "1,", rejected),
        ("rules full of empty objects", Dense::Rules, FULL, "{},", rejected),
        (
            "rules full of the same",
            Dense::Rules,
            FULL,
            r#"{"path":"/a"},"#,
            rejected,
        ),
        (
            "sensitive paths full of numbers",
            Dense::Sensitive,
            FULL,
            "1,",
            rejected,
        ),
        (
            "sensitive paths full of the same",
            Dense::Sensitive,
            FULL,
            r#""/","#,
            rejected,
        ),
    ];
    all.extend(dense.map(|(name, at, most, unit, expected)| {
        let (object, settings) = at.filled(unit, most);
        worst(name, payload_text(&object, &settings), expected)
    }));
    all.extend([
        on_pod(
            "10 000 entries, each an empty request",
            pod(&format!(
                "[{}]",
                many(10_000, ",", |_| r#"{"hostPath":{}}"#.to_owned())
            )),
            rejected,
        ),
        worst(
            "9 800 mounts under 1 000 rules and 1 000 sensitive paths",
            payload_text(
                &Dense::Mounts
                    .filled(r#"{"name":"w","readOnly":true},"#, 2 * MOUNTS)
                    .0,
                &many_rules().to_string(),
            ),
            accepted,
        ),
        worst(
            "ephemeral container with 4 900 mounts, all moved",
            moved(&rules()),
            accepted,
        ),
    ]);
    all
}

/// As many as there is room for.
const FULL: usize = usize::MAX;

/// What is full of the smallest units that it can hold, of as many as its size allows.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Dense {
    Annotation,
    Entry,
    Request,
    Volumes,
    Volume,
    Containers,
    Mounts,
    Labels,
    Settings,
    Rules,
    Sensitive,
}

impl Dense {
    /// The pod and the settings, which are full of `unit`, but not with more than `most`.
    fn filled(self, unit: &str, most: usize) -> (String, String) {
        let is_annotation = matches!(self, Dense::Annotation | Dense::Entry | Dense::Request);
        let room = if is_annotation { MIB / 4 - 64 } else { 3 * MIB };
        let mut units = unit.repeat((room / unit.len()).min(most));
        if is_annotation {
            units = units.replace('"', "\\\"");
        }
        let units = units.trim_end_matches(',');
        let annotation = match self {
            Dense::Annotation => format!("[{units}]"),
            Dense::Entry => format!("[{{{units}}}]"),
            Dense::Request => format!("[{{\\\"hostPath\\\": {{{units}}}}}]"),
            _ => "[]".to_owned(),
        };
        let part = |part| if part == self { units } else { "" };
        let object = format!(
            r#"{{"metadata": {{
                "annotations": {{"hooks.kubevirt.io/hookSidecars": "{annotation}"}},
                "labels": {{"kubevirt.io": "virt-launcher"{comma}{}}}
            }}, "spec": {{
                "volumes": [{{"name": "v", "hostPath": {{"path": "/etc"}}}}, {allowed}, {named_x}, {{{}}}{comma_volumes}{}],
                "containers": [{{"name": "hook-sidecar-0", "volumeMounts": [{}]}}{comma_containers}{}]
            }}}}"#,
            part(Dense::Labels),
            part(Dense::Volume),
            part(Dense::Volumes),
            part(Dense::Mounts),
            part(Dense::Containers),
            allowed = r#"{"name": "w", "hostPath": {"path": "/imgs", "type": "Directory"}}"#,
            named_x = many(16, ",", |n| format!(
                r#"{{"name": "x", "hostPath": {{"path": "/etc/{n}"}}}}"#
            )),
            comma = if matches!(self, Dense::Labels) { "," } else { "" },
            comma_volumes = if matches!(self, Dense::Volumes) { "," } else { "" },
            comma_containers = if matches!(self, Dense::Containers) {
                ","
            } else {
                ""
            },
        );
        let settings = format!(
            r#"{{"trustedCreators": ["*"], "allowedHostPaths": [{{"pathPrefix": "/imgs"}}{comma}{}], "sensitiveHostPaths": [{}]{}{}}}"#,
            part(Dense::Rules),
            part(Dense::Sensitive),
            if matches!(self, Dense::Settings) { "," } else { "" },
            part(Dense::Settings),
            comma = if matches!(self, Dense::Rules) { "," } else { "" },
        );
        (object, settings)
    }
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
            format!("/imgs/{n}"),
            "/m".to_owned(),
            format!(r#""sharedComputePath": "/shared/{n}""#),
        )
    })
}

/// Every entry has its sidecar.
fn sidecars() -> Value {
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
fn writable_in_compute() -> Value {
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
        0 => json!({"pathPrefix": "/imgs"}),
        n if n.is_multiple_of(2) => json!({"path": format!("/writable/{n}"), "readOnly": false}),
        n => json!({"pathPrefix": format!("/prefix/{n}")}),
    };
    let rules: Vec<Value> = (0..1000).map(rule).collect();
    let sensitive: Vec<String> = (0..1000).map(|n| format!("/secret/{n}")).collect();
    json!({"allowedHostPaths": rules, "sensitiveHostPaths": sensitive, "trustedCreators": ["*"]})
}

fn with_field() -> Value {
    let mut pod = pod(&entry("/imgs", "/m", ""), &json!([]), &json!([]));
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
    let mut pod = mounts(MOUNTS / 2, |n| format!("v{n}"), "/imgs");
    let mounts = pod["spec"]["containers"][1]["volumeMounts"].clone();
    pod["spec"]["ephemeralContainers"] = json!([{"name": "debug", "volumeMounts": mounts}]);
    update(&pod, &pod, settings)
}

/// An ephemeral container, each of whose mounts was somewhere else before.
fn moved(settings: &Value) -> String {
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

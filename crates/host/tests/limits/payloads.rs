//! The worst payloads.

use serde_json::{Value, json};

use crate::{
    dense::{self, Dense},
    pods::{
        entries, entry, ephemeral, many, many_rules, mounts, moved, nested, payload, payload_text, pod,
        shared, sidecars, vmi, with_field, writable_in_compute,
    },
    settings,
};

/// A payload, and the verdicts that would be right.
pub(crate) struct Worst {
    pub(crate) name: &'static str,
    pub(crate) payload: Vec<u8>,
    pub(crate) expected: &'static [&'static str],
}

pub(crate) const MIB: usize = 1024 * 1024;
/// As many entries as an annotation that may be stored has room for.
pub(crate) const ENTRIES: usize = 256;
/// Nearly as many as a pod may have of volumes and of mounts.
pub(crate) const MOUNTS: usize = 4_900;

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
        worst("3 MiB that are not JSON", "x".repeat(3 * MIB), rejected),
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
            "256 entries, each forbidden",
            pod(&entries(|n| {
                (format!("/etc/{n}"), "/m".to_owned(), String::new())
            })),
            forbidden,
        ),
        on_pod(
            "256 entries, no container for any but one",
            pod(&entries(|n| {
                (format!("/imgs/{n}"), "/m".to_owned(), String::new())
            })),
            rejected,
        ),
        on_pod("256 entries, each shared with compute", shared(), rejected),
        on_pod(
            "256 entries and containers, each mutated",
            sidecars(),
            &["mutated"],
        ),
        on_pod(
            "256 mounts in compute, each made read-only",
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
            "256 entries under 256 rules and 1 000 sensitive paths",
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
            "VirtualMachineInstance with 256 entries",
            vmi(&rules()),
            &["accepted"],
        ),
        worst(
            "ephemeral container with 2 400 mounts, as before",
            ephemeral(&rules()),
            &["accepted"],
        ),
    ];
    all.extend(dense::all());
    all.extend(settings::all());
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
            "9 800 mounts under 256 rules and 1 000 sensitive paths",
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

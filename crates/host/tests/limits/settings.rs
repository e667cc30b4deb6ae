//! Payloads whose settings are as large as they may be: 256 rules, with long paths, many namespaces and many containers.

use serde_json::{Value, json};

use crate::{
    payloads::Worst,
    pods::{payload, pod},
};

/// How many rules there may be.
const RULES: usize = 256;

pub(crate) fn all() -> Vec<Worst> {
    let refused: &[&str] = &["rejected 422"];
    let worst = |name, payload: String, expected| Worst {
        name,
        payload: payload.into_bytes(),
        expected,
    };
    vec![
        worst(
            "8 185 forbidden requests in each annotation under 256 rules",
            payload(&both_annotations(&too_many_requests()), &many_paths()),
            refused,
        ),
        worst(
            "two annotations full of numbers",
            payload(&both_annotations(&vec![json!(1); 120_000]), &many_paths()),
            refused,
        ),
        worst(
            "256 rules for one path with 1 000 containers each, and nothing that they are asked for",
            payload(&pod("[]", &json!([]), &json!([])), &one_path(1_000, 1_000)),
            &["accepted"],
        ),
        worst(
            "256 rules for one path with 1 000 containers each, and a mount",
            payload(&long_volumes(1, "/other"), &one_path(1_000, 1_000)),
            &["rejected 403"],
        ),
        worst(
            "256 rules for one path with 1 000 namespaces each",
            payload(&pod("[]", &json!([]), &json!([])), &many_namespaces()),
            refused,
        ),
        worst(
            "1 000 containers that rules name mount one volume, beside one with 1 000 mounts of it",
            payload(&named_containers(), &one_path(4, 4)),
            &["rejected 403"],
        ),
        worst(
            "256 forbidden mounts under 256 rules of 4 000 bytes",
            payload(&long_volumes(256, "/other"), &nested_rules("pathPrefix")),
            &["rejected 403"],
        ),
        worst(
            "350 volumes of 4 000 bytes below 256 rules, one in the other",
            payload(&long_volumes(350, "/imgs"), &nested_rules("pathPrefix")),
            &["accepted"],
        ),
        worst(
            "350 volumes of 4 000 bytes below 256 rules for namespaces, one in the other",
            payload(&long_volumes(350, "/imgs/all/vms"), &nested_patterns()),
            &["accepted", "rejected 403", "rejected 422"],
        ),
    ]
}

fn too_many_requests() -> Vec<Value> {
    let request = |n| json!({"path": format!("/no/{n}"), "volumePath": "/m"});
    (0..8_185).map(request).collect()
}

/// These requests in KubeVirt's annotation, and in this policy's own.
fn both_annotations(requests: &[Value]) -> Value {
    let mut pod = pod(
        &json!([{"hostPath": requests}]).to_string(),
        &json!([]),
        &json!([]),
    );
    pod["metadata"]["annotations"]["kubevirt-sidecar-hostpath-policy.dev/hostPaths"] =
        json!(json!({"compute": requests}).to_string());
    pod
}

fn many_paths() -> Value {
    let rule = |n| json!({"pathPrefix": format!("/imgs/{n}")});
    json!({"allowedHostPaths": (0..RULES).map(rule).collect::<Value>(), "trustedCreators": ["*"]})
}

/// Rules for one path, each for `count` containers; those of the next rule begin `step` further on.
fn one_path(count: usize, step: usize) -> Value {
    let containers = |n: usize| -> Value {
        (n * step..n * step + count)
            .map(|c| json!(format!("c{c}")))
            .collect()
    };
    let rule = |n| json!({"path": "/imgs", "containers": containers(n)});
    json!({"allowedHostPaths": (0..RULES).map(rule).collect::<Value>(), "trustedCreators": ["*"]})
}

/// Rules for one path and many namespaces, which are the same for two of them.
fn many_namespaces() -> Value {
    let namespaces = |n: usize| -> Value {
        let first = n.min(RULES - 2) * 1_000;
        (first..first + 1_000)
            .map(|name| json!(format!("n{name}")))
            .collect()
    };
    let rule = |n| json!({"path": "/imgs", "namespaces": namespaces(n)});
    json!({"allowedHostPaths": (0..RULES).map(rule).collect::<Value>(), "trustedCreators": ["*"]})
}

fn named_containers() -> Value {
    let volumes = json!([{"name": "v", "hostPath": {"path": "/imgs", "type": "Directory"}}]);
    let mount = |n| json!({"name": "v", "mountPath": format!("/{n}"), "readOnly": true});
    let mut pod = pod("[]", &volumes, &json!([]));
    let containers = pod["spec"]["containers"].as_array_mut().unwrap();
    containers.extend((0..1_000).map(|n| json!({"name": format!("c{n}"), "volumeMounts": [mount(0)]})));
    containers.push(json!({"name": "other", "volumeMounts": (0..1_000).map(mount).collect::<Value>()}));
    pod
}

/// A path of about 4 000 bytes with many elements.
fn long_path(begin: &str, bytes: usize) -> String {
    let rest = bytes.saturating_sub(begin.len()) / 2;
    format!("{begin}{}", "/a".repeat(rest))
}

fn long_volumes(count: usize, begin: &str) -> Value {
    let path = |n| format!("{}/{n}", long_path(begin, 4_000));
    let volume = |n| json!({"name": format!("v{n}"), "hostPath": {"path": path(n), "type": "Directory"}});
    let mount = |n| json!({"name": format!("v{n}"), "mountPath": format!("/{n}"), "readOnly": true});
    let volumes: Value = (0..count).map(volume).collect();
    pod("[]", &volumes, &(0..count).map(mount).collect())
}

/// Rules of which each is below the one before it.
fn nested_rules(key: &str) -> Value {
    let rule = |n: usize| json!({key: long_path("/imgs", 4_000 - 2 * n)});
    json!({"allowedHostPaths": (0..RULES).map(rule).collect::<Value>(), "trustedCreators": ["*"]})
}

fn nested_patterns() -> Value {
    let rule = |n: usize| json!({"pathPrefix": long_path("/imgs/all/{namespace}", 4_000 - 2 * n)});
    json!({"allowedHostPaths": (0..RULES).map(rule).collect::<Value>(), "trustedCreators": ["*"]})
}

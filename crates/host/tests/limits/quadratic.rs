//! Payloads that cost the square of their size where each of many things is compared with each of many others.

use serde_json::{Value, json};

use crate::{
    payloads::Worst,
    pods::{mounts, payload, pod, update},
};

/// As many mounts in one list as a pod may have beside a few volumes and containers.
const MOUNTS: usize = 9_970;
/// As many entries as an annotation that may be stored has room for, where they are short.
const ENTRIES: usize = 256;

/// All of them.
pub(crate) fn all() -> Vec<Worst> {
    let worst = |name, payload: String, expected| Worst {
        name,
        payload: payload.into_bytes(),
        expected,
    };
    let rules = || json!({"allowedHostPaths": [{"pathPrefix": "/imgs", "allowSharedCompute": true}], "trustedCreators": ["*"]});
    let rejected: &[&str] = &["rejected 422"];
    vec![
        worst(
            "256 entries for one place in compute, with 9 950 mounts there",
            payload(&one_place(), &rules()),
            &["rejected 403"],
        ),
        worst(
            "ephemeral container with 9 980 mounts of long paths, as before",
            stored_mounts(&rules()),
            &["accepted"],
        ),
        worst(
            "1 300 entries, each with a claim in compute",
            payload(&claims_of_entries(), &rules()),
            rejected,
        ),
        worst(
            "256 places in compute below 4 900 claims, one in the other",
            payload(&claims_in_compute(), &rules()),
            rejected,
        ),
        worst(
            "1 900 volumes where plugins have their sockets, mounted by as many containers",
            payload(&plugins(), &rules()),
            &["accepted"],
        ),
        worst(
            "256 entries, and 7 900 mounts of volumes that are not there",
            payload(&dangling(), &rules()),
            rejected,
        ),
        worst(
            "one entry with 256 requests, each mounted",
            payload(&one_list(), &rules()),
            &["mutated"],
        ),
        worst(
            "256 requests for a plugin's sidecar, each shared, and 7 900 mounts of claims there",
            payload(
                &own_annotation(),
                &json!({
                    "allowedHostPaths": [{"pathPrefix": "/imgs", "allowSharedCompute": true, "containers": ["plugin"]}],
                    "requestContainers": {"plugin": "/p"}, "trustedCreators": ["*"],
                }),
            ),
            &["mutated"],
        ),
        worst(
            "4 900 volumes under 256 rules and 2 000 sensitive paths with two names each",
            payload(&other_names(), &many_rules()),
            &["rejected 403"],
        ),
        worst(
            "4 000 volumes that contain many directories, under 256 rules for namespaces",
            payload(
                &same_volumes("/srv", 4_000),
                &rules_for_namespaces("/srv", "/data/all"),
            ),
            &["accepted"],
        ),
        worst(
            "256 requests that are close to each of 256 rules",
            payload(&close_requests(), &close_rules()),
            &["rejected 403"],
        ),
        worst(
            "256 requests that are reserved, beside 255 rules that apply",
            payload(&reserved_requests(), &reserved_rules()),
            &["rejected 403"],
        ),
        worst(
            "2 500 volumes below 256 rules with {namespace}, of which each comes close",
            payload(
                &same_volumes(&format!("{TWO_NAMES}/a/b"), 2_500),
                &rules_for_namespaces(TWO_NAMES, TWO_NAMES),
            ),
            &["accepted"],
        ),
    ]
}

/// Every entry asks for the same place, which is full of mounts of volumes that must all be compared to the end.
fn one_place() -> Value {
    let entry = json!({"hostPath": {"path": "/imgs", "volumePath": "/m", "sharedComputePath": "/s"}});
    let path = format!("/imgs/{}", "a".repeat(4_000));
    let volume = |n| json!({"name": "v", "hostPath": {"path": path, "type": if n == 15 { "File" } else { "Directory" }}});
    let volumes: Vec<Value> = (0..16).map(volume).collect();
    let mut pod = pod(
        &json!(vec![entry; ENTRIES]).to_string(),
        &json!(volumes),
        &json!([]),
    );
    let mounts = vec![json!({"name": "v", "mountPath": "/s"}); MOUNTS - 20];
    pod["spec"]["containers"][0]["volumeMounts"] = json!(mounts);
    pod
}

/// Each mount has to be found among those that are stored.
fn stored_mounts(settings: &Value) -> String {
    let mount = |n| json!({"name": "v", "mountPath": format!("/{n:0>100}"), "readOnly": true});
    let mounts: Vec<Value> = (0..MOUNTS + 10).map(mount).collect();
    let sidecar = json!([{"name": "v", "mountPath": "/m", "readOnly": true}]);
    let volumes = json!([{"name": "v", "hostPath": {"path": "/imgs", "type": "Directory"}}]);
    let mut pod = pod("[]", &volumes, &sidecar);
    pod["spec"]["ephemeralContainers"] = json!([{"name": "debug", "volumeMounts": mounts}]);
    update(&pod, &pod, settings)
}

/// Every entry has a host path and a claim in compute, which must be apart from all others.
fn claims_of_entries() -> Value {
    let entry = |n| {
        json!({
            "pvc": {"name": "c", "volumePath": "/out", "sharedComputePath": format!("/claims/{n}")},
            "hostPath": {"path": "/imgs", "volumePath": "/m", "sharedComputePath": format!("/srv/s/{n}")},
        })
    };
    let entries: Vec<Value> = (0..1_300).map(entry).collect();
    pod(&json!(entries).to_string(), &json!([]), &json!([]))
}

/// A path as long as those that are compared with rules, which differs from others of its kind in up to four characters.
fn close_path(number: usize, end: &str) -> String {
    let digit = |place: u32| number / 4_usize.pow(place) % 4;
    let fill = "a".repeat(8);
    let (p, [a, b, c, d]) = ("p".repeat(30), [digit(0), digit(1), digit(2), digit(3)]);
    format!("/{p}/{a}{fill}{b}{fill}{c}{fill}{d}{end}{}", "/e".repeat(30))
}

/// Each path is compared with that of each rule in every way that there is.
fn close_requests() -> Value {
    let entry = |n| json!({"hostPath": {"path": close_path(n, "x"), "volumePath": "/m"}});
    let entries: Vec<Value> = (0..ENTRIES).map(entry).collect();
    pod(&json!(entries).to_string(), &json!([]), &json!([]))
}

fn close_rules() -> Value {
    let rules: Vec<Value> = (0..256)
        .map(|n| json!({"pathPrefix": close_path(n, "")}))
        .collect();
    json!({"allowedHostPaths": rules, "trustedCreators": ["*"]})
}

/// The paths that are allowed are named in each refusal.
fn reserved_requests() -> Value {
    let entry =
        |n| json!({"hostPath": {"path": format!("/data/{}/{n}", "r".repeat(500)), "volumePath": "/m"}});
    let entries: Vec<Value> = (0..ENTRIES).map(entry).collect();
    pod(&json!(entries).to_string(), &json!([]), &json!([]))
}

fn reserved_rules() -> Value {
    let mut rules: Vec<Value> = (0..255)
        .map(|n| json!({"pathPrefix": close_path(n, "")}))
        .collect();
    rules.push(json!({"pathPrefix": "/data", "namespaces": ["others"]}));
    json!({"allowedHostPaths": rules, "trustedCreators": ["*"]})
}

/// Every place is compared with the mounts of claims, each of which is in the one before it.
fn claims_in_compute() -> Value {
    let entry = |n| json!({"hostPath": {"path": "/imgs", "volumePath": "/m", "sharedComputePath": format!("/c/{n}")}});
    let entries: Vec<Value> = (0..ENTRIES).map(entry).collect();
    let volumes = json!([{"name": "c", "persistentVolumeClaim": {"claimName": "c"}}]);
    let mut pod = pod(&json!(entries).to_string(), &volumes, &json!([]));
    let mount = |n: usize| json!({"name": "c", "mountPath": format!("/c{}", "/d".repeat(n % 200))});
    let mounts: Vec<Value> = (0..4_900).map(mount).collect();
    pod["spec"]["containers"][0]["volumeMounts"] = json!(mounts);
    pod
}

/// Which containers are plugin sidecars depends on what compute mounts.
fn plugins() -> Value {
    const PLUGINS: usize = 1_900;
    let mut pod = pod("[]", &json!([]), &json!([]));
    let volume = |n| json!({"name": format!("v{n}"), "emptyDir": {}});
    let mut volumes: Vec<Value> = (0..PLUGINS).map(volume).collect();
    volumes.push(json!({"name": "h", "hostPath": {"path": "/imgs", "type": "Directory"}}));
    let mount = |n| json!({"name": format!("v{n}"), "mountPath": format!("/run/kubevirt-plugin/{n}")});
    let mounts: Vec<Value> = (0..PLUGINS).map(mount).collect();
    let container = |n| {
        json!({"name": format!("c{n}"), "volumeMounts": [
            {"name": format!("v{n}"), "mountPath": "/sockets"},
            {"name": "h", "mountPath": "/imgs", "readOnly": true},
        ]})
    };
    let mut containers: Vec<Value> = (0..PLUGINS).map(container).collect();
    containers.push(json!({"name": "compute", "volumeMounts": mounts}));
    pod["spec"]["volumes"] = json!(volumes);
    pod["spec"]["containers"] = json!(containers);
    pod
}

/// Each volume that would be added is looked for among mounts without a volume.
fn dangling() -> Value {
    let entry = json!({"hostPath": {"path": "/imgs", "volumePath": "/m"}});
    let mut pod = pod(&json!(vec![entry; ENTRIES]).to_string(), &json!([]), &json!([]));
    let mount =
        |n| json!({"name": format!("hook-sidecar-{}-hostpath", n % ENTRIES), "mountPath": format!("/{n}")});
    let mounts: Vec<Value> = (0..7_900).map(mount).collect();
    pod["spec"]["containers"][0]["volumeMounts"] = json!(mounts);
    let sidecar = |n| json!({"name": format!("hook-sidecar-{n}")});
    if let Some(containers) = pod["spec"]["containers"].as_array_mut() {
        containers.extend((1..ENTRIES).map(sidecar));
    }
    pod
}

/// Every place of a sidecar is compared with all others, and every request has a volume of its own.
fn one_list() -> Value {
    let request = |n| json!({"path": format!("/imgs/{n}"), "volumePath": format!("/m/{n}")});
    let requests: Vec<Value> = (0..256).map(request).collect();
    let entry = json!([{"pvc": {"volumePath": "/out"}, "hostPath": requests}]);
    pod(&entry.to_string(), &json!([]), &json!([]))
}

/// Every path has a second name, and so have all rules and sensitive paths.
fn other_names() -> Value {
    let volume = |n| json!({"name": format!("v{n}"), "hostPath": {"path": format!("/var/run/x/{n}"), "type": "Directory"}});
    let mount = |n| json!({"name": format!("v{n}"), "mountPath": format!("/m/{n}"), "readOnly": true});
    let volumes: Vec<Value> = (0..4_900).map(volume).collect();
    let mounts: Vec<Value> = (0..4_900).map(mount).collect();
    pod("[]", &json!(volumes), &json!(mounts))
}

fn many_rules() -> Value {
    let rule = |n: usize| match n {
        0 => json!({"pathPrefix": "/var/run/x"}),
        n if n.is_multiple_of(2) => json!({"path": format!("/run/y/{n}"), "readOnly": false}),
        n => json!({"pathPrefix": format!("/var/run/z/{n}")}),
    };
    let rules: Vec<Value> = (0..256).map(rule).collect();
    let sensitive =
        |directory: &str| -> Vec<String> { (0..1000).map(|n| format!("{directory}/{n}")).collect() };
    json!({
        "allowedHostPaths": rules, "trustedCreators": ["*"],
        "sensitiveHostPaths": sensitive("/run/s"), "additionalSensitiveHostPaths": sensitive("/run/x"),
    })
}

/// Requests of this policy's own annotation, beside mounts of claims that are all to be kept apart from them.
fn own_annotation() -> Value {
    let request =
        |n| json!({"path": "/imgs", "volumePath": format!("/p/{n}"), "sharedComputePath": format!("/s/{n}")});
    let requests: Vec<Value> = (0..256).map(request).collect();
    let claim = json!({"name": "c", "persistentVolumeClaim": {"claimName": "c"}});
    let mut pod = pod("[]", &json!([claim]), &json!([]));
    pod["metadata"]["annotations"]["kubevirt-sidecar-hostpath-policy.dev/hostPaths"] =
        json!(json!({"plugin": requests}).to_string());
    let mounts: Vec<Value> = (0..7_900)
        .map(|n| json!({"name": "c", "mountPath": format!("/c/{n}")}))
        .collect();
    if let Some(containers) = pod["spec"]["containers"].as_array_mut() {
        containers.push(json!({"name": "plugin", "volumeMounts": mounts}));
    }
    pod
}

/// A directory with two names.
const TWO_NAMES: &str = "/run/images";

/// A sidecar with many volumes of one path.
fn same_volumes(path: &str, count: usize) -> Value {
    let mut pod = mounts(count, |n| format!("v{n}"), "/");
    for volume in pod["spec"]["volumes"].as_array_mut().into_iter().flatten() {
        volume["hostPath"]["path"] = json!(path);
    }
    pod
}

/// One rule for all, and many for others beside it, and below `directory` with a placeholder.
fn rules_for_namespaces(path: &str, directory: &str) -> Value {
    let rule = |n: usize| match n {
        0 => json!({"pathPrefix": path}),
        n if n.is_multiple_of(2) => {
            json!({"pathPrefix": format!("{path}{n}"), "namespaces": ["a", "b"]})
        }
        n => json!({"pathPrefix": format!("{directory}/{{namespace}}/x{n}")}),
    };
    let rules: Vec<Value> = (0..256).map(rule).collect();
    json!({"allowedHostPaths": rules, "sensitiveHostPaths": [], "trustedCreators": ["*"]})
}

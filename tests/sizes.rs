//! How much of each thing there may be, and what is said when there is more. That all of it is judged in time is tested
//! on `policy.wasm`: `crates/host/tests/limits`.

#![expect(
    clippy::arithmetic_side_effects,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers of tests: a panic is the test's failure"
)]

use kubevirt_sidecar_hostpath_policy::{FieldPath, hook_sidecar_requests, read_settings, validate};
use rstest::rstest;
use serde_json::{Value, json};

/// The answer's message; empty where the request is accepted.
fn message(request: &Value, settings: &Value) -> String {
    let payload = json!({"request": request, "settings": settings}).to_string();
    let answer: Value = serde_json::from_slice(&validate(payload.as_bytes())).unwrap_or_default();
    assert!(answer["accepted"].is_boolean(), "{answer}");
    answer["message"].as_str().unwrap_or_default().to_owned()
}

fn settings() -> Value {
    json!({"allowedHostPaths": [{"pathPrefix": "/srv"}], "trustedCreators": ["*"]})
}

/// The verdict on a launcher pod with this spec.
fn on_pod(spec: &Value) -> String {
    let pod = json!({"metadata": {"labels": {"kubevirt.io": "virt-launcher"}}, "spec": spec});
    message(
        &json!({"kind": {"kind": "Pod"}, "operation": "CREATE", "object": pod}),
        &settings(),
    )
}

#[test]
fn an_annotation_may_have_as_many_bytes_as_kubernetes_stores() {
    let at = FieldPath::root("a");
    let longest = format!("[{}]", " ".repeat(256 * 1024 - 2));
    assert_eq!(
        hook_sidecar_requests(at, &longest).map(|entries| entries.len()),
        Ok(0)
    );
    let refused = hook_sidecar_requests(at, &format!("{longest} "))
        .err()
        .map(|why| why.detail.clone());
    let expected = "must be at most 262144 bytes: Kubernetes does not store longer annotations";
    assert_eq!(refused.as_deref(), Some(expected));
}

/// A spec with so many volumes, containers and mounts.
fn spec(volumes: usize, containers: usize, mounts: usize) -> Value {
    let mut main = vec![json!({}); containers];
    main.insert(
        0,
        json!({"name": "compute", "volumeMounts": vec![json!({}); mounts]}),
    );
    json!({"volumes": vec![json!({"name": "v", "emptyDir": {}}); volumes], "containers": main})
}

#[rstest]
#[case::mounts_enough(spec(1, 0, 9_998), "")]
#[case::one_volume(spec(2, 0, 9_998), "spec.containers[0].volumeMounts")]
#[case::one_mount(spec(1, 0, 9_999), "spec.containers[0].volumeMounts")]
#[case::one_container(spec(16, 9_985, 0), "spec.containers")]
#[case::volumes(spec(10_001, 0, 0), "spec.volumes")]
fn a_pod_may_have_ten_thousand_volumes_containers_and_mounts(#[case] spec: Value, #[case] refused: &str) {
    let expected = match refused {
        "" => String::new(),
        at => format!(
            "{at}: Invalid value: \"list\": a pod may have at most 10000 volumes, containers and mounts"
        ),
    };
    assert_eq!(on_pod(&spec), expected);
}

#[rstest]
#[case::sensitive_paths("sensitiveHostPaths", |n| json!(format!("/secret/{n}")))]
#[case::creators("trustedCreators", |n| json!(format!("user{n}")))]
fn a_list_of_the_settings_may_have_a_thousand_items(#[case] key: &str, #[case] item: fn(usize) -> Value) {
    let with = |count: usize| {
        let mut settings = settings();
        settings[key] = (0..count).map(item).collect();
        let read = read_settings(settings.to_string().as_bytes());
        read.map_or_else(|refused| refused.to_string(), |_| String::new())
    };
    assert_eq!(with(1000), "");
    let expected = format!("settings.{key}: Invalid value: \"list\": must have at most 1000 items");
    assert_eq!(with(1001), expected);
}

#[test]
fn there_may_be_256_rules() {
    let with = |count: usize| {
        let mut settings = settings();
        settings["allowedHostPaths"] = (0..count).map(|n| json!({"path": format!("/srv/{n}")})).collect();
        let read = read_settings(settings.to_string().as_bytes());
        read.map_or_else(|refused| refused.to_string(), |_| String::new())
    };
    assert_eq!(with(256), "");
    assert_eq!(
        with(257),
        "settings.allowedHostPaths: Invalid value: \"list\": must have at most 256 rules"
    );
}

/// More than are looked for.
const MANY: usize = 1003;

/// How many violations a message has, printed or counted; it must be no longer than a message may be.
fn violations_in(message: &str) -> usize {
    assert!(message.len() <= 16 * 1024, "{} bytes", message.len());
    let (_, more) = message.rsplit_once("; and ").unwrap();
    let more: usize = more.strip_suffix(" more violations").unwrap().parse().unwrap();
    let printed = ["Invalid value: ", "Forbidden: "].map(|kind| message.matches(kind).count());
    printed.iter().sum::<usize>() + more
}

#[rstest]
#[case::keys(&format!("{{{}}}", (0..MANY).map(|n| format!("\"k{n}\": 0")).collect::<Vec<_>>().join(",")), 256)]
#[case::lists(&json!({"allowedHostPaths": vec![json!({"path": "/srv", "types": vec![0; 501]}); 3]}).to_string(), 501)]
fn faults_of_the_settings_are_looked_for_until_there_are_enough(
    #[case] settings: &str,
    #[case] expected: usize,
) {
    let message =
        read_settings(settings.as_bytes()).map_or_else(|refused| refused.to_string(), |_| String::new());
    assert_eq!(violations_in(&message), expected);
}

#[rstest]
#[case::in_a_new_pod("containers", "CREATE", None)]
#[case::in_a_running_pod("ephemeralContainers", "UPDATE", Some("ephemeralcontainers"))]
fn forbidden_mounts_are_looked_for_until_there_are_enough(
    #[case] list: &str,
    #[case] operation: &str,
    #[case] sub_resource: Option<&str>,
) {
    let mount = |n| json!({"name": "v", "mountPath": format!("/m/{n}"), "readOnly": true});
    let mounts: Vec<Value> = (0..MANY).map(mount).collect();
    let mut spec = json!({
        "volumes": [{"name": "v", "hostPath": {"path": "/etc", "type": "Directory"}}],
        "containers": [{"name": "hook-sidecar-0", "volumeMounts": [mount(0)]}],
    });
    let name = if list == "containers" {
        "hook-sidecar-0"
    } else {
        "debug"
    };
    let old_spec = spec.clone();
    spec[list] = json!([{"name": name, "volumeMounts": mounts}]);
    let pod = json!({"metadata": {"labels": {"kubevirt.io": "virt-launcher"}}, "spec": spec});
    let request = json!({
        "kind": {"kind": "Pod"}, "operation": operation, "subResource": sub_resource, "object": pod,
        "oldObject": {"spec": old_spec},
    });
    let message = message(&request, &settings());
    assert_eq!(violations_in(&message), 256);
}

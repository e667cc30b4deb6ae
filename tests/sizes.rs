//! How much of each thing there may be, and what is said when there is more. That all of it is judged in time is tested
//! on `policy.wasm`: `host/tests/limits`.

#![expect(
    clippy::indexing_slicing,
    reason = "helpers of tests: a panic is the test's failure"
)]

use kubevirt_sidecar_hostpath_policy::{base::field, read_settings, requests::annotation, validate};
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
    let at = field::Path::root("a");
    let longest = format!("[{}]", " ".repeat(256 * 1024 - 2));
    assert_eq!(
        annotation::read(at, &longest).map(|read| read.entries.len()),
        Ok(0)
    );
    let refused = annotation::read(at, &format!("{longest} "))
        .err()
        .map(|why| why.detail);
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
#[case::rules("allowedHostPaths", |n| json!({"path": format!("/srv/{n}")}))]
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

/// Three more than are looked for.
const MANY: usize = 1003;

#[rstest]
#[case::keys(&format!("{{{}}}", (0..MANY).map(|n| format!("\"k{n}\": 0")).collect::<Vec<_>>().join(",")))]
#[case::items(&json!({"allowedHostPaths": vec![json!({"types": vec![0; 501]}); 3]}).to_string())]
fn faults_of_the_settings_are_looked_for_until_there_are_enough(#[case] settings: &str) {
    let message =
        read_settings(settings.as_bytes()).map_or_else(|refused| refused.to_string(), |_| String::new());
    let (_, more) = message.rsplit_once("; ").unwrap_or_default();
    let more = more
        .split(' ')
        .nth(1)
        .and_then(|count| count.parse::<usize>().ok());
    assert!(
        more.is_some_and(|more| (744..=1256).contains(&more)),
        "{more:?}: {message}"
    );
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
    assert!(message.ends_with("; and 744 more violations"), "{message}");
}

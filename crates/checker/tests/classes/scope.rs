//! All settings of few rules, and all requests of few words.

use checker::classes::difference::Difference;
use kubevirt_sidecar_hostpath_policy::{Access, HostPath, HostPathType, Namespace, Settings, SettingsFor};
use serde_json::{Value, json};

use crate::universe::{Request, settings};

const PATHS: [&str; 18] = [
    "/",
    "/d",
    "/d/t",
    "/d/t/a",
    "/d/t/a/x",
    "/d/t/b",
    "/d/t/b/x",
    "/d/t/c",
    "/d/t/X",
    "/d/t/other",
    "/d/z",
    "/run/v",
    "/run/v/x",
    "/var/run/v",
    "/var/run/v/x",
    "/srv/a/x",
    "/var/srv/a",
    "/var/srv/a/x",
];
const NAMESPACES: [&str; 3] = ["a", "b", "any"];
const CONTAINERS: [(Option<&str>, bool); 6] = [
    (Some("hook-sidecar-0"), true),
    (Some("compute"), true),
    (Some("plugin-x"), true),
    (Some("plugin-x"), false),
    (Some("compute"), false),
    (None, false),
];

fn all_rules() -> Vec<Value> {
    vec![
        json!({"pathPrefix": "/d"}),
        json!({"path": "/d/t", "readOnly": false}),
        json!({"pathPrefix": "/d/t/a", "namespaces": ["a"]}),
        json!({"pathPrefix": "/d/t", "namespaces": ["a", "b"], "types": ["File"]}),
        json!({"path": "/d/t/a/x", "containers": ["plugin-x"]}),
        json!({"pathPrefix": "/d/t/b", "requestable": false, "allowSharedCompute": true}),
        json!({"pathPrefix": "/d/t/{namespace}"}),
        json!({"pathPrefix": "/d/t/{namespace}/x", "allowSharedCompute": true}),
        json!({"path": "/run/v", "readOnly": false, "types": ["Directory"]}),
        json!({"pathPrefix": "/var/run/v", "containers": ["plugin-x"], "allowSharedCompute": true}),
        json!({"path": "/srv/a/x", "namespaces": ["b"]}),
        json!({"pathPrefix": "/var/srv/a"}),
    ]
}

/// All valid settings of at most two of the rules, by the numbers of those.
fn all_settings() -> Vec<(Vec<usize>, Settings)> {
    let rules = all_rules();
    let count = rules.len();
    let pairs = (0..count).flat_map(|one| (one + 1..count).map(move |other| vec![one, other]));
    let sets = std::iter::once(Vec::new())
        .chain((0..count).map(|one| vec![one]))
        .chain(pairs);
    sets.filter_map(|set| {
        let rules: Vec<&Value> = set.iter().map(|number| &rules[*number]).collect();
        let settings = settings(&json!({
            "allowedHostPaths": rules,
            "sensitiveHostPaths": ["/run/v/x", "/d/z"],
            "requestContainers": {"plugin-x": "/m"},
        }))?;
        Some((set, settings))
    })
    .collect()
}

fn requests() -> Vec<Request> {
    let mut requests = Vec::new();
    for namespace in NAMESPACES {
        for path in PATHS {
            for (container, asks) in CONTAINERS {
                for host_path_type in [HostPathType::Directory, HostPathType::File] {
                    for access in [Access::ReadOnly, Access::Writable] {
                        requests.push(Request {
                            namespace: namespace.to_owned(),
                            container: container.map(str::to_owned),
                            requests: asks,
                            path: HostPath::parse(path).unwrap(),
                            host_path_type,
                            access,
                        });
                    }
                }
            }
        }
    }
    requests
}

fn verdicts(settings: &Settings, requests: &[Request]) -> Vec<bool> {
    let permitted = |request: &Request| {
        let namespace = Namespace::named(&request.namespace);
        let settings = SettingsFor::new(settings, &namespace);
        request.is_permitted(&settings, &settings.around(&request.path))
    };
    requests.iter().map(permitted).collect()
}

/// One rule more or less, or another one instead.
#[test]
fn every_small_change() {
    let requests = requests();
    let all: Vec<(Vec<usize>, Settings, Vec<bool>)> = all_settings()
        .into_iter()
        .map(|(set, settings)| {
            let verdicts = verdicts(&settings, &requests);
            (set, settings, verdicts)
        })
        .collect();
    let mut changed = 0;
    for (one, before, before_verdicts) in &all {
        for (other, after, after_verdicts) in &all {
            let common = one.iter().filter(|number| other.contains(number)).count();
            if common + 1 < one.len().max(other.len()) {
                continue;
            }
            let difference = Difference::of(before, after);
            for ((request, before), after) in requests.iter().zip(before_verdicts).zip(after_verdicts) {
                assert_eq!(
                    request.agrees(*before, *after, &difference),
                    Ok(()),
                    "{one:?} {other:?}"
                );
                changed += usize::from(before != after);
            }
        }
    }
    assert!(changed > 10_000, "{changed}");
}

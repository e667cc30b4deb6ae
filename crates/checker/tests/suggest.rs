//! `suggest`: nothing can be taken away from what it prints, and what it rejects cannot be helped.

#![expect(
    clippy::arithmetic_side_effects,
    clippy::needless_range_loop,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

use checker::evaluator::Evaluator;
use checker::manifests::finding::{Verdict, finding};
use checker::manifests::{manifest::Manifest, reader};
use checker::policy::Linked;
use checker::settings::rules;
use checker::suggest::{Rejection, suggest};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

type SettingsJson = Map<String, Value>;

fn manifests(items: &[Value]) -> Vec<Manifest> {
    let list = json!({"apiVersion": "v1", "kind": "List", "items": items}).to_string();
    let found = reader::read(&list, "vms.json");
    assert_eq!(found.faults, []);
    found.manifests
}

/// Which of the objects are accepted; none where the settings are refused.
fn accepted(settings: &SettingsJson, manifests: &[Manifest]) -> Vec<bool> {
    let Ok(read) = rules(settings) else {
        return vec![false; manifests.len()];
    };
    let evaluator = Evaluator::new(Linked, settings.clone()).unwrap();
    let verdict = |manifest| finding(manifest, 1, &evaluator, &read).unwrap().verdict;
    manifests
        .iter()
        .map(|manifest| verdict(manifest) == Verdict::Accepted)
        .collect()
}

/// The settings, each with one member less, or one that permits less.
fn narrowings(settings: &SettingsJson) -> Vec<(String, SettingsJson)> {
    let mut all = Vec::new();
    let mut add = |what: String, path: &[&str], value: Option<Value>| {
        let mut narrow = Value::Object(settings.clone());
        let mut at = &mut narrow;
        for key in &path[..path.len() - 1] {
            at = match key.parse::<usize>() {
                Ok(index) => &mut at[index],
                Err(_) => &mut at[*key],
            };
        }
        let last = path[path.len() - 1];
        match (at, value) {
            (Value::Array(items), None) => {
                items.remove(last.parse().unwrap());
            }
            (Value::Object(members), None) => {
                members.remove(last);
            }
            (Value::Array(items), Some(value)) => items[last.parse::<usize>().unwrap()] = value,
            (at, Some(value)) => at[last] = value,
            other => panic!("{other:?}"),
        }
        all.push((what, narrow.as_object().unwrap().clone()));
    };
    let list = settings["allowedHostPaths"].as_array().unwrap();
    for (number, rule) in list.iter().enumerate() {
        let index = number.to_string();
        let at = ["allowedHostPaths", &index];
        add(format!("without rule {number}"), &at, None);
        for (key, value) in rule.as_object().unwrap() {
            let at = [at[0], at[1], key];
            match (key.as_str(), value) {
                ("types" | "namespaces" | "containers", Value::Array(items)) if items.len() > 1 => {
                    for item in 0..items.len() {
                        let what = format!("without {} in {key} of rule {number}", items[item]);
                        add(what, &[at[0], at[1], at[2], &item.to_string()], None);
                    }
                }
                ("readOnly" | "allowSharedCompute", _) => {
                    add(format!("rule {number} without {key}"), &at, None)
                }
                _ => {}
            }
        }
        let mut exact = rule.as_object().unwrap().clone();
        if let Some(path) = exact.remove("pathPrefix") {
            exact.insert("path".to_owned(), path.clone());
            add(
                format!("rule {number} for one path"),
                &at,
                Some(Value::from(exact)),
            );
            let mut deeper = rule.as_object().unwrap().clone();
            deeper["pathPrefix"] = json!(format!("{}/x", path.as_str().unwrap()));
            add(format!("rule {number} deeper"), &at, Some(Value::from(deeper)));
        }
        if rule.get("requestable").is_none() {
            add(
                format!("rule {number} not requestable"),
                &[at[0], at[1], "requestable"],
                Some(json!(false)),
            );
        }
        if rule.get("namespaces").is_none() {
            let names = json!(["team-a", "team-b"]);
            add(
                format!("rule {number} for namespaces"),
                &[at[0], at[1], "namespaces"],
                Some(names),
            );
        }
    }
    for (name, directory) in settings
        .get("requestContainers")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
    {
        add(
            format!("without container {name}"),
            &["requestContainers", name],
            None,
        );
        let deeper = json!(format!("{}/deeper", directory.as_str().unwrap()));
        add(
            format!("{name} deeper"),
            &["requestContainers", name],
            Some(deeper),
        );
    }
    for number in 0..settings
        .get("allowedTypes")
        .and_then(Value::as_array)
        .map_or(0, Vec::len)
    {
        add(
            format!("without allowed type {number}"),
            &["allowedTypes", &number.to_string()],
            None,
        );
    }
    for path in ["/srv/kubernetes", "/opt/cni"] {
        if let Some(list) = settings
            .get("sensitiveHostPaths")
            .filter(|list| !list.as_array().unwrap().contains(&json!(path)))
        {
            let longer: Vec<Value> = list
                .as_array()
                .unwrap()
                .iter()
                .cloned()
                .chain([json!(path)])
                .collect();
            add(
                format!("with {path} sensitive"),
                &["sensitiveHostPaths"],
                Some(Value::from(longer)),
            );
        }
    }
    all
}

const PATHS: [&str; 14] = [
    "/a",
    "/a/b",
    "/a/b/c",
    "/a/b/x",
    "/a/x/c",
    "/var/run/x",
    "/var/run/x/y",
    "/run",
    "/run/x",
    "/srv",
    "/srv/x",
    "/var/srv/w",
    "/srv/w",
    "/var",
];

fn request() -> impl Strategy<Value = Value> {
    let writable = prop::bool::weighted(0.2);
    let shares = prop::bool::weighted(0.3);
    let types = vec!["Directory", "File", "Socket"];
    (
        prop::sample::select(PATHS.to_vec()),
        prop::sample::select(types),
        writable,
        shares,
        0..3_u8,
    )
        .prop_map(|(path, host_path_type, writable, shares, place)| {
            let mut request =
                json!({"path": path, "volumePath": format!("/host/{place}"), "type": host_path_type});
            if writable {
                request["readOnly"] = json!(false);
            }
            if shares {
                request["sharedComputePath"] = json!(format!("/host{}", path.replace(['{', '}'], "")));
            }
            request
        })
}

/// An object with requests: in its sidecars, in a plugin's container, or in `compute`.
fn requester() -> impl Strategy<Value = Value> {
    let kinds = vec![
        "VirtualMachineInstance",
        "VirtualMachineInstance",
        "VirtualMachineInstance",
        "VirtualMachineClusterPreference",
    ];
    let of = prop::sample::select(vec!["", "", "plugin-sidecar-x", "plugin-sidecar-y", "compute"]);
    (prop::sample::select(kinds), of, prop::collection::vec(request(), 1..3)).prop_map(|(kind, container, requests)| {
        let annotations = if container.is_empty() {
            let entries: Vec<Value> = requests.iter().map(|request| json!({"hostPath": request})).collect();
            json!({"hooks.kubevirt.io/hookSidecars": Value::from(entries).to_string()})
        } else {
            json!({"kubevirt-sidecar-hostpath-policy.dev/hostPaths": json!({container: requests[0]}).to_string()})
        };
        match kind {
            "VirtualMachineInstance" => {
                json!({"apiVersion": "kubevirt.io/v1", "kind": kind, "metadata": {"annotations": annotations}})
            }
            _ => json!({"apiVersion": "instancetype.kubevirt.io/v1beta1", "kind": kind, "metadata": {}, "spec": {"annotations": annotations}}),
        }
    })
}

/// A launcher pod in which an agent has mounted a host path.
fn pod() -> impl Strategy<Value = Value> {
    let containers = prop::sample::subsequence(vec!["compute", "agent", "hook-sidecar-0"], 1..=3);
    let types = prop::sample::select(vec!["", "Directory", "File"]);
    let (writable, sub_path) = (prop::bool::weighted(0.2), prop::bool::weighted(0.2));
    (prop::sample::select(PATHS.to_vec()), types, containers, writable, sub_path).prop_map(
        |(path, host_path_type, containers, writable, sub_path)| {
            let mut volume = json!({"name": "agent", "hostPath": {"path": path}});
            if !host_path_type.is_empty() {
                volume["hostPath"]["type"] = json!(host_path_type);
            }
            let mut mount = json!({"name": "agent", "mountPath": "/agent", "readOnly": !writable});
            if sub_path {
                mount["subPath"] = json!("s");
            }
            let container = |name: &&str| json!({"name": name, "volumeMounts": [mount]});
            let containers: Vec<Value> = containers.iter().map(container).collect();
            json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"labels": {"kubevirt.io": "virt-launcher"}},
                "spec": {"containers": containers, "volumes": [volume]}})
        },
    )
}

fn object() -> impl Strategy<Value = Value> {
    let namespace = prop::sample::select(vec![Some("team-a"), Some("team-b"), Some("team-c"), None]);
    (namespace, prop_oneof![3 => requester(), 1 => pod()]).prop_map(|(namespace, mut object)| {
        if let Some(namespace) = namespace.filter(|_| object["kind"] != "VirtualMachineClusterPreference") {
            object["metadata"]["namespace"] = json!(namespace);
        }
        object
    })
}

fn named(objects: Vec<Value>) -> Vec<Value> {
    let named = objects.into_iter().enumerate().map(|(number, mut object)| {
        object["metadata"]["name"] = json!(format!("o{number}"));
        object
    });
    named.collect()
}

/// Settings that are wide for one path or another, in every form.
fn wide() -> impl Strategy<Value = SettingsJson> {
    let types = json!(["", "Directory", "DirectoryOrCreate", "File", "Socket"]);
    let places = prop::sample::subsequence(PATHS.to_vec(), 1..4);
    (places, any::<u8>(), any::<bool>()).prop_map(move |(paths, forms, protects)| {
        let rules: Vec<Value> = paths
            .into_iter()
            .enumerate()
            .map(
                |(number, path)| match (path.split_once('{'), forms >> (2 * number) & 3) {
                    (Some((directory, _)), _) => json!({"pathPrefix": directory}),
                    (None, 0) => json!({"pathPrefix": path}),
                    (None, 1) => json!({"path": path, "readOnly": false}),
                    (None, _) => json!({"path": path}),
                },
            )
            .map(|mut rule| {
                rule["allowSharedCompute"] = json!(true);
                rule
            })
            .collect();
        let mut settings = json!({"allowedHostPaths": rules, "allowedTypes": types,
            "requestContainers": {"plugin-sidecar-x": "/host", "plugin-sidecar-y": "/host"}});
        if !protects {
            settings["sensitiveHostPaths"] = json!([]);
        }
        settings.as_object().unwrap().clone()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    /// What is not rejected is accepted, and no narrower settings accept it.
    #[test]
    fn nothing_can_be_taken_away(objects in prop::collection::vec(object(), 1..6)) {
        let objects = named(objects);
        let manifests = manifests(&objects);
        let suggestion = suggest(&manifests).unwrap();
        let promised: Vec<bool> = (0..manifests.len()).map(|number| !suggestion.rejected.contains_key(&number)).collect();
        let shown = Value::Object(suggestion.settings.clone());
        prop_assert_eq!(accepted(&suggestion.settings, &manifests), promised.clone(), "{}", shown);
        // Any rule is for an object that serves every namespace, and for whom it is else nobody knows.
        let serves_every = |object: &Value| object["kind"] == "VirtualMachineClusterPreference";
        for (what, narrow) in narrowings(&suggestion.settings) {
            if what.ends_with("for namespaces") && objects.iter().any(serves_every) {
                continue;
            }
            let kept = accepted(&narrow, &manifests);
            let is_less = kept.iter().zip(&promised).any(|(kept, promised)| *promised && !kept);
            prop_assert!(is_less, "{what}: {shown}");
        }
    }

    /// What no settings permit is rejected by whatever settings; what gives way to others is accepted without them.
    #[test]
    fn what_is_rejected_cannot_be_helped(
        objects in prop::collection::vec(object(), 1..6),
        wide in prop::collection::vec(wide(), 20),
    ) {
        let manifests = manifests(&named(objects));
        let suggestion = suggest(&manifests).unwrap();
        for (number, rejection) in &suggestion.rejected {
            let alone = &manifests[*number..=*number];
            match rejection {
                Rejection::Always(_) => {
                    for settings in &wide {
                        prop_assert_eq!(accepted(settings, alone), [false], "{:?}", settings);
                    }
                }
                Rejection::Beside { why, other } => {
                    let settings = suggest(alone).unwrap().settings;
                    prop_assert_eq!(accepted(&settings, alone), [true], "{}", why);
                    let is_kept = other.is_none_or(|other| !suggestion.rejected.contains_key(&other));
                    prop_assert!(is_kept, "{}", why);
                }
            }
        }
    }
}

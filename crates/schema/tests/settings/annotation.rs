//! `docs/annotation.schema.json`, held to the policy's reader: on the annotations of the corpus and on changes of each.

use std::collections::BTreeSet;
use std::fs;

use jsonschema::Validator;
use kubevirt_sidecar_hostpath_policy::{FieldPath, hook_sidecar_requests};
use serde_json::{Map, Value, json};

use crate::reader::{root, text};

fn validator() -> Validator {
    let schema: Value = serde_json::from_str(&text("docs/annotation.schema.json")).unwrap();
    Validator::new(&schema).unwrap()
}

/// Whether each request can be read, regardless of the settings.
fn is_read(annotation: &Value) -> bool {
    let text = annotation.to_string();
    hook_sidecar_requests(FieldPath::root("a"), &text).is_ok_and(|entries| {
        entries.iter().all(|entry| {
            entry.as_ref().is_ok_and(|entry| {
                entry.path.is_ok()
                    && entry.volume_path.is_ok()
                    && entry.host_path_type.is_ok()
                    && entry.access.is_ok()
                    && entry.shared_compute_path.is_ok()
                    && entry.unknown.is_empty()
            })
        })
    })
}

/// The annotations of all cases that are JSON.
fn annotations() -> Vec<Value> {
    let files = fs::read_dir(root().join("tests/cases")).unwrap();
    let files = files
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file());
    let cases = files.flat_map(|path| {
        serde_json::from_str::<Map<String, Value>>(&fs::read_to_string(path).unwrap()).unwrap()
    });
    cases
        .filter_map(|(_, case)| serde_json::from_str(case.get("annotation")?.as_str()?).ok())
        .collect()
}

/// The value with each of its parts in turn in another form.
fn changed(value: &Value) -> Vec<Value> {
    let mut all = vec![
        Value::Null,
        json!(true),
        json!(1),
        json!(""),
        json!("x"),
        json!("/x"),
        json!("/a:b"),
        json!([]),
        json!([null]),
        json!({}),
    ];
    match value {
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                all.extend(changed(item).into_iter().map(|item| {
                    let mut items = items.clone();
                    *items.get_mut(index).unwrap() = item;
                    Value::from(items)
                }));
            }
        }
        Value::Object(members) => {
            for (key, member) in members {
                all.extend(changed(member).into_iter().map(|member| {
                    let mut members = members.clone();
                    members.insert(key.clone(), member);
                    Value::from(members)
                }));
                let mut less = members.clone();
                less.remove(key);
                all.push(less.into());
            }
            let mut more = members.clone();
            more.insert("hostpath".to_owned(), json!(1));
            all.push(more.into());
        }
        _ => {}
    }
    all
}

#[test]
fn the_schema_and_the_reader_agree() {
    let validator = validator();
    let mut seen = BTreeSet::new();
    let (mut valid, mut invalid) = (0, 0);
    for annotation in annotations() {
        // The longest ones have nothing that others lack.
        let is_short = annotation.to_string().len() < 2_000;
        let changed = if is_short {
            changed(&annotation)
        } else {
            Vec::new()
        };
        for annotation in changed.into_iter().chain([annotation]) {
            if !seen.insert(annotation.to_string()) || annotation.to_string().len() > 200_000 {
                continue;
            }
            let is_read = is_read(&annotation);
            assert_eq!(validator.is_valid(&annotation), is_read, "{annotation}");
            if is_read { valid += 1 } else { invalid += 1 }
        }
    }
    assert!(valid > 30 && invalid > 1_000, "{valid} valid, {invalid} invalid");
}

#[test]
fn the_policies_of_this_repository_fit_their_schema() {
    let schema: Value = serde_json::from_str(&text("docs/policy.schema.json")).unwrap();
    let validator = Validator::new(&schema).unwrap();
    let policy = |settings: Value| {
        json!({
            "apiVersion": "policies.kubewarden.io/v1",
            "kind": "ClusterAdmissionPolicy",
            "metadata": {"name": "x"},
            "spec": {"module": "registry://x/kubevirt-sidecar-hostpath-policy:v1", "settings": settings, "mutating": true},
        })
    };
    let example: Value = yaml_serde::from_str(&text("examples/settings-full.yaml")).unwrap();
    assert!(validator.is_valid(&policy(example)));
    assert!(!validator.is_valid(&policy(json!({"allowedHostPaths": [{"path": "x"}]}))));
    assert!(!validator.is_valid(&policy(json!({"allowedHostPath": []}))));
    let mut other = policy(json!({"allowedHostPaths": []}));
    other["kind"] = json!("PolicyServer");
    assert!(!validator.is_valid(&other));
}

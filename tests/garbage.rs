//! Damaged payloads: any part of a request is replaced, and there is a proper verdict, and no launcher
//! pod comes through in which, by `crates/model/`, a container sees more of the node than the settings allow.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers of tests: a panic is the test's failure"
)]

use kubevirt_sidecar_hostpath_policy::{validate, validate_settings};
use proptest::{prelude::*, sample::Index};
use serde_json::{Value, json};

fn payload() -> Value {
    let request = include_str!("fixtures/launcher-two-sidecars.json");
    let mut request: Value = serde_json::from_str(request).unwrap();
    // One sidecar already mounts a host path, so that there is something of others to look at.
    let spec = &mut request["object"]["spec"];
    let volume = json!({"name": "there", "hostPath": {"path": "/data/there", "type": "File"}});
    spec["volumes"].as_array_mut().unwrap().push(volume);
    for container in spec["containers"].as_array_mut().unwrap() {
        if container["name"] == "hook-sidecar-1" {
            let mount = json!({"name": "there", "mountPath": "/there", "readOnly": true});
            container["volumeMounts"].as_array_mut().unwrap().push(mount);
        }
    }
    let settings = json!({"allowedHostPaths": [{"pathPrefix": "/var/lib/kubevirt/images"}, {"pathPrefix": "/data"},
        {"pathPrefix": "/srv"}, {"pathPrefix": "/opt"}], "trustedCreators": ["*"]});
    json!({"request": request, "settings": settings})
}

/// The places in a document, as JSON pointers.
fn pointers(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match value {
        Value::Object(map) => {
            for (key, inner) in map {
                let key = key.replace('~', "~0").replace('/', "~1");
                pointers(inner, &format!("{at}/{key}"), found);
            }
        }
        Value::Array(items) => {
            for (index, inner) in items.iter().enumerate() {
                pointers(inner, &format!("{at}/{index}"), found);
            }
        }
        _ => {}
    }
}

fn junk() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        Just(json!(7)),
        Just(json!(-1.5e300)),
        Just(json!("")),
        Just(json!("/")),
        Just(json!("/etc")),
        Just(json!("/data/../etc")),
        Just(json!("hook-sidecar-1")),
        Just(json!("there")),
        Just(json!("Bidirectional")),
        Just(json!(
            "[null, {\"hostPath\": {\"path\": \"/\", \"volumePath\": \"/x\"}}]"
        )),
        Just(json!([])),
        Just(json!([null])),
        Just(json!({})),
        Just(json!([{"name": "there", "hostPath": {"path": "/etc"}}])),
        Just(json!({"path": "/root", "type": ""})),
    ]
}

/// The answer, which must be one of the two proper forms.
fn answer(payload: &[u8]) -> Value {
    let answer: Value = serde_json::from_slice(&validate(payload)).unwrap();
    if answer["accepted"] == json!(false) {
        let message = answer["message"].as_str().unwrap();
        assert!(
            !message.is_empty() && !message.contains(char::is_control),
            "{message:?}"
        );
        assert!(answer["code"] == 403 || answer["code"] == 422, "{answer}");
        assert_eq!(answer["mutated_object"], Value::Null);
    } else {
        assert_eq!(answer["accepted"], json!(true));
    }
    answer
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(model::cases(500)))]

    #[test]
    fn a_damaged_payload_gets_a_proper_verdict(damage in prop::collection::vec((any::<Index>(), junk()), 1..4)) {
        let mut payload = payload();
        for (place, junk) in damage {
            let mut places = Vec::new();
            pointers(&payload, "", &mut places);
            let place: &String = place.get(&places);
            *payload.pointer_mut(place).unwrap() = junk;
        }
        fuzz_targets::payload(payload.to_string().as_bytes());
    }

    #[test]
    fn a_truncated_payload_is_rejected(cut in any::<Index>()) {
        let payload = payload().to_string();
        let cut = payload.floor_char_boundary(cut.index(payload.len()));
        let answer = answer(&payload.as_bytes()[..cut]);
        prop_assert_eq!(&answer["code"], &json!(422));
    }

    #[test]
    fn bytes_are_rejected(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        prop_assert_eq!(&answer(&bytes)["accepted"], &json!(false));
        let settings: Value = serde_json::from_slice(&validate_settings(&bytes)).unwrap();
        prop_assert_eq!(&settings["valid"], &json!(false));
    }

    #[test]
    fn an_annotation_of_any_text_gets_a_proper_verdict(text in "[\\[\\]{}\":,/a-z\\\\ \u{17f}0-9.-]{0,60}") {
        let mut payload = payload();
        payload["request"]["object"]["metadata"]["annotations"]["hooks.kubevirt.io/hookSidecars"] = json!(text);
        answer(payload.to_string().as_bytes());
    }
}

#[test]
fn the_undamaged_payload_is_mutated() {
    let answer = answer(payload().to_string().as_bytes());
    assert!(answer["mutated_object"].is_object(), "{answer}");
}

//! Each check of the test kit fails on an engine that misbehaves in the way it looks for, and only then.

use super::{Corpus, allow, honest, invalid, mutate, pod, reject, valid};
use crate::{Case, Texts, load};
use serde_json::{Value, json};

/// Spoils the honest answer to one payload.
type Twist = fn(payload: &Value, answer: &mut Value);

/// A case loaded from `file` with the given content.
fn case(file: &str, content: &Value) -> Case {
    let corpus = Corpus::new();
    corpus.write(file, content);
    load(&corpus.cases()).unwrap().pop().unwrap()
}

/// Runs each twist on the case and expects a failure that says so.
#[track_caller]
fn fails(case: &Case, twists: &[(&str, Twist)]) {
    case.run(&honest).unwrap();
    for (expected, twist) in twists {
        let engine = |operation: &str, payload: &[u8]| {
            let mut answer = serde_json::from_slice(&honest(operation, payload)?).unwrap();
            twist(&serde_json::from_slice(payload).unwrap_or_default(), &mut answer);
            Ok(answer.to_string().into_bytes())
        };
        let failure = case.run(&engine).expect_err(expected);
        assert!(failure.contains(expected), "expected {expected:?} in: {failure}");
        assert!(failure.starts_with(case.name()), "{failure}");
    }
}

/// Whether the payload is the one of the case itself, not one derived from it.
fn first(payload: &Value) -> bool {
    payload["settings"]["verifyOnly"].is_null()
        && payload["request"]["object"]["spec"]["volumes"][1].is_null()
}

/// Whether the payload holds the mutated object.
fn result(payload: &Value) -> bool {
    payload["request"]["object"]["spec"]["volumes"][1].is_object()
}

#[test]
fn rejections() {
    let case = case("cases/r1-reject-bad.json", &reject());
    fails(
        &case,
        &[
            ("verdict: expected Deny, got Allow", |_, answer| {
                *answer = json!({"accepted": true})
            }),
            ("code:", |_, answer| answer["code"] = json!(422)),
            ("code:", |_, answer| answer["code"] = Value::Null),
            ("message:", |_, answer| answer["message"] = json!("Forbidden")),
            ("an empty message", |_, answer| answer["message"] = json!("")),
            ("an empty message", |_, answer| answer["message"] = Value::Null),
            ("control characters in the message", |_, answer| {
                answer["message"] = json!("a\nb")
            }),
            ("control characters in the message", |_, answer| {
                answer["message"] = json!("a\u{2028}b")
            }),
            ("violates PodSecurity", |_, answer| {
                answer["message"] = json!("it violates PodSecurity")
            }),
            ("rejected with a mutated object", |_, answer| {
                answer["mutated_object"] = json!({})
            }),
            ("rejected with warnings", |_, answer| {
                answer["warnings"] = json!(["w"])
            }),
            ("rejected with audit annotations", |_, answer| {
                answer["audit_annotations"] = json!({"host-paths": "[]"})
            }),
            ("malformed response", |_, answer| {
                *answer = json!({"accepted": "no"})
            }),
            ("malformed response", |_, answer| {
                answer["mutatedObject"] = Value::Null
            }),
            ("the original under verifyOnly: accepted", |payload, answer| {
                if payload["settings"]["verifyOnly"] == true {
                    *answer = json!({"accepted": true});
                }
            }),
        ],
    );
}

#[test]
fn acceptances() {
    let case = case("cases/r1-accept-good.json", &allow());
    fails(
        &case,
        &[
            ("verdict: expected Allow, got Deny (no)", |_, answer| {
                *answer = json!({"accepted": false, "message": "no"})
            }),
            ("accepted with a message", |_, answer| {
                answer["message"] = json!("fine")
            }),
            ("accepted with the code", |_, answer| answer["code"] = json!(200)),
            ("warnings:", |_, answer| answer["warnings"] = json!(["w"])),
            ("an empty warning", |_, answer| answer["warnings"] = json!([""])),
            ("control characters in the warning", |_, answer| {
                answer["warnings"] = json!(["\u{7f}"])
            }),
            ("audit:", |_, answer| {
                answer["audit_annotations"] = json!({"host-paths": "[]"})
            }),
            ("audit annotation host-paths", |_, answer| {
                answer["audit_annotations"] = json!({"host-paths": "x"})
            }),
            ("unknown audit annotation", |_, answer| {
                answer["audit_annotations"] = json!({"paths": "x"})
            }),
            ("verdict: expected Allow, got Mutate", |payload, answer| {
                answer["mutated_object"] = payload["request"]["object"].clone();
            }),
            ("under verifyOnly: rejected", |payload, answer| {
                if payload["settings"]["verifyOnly"] == true {
                    *answer = json!({"accepted": false, "code": 422, "message": "no"});
                }
            }),
        ],
    );
}

#[test]
fn mutations() {
    let case = case("cases/r2-accept-injected.json", &mutate());
    fails(
        &case,
        &[
            ("verdict: expected Mutate, got Allow", |_, answer| {
                answer["mutated_object"] = Value::Null
            }),
            ("mounts:", |payload, answer| {
                if first(payload) {
                    answer["mutated_object"]["spec"]["containers"][1]["volumeMounts"][1]["readOnly"] =
                        json!(false);
                }
            }),
            ("audit:", |_, answer| answer["audit_annotations"] = Value::Null),
            ("not permitted in the JSON patch", |payload, answer| {
                if first(payload) {
                    answer["mutated_object"]["metadata"]["labels"] = json!({});
                }
            }),
            (r#"{"op":"remove","path":"/spec/ratio"}"#, |payload, answer| {
                if first(payload) {
                    answer["mutated_object"]["spec"]
                        .as_object_mut()
                        .unwrap()
                        .remove("ratio");
                }
            }),
            ("not permitted in the JSON patch", |payload, answer| {
                if first(payload) {
                    answer["mutated_object"]["spec"]["ratio"] = json!(0.100_000_001);
                }
            }),
            ("does not differ", |payload, answer| {
                if first(payload) {
                    answer["mutated_object"] = payload["request"]["object"].clone();
                }
            }),
            ("run twice: mutated again", |payload, answer| {
                if result(payload) && payload["settings"]["verifyOnly"].is_null() {
                    answer["mutated_object"] = payload["request"]["object"].clone();
                }
            }),
            ("run twice: rejected", |payload, answer| {
                if result(payload) && payload["settings"]["verifyOnly"].is_null() {
                    *answer = json!({"accepted": false, "code": 403, "message": "no"});
                }
            }),
            ("run twice: other warnings", |payload, answer| {
                if result(payload) {
                    answer["warnings"] = Value::Null;
                }
            }),
            ("run twice: another audit annotation", |payload, answer| {
                if result(payload) {
                    answer["audit_annotations"] = Value::Null;
                }
            }),
            (
                "the mutated object under verifyOnly: rejected",
                |payload, answer| {
                    if result(payload) && payload["settings"]["verifyOnly"] == true {
                        *answer = json!({"accepted": false, "code": 422, "message": "no"});
                    }
                },
            ),
            ("the original under verifyOnly: accepted", |payload, answer| {
                if payload["settings"]["verifyOnly"] == true {
                    *answer = json!({"accepted": true, "warnings": ["careful"]});
                }
            }),
            (
                "the original under verifyOnly: rejected with code Some(403)",
                |payload, answer| {
                    if payload["settings"]["verifyOnly"] == true && !result(payload) {
                        answer["code"] = json!(403);
                    }
                },
            ),
        ],
    );
}

#[test]
fn only_the_creation_of_a_pod_is_mutated() {
    for (path, value) in [("/operation", json!("UPDATE")), ("/subResource", json!("status"))] {
        let mut content = mutate();
        content["patch"]
            .as_array_mut()
            .unwrap()
            .push(json!({"op": "add", "path": path, "value": value}));
        let failure = case("cases/r2-accept-injected.json", &content)
            .run(&honest)
            .unwrap_err();
        assert!(failure.contains("only the creation of a pod"), "{failure}");
    }
}

#[test]
fn engine_failures() {
    for (file, content) in [
        ("cases/r1-accept-good.json", allow()),
        ("cases/settings/s1-accept-good.json", valid()),
    ] {
        let case = case(file, &content);
        let failure = case.run(&|_: &str, _: &[u8]| Err("trap".into())).unwrap_err();
        assert!(failure.contains("the engine failed: trap"), "{failure}");
        let failure = case.run(&|_: &str, _: &[u8]| Ok(b"{".to_vec())).unwrap_err();
        assert!(failure.contains("malformed response"), "{failure}");
    }
}

#[test]
fn settings() {
    let good = case("cases/settings/s1-accept-good.json", &valid());
    fails(
        &good,
        &[
            ("valid: expected true, got false (no)", |_, answer| {
                if answer["valid"] == true {
                    *answer = json!({"valid": false, "message": "no"});
                }
            }),
            ("message:", |_, answer| {
                if answer["valid"] == true {
                    answer["message"] = json!("fine");
                }
            }),
            ("a launcher pod is rejected", |_, answer| {
                if answer["accepted"] == true {
                    *answer = json!({"accepted": false, "code": 422, "message": "no"});
                }
            }),
        ],
    );
    let bad = case("cases/settings/s1-reject-bad.json", &invalid());
    fails(
        &bad,
        &[
            ("message:", |_, answer| {
                if answer["valid"] == false {
                    answer["message"] = json!("other");
                }
            }),
            ("control characters", |_, answer| {
                if answer["valid"] == false {
                    answer["message"] = json!("\n");
                    answer["message"] = json!("a\n");
                }
            }),
            ("a launcher pod is accepted", |_, answer| {
                if answer["accepted"] == false {
                    *answer = json!({"accepted": true});
                }
            }),
        ],
    );
}

#[test]
fn raw_payloads() {
    let mut content = json!({"description": "Garbage.", "rows": ["P1"], "payload": "{",
        "expect": {"verdict": "deny", "code": 422, "message": "unreadable"}});
    case("cases/p1-reject-garbage.json", &content)
        .run(&honest)
        .unwrap();
    // What is derived from it may lack why it was rejected, such as a key that is duplicated.
    let twice = r#"{"request": {"object": {"a": 1, "a": 2}}, "settings": {}}"#;
    content["payload"] = json!(twice);
    let strict = |operation: &str, payload: &[u8]| match payload == twice.as_bytes() {
        true => Ok(br#"{"accepted": false, "code": 422, "message": "unreadable"}"#.to_vec()),
        false => honest(operation, payload),
    };
    case("cases/p1-reject-twice.json", &content).run(&strict).unwrap();
    // A payload that can be read and is accepted is checked like any other.
    content["payload"] = json!(json!({"request": pod(), "settings": {}}).to_string());
    content["expect"] = json!({"verdict": "allow", "mounts": {}});
    fails(
        &case("cases/p1-accept-pod.json", &content),
        &[("under verifyOnly", |payload, answer| {
            if payload["settings"]["verifyOnly"] == true {
                *answer = json!({"accepted": false, "code": 422, "message": "no"});
            }
        })],
    );
}

#[test]
fn texts_are_those_of_the_engine() {
    let mutated = case("cases/r2-accept-injected.json", &mutate());
    assert_eq!(
        mutated.texts(&honest).unwrap(),
        Texts {
            message: None,
            warnings: vec!["careful".into()]
        }
    );
    let bad = case("cases/settings/s1-reject-bad.json", &invalid());
    assert_eq!(
        bad.texts(&honest).unwrap().message.unwrap(),
        "settings: Invalid value"
    );
}

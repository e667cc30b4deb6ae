//! For each check of the test kit an engine that it must not let pass; `files`: files that hold what is no case.

mod files;

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{env, fs, process};

use serde_json::{Value, json};

use crate::{Case, LoadError, load};

/// Loads a corpus of this one file, from a directory of its own.
fn loaded(file: &str, content: &str) -> Result<Vec<Case>, LoadError> {
    static MADE: AtomicUsize = AtomicUsize::new(0);
    let number = MADE.fetch_add(1, Ordering::Relaxed);
    let root: PathBuf = env::temp_dir().join(format!("testkit-{}-{number}", process::id()));
    fs::create_dir_all(root.join("cases/settings")).unwrap();
    fs::create_dir_all(root.join("fixtures")).unwrap();
    let mut asking = pod();
    asking["object"]["wants"] = json!(true);
    for (fixture, request) in [
        ("pod", pod()),
        ("launcher-no-annotation", pod()),
        ("launcher-image-volume", asking),
    ] {
        fs::write(root.join(format!("fixtures/{fixture}.json")), request.to_string()).unwrap();
    }
    fs::write(root.join("cases").join(file), content).unwrap();
    let cases = load(&root.join("cases"));
    fs::remove_dir_all(&root).unwrap();
    cases
}

/// A case in the file of its row, `directory` being empty or that of the cases about settings.
fn case_in(directory: &str, name: &str, content: &Value) -> Result<Case, LoadError> {
    let (row, _) = name.split_once('-').unwrap();
    let cases = loaded(
        &format!("{directory}{row}.json"),
        &json!({name: content}).to_string(),
    );
    cases.map(|mut cases| cases.pop().unwrap())
}

fn case(name: &str, content: &Value) -> Case {
    case_in("", name, content).unwrap()
}

fn settings_case(name: &str, content: &Value) -> Case {
    case_in("settings/", name, content).unwrap()
}

/// The creation of a pod that has nothing to do with anything.
fn pod() -> Value {
    json!({
        "kind": {"group": "", "version": "v1", "kind": "Pod"},
        "operation": "CREATE",
        "object": {"metadata": {}, "spec": {
            "volumes": [{"name": "e", "emptyDir": {}}],
            "containers": [{"name": "compute"}, {"name": "hook-sidecar-0", "volumeMounts": [{"name": "e", "mountPath": "/e"}]}]
        }}
    })
}

/// Answers as a policy must: a pod with `wants: true` gets a volume and a mount, one with `bad: true` is rejected.
fn honest(operation: &str, payload: &[u8]) -> Value {
    let payload: Value = serde_json::from_slice(payload).unwrap();
    let object = &payload["request"]["object"];
    if operation == "validate_settings" {
        return match payload.is_object() {
            true => json!({"valid": true}),
            false => json!({"valid": false, "message": "settings: Invalid value"}),
        };
    }
    if !payload["settings"].is_object() {
        return json!({"accepted": false, "code": 422, "message": "unreadable"});
    }
    if object["bad"] == true {
        return json!({"accepted": false, "code": 403, "message": "forbidden"});
    }
    if object["wants"] != true {
        return json!({"accepted": true});
    }
    let mut answer = json!({"accepted": true, "warnings": ["careful"], "audit_annotations": {"host-paths": audit().to_string()}});
    let mut result = object.clone();
    if result["spec"]["volumes"][1].is_null() {
        if payload["settings"]["verifyOnly"] == true {
            return json!({"accepted": false, "code": 422, "message": "missing"});
        }
        let volume = json!({"name": "h", "hostPath": {"path": "/p", "type": "File"}});
        let mount = json!({"name": "h", "mountPath": "/m", "readOnly": true});
        push(&mut result["spec"]["volumes"], volume);
        push(&mut result["spec"]["containers"][1]["volumeMounts"], mount);
        answer["mutated_object"] = result;
    }
    answer
}

fn push(list: &mut Value, element: Value) {
    list.as_array_mut().unwrap().push(element);
}

fn audit() -> Value {
    json!([{"container": "hook-sidecar-0", "hostPath": "/p", "mountPath": "/m", "readOnly": true, "type": "File"}])
}

fn reject() -> Value {
    json!({
        "description": "It rejects.", "rows": ["R1"], "settings": {}, "request": "pod",
        "patch": [{"op": "add", "path": "/object/bad", "value": true}],
        "expect": {"verdict": "deny", "code": 403, "message": "forbidden"}
    })
}

fn allow() -> Value {
    json!({
        "description": "It accepts.", "rows": ["R1"], "settings": {}, "request": "pod",
        "expect": {"verdict": "allow", "mounts": {}}
    })
}

fn mutate() -> Value {
    json!({
        "description": "It mutates.", "rows": ["R2"], "settings": {}, "request": "pod",
        "patch": [{"op": "add", "path": "/object/wants", "value": true}],
        "expect": {
            "verdict": "mutate", "warnings": ["careful"], "mounts": {"hook-sidecar-0": ["/p (File) at /m ro"]}, "audit": audit()
        }
    })
}

fn valid() -> Value {
    json!({"description": "Good.", "rows": ["S1"], "settings": {}, "expect": {"valid": true}})
}

fn invalid() -> Value {
    json!({"description": "Bad.", "rows": ["S1"], "settings": [],
           "expect": {"valid": false, "message": "settings: Invalid value"}})
}

/// Which of the payloads that come of a case.
#[derive(Clone, Copy, PartialEq)]
enum Of {
    /// The case's own.
    Case,
    /// The same under `verifyOnly`.
    Verify,
    /// The mutated object.
    Result,
    /// The mutated object under `verifyOnly`.
    ResultVerify,
    /// Settings alone.
    Settings,
}

impl Of {
    fn new(operation: &str, payload: &Value) -> Self {
        let verify = payload["settings"]["verifyOnly"] == true;
        match (
            operation,
            !payload["request"]["object"]["spec"]["volumes"][1].is_null(),
        ) {
            ("validate_settings", _) => Self::Settings,
            (_, false) if verify => Self::Verify,
            (_, false) => Self::Case,
            (_, true) if verify => Self::ResultVerify,
            (_, true) => Self::Result,
        }
    }
}

/// An honest engine passes; one whose answer to one payload has these members set does not, and the failure says so.
#[track_caller]
fn fails(case: &Case, lies: &[(&str, Of, Value)]) {
    let ask = |operation: &str, payload: &[u8]| Ok(honest(operation, payload).to_string().into_bytes());
    case.run(&ask).unwrap();
    for (expected, of, lie) in lies {
        let engine = |operation: &str, payload: &[u8]| {
            let mut answer = honest(operation, payload);
            if Of::new(operation, &serde_json::from_slice(payload).unwrap()) == *of {
                let members = answer.as_object_mut().unwrap();
                members.extend(lie.as_object().unwrap().clone());
            }
            Ok(answer.to_string().into_bytes())
        };
        let failure = case.run(&engine).expect_err(expected);
        assert!(failure.contains(expected), "expected {expected:?} in: {failure}");
    }
}

#[test]
fn wrong_rejections() {
    let accepted = json!({"accepted": true, "code": null, "message": null});
    fails(
        &case("r1-reject-bad", &reject()),
        &[
            ("verdict: expected Deny, got Allow", Of::Case, accepted.clone()),
            ("code:", Of::Case, json!({"code": 422})),
            ("rejected with the code None", Of::Case, json!({"code": null})),
            ("message:", Of::Case, json!({"message": "Forbidden"})),
            ("an empty message", Of::Case, json!({"message": " "})),
            (
                "control characters in the message",
                Of::Case,
                json!({"message": "a\u{2028}b"}),
            ),
            (
                "violates PodSecurity",
                Of::Case,
                json!({"message": "it violates PodSecurity"}),
            ),
            (
                "rejected with a mutated object",
                Of::Case,
                json!({"mutated_object": {}}),
            ),
            ("rejected with warnings", Of::Case, json!({"warnings": ["w"]})),
            (
                "rejected with audit annotations",
                Of::Case,
                json!({"audit_annotations": {"host-paths": "[]"}}),
            ),
            ("malformed response", Of::Case, json!({"mutatedObject": null})),
            ("the original under verifyOnly: accepted", Of::Verify, accepted),
        ],
    );
}

#[test]
fn wrong_acceptances() {
    let rejected = json!({"accepted": false, "code": 422, "message": "no"});
    fails(
        &case("r1-accept-good", &allow()),
        &[
            (
                "verdict: expected Allow, got Deny (no)",
                Of::Case,
                rejected.clone(),
            ),
            ("accepted with a message", Of::Case, json!({"message": "fine"})),
            ("accepted with the code", Of::Case, json!({"code": 200})),
            ("warnings:", Of::Case, json!({"warnings": ["w"]})),
            ("an empty warning", Of::Case, json!({"warnings": [""]})),
            (
                "audit:",
                Of::Case,
                json!({"audit_annotations": {"host-paths": "[]"}}),
            ),
            (
                "audit annotation host-paths",
                Of::Case,
                json!({"audit_annotations": {"host-paths": "x"}}),
            ),
            (
                "unknown audit annotation",
                Of::Case,
                json!({"audit_annotations": {"paths": "x"}}),
            ),
            ("under verifyOnly: rejected", Of::Verify, rejected),
        ],
    );
}

#[test]
fn wrong_mutations() {
    let case = case("r2-accept-injected", &mutate());
    let mut object = pod()["object"].take();
    object["wants"] = json!(true);
    let changed = |pointer: &str, value: Value| {
        let mut object = honest("validate", case.payload().unwrap())["mutated_object"].take();
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        object.pointer_mut(parent).unwrap()[key] = value;
        json!({ "mutated_object": object })
    };
    let writable = json!([{"name": "e", "mountPath": "/e"}, {"name": "h", "mountPath": "/m"}]);
    let echo = json!({"mutated_object": object});
    let rejected = json!({"accepted": false, "code": 403, "message": "no"});
    let accepted = json!({"accepted": true, "code": null, "message": null, "warnings": ["careful"]});
    fails(
        &case,
        &[
            (
                "verdict: expected Mutate, got Allow",
                Of::Case,
                json!({"mutated_object": null}),
            ),
            (
                "mounts:",
                Of::Case,
                changed("/spec/containers/1/volumeMounts", writable),
            ),
            ("audit:", Of::Case, json!({"audit_annotations": null})),
            (
                "not permitted in the JSON patch",
                Of::Case,
                changed("/metadata/labels", json!({})),
            ),
            ("does not differ", Of::Case, echo.clone()),
            ("run twice: mutated again", Of::Result, echo),
            ("run twice: rejected", Of::Result, rejected.clone()),
            ("run twice: other warnings", Of::Result, json!({"warnings": null})),
            (
                "run twice: another audit annotation",
                Of::Result,
                json!({"audit_annotations": null}),
            ),
            (
                "the mutated object under verifyOnly: rejected",
                Of::ResultVerify,
                rejected,
            ),
            ("the original under verifyOnly: accepted", Of::Verify, accepted),
            (
                "the original under verifyOnly: rejected with code Some(403)",
                Of::Verify,
                json!({"code": 403}),
            ),
        ],
    );
    let mut update = mutate();
    push(
        &mut update["patch"],
        json!({"op": "add", "path": "/operation", "value": "UPDATE"}),
    );
    let ask = |operation: &str, payload: &[u8]| Ok(honest(operation, payload).to_string().into_bytes());
    let failure = self::case("r2-accept-injected", &update).run(&ask).unwrap_err();
    assert!(failure.contains("only the creation of a pod"), "{failure}");
}

#[test]
fn wrong_answers_about_settings() {
    let rejected = json!({"accepted": false, "code": 422, "message": "no"});
    fails(
        &settings_case("s1-accept-good", &valid()),
        &[
            (
                "valid: expected true, got false (no)",
                Of::Settings,
                json!({"valid": false, "message": "no"}),
            ),
            ("a launcher pod is rejected", Of::Case, rejected),
        ],
    );
    let accepted = json!({"accepted": true, "code": null, "message": null});
    fails(
        &settings_case("s1-reject-bad", &invalid()),
        &[
            ("message:", Of::Settings, json!({"message": "other"})),
            ("control characters", Of::Settings, json!({"message": "a\n"})),
            ("a launcher pod is accepted", Of::Case, accepted),
        ],
    );
}

#[test]
fn an_engine_that_fails() {
    for case in [
        case("r1-accept-good", &allow()),
        settings_case("s1-accept-good", &valid()),
    ] {
        let failure = case.run(&|_: &str, _: &[u8]| Err("trap".into())).unwrap_err();
        assert!(failure.contains("the engine failed: trap"), "{failure}");
    }
}

//! How requests and settings are read.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rstest::rstest;
use serde_json::{Value, json};

use crate::guest::{Does, policy};
use crate::harness::{
    Dir, Outcome, args, evaluate, evaluate_text, request, request_with, request_without, run_command,
};

/// A policy that shows its payload as a patch of the object.
fn echo() -> Vec<u8> {
    policy(Does::Echoes(r#"{"accepted":true,"mutated_object":"#, "}"))
}

/// The payload that the echoing policy has seen. The object must be `{}`.
fn payload(outcome: &Outcome) -> Value {
    assert_eq!(outcome.error, None);
    let response: Value = serde_json::from_str(&outcome.stdout).unwrap();
    let patch = STANDARD.decode(response["patch"].as_str().unwrap()).unwrap();
    let patch: json_patch::Patch = serde_json::from_slice(&patch).unwrap();
    let mut object = json!({});
    json_patch::patch(&mut object, &patch).unwrap();
    object
}

#[test]
fn the_policy_sees_the_known_fields_and_no_nulls() {
    let request = json!({
        "uid": "u-1",
        "kind": {"group": "g", "version": "v1", "kind": "K", "extra": 1},
        "resource": {"group": "g", "version": "v1", "resource": "ks", "extra": 1},
        "subResource": "status",
        "requestKind": {"group": "g", "version": "v2", "kind": "K"},
        "requestResource": {"group": "g", "version": "v2", "resource": "ks"},
        "requestSubResource": "status",
        "name": "n",
        "namespace": "ns",
        "operation": "UPDATE",
        "userInfo": {"username": "alice", "uid": "1", "groups": ["b", "a"], "extra": {"k": ["v"]}, "more": 1},
        "object": {},
        "oldObject": {"unknown": null, "n": 1.10, "big": 18446744073709551615_u64},
        "dryRun": false,
        "options": {"kind": "UpdateOptions", "x": null},
        "unknown": 1,
    });
    let seen = json!({
        "uid": "u-1",
        "kind": {"group": "g", "version": "v1", "kind": "K"},
        "resource": {"group": "g", "version": "v1", "resource": "ks"},
        "subResource": "status",
        "requestKind": {"group": "g", "version": "v2", "kind": "K"},
        "requestResource": {"group": "g", "version": "v2", "resource": "ks"},
        "requestSubResource": "status",
        "name": "n",
        "namespace": "ns",
        "operation": "UPDATE",
        "userInfo": {"username": "alice", "uid": "1", "groups": ["b", "a"], "extra": {"k": ["v"]}},
        "object": {},
        "oldObject": {"unknown": null, "n": 1.10, "big": 18446744073709551615_u64},
        "dryRun": false,
        "options": {"kind": "UpdateOptions", "x": null},
    });
    let outcome = evaluate(&echo(), &request);
    assert_eq!(payload(&outcome), json!({"request": seen, "settings": {}}));
}

#[test]
fn nulls_are_left_out() {
    let request = request_with(json!({
        "subResource": null, "requestKind": null, "requestResource": null, "requestSubResource": null,
        "name": null, "namespace": null, "object": {}, "oldObject": null, "dryRun": null, "options": null,
        "userInfo": {"username": null, "uid": null, "groups": null, "extra": null},
    }));
    let seen = request_with(json!({"object": {}, "userInfo": {}}));
    let outcome = evaluate(&echo(), &request);
    assert_eq!(payload(&outcome), json!({"request": seen, "settings": {}}));
}

#[rstest]
#[case::api_version(json!({"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": request()}))]
#[case::kind_only(json!({"kind": "AdmissionReview", "request": request(), "response": null}))]
fn an_admission_review_is_unwrapped(#[case] review: Value) {
    let answer = r#"{"accepted":true}"#;
    let line = r#"{"uid":"u-1","allowed":true,"auditAnnotations":null,"warnings":null}"#;
    let outcome = evaluate(&policy(Does::Answers(answer)), &review);
    assert_eq!(outcome, Outcome::line(line));
}

#[rstest]
#[case::uid("uid")]
#[case::kind("kind")]
#[case::group_of_the_kind("kind.group")]
#[case::version_of_the_kind("kind.version")]
#[case::kind_of_the_kind("kind.kind")]
#[case::resource("resource")]
#[case::group_of_the_resource("resource.group")]
#[case::version_of_the_resource("resource.version")]
#[case::resource_of_the_resource("resource.resource")]
#[case::operation("operation")]
#[case::user_info("userInfo")]
fn a_missing_field_is_named(#[case] path: &str) {
    let error = format!(
        "standard input: cannot build AdmissionRequest object from given input: missing field `{path}`"
    );
    let policy = policy(Does::Traps);
    let request = request_without(path);
    assert_eq!(evaluate(&policy, &request), Outcome::error(&error));
    let review = json!({"kind": "AdmissionReview", "request": request});
    assert_eq!(evaluate(&policy, &review), Outcome::error(&error));
}

#[rstest]
#[case::not_json("uid: u-1", "the request is not JSON: expected value at line 1 column 1")]
#[case::empty("", "the request is not JSON: EOF while parsing a value at line 1 column 0")]
#[case::more_after_it("{} {}", "the request is not JSON: trailing characters at line 1 column 4")]
#[case::list("[]", "invalid request object")]
#[case::null("null", "invalid request object")]
#[case::review_without_request(
    r#"{"kind":"AdmissionReview"}"#,
    "invalid AdmissionReview object: missing field `request`"
)]
#[case::review_with_null(
    r#"{"kind":"AdmissionReview","request":null}"#,
    "invalid AdmissionReview object: missing field `request`"
)]
#[case::other_object(
    r#"{"apiVersion":"v1","kind":"Pod"}"#,
    "cannot build AdmissionRequest object from given input: invalid type: string \"Pod\", expected struct GroupVersionKind"
)]
#[case::wrong_type(
    r#"{"uid":1}"#,
    "cannot build AdmissionRequest object from given input: invalid type: integer `1`, expected a string"
)]
fn an_unusable_request_is_an_error(#[case] text: &str, #[case] error: &str) {
    let outcome = evaluate_text(&policy(Does::Traps), text);
    assert_eq!(outcome, Outcome::error(&format!("standard input: {error}")));
}

#[test]
fn the_request_may_be_in_a_file() {
    let dir = Dir::new();
    let policy = dir.write("policy.wasm", policy(Does::Answers(r#"{"accepted":true}"#)));
    let request = dir.write("request.json", request().to_string());
    let line = r#"{"uid":"u-1","allowed":true,"auditAnnotations":null,"warnings":null}"#;
    // Standard input is not looked at.
    assert_eq!(
        run_command(&args(policy, &request), "nonsense"),
        Outcome::line(line)
    );
}

#[test]
fn the_policy_may_be_a_file_uri() {
    let dir = Dir::new();
    let policy = dir.write("policy.wasm", policy(Does::Answers(r#"{"accepted":true}"#)));
    let uri = format!("file://{}", policy.display());
    let line = r#"{"uid":"u-1","allowed":true,"auditAnnotations":null,"warnings":null}"#;
    let outcome = run_command(&args(uri.into(), "-".as_ref()), &request().to_string());
    assert_eq!(outcome, Outcome::line(line));
}

#[derive(Clone, Copy)]
enum Missing {
    Policy,
    Request,
    Settings,
}

#[rstest]
#[case::policy(Missing::Policy, "policy.wasm")]
#[case::request(Missing::Request, "request.json")]
#[case::settings(Missing::Settings, "settings.yaml")]
fn a_file_that_cannot_be_read_is_named(#[case] missing: Missing, #[case] name: &str) {
    let dir = Dir::new();
    let mut args = args(dir.path("policy.wasm"), &dir.path("request.json"));
    args.settings_path = Some(dir.path("settings.yaml"));
    if !matches!(missing, Missing::Policy) {
        dir.write("policy.wasm", policy(Does::Traps));
    }
    if !matches!(missing, Missing::Request) {
        dir.write("request.json", request().to_string());
    }
    if !matches!(missing, Missing::Settings) {
        dir.write("settings.yaml", "{}");
    }
    let error = format!(
        "cannot read {}: No such file or directory (os error 2)",
        dir.path(name).display()
    );
    assert_eq!(run_command(&args, ""), Outcome::error(&error));
}

/// The settings that the policy sees.
fn settings(json: Option<&str>, file: Option<&str>) -> Result<Value, String> {
    let dir = Dir::new();
    let mut args = args(dir.write("policy.wasm", echo()), "-".as_ref());
    args.settings_json = json.map(str::to_owned);
    args.settings_path = file.map(|text| dir.write("settings.yaml", text));
    let request = request_with(json!({"object": {}}));
    let outcome = run_command(&args, &request.to_string());
    match &outcome.error {
        None => Ok(payload(&outcome)["settings"].clone()),
        Some(error) => Err(error.replace(&dir.path("").display().to_string(), "")),
    }
}

#[test]
fn no_settings_are_an_empty_object() {
    assert_eq!(settings(None, None), Ok(json!({})));
}

#[rstest]
#[case::object(r#"{"a":[1,null,{"b":"c"}]}"#, json!({"a": [1, null, {"b": "c"}]}))]
#[case::empty_object("{}", json!({}))]
#[case::null("null", json!({}))]
#[case::surrogates(r#"{"a":"\ud83d\ude00"}"#, json!({"a": "\u{1f600}"}))]
#[case::tabs("{\n\t\"a\": 1\n}", json!({"a": 1}))]
fn settings_may_be_json(#[case] text: &str, #[case] expected: Value) {
    assert_eq!(settings(Some(text), None), Ok(expected.clone()));
    assert_eq!(settings(None, Some(text)), Ok(expected));
}

#[rstest]
#[case::block("a:\n  - b: 1\n    c: x\n  - null\n", json!({"a": [{"b": 1, "c": "x"}, null]}))]
#[case::flow("{a: [b, 1]}", json!({"a": ["b", 1]}))]
#[case::comment_and_start("# comment\n---\na: yes\n", json!({"a": true}))]
#[case::anchor("a: &x [1]\nb: *x\n", json!({"a": [1], "b": [1]}))]
#[case::quoted("a: \"true\"\nb: '1'\nc: true\n", json!({"a": "true", "b": "1", "c": true}))]
#[case::null("~", json!({}))]
#[case::empty("", json!({}))]
#[case::comment_only("# nothing\n", json!({}))]
#[case::start_only("---\n", json!({}))]
fn settings_in_a_file_may_be_yaml(#[case] text: &str, #[case] expected: Value) {
    assert_eq!(settings(None, Some(text)), Ok(expected));
}

#[rstest]
#[case::list("[]")]
#[case::string("\"x\"")]
#[case::number("1")]
#[case::boolean("true")]
fn settings_of_another_kind_are_an_error(#[case] text: &str) {
    assert_eq!(
        settings(Some(text), None),
        Err("--settings-json: invalid settings, not an object".to_owned())
    );
    assert_eq!(
        settings(None, Some(text)),
        Err("settings.yaml: invalid settings, not an object".to_owned())
    );
}

#[rstest]
#[case::yaml("a: 1", "expected value at line 1 column 1")]
#[case::empty("", "EOF while parsing a value at line 1 column 0")]
fn settings_on_the_command_line_must_be_json(#[case] text: &str, #[case] error: &str) {
    assert_eq!(
        settings(Some(text), None),
        Err(format!("--settings-json: the settings cannot be parsed: {error}"))
    );
}

#[rstest]
#[case::unclosed(
    "a: [1",
    "2:1",
    "did not find expected ',' or ']', while parsing a flow sequence"
)]
#[case::key_twice("a: 1\na: 2\n", "2:1", "duplicate key \"a\"")]
#[case::key_that_is_no_text("[1]: a\n", "1:1", "a list cannot be a key")]
#[case::tag(
    "a: !x 1\n",
    "1:4",
    "kubectl does not know the tag !x: the file is for another program, which replaces it first"
)]
fn settings_that_are_no_yaml_are_an_error(#[case] text: &str, #[case] place: &str, #[case] error: &str) {
    assert_eq!(
        settings(None, Some(text)),
        Err(format!(
            "settings.yaml:{place}: the settings cannot be parsed: {error}"
        ))
    );
}

#[test]
fn settings_are_one_document() {
    assert_eq!(settings(None, Some("---\na: 1\n---\n")), Ok(json!({"a": 1})));
    let error = "settings.yaml: several documents, and it is not clear which one holds the settings";
    assert_eq!(settings(None, Some("a: 1\n---\nb: 2\n")), Err(error.to_owned()));
}

#[rstest]
#[case::yaml(
    "settings.yaml",
    "did not find expected node content, while parsing a flow node"
)]
#[case::json("settings.json", "expected value")]
fn a_fault_is_reported_in_the_language_of_the_file(#[case] name: &str, #[case] error: &str) {
    let result = sidecar_hostpath::settings::from_yaml(r#"{"a": [}"#, name);
    let expected = format!("{name}:1:8: the settings cannot be parsed: {error}");
    assert_eq!(result.map_err(|error| error.to_string()), Err(expected));
}

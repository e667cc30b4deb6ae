//! What the policy's answers become: the exact lines that kwctl prints.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rstest::rstest;
use serde_json::json;

use crate::guest::{Does, policy, with_init, with_settings};
use crate::harness::{Dir, Outcome, args, evaluate, request, request_with, request_without, run_command};

#[rstest]
#[case::accepted(
    r#"{"accepted":true}"#,
    r#"{"uid":"u-1","allowed":true,"auditAnnotations":null,"warnings":null}"#
)]
#[case::nulls_are_absent(
    r#"{"accepted":true,"message":null,"code":null,"mutated_object":null,"audit_annotations":null,"warnings":null}"#,
    r#"{"uid":"u-1","allowed":true,"auditAnnotations":null,"warnings":null}"#
)]
#[case::accepted_with_everything(
    r#"{"accepted":true,"message":"fine","code":200,"audit_annotations":{"b":"2","a":"1"},"warnings":["w1","w2"]}"#,
    r#"{"uid":"u-1","allowed":true,"status":{"message":"fine","code":200},"auditAnnotations":{"a":"1","b":"2"},"warnings":["w1","w2"]}"#
)]
#[case::rejected(
    r#"{"accepted":false,"message":"nope"}"#,
    r#"{"uid":"u-1","allowed":false,"status":{"message":"nope"},"auditAnnotations":null,"warnings":null}"#
)]
#[case::rejected_with_code(
    r#"{"accepted":false,"message":"nope","code":403}"#,
    r#"{"uid":"u-1","allowed":false,"status":{"message":"nope","code":403},"auditAnnotations":null,"warnings":null}"#
)]
#[case::rejected_with_code_only(
    r#"{"accepted":false,"code":422}"#,
    r#"{"uid":"u-1","allowed":false,"status":{"code":422},"auditAnnotations":null,"warnings":null}"#
)]
#[case::rejected_with_warnings(
    r#"{"accepted":false,"audit_annotations":{},"warnings":["w"]}"#,
    r#"{"uid":"u-1","allowed":false,"auditAnnotations":{},"warnings":["w"]}"#
)]
#[case::object_unchanged(
    r#"{"accepted":true,"mutated_object":{"spec":{"containers":[]},"kind":"Pod"}}"#,
    r#"{"uid":"u-1","allowed":true,"auditAnnotations":null,"warnings":null}"#
)]
#[case::no_json(
    "nonsense",
    r#"{"uid":"u-1","allowed":false,"status":{"message":"internal server error: invalid response from policy: expected ident at line 1 column 2","code":500},"auditAnnotations":null,"warnings":null}"#
)]
#[case::no_verdict(
    r#"{"message":"hm"}"#,
    r#"{"uid":"u-1","allowed":false,"status":{"message":"internal server error: invalid response from policy: missing field `accepted` at line 1 column 16","code":500},"auditAnnotations":null,"warnings":null}"#
)]
fn an_answer_becomes_one_line(#[case] answer: &str, #[case] line: &str) {
    let outcome = evaluate(&policy(Does::Answers(answer)), &request());
    assert_eq!(outcome, Outcome::line(line));
}

#[rstest]
#[case::accepted(true)]
// Untidy, but what Kubewarden does.
#[case::rejected(false)]
fn a_mutated_object_becomes_a_patch(#[case] accepted: bool) {
    let object = r#"{"kind":"Pod","spec":{"containers":[],"volumes":[{"name":"v"}]}}"#;
    let answer = format!(r#"{{"accepted":{accepted},"mutated_object":{object}}}"#);
    let patch = r#"[{"op":"add","path":"/spec/volumes","value":[{"name":"v"}]}]"#;
    let line = format!(
        r#"{{"uid":"u-1","allowed":{accepted},"patchType":"JSONPatch","patch":"{}","auditAnnotations":null,"warnings":null}}"#,
        STANDARD.encode(patch)
    );
    let outcome = evaluate(&policy(Does::Answers(&answer)), &request());
    assert_eq!(outcome, Outcome::line(&line));
}

#[rstest]
#[case::absent(request_without("object"))]
#[case::null(request_with(json!({"object": null})))]
fn without_an_object_nothing_can_be_mutated(#[case] request: serde_json::Value) {
    let answer = r#"{"accepted":true,"mutated_object":{},"warnings":["lost"]}"#;
    let outcome = evaluate(&policy(Does::Answers(answer)), &request);
    let line = r#"{"uid":"u-1","allowed":false,"status":{"message":"Incoming object is null, which happens only with DELETE operations, but the policy is attempting a mutation. This is not allowed"},"auditAnnotations":null,"warnings":null}"#;
    assert_eq!(outcome, Outcome::line(line));
}

#[test]
fn without_an_object_a_null_may_come_back() {
    let answer = r#"{"accepted":true,"mutated_object":null}"#;
    let outcome = evaluate(&policy(Does::Answers(answer)), &request_without("object"));
    let line = r#"{"uid":"u-1","allowed":true,"auditAnnotations":null,"warnings":null}"#;
    assert_eq!(outcome, Outcome::line(line));
}

#[test]
fn a_guest_error_is_a_rejection() {
    let outcome = evaluate(&policy(Does::Fails("cannot")), &request());
    let line = r#"{"uid":"u-1","allowed":false,"status":{"message":"internal server error: Guest call failure: cannot","code":500},"auditAnnotations":null,"warnings":null}"#;
    assert_eq!(outcome, Outcome::line(line));
}

#[test]
fn a_trap_is_a_rejection() {
    let outcome = evaluate(&policy(Does::Traps), &request());
    let line = r#"{"uid":"u-1","allowed":false,"status":{"message":"internal server error: Guest call failure: wasm `unreachable` instruction executed","code":500},"auditAnnotations":null,"warnings":null}"#;
    assert_eq!(outcome, Outcome::line(line));
}

#[test]
fn an_endless_loop_is_a_rejection() {
    let outcome = evaluate(&policy(Does::Loops), &request());
    let line = r#"{"uid":"u-1","allowed":false,"status":{"message":"Policy execution interrupted: it took more than 20000 million units of fuel, about an instruction each","code":500},"auditAnnotations":null,"warnings":null}"#;
    assert_eq!(outcome, Outcome::line(line));
}

#[test]
fn taking_memory_without_end_is_a_rejection() {
    let outcome = evaluate(&policy(Does::Allocates), &request());
    let line = r#"{"uid":"u-1","allowed":false,"status":{"message":"Policy execution interrupted: it needs more than 256 MiB of memory","code":500},"auditAnnotations":null,"warnings":null}"#;
    assert_eq!(outcome, Outcome::line(line));
}

#[test]
fn a_policy_may_log() {
    let call = [
        "kubewarden",
        "tracing",
        "log",
        r#"{"level":"INFO","message":"hello","n":1}"#,
    ];
    let outcome = evaluate(&policy(Does::Calls(call, r#"{"accepted":true}"#)), &request());
    let line = r#"{"uid":"u-1","allowed":true,"auditAnnotations":null,"warnings":null}"#;
    let expected = Outcome {
        log: vec!["INFO hello n=1".to_owned()],
        ..Outcome::line(line)
    };
    assert_eq!(outcome, expected);
}

#[test]
fn a_policy_may_not_ask_the_cluster() {
    let call = ["kubewarden", "kubernetes", "can_i", "{}"];
    let outcome = evaluate(&policy(Does::Calls(call, r#"{"accepted":true}"#)), &request());
    let line = r#"{"uid":"u-1","allowed":false,"status":{"message":"internal server error: Guest call failure: host capability kubernetes/can_i is not available","code":500},"auditAnnotations":null,"warnings":null}"#;
    assert_eq!(outcome, Outcome::line(line));
}

#[rstest]
#[case::refused(
    Does::Answers(r#"{"valid":false,"message":"settings.x: Required value"}"#),
    "Provided settings are not valid: settings.x: Required value"
)]
#[case::refused_without_a_word(
    Does::Answers(r#"{"valid":false}"#),
    "Provided settings are not valid: the policy gives no reason"
)]
#[case::guest_error(
    Does::Fails(r#"no "x""#),
    r#"Provided settings are not valid: Error invoking settings validation callback: GuestCallFailure("no \"x\"")"#
)]
#[case::no_json(
    Does::Answers("nonsense"),
    "Provided settings are not valid: invalid response from policy: expected ident at line 1 column 2"
)]
#[case::endless_loop(
    Does::Loops,
    "Provided settings are not valid: Policy execution interrupted: it took more than 20000 million units of fuel, about an instruction each"
)]
fn settings_that_the_policy_refuses_are_an_error(#[case] answer: Does<'_>, #[case] error: &str) {
    let wasm = with_settings(answer, Does::Answers(r#"{"accepted":true}"#));
    assert_eq!(evaluate(&wasm, &request()), Outcome::error(error));
}

#[test]
fn the_settings_are_validated_without_anything_around_them() {
    let wasm = with_settings(
        Does::Echoes(r#"{"valid":false,"message":"seen","settings":"#, "}"),
        Does::Traps,
    );
    let outcome = evaluate(&wasm, &request());
    assert_eq!(outcome, Outcome::error("Provided settings are not valid: seen"));
}

#[test]
fn a_policy_that_does_not_start_is_an_error() {
    let outcome = evaluate(&with_init(Does::Traps), &request());
    let error = "cannot start the policy: wasm `unreachable` instruction executed";
    assert_eq!(outcome, Outcome::error(error));
}

#[rstest]
#[case::text(b"(module)".to_vec(), "FILE: not a policy: no WebAssembly module")]
#[case::empty(Vec::new(), "FILE: not a policy: no WebAssembly module")]
#[case::cut_off(
    b"\0asm".to_vec(),
    "FILE: not a policy: no valid WebAssembly module: unexpected end-of-file (at offset 0x4)"
)]
#[case::unknown_import(
    wat::parse_str(
        r#"(module
             (import "env" "f" (func))
             (memory (export "memory") 1)
             (func (export "__guest_call") (param i32 i32) (result i32) (i32.const 0)))"#
    ).unwrap(),
    "FILE: not a policy: unknown import env::f"
)]
#[case::no_entry(
    wat::parse_str("(module)").unwrap(),
    "FILE: not a policy: no waPC module: it exports no __guest_call"
)]
fn a_file_that_is_not_a_policy_is_an_error(#[case] wasm: Vec<u8>, #[case] error: &str) {
    let dir = Dir::new();
    let file = dir.write("policy.wasm", wasm);
    let outcome = run_command(&args(file.clone(), "-".as_ref()), &request().to_string());
    let error = error.replace("FILE", &file.display().to_string());
    assert_eq!(outcome, Outcome::error(&error));
}

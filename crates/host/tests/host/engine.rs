//! The waPC host.

use std::sync::{Arc, Mutex};

use checker::policy::CallError;
use host::{Engine, LogSink};
use rstest::rstest;

use crate::guest::{Does, policy, with_init};

/// A sink that keeps the lines.
fn log_sink() -> (LogSink, Arc<Mutex<Vec<String>>>) {
    let lines = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&lines);
    let sink = Arc::new(move |line: &str| lines.lock().unwrap().push(line.to_owned()));
    (sink, kept)
}

#[test]
fn the_payload_reaches_the_guest_and_its_answer_comes_back() {
    let engine = Engine::new(&policy(Does::Echoes("<", ">"))).unwrap();
    assert_eq!(engine.call("validate", b"payload"), Ok(b"<payload>".to_vec()));
}

#[test]
fn the_operation_reaches_the_guest() {
    let engine = Engine::new(&policy(Does::Answers("other"))).unwrap();
    assert_eq!(
        engine.call("validate_settings", b""),
        Ok(br#"{"valid":true}"#.to_vec())
    );
    assert_eq!(engine.call("protocol_version", b""), Ok(b"other".to_vec()));
}

#[test]
fn each_call_has_an_instance_of_its_own() {
    let counts = wat::parse_str(
        r#"(module
             (import "wapc" "__guest_response" (func $response (param i32 i32)))
             (memory (export "memory") 1)
             (data (i32.const 0) "0")
             (func (export "__guest_call") (param i32 i32) (result i32)
               (i32.store8 (i32.const 0) (i32.add (i32.const 1) (i32.load8_u (i32.const 0))))
               (call $response (i32.const 0) (i32.const 1))
               (i32.const 1)))"#,
    );
    let engine = Engine::new(&counts.unwrap()).unwrap();
    assert_eq!(engine.call("validate", b""), Ok(b"1".to_vec()));
    assert_eq!(engine.call("validate", b""), Ok(b"1".to_vec()));
}

/// What the engine says of `unreachable`.
const UNREACHABLE: &str = "wasm `unreachable` instruction executed";

#[test]
fn an_engine_outlives_a_trap() {
    let engine = Engine::new(&crate::guest::with_settings(Does::Traps, Does::Answers("ok"))).unwrap();
    assert_eq!(
        engine.call("validate_settings", b""),
        Err(CallError::Guest(UNREACHABLE.to_owned()))
    );
    assert_eq!(engine.call("validate", b""), Ok(b"ok".to_vec()));
}

#[test]
fn a_guest_error_comes_back_as_it_is() {
    let engine = Engine::new(&policy(Does::Fails("no: \u{e4}"))).unwrap();
    assert_eq!(
        engine.call("validate", b""),
        Err(CallError::Guest("no: \u{e4}".to_owned()))
    );
}

#[test]
fn an_initialisation_that_traps_is_not_the_guests_answer() {
    let engine = Engine::new(&with_init(Does::Traps)).unwrap();
    assert_eq!(
        engine.call("validate", b""),
        Err(CallError::Start(UNREACHABLE.to_owned()))
    );
}

#[rstest]
#[case::fields_after_the_message(
    r#"{"level":"info","message":"volume added","policy":"p","count":2,"b":true}"#,
    r#"INFO volume added b=true count=2 policy="p""#
)]
#[case::where_it_was_written(
    r#"{"level":"WARN","message":"rejected","file":"src/log.rs","line":30,"column":13,"uid":"u"}"#,
    r#"WARN rejected uid="u""#
)]
#[case::message_only(r#"{"level":"WARNING","message":"careful"}"#, "WARNING careful")]
#[case::message_missing(r#"{"level":"ERROR","code":5}"#, "ERROR code=5")]
#[case::nothing("{}", "")]
#[case::several_lines(
    "{\"level\":\"INFO\",\"message\":\"a\\nb\\u001b[0m\"}",
    "INFO a\\nb\\u{1b}[0m"
)]
#[case::not_json("plain\ntext", "plain\\ntext")]
#[case::not_an_object("[1]", "[1]")]
fn a_log_entry_is_one_line(#[case] payload: &str, #[case] expected: &str) {
    let wasm = policy(Does::Calls(["kubewarden", "tracing", "log", payload], "ok"));
    let (sink, log) = log_sink();
    let engine = Engine::with_log(&wasm, sink).unwrap();
    assert_eq!(engine.call("validate", b""), Ok(b"ok".to_vec()));
    assert_eq!(*log.lock().unwrap(), [expected]);
}

#[rstest]
#[case::network(
    ["kubewarden", "net", "v1/dns_lookup_host", "{}"],
    "host capability net/v1/dns_lookup_host is not available"
)]
#[case::cluster(
    ["kubewarden", "kubernetes", "get_resource", "{}"],
    "host capability kubernetes/get_resource is not available"
)]
#[case::other_operation_of_tracing(
    ["kubewarden", "tracing", "span", "{}"],
    "host capability tracing/span is not available"
)]
#[case::other_binding(["mallory", "tracing", "log", "{}"], "unknown binding: mallory")]
fn every_other_host_call_is_refused(#[case] call: [&str; 4], #[case] expected: &str) {
    let (sink, log) = log_sink();
    let engine = Engine::with_log(&policy(Does::Calls(call, "ok")), sink).unwrap();
    assert_eq!(
        engine.call("validate", b""),
        Err(CallError::Guest(expected.to_owned()))
    );
    assert!(log.lock().unwrap().is_empty());
}

//! The command as a process: its streams and exit codes.

use std::process::{Command, Output};

use rstest::rstest;

use crate::guest::{Does, policy, with_settings};
use crate::harness::{Dir, request};

fn command(dir: &Dir, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_sidecar-hostpath"))
        .current_dir(dir.path(""))
        .args(args)
        .output()
        .unwrap()
}

fn streams(output: &Output) -> (Option<i32>, String, String) {
    (
        output.status.code(),
        String::from_utf8(output.stdout.clone()).unwrap(),
        String::from_utf8(output.stderr.clone()).unwrap(),
    )
}

#[rstest]
#[case::accepted(
    r#"{"accepted":true}"#,
    r#"{"uid":"u-1","allowed":true,"auditAnnotations":null,"warnings":null}"#
)]
#[case::rejected(
    r#"{"accepted":false,"code":403}"#,
    r#"{"uid":"u-1","allowed":false,"status":{"code":403},"auditAnnotations":null,"warnings":null}"#
)]
fn any_verdict_is_success(#[case] answer: &str, #[case] line: &str) {
    let dir = Dir::new();
    let log = [
        "kubewarden",
        "tracing",
        "log",
        r#"{"level":"INFO","message":"hello"}"#,
    ];
    dir.write("policy.wasm", policy(Does::Calls(log, answer)));
    dir.write("request.json", request().to_string());
    let output = command(&dir, &["run", "policy.wasm", "-r", "request.json"]);
    let expected = (Some(0), format!("{line}\n"), "INFO hello\n".to_owned());
    assert_eq!(streams(&output), expected);
}

#[test]
fn what_a_module_prints_is_not_in_the_result() {
    let dir = Dir::new();
    dir.write("policy.wasm", printing());
    dir.write("request.json", request().to_string());
    let output = command(&dir, &["run", "policy.wasm", "-r", "request.json"]);
    let line = r#"{"uid":"u-1","allowed":true,"auditAnnotations":null,"warnings":null}"#;
    let expected = (Some(0), format!("{line}\n"), "hello\nhello\n".to_owned());
    assert_eq!(streams(&output), expected);
}

#[rstest]
#[case::a_log(policy(Does::Calls(["kubewarden", "tracing", "log", "{}"], r#"{"accepted":true}"#)))]
#[case::what_a_module_prints(printing())]
fn what_nobody_can_read_changes_nothing(#[case] module: Vec<u8>) {
    let dir = Dir::new();
    dir.write("policy.wasm", module);
    dir.write("request.json", request().to_string());
    // Without a reader, every write fails.
    let (_, stderr) = std::io::pipe().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_sidecar-hostpath"))
        .current_dir(dir.path(""))
        .args(["run", "policy.wasm", "-r", "request.json"])
        .stderr(stderr)
        .output()
        .unwrap();
    let line = r#"{"uid":"u-1","allowed":true,"auditAnnotations":null,"warnings":null}"#;
    assert_eq!(streams(&output), (Some(0), format!("{line}\n"), String::new()));
}

/// A module that prints a line and accepts.
fn printing() -> Vec<u8> {
    let module = wat::parse_str(
        r#"(module
             (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
             (import "wapc" "__guest_response" (func $response (param i32 i32)))
             (memory (export "memory") 1)
             (data (i32.const 0) "\10\00\00\00\06\00\00\00")
             (data (i32.const 16) "hello\n")
             (data (i32.const 32) "{\"accepted\":true,\"valid\":true}")
             (func (export "__guest_call") (param i32 i32) (result i32)
               (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))
               (call $response (i32.const 32) (i32.const 30))
               (i32.const 1)))"#,
    );
    module.unwrap()
}

#[rstest]
#[case::settings_refused(
    &["run", "policy.wasm", "-r", "request.json", "--settings-json", "{}"],
    "Error: Provided settings are not valid: no\n"
)]
#[case::settings_of_another_kind(
    &["run", "policy.wasm", "-r", "request.json", "-s", "settings.yaml"],
    "error: settings.yaml: invalid settings, not an object\n"
)]
#[case::request_missing(
    &["run", "policy.wasm", "--request-path", "other.json"],
    "error: cannot read other.json: No such file or directory (os error 2)\n"
)]
#[case::empty_standard_input(
    &["run", "-r", "-", "policy.wasm"],
    "error: standard input: the request is not JSON: EOF while parsing a value at line 1 column 0\n"
)]
fn an_error_is_one(#[case] args: &[&str], #[case] stderr: &str) {
    let dir = Dir::new();
    let refusal = Does::Answers(r#"{"valid":false,"message":"no"}"#);
    dir.write("policy.wasm", with_settings(refusal, Does::Traps));
    dir.write("request.json", request().to_string());
    dir.write("settings.yaml", "- a\n");
    let output = command(&dir, args);
    assert_eq!(streams(&output), (Some(1), String::new(), stderr.to_owned()));
}

#[rstest]
#[case::no_request(&["run", "policy.wasm"], "--request-path <FILE>")]
#[case::no_policy(&["run", "-r", "-"], "<POLICY.wasm>")]
#[case::two_settings(
    &["run", "policy.wasm", "-r", "-", "--settings-json", "{}", "-s", "settings.yaml"],
    "the argument '--settings-json <JSON>' cannot be used with '--settings-path <FILE>'"
)]
#[case::no_command(&[], "Usage: sidecar-hostpath <COMMAND>")]
#[case::unknown_command(&["walk"], "unrecognized subcommand 'walk'")]
fn wrong_usage_is_two(#[case] args: &[&str], #[case] part: &str) {
    let output = command(&Dir::new(), args);
    let (code, stdout, stderr) = streams(&output);
    assert_eq!((code, stdout.as_str()), (Some(2), ""));
    assert!(stderr.contains(part), "{stderr}");
}

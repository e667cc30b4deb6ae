//! The functions of WASI that a guest may call.

use checker::policy::CallError;
use host::Engine;
use rstest::rstest;

/// What a guest answers that imports `$f` of this name and type, does this, and answers with so many bytes of its memory.
fn answer(name: &str, kind: &str, body: &str, length: usize) -> Result<Vec<u8>, CallError> {
    let wasm = wat::parse_str(format!(
        r#"(module
             (import "wasi_snapshot_preview1" "{name}" (func $f {kind}))
             (import "wapc" "__guest_response" (func $response (param i32 i32)))
             (memory (export "memory") 1)
             (data (i32.const 0) "\ff\ff\ff\ff\ff\ff\ff\ff\ff\ff\ff\ff")
             (func (export "__guest_call") (param i32 i32) (result i32)
               {body}
               (call $response (i32.const 0) (i32.const {length}))
               (i32.const 1)))"#
    ))
    .unwrap();
    Engine::new(&wasm).unwrap().call("validate", b"")
}

#[rstest]
#[case::file(
    "path_open",
    "(param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)",
    "(call $f (i32.const 3) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i64.const 0) (i64.const 0)
       (i32.const 0) (i32.const 0))"
)]
#[case::clock(
    "clock_time_get",
    "(param i32 i64 i32) (result i32)",
    "(call $f (i32.const 0) (i64.const 0) (i32.const 0))"
)]
fn a_function_that_policies_do_not_need_is_not_implemented(
    #[case] name: &str,
    #[case] kind: &str,
    #[case] call: &str,
) {
    let body = format!("(i32.store8 (i32.const 0) {call})");
    assert_eq!(answer(name, kind, &body, 2), Ok(vec![52, 0xff]));
}

#[test]
fn the_environment_is_empty() {
    let kind = "(param i32 i32) (result i32)";
    let sizes = "(i32.store8 (i32.const 8) (call $f (i32.const 0) (i32.const 4)))";
    assert_eq!(answer("environ_sizes_get", kind, sizes, 9), Ok(vec![0; 9]));
    let variables = "(i32.store8 (i32.const 8) (call $f (i32.const 0) (i32.const 4)))";
    let untouched = [[0xff; 8].as_slice(), &[0]].concat();
    assert_eq!(answer("environ_get", kind, variables, 9), Ok(untouched));
}

#[test]
fn random_numbers_differ() {
    let kind = "(param i32 i32) (result i32)";
    let ask = || {
        answer(
            "random_get",
            kind,
            "(drop (call $f (i32.const 0) (i32.const 16)))",
            17,
        )
        .unwrap()
    };
    let (one, other) = (ask(), ask());
    assert_ne!(one, other);
    assert_eq!((one[16], other[16]), (0, 0), "no more than asked for");
}

#[test]
fn only_the_two_output_streams_are_open() {
    let kind = "(param i32 i32 i32 i32) (result i32)";
    let to = |descriptor| {
        format!(
            "(i32.store8 (i32.const 8) (call $f (i32.const {descriptor}) (i32.const 16) (i32.const 1) (i32.const 0)))"
        )
    };
    let result = |descriptor| answer("fd_write", kind, &to(descriptor), 9).unwrap();
    assert_eq!(result(2), [0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0]);
    assert_eq!(result(0), [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 8]);
    assert_eq!(result(3)[8], 8);
}

#[test]
fn a_place_outside_of_the_memory_is_an_error() {
    let call = "(drop (call $f (i32.const 65530) (i32.const 16)))";
    let message = "the module names a place outside of its memory".to_owned();
    assert_eq!(
        answer("random_get", "(param i32 i32) (result i32)", call, 1),
        Err(CallError::Guest(message))
    );
}

#[rstest]
#[case::failed(3)]
#[case::well(0)]
fn an_exit_in_a_call_is_an_error(#[case] status: i32) {
    let exit = format!("(call $f (i32.const {status}))");
    let message = format!("the module has exited with status {status}");
    assert_eq!(
        answer("proc_exit", "(param i32)", &exit, 1),
        Err(CallError::Guest(message))
    );
}

#[rstest]
#[case::well(0, Ok(b"ok".to_vec()))]
#[case::failed(1, Err(CallError::Start("the module has exited with status 1".to_owned())))]
fn a_program_may_exit_when_it_has_started(#[case] status: i32, #[case] expected: Result<Vec<u8>, CallError>) {
    let wasm = wat::parse_str(format!(
        r#"(module
             (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
             (import "wapc" "__guest_response" (func $response (param i32 i32)))
             (memory (export "memory") 1)
             (data (i32.const 0) "ok")
             (func (export "_start") (call $exit (i32.const {status})))
             (func (export "__guest_call") (param i32 i32) (result i32)
               (call $response (i32.const 0) (i32.const 2))
               (i32.const 1)))"#
    ))
    .unwrap();
    assert_eq!(Engine::new(&wasm).unwrap().call("validate", b""), expected);
}

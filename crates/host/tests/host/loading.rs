//! What is no policy.

use host::Engine;
use rstest::rstest;

fn wat(text: &str) -> Vec<u8> {
    wat::parse_str(text).unwrap()
}

/// A guest that would be good without this import.
fn importing(module: &str, name: &str, what: &str) -> Vec<u8> {
    wat(&format!(
        r#"(module
             (import "{module}" "{name}" {what})
             (memory (export "memory") 1)
             (func (export "__guest_call") (param i32 i32) (result i32) (i32.const 0)))"#
    ))
}

#[rstest]
#[case::text(b"(module)".to_vec(), "no WebAssembly module")]
#[case::empty(Vec::new(), "no WebAssembly module")]
#[case::cut_off(b"\0asm".to_vec(), "no valid WebAssembly module: unexpected end-of-file (at offset 0x4)")]
#[case::wrong_code(
    wat(r#"(module (func (result i32)))"#),
    "no valid WebAssembly module: type mismatch: expected i32 but nothing on stack (at offset 0x18)"
)]
#[case::unknown_function(importing("env", "f", "(func)"), "unknown import env::f")]
#[case::unknown_function_of_wapc(importing("wapc", "__f", "(func)"), "unknown import wapc::__f")]
#[case::unknown_function_of_wasi(
    importing("wasi_snapshot_preview1", "fd_fly", "(func (result i32))"),
    "unknown import wasi_snapshot_preview1::fd_fly"
)]
#[case::other_type(
    importing("wasi_snapshot_preview1", "fd_read", "(func)"),
    "unknown import wasi_snapshot_preview1::fd_read"
)]
#[case::no_function(
    importing("wapc", "__host_call", "(global i32)"),
    "unknown import wapc::__host_call"
)]
#[case::no_entry(
    wat(r#"(module (memory (export "memory") 1))"#),
    "no waPC module: it exports no __guest_call"
)]
#[case::no_memory(
    wat(r#"(module (func (export "__guest_call")))"#),
    "no waPC module: it exports no memory"
)]
fn what_is_no_policy_is_refused(#[case] wasm: Vec<u8>, #[case] message: &str) {
    let error = Engine::new(&wasm).err().unwrap();
    assert_eq!(error.to_string(), message);
}

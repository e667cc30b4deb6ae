//! Builds small waPC guests.

/// What a guest does when it is called.
pub(crate) enum Does<'a> {
    /// Answers with this text.
    Answers(&'a str),
    /// Answers with the payload between two texts.
    Echoes(&'a str, &'a str),
    /// Reports this error.
    Fails(&'a str),
    /// Executes `unreachable`.
    Traps,
    /// Never comes back, and counts up to a limit fast: filling memory is an instruction for each byte.
    Loops,
    /// Takes more memory, and never stops.
    Allocates,
    /// Calls the host with (binding, namespace, operation, payload). If that works, the answer is this text, otherwise
    /// the host's error is the guest's.
    Calls([&'a str; 4], &'a str),
}

/// A guest that takes any settings.
pub(crate) fn policy(validate: Does<'_>) -> Vec<u8> {
    with_settings(Does::Answers(r#"{"valid":true}"#), validate)
}

/// A guest that does one thing on `validate_settings` and another on every other operation.
pub(crate) fn with_settings(validate_settings: Does<'_>, validate: Does<'_>) -> Vec<u8> {
    let mut memory = Memory::default();
    let settings = memory.body(validate_settings);
    let validate = memory.body(validate);
    let length = "validate_settings".len();
    memory.module(&format!(
        r#"(func (export "__guest_call") (param $op i32) (param $size i32) (result i32)
             (call $request (i32.const 0) (i32.const {PAYLOAD}))
             (if (result i32) (i32.eq (local.get $op) (i32.const {length}))
               (then {settings})
               (else {validate})))"#
    ))
}

/// A guest whose initialisation does this.
pub(crate) fn with_init(init: Does<'_>) -> Vec<u8> {
    let mut memory = Memory::default();
    let init = memory.body(init);
    memory.module(&format!(
        r#"(func (export "wapc_init") (local $size i32) (drop {init}))
           (func (export "__guest_call") (param i32 i32) (result i32) (i32.const 0))"#
    ))
}

/// Where the guest has its payload. Below lie the name of the operation and the texts.
const PAYLOAD: usize = 16384;
const TEXTS: usize = 1024;

/// The upper half of the memory, which nothing else is in.
const SCRATCH: usize = 2 << 16;

/// The texts of a guest, which lie one after the other in its memory.
#[derive(Default)]
struct Memory {
    texts: Vec<u8>,
}

impl Memory {
    /// Two operands: where the text lies and how long it is.
    fn text(&mut self, text: &str) -> String {
        let offset = TEXTS.checked_add(self.texts.len()).unwrap();
        self.texts.extend(text.bytes());
        format!("(i32.const {offset}) (i32.const {})", text.len())
    }

    /// An expression of type i32: what `__guest_call` returns.
    fn body(&mut self, does: Does<'_>) -> String {
        match does {
            Does::Answers(text) => {
                format!("(call $response {}) (i32.const 1)", self.text(text))
            }
            Does::Echoes(before, after) => {
                let start = format!("(i32.sub (i32.const {PAYLOAD}) (i32.const {}))", before.len());
                let end = format!("(i32.add (i32.const {PAYLOAD}) (local.get $size))");
                let added = before.len().checked_add(after.len()).unwrap();
                format!(
                    "(memory.copy {start} {})
                     (memory.copy {end} {})
                     (call $response {start} (i32.add (local.get $size) (i32.const {added})))
                     (i32.const 1)",
                    self.text(before),
                    self.text(after),
                )
            }
            Does::Fails(text) => format!("(call $error {}) (i32.const 0)", self.text(text)),
            Does::Traps => "(unreachable)".to_owned(),
            Does::Loops => format!(
                "(loop (result i32)
                   (memory.fill (i32.const {SCRATCH}) (i32.const 0) (i32.const {SCRATCH}))
                   (br 0))"
            ),
            Does::Allocates => "(loop (result i32) (drop (memory.grow (i32.const 16))) (br 0))".to_owned(),
            Does::Calls(call, answer) => {
                let call = call.map(|text| self.text(text)).join(" ");
                format!(
                    "(if (result i32) (call $host_call {call})
                       (then (call $response {}) (i32.const 1))
                       (else
                         (call $host_error (i32.const {PAYLOAD}))
                         (call $error (i32.const {PAYLOAD}) (call $host_error_len))
                         (i32.const 0)))",
                    self.text(answer)
                )
            }
        }
    }

    fn module(&self, functions: &str) -> Vec<u8> {
        let texts: String = self.texts.iter().map(|byte| format!("\\{byte:02x}")).collect();
        let text = format!(
            r#"(module
                 (import "wapc" "__guest_request" (func $request (param i32 i32)))
                 (import "wapc" "__guest_response" (func $response (param i32 i32)))
                 (import "wapc" "__guest_error" (func $error (param i32 i32)))
                 (import "wapc" "__host_call"
                   (func $host_call (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32)))
                 (import "wapc" "__host_error" (func $host_error (param i32)))
                 (import "wapc" "__host_error_len" (func $host_error_len (result i32)))
                 (memory (export "memory") 4)
                 (data (i32.const {TEXTS}) "{texts}")
                 {functions})"#
        );
        wat::parse_str(text).unwrap()
    }
}

//! The waPC side, in the page only.

use checker::policy::{CallError, Policy};

use crate::answer;

/// `policy.wasm`, which the page calls.
struct Module;

impl Policy for Module {
    fn call(&self, operation: &str, payload: &[u8]) -> Result<Vec<u8>, CallError> {
        wapc_guest::host_call("playground", "policy", operation, payload)
            .map_err(|error| CallError::Guest(error.to_string()))
    }
}

/// Called by the page once for each instance.
#[expect(unsafe_code, reason = "waPC hosts look for the function by this name")]
#[unsafe(no_mangle)]
pub extern "C" fn wapc_init() {
    wapc_guest::register_function("check", |payload| Ok(answer("check", payload, Module)?));
    wapc_guest::register_function("explain", |payload| Ok(answer("explain", payload, Module)?));
    wapc_guest::register_function("who", |payload| Ok(answer("who", payload, Module)?));
    wapc_guest::register_function("compare", |payload| Ok(answer("compare", payload, Module)?));
}

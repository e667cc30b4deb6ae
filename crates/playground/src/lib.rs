//! What the page asks: a waPC guest with the operations `check`, `explain`, `who` and `compare`. They take and return JSON.
//!
//! Settings and manifests are read here, with the library behind `sidecar-hostpath check`. Verdicts are not made here: each
//! is a host call, which the page passes on to `policy.wasm`.

mod check;
mod compare;
mod explain;
#[cfg(target_os = "wasi")]
pub mod guest;
mod violation;
mod who;

use checker::policy::Policy;
use serde::de::DeserializeOwned;

/// Answers the operation. `policy` makes the verdicts.
///
/// # Errors
/// The operation is unknown, the payload is not what it takes, or the policy cannot be called.
pub fn answer(operation: &str, payload: &[u8], policy: impl Policy + 'static) -> Result<Vec<u8>, String> {
    match operation {
        "check" => serde_json::to_vec(&check::check(&read(payload)?, policy)?),
        "explain" => serde_json::to_vec(&explain::explain(&read(payload)?)),
        "who" => serde_json::to_vec(&who::who(&read(payload)?)),
        "compare" => serde_json::to_vec(&compare::compare(&read(payload)?)),
        other => return Err(format!("unknown operation {other}")),
    }
    .map_err(|error| error.to_string())
}

fn read<T: DeserializeOwned>(payload: &[u8]) -> Result<T, String> {
    serde_json::from_slice(payload).map_err(|error| error.to_string())
}

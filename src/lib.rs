//! A Kubewarden policy: host paths for the hook sidecars of KubeVirt VMs.
//!
//! Data flows one way, a module for each step, in this order:
//!
//! ```text
//! payload ─ request ─ label ─────────── which requests are ours
//!              │
//!          settings ─ rule ─ sensitive  what the admin allows
//!              │
//!         annotation ─ judge ─ reserved what the VM owner asks for, and whether it may be
//!              │
//!             pod ─ inject ─ guard      what the pod lacks, and what sidecars would see
//!              │
//!          decision ─ patch ─ verify    the verdict, and the changes that carry it out
//!              │
//!          verdict ─ response ─ log     what host, user and admin learn of it
//! ```
//!
//! Everything above `response` is free of Kubewarden; nothing panics, and what cannot be understood is rejected.

pub mod field;
pub mod host_path_type;
mod json;
pub mod path;

pub mod request;
// Launcher pods by their label.
pub mod label;

pub mod rule;
pub mod sensitive;
pub mod settings;

pub mod annotation;
pub mod judge;
pub mod reserved;

pub mod guard;
pub mod inject;
pub mod pod;

pub mod decision;
pub mod patch;
pub mod verify;

mod log;
pub mod response;
pub mod verdict;

use field::{Path, Violation, Violations};
use request::Request;
use settings::Settings;
use verdict::Verdict;
use wapc_guest::CallResult;

/// Called by the host once for each instance of the module.
#[expect(unsafe_code, reason = "waPC hosts look for the function by this name")]
#[unsafe(no_mangle)]
pub extern "C" fn wapc_init() {
    wapc_guest::register_function("validate", |payload| {
        let (request, verdict) = evaluate(payload);
        log::verdict(request.as_ref(), &verdict);
        Ok(response::validation(verdict))
    });
    wapc_guest::register_function("validate_settings", |payload| Ok(validate_settings(payload)));
    wapc_guest::register_function("protocol_version", protocol_version);
}

/// Decides on the waPC payload `{"request": …, "settings": …}` and answers with a `ValidationResponse` as JSON.
/// Never fails: what is no admission request is rejected.
#[must_use]
pub fn validate(payload: &[u8]) -> Vec<u8> {
    response::validation(evaluate(payload).1)
}

/// Checks the bare settings object and answers with a `SettingsValidationResponse` as JSON.
#[must_use]
pub fn validate_settings(payload: &[u8]) -> Vec<u8> {
    response::settings(read_settings(payload).err().as_ref())
}

/// Reads the bare settings object.
///
/// # Errors
/// Every fault of the settings, or that they are no JSON.
pub fn read_settings(payload: &[u8]) -> Result<Settings, Violations> {
    let value = json::document::<serde_json::Value>(payload).map_err(|error| {
        let detail = format!("must be JSON: {error}");
        Violation::invalid(Path::root("settings"), "\"bytes\"", detail)
    })?;
    Settings::read(&value)
}

fn evaluate(payload: &[u8]) -> (Option<Request<'_>>, Verdict) {
    match Request::read(payload) {
        Ok(request) => {
            let verdict = decision::decide(&request);
            (Some(request), verdict)
        }
        Err(violations) => (None, Verdict::Deny(violations)),
    }
}

fn protocol_version(_: &[u8]) -> CallResult {
    Ok(serde_json::to_vec(
        &kubewarden_policy_sdk::metadata::ProtocolVersion::V1,
    )?)
}

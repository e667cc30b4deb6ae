//! A Kubewarden policy: host paths for the hook sidecars of KubeVirt VMs.
//!
//! Data flows one way, a module for each step, in this order:
//!
//! ```text
//! payload ── request ─ label ─ decision        whose business the request is
//!               │
//!      settings ─ rule ─ sensitive ─ aliases   what the admin allows
//!               │
//!          annotation ─ judge ─ reserved       what the VM owner asks for, and whether it may be
//!               │       requests ─ sharing ─ near_miss
//!               │
//!    launcher ─ kubevirt_object ─ ephemeral    the objects in which that is judged
//!       │
//!      pod ─ mounts ─ claims ─ inject          what a launcher pod lacks
//!       │   sidecars ─ guard ─ verify ─ patch  what its sidecars would see, and who else could write there
//!       │
//!    verdict ─ response ─ log                  what host, user and admin learn of it
//! ```
//!
//! Everything above `response` is free of Kubewarden; nothing panics, and what cannot be understood is rejected.
//! JSON stays text from end to end (`json`): what nobody looks at is never parsed, and comes out as it went in.

// Words of the trade: field errors, paths, types, JSON as it stands, names in a list.
mod aliases;
mod by_name;
pub mod field;
pub mod host_path_type;
pub mod json;
pub mod path;

pub mod decision;
mod label;
pub mod request;

pub mod rule;
pub mod sensitive;
pub mod settings;

pub mod annotation;
pub mod judge;
mod near_miss;
pub mod requests;
pub mod reserved;
pub mod sharing;

pub mod ephemeral;
pub mod kubevirt_object;
mod launcher;

mod claims;
pub mod guard;
pub mod inject;
mod mounts;
pub mod patch;
pub mod pod;
pub mod sidecars;
pub mod verify;

mod log;
pub mod response;
pub mod verdict;

// For the command, which has no cluster.
pub mod preview;

use field::{Path, Violation, Violations};
use json::Json;
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
    let settings = Json::of_bytes(payload).map_err(|error| {
        let detail = format!("must be JSON: {error}");
        Violation::invalid(Path::root("settings"), "\"bytes\"", detail)
    })?;
    Settings::read(settings)
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

//! A Kubewarden policy: host paths for the hook sidecars of KubeVirt VMs.
//!
//! The folders are the design: a tower of stages, each of which uses only those below it (`tests/stages.rs` holds that).
//! Read from the bottom, it is the way of the data:
//!
//! ```text
//! objects/    decision ─ label            whose business a request is
//!                │
//!             launcher ─ kubevirt_object ─ ephemeral      the objects in which requests are judged
//!
//! answer/     verdict ─ response ─ log    what host, user and admin learn of it
//!
//! pod/        view ─ mount_points ─ inject                what a launcher pod lacks
//!             guard ─ processes ─ verify ─ patch          what its containers would see of the node
//!
//! requests/   annotation ─ permitted ─ overlaps           what the VM owner asks for, and whether it may be
//!
//! settings/   rule ─ sensitive            what the admin allows
//!             for_namespace ─ around ─ permission         which rule decides on a path for a container
//!
//! base/       json ─ field ─ path ─ request               the words that all of it is written in
//! ```
//!
//! What cannot be understood is rejected. What cannot happen panics, which the host answers with a rejection too.
//! JSON stays text from end to end (`base::json`): what nobody looks at is never parsed, and comes out as it went in.

pub mod base;

pub mod settings;

pub mod requests;

pub mod pod;

pub mod answer;

pub mod objects;

use answer::{response, verdict::Verdict};
use base::{
    field::{Path, Violation, Violations},
    json::Json,
    request::Request,
};
use objects::decision;
use settings::Settings;

/// Called by the host once for each instance of the module.
#[cfg(feature = "guest")]
#[expect(unsafe_code, reason = "waPC hosts look for the function by this name")]
#[unsafe(no_mangle)]
pub extern "C" fn wapc_init() {
    wapc_guest::register_function("validate", |payload| {
        let (request, verdict) = evaluate(payload);
        answer::log::verdict(request.as_ref(), &verdict);
        Ok(response::validation(verdict))
    });
    wapc_guest::register_function("validate_settings", |payload| Ok(validate_settings(payload)));
    wapc_guest::register_function("protocol_version", protocol_version);
}

/// Decides on the waPC payload `{"request": …, "settings": …}` and answers with a `ValidationResponse` as JSON.
/// Never fails: what is not an admission request is rejected.
#[must_use]
pub fn validate(payload: &[u8]) -> Vec<u8> {
    response::validation(evaluate(payload).1)
}

/// Decides on the same payload: the verdict as data.
#[must_use]
pub fn decide(payload: &[u8]) -> Verdict {
    evaluate(payload).1
}

/// Checks the bare settings object and answers with a `SettingsValidationResponse` as JSON.
#[must_use]
pub fn validate_settings(payload: &[u8]) -> Vec<u8> {
    response::settings(read_settings(payload).err().as_ref())
}

/// Reads the bare settings object.
///
/// # Errors
/// Every fault of the settings, or that they are not JSON.
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

#[cfg(feature = "guest")]
fn protocol_version(_: &[u8]) -> wapc_guest::CallResult {
    Ok(serde_json::to_vec(
        &kubewarden_policy_sdk::metadata::ProtocolVersion::V1,
    )?)
}

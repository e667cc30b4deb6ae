//! A Kubewarden policy: host paths for the hook sidecars of KubeVirt VMs.
//!
//! The folders are the design: a tower of stages, each of which uses only those below it (`tests/stages.rs` holds that).
//! Read from the bottom, it is the way of the data:
//!
//! ```text
//! kubewarden  the host: what it calls, what it is answered, and the log
//!
//! review/     decision ─ label            whose business a request is
//!                │
//!             launcher ─ kubevirt_object ─ ephemeral ─▶ verdict     the objects in which requests are judged
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
//!
//! The host calls what `kubewarden` registers. Everything else that needs the policy (the command, the page, the tests) calls the
//! functions below and has the types from here: nobody outside reaches into a folder.

mod base;

mod settings;

mod requests;

mod pod;

mod review;

mod kubewarden;

pub use base::{
    access::Access,
    container_name::{COMPUTE, hook_sidecar_number, is_hook_sidecar},
    field::{FaultKind, Field, FieldPath, FieldSegment, Violation, Violations},
    host_path_type::HostPathType,
    namespace::Namespace,
    path::{ContainerPath, HostPath, PathError},
    reserved,
    step::Step,
};
pub use pod::{Container, HostPathMount, Pod, is_kubevirts_own};
pub use requests::{
    annotation::hook_sidecar_requests,
    host_path_request::{HostPathRequest, REQUEST_KEYS},
    place::{DOMAIN, HOOK_SIDECARS, HOST_PATHS, Requester},
};
pub use review::{
    kubevirt_object::{KINDS, KubeVirtKind, VERSIONS, WITHOUT_STATUS, requests_in},
    verdict::{Accepted, MountSummary, Verdict},
};
pub use settings::{
    Covering, DEFAULT_TYPES, KUBEVIRT_CONTROLLER, MOST_ITEMS, MOST_RULES, RULE_KEYS, RecursiveReadOnly,
    Refusal, RulesAround, SETTINGS_KEYS, Settings, SettingsFor, TrustedCreators, Viewer,
    pattern::Pattern,
    permission::{Permission, permission},
    rule::{Rule, Scope},
    sensitive::BUILT_IN,
};

use base::{json::Json, request::Request};
use review::decision;

/// Decides on the waPC payload `{"request": …, "settings": …}` and answers with a `ValidationResponse` as JSON.
/// Never fails: what is not an admission request is rejected.
#[must_use]
pub fn validate(payload: &[u8]) -> Vec<u8> {
    kubewarden::validation(evaluate(payload).1)
}

/// Decides on the same payload: the verdict as data.
#[must_use]
pub fn decide(payload: &[u8]) -> Verdict {
    evaluate(payload).1
}

/// Checks the bare settings object and answers with a `SettingsValidationResponse` as JSON.
#[must_use]
pub fn validate_settings(payload: &[u8]) -> Vec<u8> {
    kubewarden::settings(read_settings(payload).err().as_ref())
}

/// Reads the bare settings object.
///
/// # Errors
/// Every fault of the settings, or that they are not JSON.
pub fn read_settings(payload: &[u8]) -> Result<Settings, Violations> {
    let settings = Json::of_bytes(payload).map_err(|error| {
        let detail = format!("must be JSON: {error}");
        Violation::invalid(FieldPath::root("settings"), "\"bytes\"", detail)
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

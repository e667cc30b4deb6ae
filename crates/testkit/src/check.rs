//! What holds for every case, regardless of its expectation.

use serde_json::Value;

use crate::Engine;
use crate::change;
use crate::request::{Parts, Payload};
use crate::response::Response;

/// The code for what is missing in a pod under `verifyOnly`.
const UNPROCESSABLE: u16 = 422;

/// Asks `engine` about a request that is in no case file: its answer, and all that is wrong with it.
///
/// # Errors
///
/// The engine fails, or its answer is not a response.
pub fn check(
    request: &Value,
    settings: &Value,
    engine: &Engine<'_>,
) -> Result<(Response, Vec<String>), String> {
    let parts = Parts {
        request: request.clone(),
        settings: settings.clone(),
    };
    let payload = Payload {
        bytes: parts.bytes(),
        verbatim: false,
        parts: Some(parts),
    };
    let response = Response::ask(engine, &payload.bytes)?;
    let faults = faults(&payload, &response, engine);
    Ok((response, faults))
}

/// All that is wrong with `response`, the engine's answer to `payload`, and with its answers to what follows from it.
pub(crate) fn faults(payload: &Payload, response: &Response, engine: &Engine<'_>) -> Vec<String> {
    let mut faults = response.faults();
    let Some(parts) = &payload.parts else {
        if response.mutated_object.is_some() {
            faults.push("mutated what cannot be read".into());
        }
        return faults;
    };
    match (response.accepted, &response.mutated_object) {
        (true, Some(mutated)) => faults.extend(mutation(parts, mutated, response, engine)),
        (true, None) if parts.settings.is_object() => {
            faults.extend(settled(
                "under verifyOnly",
                &parts.verify_only(),
                response,
                engine,
            ));
        }
        (false, _) if parts.settings.is_object() && !payload.verbatim => {
            faults.extend(still_rejected(&parts.verify_only(), None, engine));
        }
        _ => {}
    }
    faults
}

/// What must hold for a mutation: only additions, nothing left to do afterwards, and seen by `verifyOnly`.
fn mutation(parts: &Parts, mutated: &Value, response: &Response, engine: &Engine<'_>) -> Vec<String> {
    let mut faults = Vec::new();
    if !parts.creates_pod() {
        faults.push("only the creation of a pod may be answered with a mutated object".into());
    }
    match parts.object() {
        Some(original) => faults.extend(change::faults(original, mutated)),
        None => faults.push("mutated a request without object".into()),
    }
    let result = parts.with_object(mutated.clone());
    faults.extend(settled("run twice", &result, response, engine));
    faults.extend(settled(
        "the mutated object under verifyOnly",
        &result.verify_only(),
        response,
        engine,
    ));
    faults.extend(still_rejected(&parts.verify_only(), Some(UNPROCESSABLE), engine));
    faults
}

/// Requests that must be accepted without mutation, and with the same words as before.
fn settled(what: &str, parts: &Parts, before: &Response, engine: &Engine<'_>) -> Vec<String> {
    let response = match Response::ask(engine, &parts.bytes()) {
        Ok(response) => response,
        Err(error) => return vec![format!("{what}: {error}")],
    };
    let mut faults = response.faults();
    if !response.accepted {
        faults.push(format!(
            "rejected: {}",
            response.message.as_deref().unwrap_or_default()
        ));
    } else if let Some(mutated) = &response.mutated_object {
        let patch = parts
            .object()
            .map(|object| json_patch::diff(object, mutated))
            .unwrap_or_default();
        faults.push(format!("mutated again: {patch}"));
    } else {
        if response.warnings() != before.warnings() {
            faults.push(format!(
                "other warnings: {:?}, before {:?}",
                response.warnings(),
                before.warnings()
            ));
        }
        if response.audit() != before.audit() {
            faults.push(format!(
                "another audit annotation: {:?}, before {:?}",
                response.audit(),
                before.audit()
            ));
        }
    }
    faults
        .into_iter()
        .map(|fault| format!("{what}: {fault}"))
        .collect()
}

/// Requests that `verifyOnly` must not let through.
fn still_rejected(parts: &Parts, code: Option<u16>, engine: &Engine<'_>) -> Vec<String> {
    let response = match Response::ask(engine, &parts.bytes()) {
        Ok(response) => response,
        Err(error) => return vec![format!("the original under verifyOnly: {error}")],
    };
    let mut faults = response.faults();
    if response.accepted {
        faults.push("accepted".into());
    } else if code.is_some() && response.code != code {
        faults.push(format!("rejected with code {:?}, not {code:?}", response.code));
    }
    faults
        .into_iter()
        .map(|fault| format!("the original under verifyOnly: {fault}"))
        .collect()
}

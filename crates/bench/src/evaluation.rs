//! One evaluation, as policy-server does it for each request, and how long each stage of it takes.

use std::time::{Duration, Instant};

use kubewarden_policy_sdk::response::ValidationResponse;
use rustix::time::{ClockId, clock_gettime};
use serde::Serialize;
use sidecar_hostpath::admission::AdmissionRequest;
use sidecar_hostpath::settings::SettingsJson;

use crate::Error;
use crate::policy_server::{Engine, Instance};

/// The stages, in their order, as in the tables.
pub const STAGES: [&str; 6] = ["serialise", "start", "guest", "parse", "diff", "stop"];

/// How long an evaluation took.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Evaluation {
    /// All of it, in time of the processor: a busy machine interrupts long evaluations more often than short ones.
    pub total: Duration,
    /// Each stage, in time of the wall, which costs nothing to look at.
    pub stages: [Duration; STAGES.len()],
}

/// The payload of `validate`.
#[derive(Serialize)]
struct Payload<'a> {
    request: &'a AdmissionRequest,
    settings: &'a SettingsJson,
}

/// The bytes that a guest is given.
pub fn payload(request: &AdmissionRequest, settings: &SettingsJson) -> Result<Vec<u8>, Error> {
    Ok(serde_json::to_vec(&Payload { request, settings })?)
}

/// Where the instance comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// A fresh one for each evaluation: policy-server.
    Fresh,
    /// The same one for many: kwctl bench.
    Reused,
}

/// How many evaluations a reused instance serves. Instances are made for one, so a guest may leave its garbage lying
/// around; a gigabyte of it would be no fair measure of anything.
const REUSES: u32 = 64;

/// A guest, ready to evaluate.
pub struct Guest {
    engine: Engine,
    kept: Option<(Instance, u32)>,
}

impl Guest {
    /// Compiles the module. Log lines are read, as policy-server does, and dropped.
    pub fn new(module: &[u8]) -> Result<Self, Error> {
        let engine = Engine::new(module, std::sync::Arc::new(|_: &str| ()))?;
        Ok(Self { engine, kept: None })
    }

    /// The guest's answer to a payload, from a fresh instance.
    pub fn answer(&self, payload: &[u8]) -> Result<Vec<u8>, Error> {
        self.engine.call("validate", payload)
    }

    /// Evaluates the request.
    pub fn evaluate(
        &mut self,
        mode: Mode,
        request: &AdmissionRequest,
        settings: &SettingsJson,
    ) -> Result<Evaluation, Error> {
        let kept = match mode {
            Mode::Fresh => None,
            Mode::Reused => Some(self.keep()?),
        };
        let processor = processor_time()?;
        let begin = Instant::now();
        let payload = payload(request, settings)?;
        let serialised = Instant::now();
        let mut own = None;
        let instance = match kept {
            Some(instance) => instance,
            None => own.insert(self.engine.start()?),
        };
        let started = Instant::now();
        let answer = instance.call("validate", &payload)?;
        let answered = Instant::now();
        let response: ValidationResponse = serde_json::from_slice(&answer)?;
        let parsed = Instant::now();
        let patch = match (&request.object, &response.mutated_object) {
            (Some(object), Some(mutated)) => Some(json_patch::diff(object, mutated)),
            _ => None,
        };
        let compared = Instant::now();
        drop(own);
        let stopped = Instant::now();
        let total = processor_time()?.saturating_sub(processor);
        drop((answer, response, patch));
        let stages = [
            serialised.duration_since(begin),
            started.duration_since(serialised),
            answered.duration_since(started),
            parsed.duration_since(answered),
            compared.duration_since(parsed),
            stopped.duration_since(compared),
        ];
        Ok(Evaluation { total, stages })
    }

    /// The kept instance, or a new one when it has served for long enough.
    fn keep(&mut self) -> Result<&Instance, Error> {
        let kept = match self.kept.take() {
            Some((instance, left)) if left > 0 => (instance, left.saturating_sub(1)),
            _ => (self.engine.start()?, REUSES),
        };
        Ok(&self.kept.insert(kept).0)
    }
}

/// What this thread, on which everything happens, has used.
fn processor_time() -> Result<Duration, Error> {
    Ok(clock_gettime(ClockId::ThreadCPUTime).try_into()?)
}

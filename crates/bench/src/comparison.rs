//! The policy compared with its floor: both evaluate the same request in turns, so that other load on the machine slows
//! down both.

use std::time::Duration;

use kubewarden_policy_sdk::response::ValidationResponse;
use sidecar_hostpath::settings::SettingsJson;

use crate::Error;
use crate::evaluation::{Evaluation, Guest, Mode, payload};
use crate::figures::{Pair, Side, Subject};
use crate::instructions;
use crate::modules::Modules;
use crate::requests::Request;

/// The policy, compiled once for all comparisons, and what it is compared with.
pub struct Bench {
    modules: Modules,
    settings: SettingsJson,
    policy: Guest,
}

/// The comparison on one request.
pub struct Comparison<'a> {
    request: &'a Request,
    settings: &'a SettingsJson,
    policy: &'a mut Guest,
    floor: Guest,
    subject: Subject,
    rounds: Vec<(Evaluation, Evaluation)>,
}

impl Bench {
    /// Compiles the policy.
    pub fn new(modules: Modules, settings: SettingsJson) -> Result<Self, Error> {
        let policy = Guest::new(&modules.policy)?;
        Ok(Self {
            modules,
            settings,
            policy,
        })
    }

    /// Prepares the floor for the request: it accepts, or gives the answer that the policy would give.
    pub fn comparison<'a>(&'a mut self, request: &'a Request) -> Result<Comparison<'a>, Error> {
        let payload = payload(&request.request, &self.settings)?;
        let answer = self.policy.answer(&payload)?;
        let response: ValidationResponse = serde_json::from_slice(&answer)?;
        if !response.accepted {
            let message = response.message.unwrap_or_default();
            return Err(format!("{}: rejected: {message}", request.name).into());
        }
        let floor = match response.mutated_object {
            Some(_) => self.modules.answering(&answer)?,
            None => self.modules.accept.clone(),
        };
        let subject = Subject {
            name: request.name.clone(),
            limit: request.limit,
            payload_bytes: payload.len(),
            mutates: response.mutated_object.is_some(),
            policy: instructions::count(&self.modules.policy, &payload)?,
            floor: instructions::count(&floor, &payload)?,
        };
        Ok(Comparison {
            request,
            settings: &self.settings,
            policy: &mut self.policy,
            floor: Guest::new(&floor)?,
            subject,
            rounds: Vec::new(),
        })
    }
}

impl Comparison<'_> {
    /// What is compared.
    #[must_use]
    pub fn subject(&self) -> &Subject {
        &self.subject
    }

    /// Evaluates the request so many times on both sides, and returns how long one side took for all of them.
    pub fn measure(&mut self, rounds: u64, mode: Mode, side: Side) -> Result<Duration, Error> {
        let mut time = Duration::ZERO;
        for _ in 0..rounds {
            let evaluate = |guest: &mut Guest| guest.evaluate(mode, &self.request.request, self.settings);
            // Who comes second finds the host's memory as the first has left it.
            let (policy, floor) = if self.rounds.len().is_multiple_of(2) {
                let policy = evaluate(self.policy)?;
                (policy, evaluate(&mut self.floor)?)
            } else {
                let floor = evaluate(&mut self.floor)?;
                (evaluate(self.policy)?, floor)
            };
            let own = match side {
                Side::Policy => policy.total,
                Side::Floor => floor.total,
            };
            time = time.saturating_add(own);
            self.rounds.push((policy, floor));
        }
        Ok(time)
    }

    /// The medians of the rounds since the last call. `None`: there were none.
    pub fn medians(&mut self) -> Option<Pair> {
        Pair::of(&std::mem::take(&mut self.rounds))
    }
}

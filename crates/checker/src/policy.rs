//! What answers Kubewarden's calls: a module in a waPC host, or the policy that is linked into this crate.

use std::sync::Arc;

use kubevirt_sidecar_hostpath_policy as linked;

/// Why a call has no answer.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// No instance could be made, or its initialisation trapped.
    #[error("cannot start the policy: {0}")]
    Start(String),
    /// The guest answered with an error, or trapped.
    #[error("Guest call failure: {0}")]
    Guest(String),
    /// The guest ran for too long.
    #[error(
        "Policy execution interrupted: it took more than {} million units of fuel, about an instruction each",
        fuel / 1_000_000
    )]
    OutOfFuel {
        /// The limit.
        fuel: u64,
    },
    /// The guest wants too much memory.
    #[error("Policy execution interrupted: it needs more than {} MiB of memory", memory >> 20)]
    OutOfMemory {
        /// The limit in bytes.
        memory: usize,
    },
}

/// A policy that can be called.
pub trait Policy {
    /// Calls the waPC operation.
    fn call(&self, operation: &str, payload: &[u8]) -> Result<Vec<u8>, CallError>;
}

impl<P: Policy + ?Sized> Policy for Arc<P> {
    fn call(&self, operation: &str, payload: &[u8]) -> Result<Vec<u8>, CallError> {
        self.as_ref().call(operation, payload)
    }
}

/// The policy that is linked into this crate.
#[derive(Debug, Clone, Copy)]
pub struct Linked;

impl Policy for Linked {
    fn call(&self, operation: &str, payload: &[u8]) -> Result<Vec<u8>, CallError> {
        match operation {
            "validate" => Ok(linked::validate(payload)),
            "validate_settings" => Ok(linked::validate_settings(payload)),
            other => Err(CallError::Guest(format!("unknown operation {other}"))),
        }
    }
}

//! What answers Kubewarden's calls: a module in the waPC host, or the policy that is linked into this command.

use std::sync::Arc;

use kubevirt_sidecar_hostpath_policy as linked;

use crate::engine::{CallError, Engine};

/// A policy that can be called.
pub trait Policy {
    /// Calls the waPC operation.
    fn call(&self, operation: &str, payload: &[u8]) -> Result<Vec<u8>, CallError>;
}

impl Policy for Engine {
    fn call(&self, operation: &str, payload: &[u8]) -> Result<Vec<u8>, CallError> {
        Engine::call(self, operation, payload)
    }
}

impl<P: Policy + ?Sized> Policy for Arc<P> {
    fn call(&self, operation: &str, payload: &[u8]) -> Result<Vec<u8>, CallError> {
        self.as_ref().call(operation, payload)
    }
}

/// The policy that is linked into this command.
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

//! What stands in for the host in a command that is built without one.

use crate::engine::{CallError, LoadError, LogSink};

/// A module that can be run: there is none.
pub enum Engine {}

impl Engine {
    /// Says that there is no host.
    pub fn with_log(_wasm: &[u8], _log: LogSink) -> Result<Self, LoadError> {
        let why = "this sidecar-hostpath is built without a host for modules (feature `host`)";
        Err(LoadError(why.to_owned()))
    }

    /// Calls the operation.
    pub fn call(&self, _operation: &str, _payload: &[u8]) -> Result<Vec<u8>, CallError> {
        match *self {}
    }
}

//! The host that runs modules. Without the feature `host` there is none, and the command is built in a minute.

#[cfg(feature = "host")]
mod host;
#[cfg(not(feature = "host"))]
mod none;

use std::sync::Arc;

#[cfg(feature = "host")]
pub use host::{Engine, Instance};
#[cfg(not(feature = "host"))]
pub use none::Engine;

pub use judge::policy::{CallError, Policy};

/// Takes the log lines of the policy, one at a time, without a line break.
pub type LogSink = Arc<dyn Fn(&str) + Send + Sync>;

/// Writes each log line to standard error.
pub fn log_to_stderr() -> LogSink {
    Arc::new(|line| eprintln!("{line}"))
}

/// Why a module cannot be run at all.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct LoadError(String);

impl Policy for Engine {
    fn call(&self, operation: &str, payload: &[u8]) -> Result<Vec<u8>, CallError> {
        Engine::call(self, operation, payload)
    }
}

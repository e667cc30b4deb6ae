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
    #[error("Policy execution interrupted because it exceeded the allowed execution time")]
    Deadline,
}

//! Why there is no answer.

use checker::policy::CallError;
use wasmi::errors::{ErrorKind, InstantiationError, LinkerError, MemoryError};
use wasmi::{Error, TrapCode};

use crate::limits::Limits;

/// Why a module cannot be run at all.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// Anything but the binary format of WebAssembly.
    #[error("no WebAssembly module")]
    NoModule,
    /// The module is damaged, or needs an extension of WebAssembly that the engine does not have.
    #[error("no valid WebAssembly module: {0}")]
    Invalid(#[source] Error),
    /// The module wants something from its host that is neither waPC's nor WASI's.
    #[error("unknown import {module}::{name}")]
    Import {
        /// Whose it would be.
        module: String,
        /// Its name there.
        name: String,
    },
    /// A module that is no waPC guest.
    #[error("no waPC module: it exports no {0}")]
    Export(&'static str),
    /// The host's own functions cannot be defined.
    #[error("cannot prepare the host: {0}")]
    Host(#[source] Box<LinkerError>),
}

impl From<LinkerError> for LoadError {
    fn from(error: LinkerError) -> Self {
        Self::Host(Box::new(error))
    }
}

/// What the end of a call means, which is none of the guest's own errors.
pub(crate) fn call_error(
    error: &Error,
    limits: Limits,
    other: impl FnOnce(String) -> CallError,
) -> CallError {
    match error.kind() {
        ErrorKind::TrapCode(TrapCode::OutOfFuel) => CallError::OutOfFuel { fuel: limits.fuel },
        ErrorKind::TrapCode(TrapCode::GrowthOperationLimited)
        | ErrorKind::Instantiation(InstantiationError::FailedToInstantiateMemory(
            MemoryError::ResourceLimiterDeniedAllocation,
        )) => CallError::OutOfMemory {
            memory: limits.memory,
        },
        ErrorKind::I32ExitStatus(status) => other(format!("the module has exited with status {status}")),
        _ => other(error.to_string()),
    }
}

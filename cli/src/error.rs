//! What can go wrong besides a verdict.

use std::io;

use crate::engine::{CallError, LoadError};

/// Why there is no verdict. What is wrong with a file, or with the option in its place, is said with its name.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file, or standard input, cannot be read.
    #[error("cannot read {file}: {source}")]
    Read {
        /// The file.
        file: String,
        /// The reason.
        source: io::Error,
    },
    /// The verdict cannot be written.
    #[error("cannot write the result: {0}")]
    Write(#[source] io::Error),

    /// The request is not JSON.
    #[error("{file}: the request is not JSON: {source}")]
    RequestSyntax {
        /// The file.
        file: String,
        /// The reason.
        source: serde_json::Error,
    },
    /// The request is JSON, but not an object.
    #[error("{file}: invalid request object")]
    RequestKind {
        /// The file.
        file: String,
    },
    /// An AdmissionReview without a request.
    #[error("{file}: invalid AdmissionReview object: missing field `request`")]
    ReviewWithoutRequest {
        /// The file.
        file: String,
    },
    /// A field of the request is missing or of the wrong type.
    #[error("{file}: cannot build AdmissionRequest object from given input: {source}")]
    RequestFields {
        /// The file.
        file: String,
        /// The reason, which names the field.
        source: serde_json::Error,
    },

    /// The settings are neither YAML nor JSON.
    #[error("{file}: the settings cannot be parsed: {message}")]
    SettingsSyntax {
        /// The file.
        file: String,
        /// The reason.
        message: String,
    },
    /// The settings are a list or a scalar.
    #[error("{file}: invalid settings, not an object")]
    SettingsKind {
        /// The file.
        file: String,
    },
    /// The policy refuses the settings. The capital letter is kwctl's.
    #[error("Provided settings are not valid: {0}")]
    SettingsRefused(String),

    /// The file is no WebAssembly module, or not one that a waPC host can run.
    #[error("{file}: not a policy: {source}")]
    Module {
        /// The file.
        file: String,
        /// The reason.
        source: LoadError,
    },
    /// No instance of the policy could be made.
    #[error(transparent)]
    Start(CallError),
    /// The evaluation cannot be put into JSON.
    #[error("cannot serialise the evaluation: {0}")]
    Serialise(#[from] serde_json::Error),
}

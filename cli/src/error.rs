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
    /// A file that must be text is none.
    #[error("{file}: not UTF-8 text, at byte {offset}")]
    NoText {
        /// The file.
        file: String,
        /// Where the text ends.
        offset: usize,
    },
    /// The result cannot be written.
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
    /// Settings in several documents.
    #[error("{file}: several documents, and it is not clear which one holds the settings")]
    SettingsDocuments {
        /// The file.
        file: String,
    },
    /// Another object than a policy.
    #[error("{file}: no settings: the {kind} is neither a ClusterAdmissionPolicy nor an AdmissionPolicy")]
    SettingsOfAnother {
        /// The file.
        file: String,
        /// The kind of the object.
        kind: String,
    },
    /// Several policies, and it cannot be told which one is meant.
    #[error(
        "{file}: policies with different settings, put the one that you mean into a file of its own: {policies}"
    )]
    SettingsDiffer {
        /// The file.
        file: String,
        /// Their names.
        policies: String,
    },
    /// `check` without settings.
    #[error(
        "give --settings FILE: without the settings of the policy, nothing says which host paths are allowed"
    )]
    NoSettings,
    /// Settings from standard input.
    #[error("--settings needs a file: standard input is for manifests")]
    SettingsOnStdin,
    /// The policy refuses the settings that manifests are to be checked against.
    #[error("{place}: the settings are not valid: {message}")]
    CheckSettings {
        /// The file, and the policy in it.
        place: String,
        /// The reasons.
        message: String,
    },
    /// The policy refuses the settings. The capital letter is kwctl's.
    #[error("Provided settings are not valid: {0}")]
    SettingsRefused(String),

    /// A manifest is neither YAML nor JSON, or holds what is no Kubernetes object.
    #[error("{place}: {reason}")]
    Manifest {
        /// The file and the document in it.
        place: String,
        /// The reason, with line and column if it is about syntax.
        reason: String,
    },
    /// Standard input can be read only once.
    #[error("standard input is named twice")]
    StdinTwice,
    /// All files are empty.
    #[error("there is no object to check in {files}")]
    NoObjects {
        /// The files.
        files: String,
    },

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

//! What can go wrong besides a verdict.

use crate::policy::CallError;
use crate::reading::node::Position;
use crate::settings::file::Refusal;

/// Why there is no verdict. What is wrong with a file is said with its name.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file that must be text is none.
    #[error("{file}: not UTF-8 text, at byte {offset}")]
    NoText {
        /// The file.
        file: String,
        /// Where the text ends.
        offset: usize,
    },
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
    #[error("{file}:{}:{}: the settings cannot be parsed: {message}", .at.line, .at.column)]
    SettingsSyntax {
        /// The file.
        file: String,
        /// The place in it.
        at: Position,
        /// The reason.
        message: String,
    },
    /// The settings that must be JSON are not.
    #[error("{file}: the settings cannot be parsed: {source}")]
    SettingsJson {
        /// The file.
        file: String,
        /// The reason.
        source: serde_json::Error,
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
    /// A policy, and settings that are no policy's.
    #[error(
        "{file}: a policy and settings beside it: which of them count is not clear, put them into two files"
    )]
    SettingsBesidePolicy {
        /// The file.
        file: String,
    },
    /// A policy of an API group or version that Kubewarden does not have any more, or never had.
    #[error("{file}: no settings: the {kind} has apiVersion {api_version:?}, not policies.kubewarden.io/v1")]
    SettingsOfAnotherGroup {
        /// The file.
        file: String,
        /// The kind of the object.
        kind: String,
        /// Its version.
        api_version: String,
    },
    /// A policy that runs another module.
    #[error(
        "{file}: no settings: {title} runs the module {module:?}, which is not kubevirt-sidecar-hostpath-policy; \
         --policy-name takes its settings nevertheless"
    )]
    SettingsOfAnotherModule {
        /// The file.
        file: String,
        /// The policy.
        title: String,
        /// Its module.
        module: String,
    },
    /// Several policies, and it cannot be told which one is meant.
    #[error("{file}: policies with different settings; --policy-name tells which one is meant: {policies}")]
    SettingsDiffer {
        /// The file.
        file: String,
        /// Their names.
        policies: String,
    },
    /// No policy of the name that was given.
    #[error("{file}: no policy of the name {name}; there are: {policies}")]
    NoSuchPolicy {
        /// The file.
        file: String,
        /// What was asked for.
        name: String,
        /// The names of those that are there.
        policies: String,
    },
    /// The policy refuses the settings that manifests are to be checked against.
    #[error("the settings are not valid")]
    Refusal(Refusal),
    /// The policy refuses the settings. The capital letter is kwctl's.
    #[error("Provided settings are not valid: {0}")]
    SettingsRefused(String),
    /// No instance of the policy could be made.
    #[error(transparent)]
    Start(CallError),
    /// The evaluation cannot be put into JSON.
    #[error("cannot serialise the evaluation: {0}")]
    Serialise(#[from] serde_json::Error),
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Error::Refusal(refusal)
    }
}

impl Error {
    /// One line for each thing that is wrong.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        match self {
            Error::Refusal(refusal) => refusal.lines().collect(),
            other => vec![other.to_string()],
        }
    }

    /// The reason alone, where the place is known.
    #[must_use]
    pub fn reason(&self) -> String {
        match self {
            Error::NoText { offset, .. } => format!("not UTF-8 text, at byte {offset}"),
            other => other.to_string(),
        }
    }
}

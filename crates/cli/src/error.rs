//! What can go wrong besides a verdict.

use std::io;

use checker::settings::file::Refusal;

use host::LoadError;

/// Why there is no verdict. What is wrong with a file, or with the option in its place, is said with its name.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// What is in the files, or what the policy says of it.
    #[error(transparent)]
    Judge(#[from] checker::Error),
    /// A file, or standard input, cannot be read.
    #[error("cannot read {file}: {source}")]
    Read {
        /// The file.
        file: String,
        /// The reason.
        source: io::Error,
    },
    /// The result cannot be written.
    #[error("cannot write the result: {0}")]
    Write(#[source] io::Error),
    /// A command without settings.
    #[error("no --settings FILE: without the settings, nothing says which host paths are allowed")]
    NoSettings,
    /// Tests without settings.
    #[error("{directory}: no settings: give --settings FILE, or write settings.yaml there")]
    NoTestSettings {
        /// The directory of the tests.
        directory: String,
    },
    /// A file cannot be written.
    #[error("cannot write {file}: {source}")]
    WriteFile {
        /// The file.
        file: String,
        /// The reason.
        source: io::Error,
    },
    /// `compare` without the settings as they are.
    #[error("no --against FILE: compare needs the settings as they are")]
    NoOldSettings,
    /// Settings from standard input.
    #[error("--settings needs a file: standard input is for manifests")]
    SettingsOnStdin,
    /// An argument that means nothing.
    #[error("{argument:?}: {reason}")]
    Argument {
        /// The argument.
        argument: String,
        /// The reason.
        reason: String,
    },
    /// `check` without a manifest.
    #[error("no MANIFEST: name files or directories, or - for standard input")]
    NoManifest,
    /// Standard input can be read only once.
    #[error("standard input is given more than once")]
    StdinTwice,
    /// Nothing comes from standard input: the command before it in the pipe has failed.
    #[error("standard input is empty")]
    EmptyStdin,
    /// The file is no WebAssembly module, or not one that a waPC host can run.
    #[error("{file}: not a policy: {source}")]
    Module {
        /// The file.
        file: String,
        /// The reason.
        source: LoadError,
    },
    /// The cluster cannot be asked.
    #[cfg(feature = "doctor")]
    #[error(transparent)]
    Cluster(#[from] doctor::Error),
    /// Nothing can be sent from here.
    #[cfg(feature = "doctor")]
    #[error("cannot start: {0}")]
    Runtime(#[source] io::Error),
    /// The report cannot be put into XML.
    #[error("cannot serialise the report: {0}")]
    Junit(#[source] quick_junit::SerializeError),
    /// The evaluation cannot be put into JSON.
    #[error("cannot serialise the evaluation: {0}")]
    Serialise(#[from] serde_json::Error),
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Error::Judge(refusal.into())
    }
}

impl Error {
    /// One line for each thing that is wrong.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        match self {
            Error::Judge(error) => error.lines(),
            other => vec![other.to_string()],
        }
    }

    /// The reason alone, where the place is known.
    #[must_use]
    pub fn reason(&self) -> String {
        match self {
            Error::Judge(error) => error.reason(),
            Error::Read { source, .. } => format!("cannot be read: {source}"),
            other => other.to_string(),
        }
    }
}

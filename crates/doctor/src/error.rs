//! Why a cluster could not be examined at all.

/// Why there are no checks.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The cluster cannot be reached.
    #[error("cannot ask the cluster: {0}")]
    Unreachable(String),
    /// The kubeconfig names no cluster that could be asked.
    #[error("cannot ask the cluster: {0}")]
    Config(String),
    /// What is built into this crate is not what it should be.
    #[error("built in: {0}")]
    BuiltIn(String),
    /// A name that no object can have.
    #[error("{name:?}: {reason}")]
    Name {
        /// The name.
        name: String,
        /// Why not.
        reason: &'static str,
    },
}

/// An error with all its causes, each once.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text = format!("{text}: {cause_text}");
        }
        source = cause.source();
    }
    text
}

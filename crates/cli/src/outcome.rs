//! What a command prints, and how it ends.

/// The outcome of a command that judges.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// For standard output; styled where it is text.
    pub stdout: String,
    /// Whether nothing is rejected.
    pub passed: bool,
    /// What could not be judged, for standard error.
    pub faults: Vec<String>,
    /// Why it has not passed, where the output does not say it.
    pub failure: Option<String>,
    /// What there is to say of the policies whose settings are used, for standard error.
    pub notes: Vec<String>,
}

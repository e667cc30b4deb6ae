//! Whether a mount can be written to.

/// The access of a mount or of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Access {
    /// `readOnly: true`.
    ReadOnly,
    /// `readOnly: false`.
    Writable,
}

//! Why a host path request is not permitted: the step of the judgement that refuses it, and the reason in words.

use std::fmt;

/// A step of the judgement, in its order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// A rule must match the path.
    Rule,
    /// The rules with the longest path must be for the one who asks.
    Reserved,
    /// Nothing below the path may be reserved for others.
    ContainsReserved,
    /// The path must be no sensitive one, unless the rule names it.
    Sensitive,
    /// The path must not be below one that is writable.
    BelowWritable,
    /// The rule must permit the type.
    Type,
    /// The rule must permit writing, where it is asked for.
    Access,
    /// The rule must permit sharing with `compute`, where it is asked for.
    Sharing,
}

/// Why a request is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The step that refuses it.
    pub step: Step,
    /// The reason.
    pub why: String,
}

impl Refusal {
    pub(super) const fn new(step: Step, why: String) -> Self {
        Refusal { step, why }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.why)
    }
}

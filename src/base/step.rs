//! The checks that a host path has to pass, in their order.

/// A check of a host path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// A rule must match the path.
    Rule,
    /// The rules with the longest path must apply to the namespace and the container.
    Reserved,
    /// No path below may be reserved for others.
    ContainsReserved,
    /// The path must not be a sensitive one, unless the rule names it.
    Sensitive,
    /// The path must not be below one that is writable.
    BelowWritable,
    /// The rule must permit the type.
    Type,
    /// The rule must permit writing, where that is requested.
    Access,
    /// The rule must permit mounts in container `compute`, where it is that container.
    Sharing,
}

impl Step {
    /// All of them, in their order.
    pub const ALL: [Step; 8] = [
        Step::Rule,
        Step::Reserved,
        Step::ContainsReserved,
        Step::Sensitive,
        Step::BelowWritable,
        Step::Type,
        Step::Access,
        Step::Sharing,
    ];
}

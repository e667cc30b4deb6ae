//! The namespace that a request is made in, as rules for namespaces ask for it.

use std::fmt;

use crate::base::field::quote;

/// The longest DNS label, in bytes.
const MAX_BYTES: usize = 63;

/// Where a request is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Namespace {
    /// In this namespace, whose name is a DNS label.
    Named(String),
    /// In none, or in one that cannot exist: no rule for namespaces is for it.
    Absent,
    /// In none, by an object that serves every namespace: which one it will be is not known yet.
    Any,
}

impl Namespace {
    /// The namespace that a request names. What is no DNS label is the name of none.
    #[must_use]
    pub fn named(name: &str) -> Self {
        if is_label(name) {
            Namespace::Named(name.to_owned())
        } else {
            Namespace::Absent
        }
    }

    /// Whether it is, or can be, the namespace `name`.
    #[must_use]
    pub fn may_be(&self, name: &str) -> bool {
        match self {
            Namespace::Named(own) => own == name,
            Namespace::Absent => false,
            Namespace::Any => true,
        }
    }
}

impl fmt::Display for Namespace {
    /// Whom a rule is for, as messages say it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Namespace::Named(name) => write!(f, "namespace {}", quote(name)),
            Namespace::Absent => f.write_str("requests without a namespace"),
            Namespace::Any => f.write_str("every namespace"),
        }
    }
}

/// Whether `text` is a DNS label (RFC 1123), as the name of every namespace is.
pub(crate) fn is_label(text: &str) -> bool {
    let is_outer = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let is_inner = |byte: u8| is_outer(&byte) || byte == b'-';
    text.len() <= MAX_BYTES
        && text.as_bytes().first().is_some_and(is_outer)
        && text.as_bytes().last().is_some_and(is_outer)
        && text.bytes().all(is_inner)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::letters("team-a", true)]
    #[case::digits("0", true)]
    #[case::longest(&"a".repeat(63), true)]
    #[case::too_long(&"a".repeat(64), false)]
    #[case::empty("", false)]
    #[case::dash_first("-a", false)]
    #[case::dash_last("a-", false)]
    #[case::upper("A", false)]
    #[case::dot("a.b", false)]
    #[case::slash("a/b", false)]
    #[case::not_ascii("ä", false)]
    fn a_label_is_recognised(#[case] text: &str, #[case] expected: bool) {
        assert_eq!(is_label(text), expected);
    }
}

//! Violations together: in document order, each printed once, in a message of bounded length.

use std::{fmt, rc::Rc};

use super::{FaultKind, Violation};
use crate::base::by_name::ByName;

/// One or more violations, in document order, each that is printed once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violations(Vec<Violation>);

impl Violations {
    /// So many that nobody has to look for more: reading and judging stop then.
    pub const ENOUGH: usize = 256;

    /// The longest message, in bytes: the rest of the violations is counted.
    pub const MOST_BYTES: usize = 16 * 1024;

    /// `None` where there is no violation.
    #[must_use]
    pub fn from_vec(mut violations: Vec<Violation>) -> Option<Self> {
        let mut seen = ByName::default();
        let mut kept = 0_usize;
        // What is only counted is not compared.
        violations.retain(|violation| {
            let is_kept = kept >= Self::ENOUGH || seen.add(violation.print(false).into(), 0);
            kept = kept.saturating_add(usize::from(is_kept));
            is_kept
        });
        (!violations.is_empty()).then_some(Violations(violations))
    }

    /// All of them, to be joined with others.
    #[must_use]
    pub fn into_vec(self) -> Vec<Violation> {
        self.0
    }

    /// The violations.
    pub fn iter(&self) -> impl Iterator<Item = &Violation> {
        self.0.iter()
    }

    /// The HTTP status code of the rejection: 403 as soon as something is forbidden, else 422.
    #[must_use]
    pub fn code(&self) -> u16 {
        if self.0.iter().any(|v| v.kind == FaultKind::Forbidden) {
            403
        } else {
            422
        }
    }
}

impl From<Violation> for Violations {
    fn from(violation: Violation) -> Self {
        Violations(vec![violation])
    }
}

impl fmt::Display for Violations {
    /// One line of at most [`Violations::MOST_BYTES`] bytes. A list of allowed host paths is printed once.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        /// Room for the count.
        const COUNT_BYTES: usize = 40;
        let mut text = String::new();
        let mut listed: Vec<&Rc<str>> = Vec::new();
        let mut printed = 0_usize;
        for violation in &self.0 {
            let allowed = violation.allowed.as_ref().filter(|list| !listed.contains(list));
            listed.extend(allowed);
            let next = violation.print(allowed.is_some());
            let separator = if text.is_empty() { "" } else { "; " };
            let length = text
                .len()
                .saturating_add(separator.len())
                .saturating_add(next.len());
            if length.saturating_add(COUNT_BYTES) > Self::MOST_BYTES {
                break;
            }
            text.push_str(separator);
            text.push_str(&next);
            printed = printed.saturating_add(1);
        }
        f.write_str(&text)?;
        match self.0.len().saturating_sub(printed) {
            0 => Ok(()),
            1 => f.write_str("; and 1 more violation"),
            more => write!(f, "; and {more} more violations"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::field::FieldPath;

    #[test]
    fn the_code_is_403_as_soon_as_something_is_forbidden() {
        let at = FieldPath::root("a");
        let required = Violation::required(at, "x");
        let forbidden = Violation::forbidden(at, "x");
        assert_eq!(Violations::from(required.clone()).code(), 422);
        assert_eq!(
            Violations::from_vec(vec![required, forbidden]).unwrap().code(),
            403
        );
        assert_eq!(Violations::from_vec(Vec::new()), None);
    }

    #[test]
    fn violations_are_printed_once_and_a_long_list_is_counted() {
        let at = FieldPath::root("a");
        let twice = vec![Violation::required(at, "x"), Violation::required(at, "x")];
        assert_eq!(
            Violations::from_vec(twice).unwrap().to_string(),
            "a: Required value: x"
        );

        // 16 KiB are 1024 times this, and the count.
        let detail = "x".repeat(16 - "a: Required value: ; ".len() % 16);
        let many: Vec<Violation> = (0..2000)
            .map(|n| Violation::required(at.index(n), detail.as_str()))
            .collect();
        let text = Violations::from_vec(many).unwrap().to_string();
        assert!(text.len() <= Violations::MOST_BYTES, "{}", text.len());
        assert!(text.len() > Violations::MOST_BYTES - 100, "{}", text.len());
        let printed = text.matches("Required value").count();
        assert!(
            text.ends_with(&format!("; and {} more violations", 2000 - printed)),
            "{text}"
        );
    }

    #[test]
    fn a_list_of_allowed_paths_is_printed_once() {
        let at = FieldPath::root("a");
        let refused = |index| {
            Violation::forbidden(at.index(index), "is not allowed")
                .with(|fault| fault.allowed = Some("/srv, /data".into()))
        };
        let hinted = refused(2).with(|fault| fault.hint = Some("write it so".to_owned()));
        assert_eq!(
            Violations::from_vec(vec![refused(0), refused(1), hinted])
                .unwrap()
                .to_string(),
            "a[0]: Forbidden: is not allowed: /srv, /data; a[1]: Forbidden: is not allowed; \
             a[2]: Forbidden: is not allowed. write it so"
        );
    }
}

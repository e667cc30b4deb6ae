//! What is wrong and where: field paths and violations in the form of Kubernetes field errors.
//!
//! The form is that of `k8s.io/apimachinery/pkg/util/validation/field`: `path: Kind: value: detail`.

mod printed;

use std::fmt;

pub use printed::quote;
pub(crate) use printed::{list, quote_within};

use crate::base::by_name::ByName;

/// A place in a document, linked to its parent; text only when it is printed.
///
/// `Path::root("spec").name("containers").index(0)` is printed as `spec.containers[0]`.
#[derive(Clone, Copy, Debug)]
pub struct Path<'p> {
    parent: Option<&'p Path<'p>>,
    segment: Segment<'p>,
}

#[derive(Clone, Copy, Debug)]
enum Segment<'p> {
    Name(&'p str),
    Index(usize),
    Key(&'p str),
}

impl<'p> Path<'p> {
    /// The first member of a path.
    #[must_use]
    pub const fn root(name: &'p str) -> Self {
        Path {
            parent: None,
            segment: Segment::Name(name),
        }
    }

    /// The member `name` of the object at this path: `.name`.
    #[must_use]
    pub const fn name<'c>(&'c self, name: &'c str) -> Path<'c> {
        Path {
            parent: Some(self),
            segment: Segment::Name(name),
        }
    }

    /// The element `index` of the list at this path: `[0]`.
    #[must_use]
    pub const fn index<'c>(&'c self, index: usize) -> Path<'c> {
        Path {
            parent: Some(self),
            segment: Segment::Index(index),
        }
    }

    /// The value under `key` of the map at this path: `[key]`.
    #[must_use]
    pub const fn key<'c>(&'c self, key: &'c str) -> Path<'c> {
        Path {
            parent: Some(self),
            segment: Segment::Key(key),
        }
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(parent) = self.parent {
            parent.fmt(f)?;
            if let Segment::Name(_) = self.segment {
                f.write_str(".")?;
            }
        }
        match self.segment {
            Segment::Name(name) => f.write_str(name),
            Segment::Index(index) => write!(f, "[{index}]"),
            Segment::Key(key) => write!(f, "[{key}]"),
        }
    }
}

/// How a field is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Nothing is where something must.
    Required,
    /// Malformed, or impossible in this object.
    Invalid,
    /// Well-formed, but the settings do not permit it.
    Forbidden,
}

/// One thing that is wrong with one field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Where, as printed.
    pub field: String,
    /// In what way.
    pub kind: Kind,
    /// The value found there, ready to print; only for [`Kind::Invalid`].
    pub value: Option<String>,
    /// Why, in words. What a user wrote is in it through [`quote`] only.
    pub detail: String,
}

impl Violation {
    /// Nothing is at `path`.
    pub fn required(path: Path<'_>, detail: impl Into<String>) -> Self {
        Violation {
            field: path.to_string(),
            kind: Kind::Required,
            value: None,
            detail: detail.into(),
        }
    }

    /// What is at `path` is malformed; `value` is ready to print (see [`quote`]).
    pub fn invalid(path: Path<'_>, value: impl Into<String>, detail: impl Into<String>) -> Self {
        Violation {
            field: path.to_string(),
            kind: Kind::Invalid,
            value: Some(value.into()),
            detail: detail.into(),
        }
    }

    /// What is at `path` is not permitted.
    pub fn forbidden(path: Path<'_>, detail: impl Into<String>) -> Self {
        Violation {
            field: path.to_string(),
            kind: Kind::Forbidden,
            value: None,
            detail: detail.into(),
        }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.kind {
            Kind::Required => "Required value",
            Kind::Invalid => "Invalid value",
            Kind::Forbidden => "Forbidden",
        };
        write!(f, "{}: {kind}: ", self.field)?;
        if let Some(value) = &self.value {
            write!(f, "{value}: ")?;
        }
        f.write_str(&self.detail)
    }
}

/// One or more violations, in document order, each that is printed once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violations(Vec<Violation>);

impl Violations {
    /// The violations printed in one message; the rest is counted.
    pub const PRINTED: usize = 256;

    /// So many that nobody has to look for more. What could go on without end stops then.
    pub const ENOUGH: usize = 1000;

    /// `None` where there is no violation.
    #[must_use]
    pub fn from_vec(mut violations: Vec<Violation>) -> Option<Self> {
        let mut seen = ByName::default();
        let mut printed = 0_usize;
        // What is only counted is not compared.
        violations.retain(|violation| {
            let is_kept = printed >= Self::PRINTED || seen.add(violation.to_string().into(), 0);
            printed = printed.saturating_add(usize::from(is_kept));
            is_kept
        });
        (!violations.is_empty()).then_some(Violations(violations))
    }

    /// All of them, to be joined with others.
    #[must_use]
    pub fn into_vec(self) -> Vec<Violation> {
        self.0
    }

    /// The HTTP status code of the rejection: 403 as soon as something is forbidden, else 422.
    #[must_use]
    pub fn code(&self) -> u16 {
        if self.0.iter().any(|v| v.kind == Kind::Forbidden) {
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
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let printed: Vec<String> = self
            .0
            .iter()
            .take(Self::PRINTED)
            .map(ToString::to_string)
            .collect();
        f.write_str(&printed.join("; "))?;
        match self.0.len().saturating_sub(Self::PRINTED) {
            0 => Ok(()),
            more => write!(f, "; and {more} more violations"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_printed_as_kubernetes_prints_it() {
        let spec = Path::root("metadata");
        let annotations = spec.name("annotations");
        let key = annotations.key("hooks.kubevirt.io/hookSidecars");
        let entry = key.index(0);
        assert_eq!(
            entry.name("hostPath").to_string(),
            "metadata.annotations[hooks.kubevirt.io/hookSidecars][0].hostPath"
        );
    }

    #[test]
    fn each_kind_has_its_words() {
        let at = Path::root("a");
        assert_eq!(
            Violation::required(at, "must be set").to_string(),
            "a: Required value: must be set"
        );
        assert_eq!(
            Violation::invalid(at, quote("x\ny"), "must be a path").to_string(),
            r#"a: Invalid value: "x\ny": must be a path"#
        );
        assert_eq!(Violation::forbidden(at, "no").to_string(), "a: Forbidden: no");
    }

    #[test]
    fn the_code_is_403_as_soon_as_something_is_forbidden() {
        let at = Path::root("a");
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
        let at = Path::root("a");
        let twice = vec![Violation::required(at, "x"), Violation::required(at, "x")];
        assert_eq!(
            Violations::from_vec(twice).unwrap().to_string(),
            "a: Required value: x"
        );

        let many: Vec<Violation> = (0..258).map(|n| Violation::required(at.index(n), "x")).collect();
        let text = Violations::from_vec(many).unwrap().to_string();
        assert!(
            text.ends_with("a[255]: Required value: x; and 2 more violations"),
            "{text}"
        );
    }
}

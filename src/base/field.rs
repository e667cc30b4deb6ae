//! What is wrong and where: field paths and violations in the form of Kubernetes field errors.

mod printed;
mod violation;
mod violations;

use std::fmt;

pub(crate) use printed::{SHOWN_BYTES, list, quote, quote_within, shorten};

pub use violation::{FaultKind, Violation};
pub use violations::Violations;

/// A place in a document, linked to its parent; text only when it is printed.
///
/// `FieldPath::root("spec").name("containers").index(0)` is printed as `spec.containers[0]`.
#[derive(Clone, Copy, Debug)]
pub struct FieldPath<'p> {
    parent: Option<&'p FieldPath<'p>>,
    segment: Segment<'p>,
}

#[derive(Clone, Copy, Debug)]
enum Segment<'p> {
    Name(&'p str),
    Index(usize),
    Key(&'p str),
}

impl<'p> FieldPath<'p> {
    /// The first member of a path.
    #[must_use]
    pub const fn root(name: &'p str) -> Self {
        FieldPath {
            parent: None,
            segment: Segment::Name(name),
        }
    }

    /// The member `name` of the object at this path: `.name`.
    #[must_use]
    pub const fn name<'c>(&'c self, name: &'c str) -> FieldPath<'c> {
        FieldPath {
            parent: Some(self),
            segment: Segment::Name(name),
        }
    }

    /// The element `index` of the list at this path: `[0]`.
    #[must_use]
    pub const fn index<'c>(&'c self, index: usize) -> FieldPath<'c> {
        FieldPath {
            parent: Some(self),
            segment: Segment::Index(index),
        }
    }

    /// The value under `key` of the map at this path: `[key]`.
    #[must_use]
    pub const fn key<'c>(&'c self, key: &'c str) -> FieldPath<'c> {
        FieldPath {
            parent: Some(self),
            segment: Segment::Key(key),
        }
    }
}

impl FieldPath<'_> {
    /// The place as data.
    #[must_use]
    pub fn to_field(&self) -> Field {
        let mut segments = match self.parent {
            Some(parent) => parent.to_field().0,
            None => Vec::new(),
        };
        segments.push(match self.segment {
            Segment::Name(name) => FieldSegment::Name(name.to_owned()),
            Segment::Index(index) => FieldSegment::Index(index),
            Segment::Key(key) => FieldSegment::Key(key.to_owned()),
        });
        Field(segments)
    }
}

/// A place in a document, as data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field(pub Vec<FieldSegment>);

/// A step from a value to one that is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FieldSegment {
    /// The member of an object whose members are known.
    Name(String),
    /// The element of a list.
    Index(usize),
    /// The value under a key of a map, such as an annotation.
    Key(String),
}

impl fmt::Display for Field {
    /// As Kubernetes prints it: `metadata.annotations[example.com/key][0].path`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, segment) in self.0.iter().enumerate() {
            match segment {
                FieldSegment::Name(name) if position == 0 => f.write_str(name)?,
                FieldSegment::Name(name) => write!(f, ".{name}")?,
                FieldSegment::Index(index) => write!(f, "[{index}]")?,
                FieldSegment::Key(key) => write!(f, "[{}]", shorten(key))?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_printed_as_kubernetes_prints_it() {
        let spec = FieldPath::root("metadata");
        let annotations = spec.name("annotations");
        let key = annotations.key("hooks.kubevirt.io/hookSidecars");
        let entry = key.index(0);
        assert_eq!(
            entry.name("hostPath").to_field().to_string(),
            "metadata.annotations[hooks.kubevirt.io/hookSidecars][0].hostPath"
        );
    }
}

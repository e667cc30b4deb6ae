//! The path of a rule: a path on the node, in which one element may stand for the name of a namespace.

use std::fmt;

use crate::base::{
    aliases,
    namespace::is_label,
    path::{HostPath, PathError, rest},
};

/// What stands for the name of the request's namespace.
pub(crate) const PLACEHOLDER: &str = "{namespace}";

/// Why a text is not a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PatternError {
    /// It is not a path either.
    Path(PathError),
    /// It holds a brace that belongs to no placeholder, or a placeholder that is not a whole element.
    Brace,
    /// It holds a second placeholder.
    Twice,
}

impl fmt::Display for PatternError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PatternError::Path(error) => error.fmt(f),
            PatternError::Brace => {
                f.write_str("must not contain '{' or '}', except for {namespace} as a whole element")
            }
            PatternError::Twice => f.write_str("must not contain {namespace} twice"),
        }
    }
}

/// `/srv/images`, or `/srv/tenants/{namespace}/img`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    written: HostPath,
    placeholder: Option<Placeholder>,
}

/// What is around the placeholder.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Placeholder {
    /// `/srv/tenants`
    directory: HostPath,
    /// `""`, or `/img`
    below: String,
}

/// A pattern found at or above a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Above<'p> {
    /// The element of the path that the placeholder stands for.
    pub label: Option<&'p str>,
    /// What follows in the path: `""`, or a text that begins with `/`.
    pub rest: &'p str,
}

/// A pattern found at or below a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Below<'p> {
    /// Its placeholder is strictly below, for any namespace.
    ForAny,
    /// All that the placeholder could stand for is in the path.
    For {
        /// The element of the path that the placeholder stands for.
        label: Option<&'p str>,
        /// Whether the pattern lies strictly below.
        strictly: bool,
    },
}

impl Pattern {
    /// Reads and cleans a pattern.
    ///
    /// # Errors
    /// What [`HostPath::parse`] refuses, and every brace that is not of the one placeholder.
    pub fn parse(text: &str) -> Result<Self, PatternError> {
        let written = HostPath::parse(text).map_err(PatternError::Path)?;
        let mut elements = written.as_str().split('/');
        if elements.any(|element| element != PLACEHOLDER && element.contains(['{', '}'])) {
            return Err(PatternError::Brace);
        }
        // Every brace is that of a placeholder.
        let placeholder = match written.as_str().split_once('{') {
            None => None,
            Some((_, end)) if end.contains('{') => return Err(PatternError::Twice),
            Some((before, end)) => {
                let (_, below) = end.split_once('}').ok_or(PatternError::Brace)?;
                Some(Placeholder {
                    directory: HostPath::parse(before).map_err(PatternError::Path)?,
                    below: below.to_owned(),
                })
            }
        };
        Ok(Pattern { written, placeholder })
    }

    /// As the settings write it, cleaned.
    #[must_use]
    pub const fn as_written(&self) -> &HostPath {
        &self.written
    }

    /// The directory of the placeholder, if there is one.
    #[must_use]
    pub fn directory(&self) -> Option<&HostPath> {
        self.placeholder
            .as_ref()
            .map(|placeholder| &placeholder.directory)
    }

    /// The pattern under all the names that it has on most nodes, as written first, and those that it has for namespaces
    /// called like a link: with `lib` for its placeholder, `/usr/{namespace}` is `/lib`.
    #[must_use]
    pub fn names(&self) -> Vec<Pattern> {
        let mut names = self.written.names();
        if let Some(directory) = self.directory() {
            for directory in directory.names() {
                let links = aliases::in_directory(directory.as_str());
                names.extend(links.flat_map(|link| self.with(link).names()));
            }
        }
        names
            .into_iter()
            .filter_map(|name| Pattern::parse(name.as_str()).ok())
            .collect()
    }

    /// What the admin has named: the path, up to the placeholder.
    #[must_use]
    pub fn named(&self) -> &HostPath {
        self.directory().unwrap_or(&self.written)
    }

    /// The path for the namespace `label`.
    #[must_use]
    pub fn with(&self, label: &str) -> HostPath {
        match &self.placeholder {
            None => self.written.clone(),
            Some(Placeholder { directory, below }) => directory.join(label, below),
        }
    }

    /// Whether it is at or above `path`, its placeholder standing for any DNS label.
    #[must_use]
    pub fn above<'p>(&self, path: &'p HostPath) -> Option<Above<'p>> {
        let Some(Placeholder { directory, below }) = &self.placeholder else {
            let rest = path.rest(&self.written)?;
            return Some(Above { label: None, rest });
        };
        let (label, rest_of_path) = first_label(path.rest(directory)?)?;
        let rest = rest(rest_of_path, below)?;
        Some(Above {
            label: Some(label),
            rest,
        })
    }

    /// Whether it is at or below `path`, its placeholder standing for any DNS label.
    #[must_use]
    pub fn below<'p>(&self, path: &'p HostPath) -> Option<Below<'p>> {
        let Some(Placeholder { directory, below }) = &self.placeholder else {
            let strictly = !self.written.rest(path)?.is_empty();
            return Some(Below::For {
                label: None,
                strictly,
            });
        };
        if directory.is_at_or_below(path) {
            return Some(Below::ForAny);
        }
        let (label, rest_of_path) = first_label(path.rest(directory)?)?;
        let strictly = !rest(below, rest_of_path)?.is_empty();
        Some(Below::For {
            label: Some(label),
            strictly,
        })
    }

    /// Whether it can stand for a path at or below one that `other` can stand for, each placeholder for a label of its
    /// own. `Some(true)`: strictly below.
    #[must_use]
    pub fn may_be_below(&self, other: &Pattern) -> Option<bool> {
        if self.placeholder.is_none() && other.placeholder.is_none() {
            return self.written.rest(&other.written).map(|rest| !rest.is_empty());
        }
        let mut own = elements(&self.written);
        for above in elements(&other.written) {
            let own = own.next()?;
            let can_be =
                |one: &str, label: &str| one == PLACEHOLDER && (label == PLACEHOLDER || is_label(label));
            if own != above && !can_be(own, above) && !can_be(above, own) {
                return None;
            }
        }
        Some(own.next().is_some())
    }
}

fn elements(path: &HostPath) -> impl Iterator<Item = &str> {
    path.as_str().split('/').filter(|element| !element.is_empty())
}

/// `/a/b` as `a`, which must be a DNS label, and `/b`.
fn first_label(path: &str) -> Option<(&str, &str)> {
    let path = path.strip_prefix('/')?;
    let (label, rest) = match path.find('/') {
        Some(end) => path.split_at_checked(end)?,
        None => (path, ""),
    };
    is_label(label).then_some((label, rest))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn pattern(text: &str) -> Pattern {
        Pattern::parse(text).expect("a pattern")
    }

    fn path(text: &str) -> HostPath {
        HostPath::parse(text).expect("a path")
    }

    #[rstest]
    #[case::part_of_an_element("/srv/team-{namespace}", PatternError::Brace)]
    #[case::another_name("/srv/{name}", PatternError::Brace)]
    #[case::a_brace("/srv/a}", PatternError::Brace)]
    #[case::twice("/{namespace}/{namespace}", PatternError::Twice)]
    #[case::relative("{namespace}", PatternError::Path(PathError::Relative))]
    fn no_pattern(#[case] text: &str, #[case] error: PatternError) {
        assert_eq!(Pattern::parse(text), Err(error));
    }

    #[rstest]
    #[case::at("/t/{namespace}/d", "/t/a/d", Some(("a", "")))]
    #[case::above("/t/{namespace}/d", "/t/a/d/x", Some(("a", "/x")))]
    #[case::element_boundary("/t/{namespace}/d", "/t/a/da", None)]
    #[case::not_deep_enough("/t/{namespace}/d", "/t/a", None)]
    #[case::no_label("/t/{namespace}", "/t/A", None)]
    #[case::the_directory("/t/{namespace}", "/t", None)]
    #[case::first_element("/{namespace}", "/a", Some(("a", "")))]
    fn is_above(#[case] written: &str, #[case] below: &str, #[case] expected: Option<(&str, &str)>) {
        let below = path(below);
        let found = pattern(written).above(&below);
        assert_eq!(found.map(|above| (above.label.unwrap(), above.rest)), expected);
    }

    #[rstest]
    #[case::directory("/t/{namespace}/d", "/t", Some(Below::ForAny))]
    #[case::above_the_directory("/t/{namespace}", "/", Some(Below::ForAny))]
    #[case::label("/t/{namespace}/d", "/t/a", Some(Below::For { label: Some("a"), strictly: true }))]
    #[case::equal("/t/{namespace}/d", "/t/a/d", Some(Below::For { label: Some("a"), strictly: false }))]
    #[case::element_boundary("/t/{namespace}/da", "/t/a/d", None)]
    #[case::no_label("/t/{namespace}/d", "/t/A", None)]
    #[case::plain("/t/a", "/t", Some(Below::For { label: None, strictly: true }))]
    fn is_below(#[case] written: &str, #[case] above: &str, #[case] expected: Option<Below<'_>>) {
        let above = path(above);
        assert_eq!(pattern(written).below(&above), expected);
    }

    #[rstest]
    #[case::expansion("/w/golden", "/w/{namespace}", Some(false))]
    #[case::below_an_expansion("/w/golden/a", "/w/{namespace}", Some(true))]
    #[case::no_label("/w/Golden", "/w/{namespace}", None)]
    #[case::both("/w/{namespace}/a", "/w/{namespace}", Some(true))]
    #[case::own_placeholder("/w/{namespace}/a", "/w/b", Some(true))]
    #[case::other_elements("/{namespace}/b", "/a/{namespace}", Some(false))]
    #[case::shorter("/w", "/w/{namespace}", None)]
    #[case::root("/w/{namespace}", "/", Some(true))]
    fn may_be_below(#[case] one: &str, #[case] other: &str, #[case] expected: Option<bool>) {
        assert_eq!(pattern(one).may_be_below(&pattern(other)), expected);
    }
}

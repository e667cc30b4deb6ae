//! Absolute paths in their one canonical form: on the node ([`HostPath`]) and in a container
//! ([`ContainerPath`]).
//!
//! Paths are compared as bytes, by whole elements: `/foo` contains `/foo/bar`, never `/foobar`.
//! `..` is refused, never resolved: a symbolic link on the node would make the resolution wrong.

use std::{borrow::Cow, fmt};

use crate::base::aliases;
pub(crate) use crate::base::aliases::{common_prefix, rest};

/// The longest path, in bytes: Linux' `PATH_MAX` is 4096 and counts the final NUL.
pub(crate) const MAX_BYTES: usize = 4095;

/// Why a text is not a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathError {
    /// It has more than 4095 bytes.
    TooLong,
    /// It begins or ends with white space.
    OuterWhiteSpace,
    /// It does not begin with `/`.
    Relative,
    /// It holds a NUL or another control character.
    ControlCharacter,
    /// It holds a `\`.
    Backslash,
    /// One of its elements is `..`.
    ParentElement,
    /// It holds a `:`, which container runtimes take for a separator.
    Colon,
}

impl fmt::Display for PathError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            PathError::TooLong => "must have at most 4095 bytes",
            PathError::OuterWhiteSpace => "must not begin or end with white space",
            PathError::Relative => "must be an absolute path",
            PathError::ControlCharacter => "must not contain control characters",
            PathError::Backslash => "must not contain a backslash",
            PathError::ParentElement => "must not contain the element '..'",
            PathError::Colon => "must not contain ':'",
        })
    }
}

/// A path on the node: absolute and clean.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct HostPath(Cow<'static, str>);

/// A path in a container: absolute, clean and without `:`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ContainerPath(String);

impl HostPath {
    /// Reads and cleans a path: `//a/./b/` is `/a/b`.
    ///
    /// # Errors
    /// `a/b` is relative; `/a/../b` has a parent element; see [`PathError`] for the rest.
    pub fn parse(text: &str) -> Result<Self, PathError> {
        clean(text).map(|path| HostPath(Cow::Owned(path)))
    }

    /// A path that is clean as written, for the lists in this crate; a test reads each of them.
    pub(crate) const fn from_static(path: &'static str) -> Self {
        HostPath(Cow::Borrowed(path))
    }

    /// The clean path.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What follows `directory` in this path, if the path is at or below it: `""`, or a text that begins with `/`.
    #[must_use]
    pub fn rest(&self, directory: &HostPath) -> Option<&str> {
        rest(&self.0, &directory.0)
    }

    /// The path of `name`, which is one element, in this directory, and on with `below`: `""`, or a text that begins with
    /// `/` and is clean.
    #[must_use]
    pub(crate) fn join(&self, name: &str, below: &str) -> Self {
        let directory = if self.0 == "/" { "" } else { &self.0 };
        HostPath(Cow::Owned(format!("{directory}/{name}{below}")))
    }

    /// Whether this path is `other` or is below it.
    #[must_use]
    pub fn is_at_or_below(&self, other: &HostPath) -> bool {
        rest(&self.0, &other.0).is_some()
    }

    /// The path under all the names that it has on most nodes, as written first.
    #[must_use]
    pub fn names(&self) -> Vec<HostPath> {
        let names = aliases::names(&self.0).into_iter();
        names.map(|name| HostPath(Cow::Owned(name))).collect()
    }

    /// The directories that are inside this path as a whole, under any name.
    #[must_use]
    pub fn contained(&self) -> Vec<HostPath> {
        let contained = aliases::contained(&self.0).into_iter();
        contained.map(|path| HostPath(Cow::Owned(path))).collect()
    }
}

impl ContainerPath {
    /// Reads and cleans a path: `//a/./b/` is `/a/b`.
    ///
    /// # Errors
    /// What [`HostPath::parse`] refuses, and `/a:b`.
    pub fn parse(text: &str) -> Result<Self, PathError> {
        let path = clean(text)?;
        if path.contains(':') {
            return Err(PathError::Colon);
        }
        Ok(ContainerPath(path))
    }

    /// The clean path.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether this path is `other` or is below it.
    #[must_use]
    pub fn is_at_or_below(&self, other: &ContainerPath) -> bool {
        rest(&self.0, &other.0).is_some()
    }

    /// The path under all its names, as written first. The links are those of images as well as of nodes.
    #[must_use]
    pub fn names(&self) -> Vec<ContainerPath> {
        aliases::names(&self.0).into_iter().map(ContainerPath).collect()
    }

    /// Whether this path is `other`, which is clean, or is below it.
    pub(crate) fn is_at_or_below_str(&self, other: &str) -> bool {
        rest(&self.0, other).is_some()
    }
}

impl fmt::Display for HostPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for ContainerPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn clean(text: &str) -> Result<String, PathError> {
    if text.len() > MAX_BYTES {
        return Err(PathError::TooLong);
    }
    if text.trim() != text {
        return Err(PathError::OuterWhiteSpace);
    }
    if !text.starts_with('/') {
        return Err(PathError::Relative);
    }
    if text.contains(char::is_control) {
        return Err(PathError::ControlCharacter);
    }
    if text.contains('\\') {
        return Err(PathError::Backslash);
    }
    let mut path = String::with_capacity(text.len());
    for element in text.split('/') {
        match element {
            "" | "." => {}
            ".." => return Err(PathError::ParentElement),
            name => {
                path.push('/');
                path.push_str(name);
            }
        }
    }
    if path.is_empty() {
        path.push('/');
    }
    // `/a /` ends in white space as soon as it is clean.
    if path.trim_end() != path {
        return Err(PathError::OuterWhiteSpace);
    }
    Ok(path)
}

//! Names that may stand in a URL.

use std::fmt;

use crate::error::Error;

/// A DNS label (RFC 1123): the name of a namespace.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Label(String);

/// A DNS subdomain (RFC 1123), which is labels between dots: the name of a pod.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Subdomain(String);

/// How long a label may be.
const LABEL: usize = 63;

/// How long a subdomain may be.
const SUBDOMAIN: usize = 253;

fn is_label(text: &str) -> bool {
    let is_alphanumeric =
        |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    let bytes = text.as_bytes();
    is_alphanumeric(bytes.first())
        && is_alphanumeric(bytes.last())
        && bytes
            .iter()
            .all(|byte| *byte == b'-' || is_alphanumeric(Some(byte)))
}

impl Label {
    /// Reads a label.
    ///
    /// # Errors
    /// It is none: nothing else may come into a URL.
    pub fn parse(text: &str) -> Result<Self, Error> {
        match is_label(text) && text.len() <= LABEL {
            true => Ok(Label(text.to_owned())),
            false => Err(Error::Name {
                name: text.to_owned(),
                reason: "not the name of a namespace: at most 63 of a-z, 0-9 and -, the first and the last no -",
            }),
        }
    }
}

impl Subdomain {
    /// Reads a subdomain.
    ///
    /// # Errors
    /// It is none.
    pub fn parse(text: &str) -> Result<Self, Error> {
        match text.len() <= SUBDOMAIN && text.split('.').all(is_label) {
            true => Ok(Subdomain(text.to_owned())),
            false => Err(Error::Name {
                name: text.to_owned(),
                reason: "not the name of an object: at most 253 of a-z, 0-9, - and .",
            }),
        }
    }
}

impl fmt::Display for Label {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl fmt::Display for Subdomain {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

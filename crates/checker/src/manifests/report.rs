//! The findings, for programs.

use serde::Serialize;

use super::finding::{Finding, Summary};
use super::manifest::Unreadable;

/// The document that `check -o json` and `-o yaml` print. Members may be added to it, none is taken away or changes its
/// meaning.
#[derive(Debug, Serialize)]
pub struct Document<'a> {
    /// The findings that are shown.
    pub results: Vec<&'a Finding>,
    /// What could not be judged.
    pub errors: &'a [Unreadable],
    /// How many findings there are, shown or not.
    pub summary: Summary,
}

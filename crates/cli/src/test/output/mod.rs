//! The forms of the report.

mod github;
mod json;
mod junit;
mod text;

use clap::ValueEnum;

use super::report::Report;
use crate::Error;

/// The form of the output.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Output {
    /// Text for people, in colour on a terminal (unless NO_COLOR is set)
    #[default]
    Text,
    /// One JSON document
    Json,
    /// JUnit XML, with a test suite for each directory
    Junit,
    /// Workflow commands of GitHub Actions, which annotate the lines of a pull request
    Github,
}

impl Output {
    /// The report in this form. Text has lines of at most `width` characters.
    pub(super) fn of(self, report: &Report, width: usize) -> Result<String, Error> {
        match self {
            Output::Text => Ok(text::report(report, width)),
            Output::Json => Ok(json::report(report)?),
            Output::Junit => junit::report(report),
            Output::Github => Ok(github::report(report)),
        }
    }
}

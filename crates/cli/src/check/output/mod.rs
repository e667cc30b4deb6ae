//! The forms of the report.

pub(crate) mod github;
mod groups;
mod json;
pub(crate) mod junit;
mod sarif;
mod text;
mod yaml;

use clap::ValueEnum;

use crate::Error;
use crate::check::Report;

/// The form of the output.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Output {
    /// Text for people, in colour on a terminal (unless NO_COLOR is set)
    #[default]
    Text,
    /// One JSON document
    Json,
    /// The same as YAML
    Yaml,
    /// JUnit XML, with a test case for each object
    Junit,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Workflow commands of GitHub Actions, which annotate the lines of a pull request
    Github,
}

impl Output {
    /// The report in this form. Text has lines of at most `width` characters.
    pub fn of(self, report: &Report, width: usize) -> Result<String, Error> {
        match self {
            Output::Text => Ok(text::report(report, width)),
            Output::Json => Ok(json::report(report)?),
            Output::Yaml => Ok(yaml::report(report)?),
            Output::Junit => junit::report(report),
            Output::Sarif => Ok(sarif::report(report)?),
            Output::Github => Ok(github::report(report)),
        }
    }
}

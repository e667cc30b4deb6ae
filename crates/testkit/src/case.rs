//! A case, loaded and ready to run on any engine.

use std::path::{Path, PathBuf};

use crate::Engine;
use crate::check;
use crate::format::Expect;
use crate::request::Payload;
use crate::response::Response;
use crate::settings_case::SettingsCase;

/// One case of the corpus.
#[derive(Debug)]
pub struct Case {
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) rows: Vec<String>,
    /// The file of its row first, then the fixture it reads.
    pub(crate) files: Vec<PathBuf>,
    pub(crate) body: Body,
}

/// What a case asks.
#[derive(Debug)]
pub(crate) enum Body {
    /// A request.
    Request(Payload, Expect),
    /// The settings alone.
    Settings(SettingsCase),
}

/// What a person reads in the answer to a case.
#[derive(Debug, Eq, PartialEq)]
pub struct Texts {
    /// The message of a rejection, or of settings that are refused.
    pub message: Option<String>,
    /// The warnings of a request.
    pub warnings: Vec<String>,
}

impl Case {
    /// `<row>-<accept|reject>-<what>`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// One sentence: what the case shows.
    #[must_use]
    pub fn description(&self) -> &str {
        &self.description
    }

    /// The rows of the decision table that it covers.
    #[must_use]
    pub fn rows(&self) -> &[String] {
        &self.rows
    }

    /// The files that it was read from: that of its row, then fixtures.
    #[must_use]
    pub fn files(&self) -> &[PathBuf] {
        &self.files
    }

    /// The file that it is written in.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.files.first().map_or(Path::new(""), PathBuf::as_path)
    }

    /// Whether it expects to be accepted.
    #[must_use]
    pub fn accepts(&self) -> bool {
        match &self.body {
            Body::Request(_, expect) => expect.accepts(),
            Body::Settings(case) => case.expect.valid,
        }
    }

    /// The payload of `validate`; `None` for a case about settings.
    #[must_use]
    pub fn payload(&self) -> Option<&[u8]> {
        match &self.body {
            Body::Request(payload, _) => Some(&payload.bytes),
            Body::Settings(_) => None,
        }
    }

    /// Runs the case and every universal check on `engine`.
    ///
    /// # Errors
    ///
    /// All that the engine got wrong, readable, headed by the case's name.
    pub fn run(&self, engine: &Engine<'_>) -> Result<(), String> {
        let faults = match &self.body {
            Body::Request(payload, expect) => match Response::ask(engine, &payload.bytes) {
                Ok(response) => {
                    let mut faults = expect.faults(payload, &response);
                    faults.extend(check::faults(payload, &response, engine));
                    faults
                }
                Err(error) => vec![error],
            },
            Body::Settings(case) => case.faults(engine),
        };
        if faults.is_empty() {
            return Ok(());
        }
        Err(format!(
            "{} ({})\n  {}",
            self.name,
            self.description,
            faults.join("\n  ")
        ))
    }

    /// What `engine` tells people about this case, right or wrong; for rewriting the texts of the corpus.
    ///
    /// # Errors
    ///
    /// The engine fails, or its response is malformed.
    pub fn texts(&self, engine: &Engine<'_>) -> Result<Texts, String> {
        match &self.body {
            Body::Request(payload, _) => {
                let response = Response::ask(engine, &payload.bytes)?;
                Ok(Texts {
                    warnings: response.warnings().to_vec(),
                    message: response.message,
                })
            }
            Body::Settings(case) => Ok(Texts {
                message: case.message(engine)?,
                warnings: Vec::new(),
            }),
        }
    }
}

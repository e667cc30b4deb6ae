//! The results of all tests.

use serde::Serialize;

use crate::check::manifest::Unreadable;
use crate::reading::place::Place;

/// The results, in the order of their files.
#[derive(Debug)]
pub struct Report {
    /// Of each test, and of each file that should not be there.
    pub results: Vec<TestResult>,
}

/// The result of a test, or of a file or directory that is none.
#[derive(Debug, Default)]
pub struct TestResult {
    /// The manifest, or what else fails.
    pub file: String,
    /// What is not as expected.
    pub failures: Vec<Failure>,
    /// What cannot be read.
    pub errors: Vec<Unreadable>,
    /// The files that have been written.
    pub updated: Vec<String>,
}

/// Something that is not as expected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Failure {
    /// The file that expects it.
    pub file: String,
    /// The line in it.
    pub line: usize,
    /// What is wrong.
    pub message: String,
    /// What is expected and was not found, in lines.
    pub expected: Vec<String>,
    /// What was found instead, in lines.
    pub found: Vec<String>,
}

/// How a test ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// All is as expected.
    Passed,
    /// Something is not as expected.
    Failed,
    /// Something cannot be read.
    Error,
}

/// How many tests ended in which way.
#[derive(Debug, Default, Serialize)]
pub struct Summary {
    /// All is as expected.
    pub passed: usize,
    /// Something is not as expected.
    pub failed: usize,
    /// Something cannot be read.
    pub errors: usize,
}

impl Failure {
    /// Of a whole file, without a difference to show.
    pub(super) fn of_file(file: &str, message: impl Into<String>) -> Self {
        Failure {
            file: file.to_owned(),
            line: 1,
            message: message.into(),
            expected: Vec::new(),
            found: Vec::new(),
        }
    }
}

impl TestResult {
    /// A file or directory that fails by being there.
    pub(super) fn stray(file: &str, message: impl Into<String>) -> Self {
        TestResult {
            failures: vec![Failure::of_file(file, message)],
            file: file.to_owned(),
            ..TestResult::default()
        }
    }

    /// A file that cannot be read, or means nothing.
    pub(super) fn unreadable(file: &str, reason: String) -> Self {
        TestResult {
            errors: vec![Unreadable {
                place: Place::of_file(file),
                reason,
            }],
            file: file.to_owned(),
            ..TestResult::default()
        }
    }

    /// Whether all is as expected.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.status() == Status::Passed
    }

    /// How it ended.
    #[must_use]
    pub fn status(&self) -> Status {
        match (self.errors.is_empty(), self.failures.is_empty()) {
            (false, _) => Status::Error,
            (true, false) => Status::Failed,
            (true, true) => Status::Passed,
        }
    }
}

impl Report {
    /// What cannot be read.
    pub fn errors(&self) -> impl Iterator<Item = &Unreadable> {
        self.results.iter().flat_map(|result| &result.errors)
    }

    /// Counts.
    #[must_use]
    pub fn summary(&self) -> Summary {
        let count = |status| {
            let of_status = self.results.iter().filter(|result| result.status() == status);
            of_status.count()
        };
        Summary {
            passed: count(Status::Passed),
            failed: count(Status::Failed),
            errors: count(Status::Error),
        }
    }
}

//! Where something is in the files.

use std::fmt::{self, Display, Formatter};

use serde::Serialize;

/// What standard input is called in messages.
pub const STDIN: &str = "standard input";

/// A place in a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Place {
    /// The file as it was given; `-` for standard input.
    pub file: String,
    /// The number of the document in it, from 1.
    pub document: usize,
    /// In a list or a template, the number of the object, from 1.
    pub item: Option<usize>,
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1, in characters.
    pub column: usize,
}

impl Place {
    /// The beginning of a file.
    #[must_use]
    pub fn of_file(file: &str) -> Self {
        Place {
            file: file.to_owned(),
            document: 1,
            item: None,
            line: 1,
            column: 1,
        }
    }
}

impl Display for Place {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let file = if self.file == "-" { STDIN } else { &self.file };
        write!(f, "{file}:{}:{}", self.line, self.column)
    }
}

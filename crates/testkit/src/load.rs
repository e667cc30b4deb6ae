//! Reading the corpus from its directory. Nothing in there is overlooked: what cannot be read as a case is an error.

use std::error::Error;
use std::fmt::{self, Display, Formatter};
use std::fs;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;

use crate::case::{Body, Case};
use crate::fixture::{Fixtures, is_kebab};
use crate::format::{CaseFile, SettingsFile};
use crate::request;
use crate::settings_case::{ASKING, HARMLESS, SettingsCase};

/// The subdirectory of the cases about settings.
const SETTINGS: &str = "settings";

/// A file that is not a case, and why.
#[derive(Debug)]
pub struct LoadError {
    /// The file or directory.
    pub path: PathBuf,
    /// What is wrong with it.
    pub reason: String,
}

impl Display for LoadError {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path.display(), self.reason)
    }
}

impl Error for LoadError {}

/// Reads every case in `dir` and in `dir/settings`, sorted by name. Fixtures are in `fixtures` beside `dir`.
///
/// # Errors
///
/// The first file that is not a case: not named `<row>-<accept|reject>-<what>.json`, not of the format, contradicting
/// itself or its name.
pub fn load(dir: &Path) -> Result<Vec<Case>, LoadError> {
    let fixtures = Fixtures {
        dir: dir.with_file_name("fixtures"),
    };
    let mut cases = Vec::new();
    for path in entries(dir)? {
        if path.is_dir() && path.file_name().is_some_and(|name| name == SETTINGS) {
            for path in entries(&path)? {
                cases.push(read(&path, &fixtures, settings_case)?);
            }
        } else {
            cases.push(read(&path, &fixtures, request_case)?);
        }
    }
    Ok(cases)
}

/// The sorted entries of a directory.
fn entries(dir: &Path) -> Result<Vec<PathBuf>, LoadError> {
    let failed = |error: std::io::Error| LoadError {
        path: dir.into(),
        reason: error.to_string(),
    };
    let mut paths: Vec<PathBuf> = Vec::new();
    for entry in fs::read_dir(dir).map_err(failed)? {
        paths.push(entry.map_err(failed)?.path());
    }
    paths.sort();
    Ok(paths)
}

/// Reads one file and holds it against its name.
fn read(
    path: &Path,
    fixtures: &Fixtures,
    parse: fn(&str, &Fixtures) -> Result<Case, String>,
) -> Result<Case, LoadError> {
    let attempt = || {
        let name = Name::of(path)?;
        let text = fs::read_to_string(path).map_err(|e| e.to_string())?;
        let mut case = parse(&text, fixtures)?;
        name.agrees(&case)?;
        case.name = name.stem;
        case.files.insert(0, path.into());
        Ok(case)
    };
    attempt().map_err(|reason| LoadError {
        path: path.into(),
        reason,
    })
}

/// A case's file name, taken apart.
struct Name {
    stem: String,
    row: String,
    accepts: bool,
}

impl Name {
    fn of(path: &Path) -> Result<Self, String> {
        const FORM: &str = "the name is not <row>-<accept|reject>-<what>.json in lower case";
        let file = path.file_name().and_then(|name| name.to_str()).ok_or(FORM)?;
        let stem = file
            .strip_suffix(".json")
            .filter(|stem| is_kebab(stem))
            .ok_or(FORM)?;
        let (row, rest) = stem.split_once('-').ok_or(FORM)?;
        let (verdict, _) = rest.split_once('-').ok_or(FORM)?;
        let accepts = match verdict {
            "accept" => true,
            "reject" => false,
            _ => return Err(FORM.into()),
        };
        Ok(Self {
            stem: stem.into(),
            row: row.into(),
            accepts,
        })
    }

    fn agrees(&self, case: &Case) -> Result<(), String> {
        let first = case.rows.first().ok_or("`rows` is empty")?;
        if let Some(row) = case.rows.iter().find(|row| !is_row(row)) {
            return Err(format!("`rows`: {row:?} is not a row id"));
        }
        if first.to_ascii_lowercase() != self.row {
            return Err(format!(
                "the name says {:?}, the first row is {first:?}",
                self.row
            ));
        }
        if case.accepts() != self.accepts {
            return Err("the name and the expectation disagree about accept or reject".into());
        }
        if case.description.trim().is_empty() {
            return Err("`description` is empty".into());
        }
        Ok(())
    }
}

/// Whether `id` looks like `R1`: an upper case letter and digits.
pub(crate) fn is_row(id: &str) -> bool {
    let digits = id
        .strip_prefix(|c: char| c.is_ascii_uppercase())
        .unwrap_or_default();
    !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())
}

fn request_case(text: &str, fixtures: &Fixtures) -> Result<Case, String> {
    let file: CaseFile = parse(text)?;
    let (payload, read) = request::payload(&file, fixtures)?;
    if let Some(contradiction) = file.expect.contradiction(&payload) {
        return Err(format!("`expect`: {contradiction}"));
    }
    Ok(Case {
        name: String::new(),
        description: file.description,
        rows: file.rows,
        files: read.into_iter().collect(),
        body: Body::Request(payload, file.expect),
    })
}

fn settings_case(text: &str, fixtures: &Fixtures) -> Result<Case, String> {
    let file: SettingsFile = parse(text)?;
    if let Some(contradiction) = file.expect.contradiction() {
        return Err(format!("`expect`: {contradiction}"));
    }
    let fixture = fixtures.read(if file.expect.valid { HARMLESS } else { ASKING })?;
    Ok(Case {
        name: String::new(),
        description: file.description,
        rows: file.rows,
        files: vec![fixture.file],
        body: Body::Settings(SettingsCase {
            settings: file.settings,
            expect: file.expect,
            request: fixture.request,
        }),
    })
}

fn parse<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    serde_json::from_str(text).map_err(|e| e.to_string())
}

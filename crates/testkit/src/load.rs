//! Reading the corpus from its directory. Nothing in there is overlooked: what cannot be read as a case is an error.

use std::error::Error;
use std::fmt::{self, Display, Formatter};
use std::fs;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;

use crate::case::{Body, Case};
use crate::fixture::{Fixtures, is_kebab};
use crate::format::{WrittenCase, WrittenSettings};
use crate::group::Group;
use crate::request;
use crate::settings_case::{ASKING, HARMLESS, SettingsCase};

/// The subdirectory of the cases about settings.
const SETTINGS: &str = "settings";

/// A file that is not one of cases, and why.
#[derive(Debug)]
pub struct LoadError {
    /// The file or directory.
    pub path: PathBuf,
    /// What is wrong with it, and in which case.
    pub reason: String,
}

impl Display for LoadError {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path.display(), self.reason)
    }
}

impl Error for LoadError {}

/// Reads every case in `dir` and in `dir/settings`, sorted by row and name. Fixtures are in `fixtures` beside `dir`.
///
/// # Errors
///
/// The first file that is not `<row>.json` with cases of that row in the order of their names, and the first case that is
/// not named `<row>-<accept|reject>-<what>`, not of the format, or contradicts itself or its name.
pub fn load(dir: &Path) -> Result<Vec<Case>, LoadError> {
    let fixtures = Fixtures {
        dir: dir.with_file_name("fixtures"),
    };
    let mut cases = Vec::new();
    for path in entries(dir)? {
        if path.is_dir() && path.file_name().is_some_and(|name| name == SETTINGS) {
            for path in entries(&path)? {
                cases.extend(group(&path, &fixtures, settings_case)?);
            }
        } else {
            cases.extend(group(&path, &fixtures, request_case)?);
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

/// Reads one file, and holds it and each of its cases against their names.
fn group<T: DeserializeOwned>(
    path: &Path,
    fixtures: &Fixtures,
    case: fn(T, &Fixtures) -> Result<Case, String>,
) -> Result<Vec<Case>, LoadError> {
    let attempt = || {
        let row = row_of(path).ok_or("the name is not <row>.json in lower case")?;
        let text = fs::read_to_string(path).map_err(|e| e.to_string())?;
        let Group(members) = serde_json::from_str(&text).map_err(|e| e.to_string())?;
        let mut cases: Vec<Case> = Vec::new();
        for (name, member) in members {
            let read = || {
                let named = Name::of(&name, row)?;
                if cases.last().is_some_and(|last| last.name >= name) {
                    return Err("the names are not sorted, or one is there twice".into());
                }
                let case = case(member, fixtures)?;
                named.agrees(&case)?;
                Ok(case)
            };
            let mut case: Case = read().map_err(|reason: String| format!("{name}: {reason}"))?;
            case.name = name;
            case.files.insert(0, path.into());
            cases.push(case);
        }
        Ok(cases)
    };
    attempt().map_err(|reason| LoadError {
        path: path.into(),
        reason,
    })
}

/// The row whose cases a file has, in lower case.
fn row_of(path: &Path) -> Option<&str> {
    let row = path.file_name()?.to_str()?.strip_suffix(".json")?;
    (is_kebab(row) && is_row(&row.to_ascii_uppercase())).then_some(row)
}

/// What a case's name says.
struct Name<'a> {
    row: &'a str,
    accepts: bool,
}

impl<'a> Name<'a> {
    /// Takes the name of a case apart that is in the file of `row`.
    fn of(name: &str, row: &'a str) -> Result<Self, String> {
        let form = || format!("the name is not {row}-<accept|reject>-<what> in lower case");
        let rest = name
            .strip_prefix(row)
            .and_then(|rest| rest.strip_prefix('-'))
            .filter(|rest| is_kebab(rest))
            .ok_or_else(form)?;
        let (verdict, _) = rest.split_once('-').ok_or_else(form)?;
        let accepts = match verdict {
            "accept" => true,
            "reject" => false,
            _ => return Err(form()),
        };
        Ok(Self { row, accepts })
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

fn request_case(written: WrittenCase, fixtures: &Fixtures) -> Result<Case, String> {
    let (payload, read) = request::payload(&written, fixtures)?;
    if let Some(contradiction) = written.expect.contradiction(&payload) {
        return Err(format!("`expect`: {contradiction}"));
    }
    Ok(Case {
        name: String::new(),
        description: written.description,
        rows: written.rows,
        files: read.into_iter().collect(),
        body: Body::Request(payload, written.expect),
    })
}

fn settings_case(written: WrittenSettings, fixtures: &Fixtures) -> Result<Case, String> {
    if let Some(contradiction) = written.expect.contradiction() {
        return Err(format!("`expect`: {contradiction}"));
    }
    let fixture = fixtures.read(if written.expect.valid { HARMLESS } else { ASKING })?;
    Ok(Case {
        name: String::new(),
        description: written.description,
        rows: written.rows,
        files: vec![fixture.file],
        body: Body::Settings(SettingsCase {
            settings: written.settings,
            expect: written.expect,
            request: fixture.request,
        }),
    })
}

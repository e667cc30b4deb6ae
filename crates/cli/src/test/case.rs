//! One test: a manifest and what is expected of it.

use std::fs;
use std::path::{Path, PathBuf};

use checker::reading::text::decode;

use super::judge::{Judge, verdict};
use super::report::{Failure, TestResult};
use super::role::Expected;
use super::{gold, message};
use crate::check::finding::Finding;
use crate::check::inputs::shown;
use crate::check::manifest::Unreadable;
use crate::check::reader;
use crate::printing::escape::one_line;
use crate::reading::place::Place;
use crate::{Error, input};

/// A test.
#[derive(Debug)]
pub(super) struct Case {
    /// Where its files are.
    pub(super) directory: PathBuf,
    /// What their names begin with.
    pub(super) name: String,
    /// The manifest.
    pub(super) manifest: PathBuf,
    /// The verdict on each of its objects.
    pub(super) expected: Expected,
    /// The settings of its directory.
    pub(super) settings: Option<PathBuf>,
}

impl Case {
    /// Judges the manifest and compares. With `update` messages and gold files are written that are missing or do not match, if
    /// the verdicts are right.
    ///
    /// # Errors
    /// A file cannot be written.
    pub(super) fn run(&self, judge: &Judge, update: bool) -> Result<TestResult, Error> {
        let mut result = TestResult {
            file: shown(&self.manifest),
            ..TestResult::default()
        };
        let findings = match read(&self.manifest) {
            Ok(text) => {
                let found = reader::read(&text, &result.file);
                result.errors = found.faults;
                judge.findings(&found.manifests)?
            }
            Err(error) => {
                result.errors.push(error);
                Vec::new()
            }
        };
        if findings.is_empty() && result.errors.is_empty() {
            let why = "the manifest holds no object";
            result.failures.push(Failure::of_file(&result.file, why));
        }
        let wrong = findings
            .iter()
            .filter_map(|finding| self.wrong(finding, &result.file));
        result.failures.extend(wrong);
        // Otherwise messages and mounts are those of another verdict.
        if result.passed() {
            self.compare(&findings, update, &mut result)?;
        }
        Ok(result)
    }

    /// Why the verdict on an object is not the expected one.
    fn wrong(&self, finding: &Finding, file: &str) -> Option<Failure> {
        let verdict = verdict(finding);
        if verdict == Some(self.expected) {
            return None;
        }
        let mut found = vec![verdict.map_or("skipped", Expected::verdict).to_owned()];
        found.extend(message::said(std::slice::from_ref(finding)));
        if matches!(verdict, Some(Expected::Accept | Expected::Warn)) {
            found.extend(gold::lines_of(std::slice::from_ref(finding)));
        }
        let wrong = match verdict {
            None if finding.is_other_pod => "is no launcher pod, so the policy does not look at it",
            None => "is skipped: objects of this kind are not judged",
            Some(_) => "has another verdict",
        };
        Some(Failure {
            line: finding.line(),
            expected: vec![self.expected.verdict().to_owned()],
            found,
            ..Failure::of_file(file, format!("{} {wrong}", one_line(&finding.object())))
        })
    }

    /// Compares what is said and seen with the files beside the manifest.
    fn compare(&self, findings: &[Finding], update: bool, result: &mut TestResult) -> Result<(), Error> {
        let said = message::said(findings);
        let beside = Beside {
            path: self.beside("message.txt"),
            new: (!said.is_empty()).then(|| message::text(&said)),
        };
        beside.compare(update, result, |text, file| {
            Ok(message::failures(text, file, &said))
        })?;
        let is_rejected = self.expected == Expected::Reject;
        let beside = Beside {
            path: self.beside("gold.yaml"),
            new: (!is_rejected).then(|| gold::text(findings)).transpose()?,
        };
        beside.compare(update, result, |text, file| match is_rejected {
            true => Ok(vec![Failure::of_file(
                file,
                "no container matches: rejected objects have none",
            )]),
            false => gold::failure(text, file, findings).map(|failure| failure.into_iter().collect()),
        })
    }

    fn beside(&self, ending: &str) -> PathBuf {
        self.directory.join(format!("{}.{ending}", self.name))
    }
}

/// A file beside the manifest.
struct Beside {
    path: PathBuf,
    /// What `--update` writes.
    new: Option<String>,
}

impl Beside {
    fn compare(
        self,
        update: bool,
        result: &mut TestResult,
        failures: impl Fn(&str, &str) -> Result<Vec<Failure>, Unreadable>,
    ) -> Result<(), Error> {
        let file = shown(&self.path);
        // Also true of a link that leads nowhere.
        let is_there = self.path.symlink_metadata().is_ok();
        let compared = match is_there {
            true => read(&self.path).and_then(|text| failures(&text, &file)),
            false => Ok(Vec::new()),
        };
        // Through a link it would be a file of somebody else, and into a FIFO it would not end.
        let may_be_written = self.path.symlink_metadata().map_or(true, |found| found.is_file());
        let is_right = is_there && compared.as_ref().is_ok_and(Vec::is_empty);
        match (self.new, compared) {
            (Some(new), _) if update && !is_right && may_be_written => {
                fs::write(&self.path, new).map_err(|source| Error::WriteFile {
                    file: file.clone(),
                    source,
                })?;
                result.updated.push(file);
            }
            (_, Ok(failures)) => result.failures.extend(failures),
            (_, Err(error)) => result.errors.push(error),
        }
        Ok(())
    }
}

/// The text of a file.
fn read(path: &Path) -> Result<String, Unreadable> {
    let file = shown(path);
    // Nobody may write into a FIFO, and reading it would not end.
    if fs::metadata(path).is_ok_and(|found| !found.is_file() && !found.is_dir()) {
        return Err(Unreadable {
            place: Place::of_file(&file),
            reason: "not a regular file".to_owned(),
        });
    }
    let text = input::file(path).and_then(|bytes| Ok(decode(bytes, &file)?));
    text.map_err(|error| Unreadable {
        place: Place::of_file(&file),
        reason: error.reason(),
    })
}

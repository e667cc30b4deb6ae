//! The tests of a directory, and of those below it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use super::case::Case;
use super::report::TestResult;
use super::role::{self, Expected, Role, SETTINGS};
use crate::Error;
use crate::check::inputs::shown;

/// The tests, and what fails because it is none.
#[derive(Debug, Default)]
pub(super) struct Suite {
    /// The tests, in the order of directories and names.
    pub(super) cases: Vec<Case>,
    /// Files and directories that fail.
    pub(super) strays: Vec<TestResult>,
}

/// The files of a name in a directory.
#[derive(Default)]
struct Files {
    manifests: Vec<(PathBuf, Expected)>,
    message: Option<PathBuf>,
    gold: Option<PathBuf>,
}

/// What was found on the way.
#[derive(Default)]
struct Walk {
    /// By directory and name.
    tests: BTreeMap<(PathBuf, String), Files>,
    /// The directories with a file of settings.
    with_settings: BTreeSet<PathBuf>,
    strays: Vec<TestResult>,
}

impl Suite {
    /// Reads the names of all files.
    ///
    /// # Errors
    /// The path is not a directory.
    pub(super) fn read(root: &Path) -> Result<Self, Error> {
        if !root.is_dir() {
            return Err(Error::Argument {
                argument: root.display().to_string(),
                reason: "not a directory: test takes directories of tests".to_owned(),
            });
        }
        let mut walk = Walk::default();
        let files = WalkDir::new(root).sort_by_file_name().into_iter();
        for entry in files.filter_entry(|entry| !is_of_volume(entry)) {
            match entry {
                Ok(entry) => walk.entry(&entry),
                Err(error) => {
                    let path = error.path().unwrap_or(root).to_owned();
                    walk.unreadable(&path, format!("cannot be read: {error}"));
                }
            }
        }
        let mut suite = Suite {
            cases: Vec::new(),
            strays: walk.strays,
        };
        for ((directory, name), files) in walk.tests {
            let settings = settings_above(&directory, root, &walk.with_settings);
            suite.add(&directory, name, files, settings);
        }
        for directory in &walk.with_settings {
            let is_below = |case: &Case| case.directory.starts_with(directory);
            if directory != root && !suite.cases.iter().any(is_below) {
                let none = "settings of no test: there is none in this directory";
                suite.strays.push(TestResult::stray(&shown(directory), none));
            }
        }
        if suite.cases.is_empty() {
            let none = "no tests: there is no NAME.accept.yaml, NAME.warn.yaml or NAME.reject.yaml";
            suite.strays.push(TestResult::stray(&shown(root), none));
        }
        Ok(suite)
    }

    fn add(&mut self, directory: &Path, name: String, files: Files, settings: Option<PathBuf>) {
        let mut manifests = files.manifests.into_iter();
        let Some((manifest, expected)) = manifests.next() else {
            let orphans = [files.message, files.gold];
            self.strays.extend(orphans.into_iter().flatten().map(|path| {
                let why = format!(
                    "no manifest: there is no {name}.accept.yaml, {name}.warn.yaml or {name}.reject.yaml"
                );
                TestResult::stray(&shown(&path), why)
            }));
            return;
        };
        // They would share a message and a gold file.
        for (other, _) in manifests {
            let why = format!("the name of another test: {}", shown(&manifest));
            self.strays.push(TestResult::stray(&shown(&other), why));
        }
        self.cases.push(Case {
            directory: directory.to_owned(),
            name,
            manifest,
            expected,
            settings,
        });
    }
}

impl Walk {
    fn entry(&mut self, entry: &DirEntry) {
        let path = entry.path();
        let is_link = entry.path_is_symlink();
        let kind = match fs::metadata(path) {
            Ok(target) => target.file_type(),
            Err(error) if is_link => return self.unreadable(path, format!("a broken link: {error}")),
            Err(error) => return self.unreadable(path, format!("cannot be read: {error}")),
        };
        if kind.is_dir() {
            let why = match role::of(path) {
                _ if entry.depth() == 0 => return,
                _ if is_link => "a link to a directory, which is not followed: give the directory itself",
                Role::Other => return,
                _ => "a directory with the name of a file",
            };
            self.strays.push(TestResult::stray(&shown(path), why));
            return;
        }
        let role = role::of(path);
        if !kind.is_file() && role != Role::Other {
            return self.unreadable(path, "not a regular file".to_owned());
        }
        let directory = path.parent().unwrap_or(Path::new("")).to_owned();
        match role {
            Role::Manifest(name, expected) => {
                let files = self.tests.entry((directory, name)).or_default();
                files.manifests.push((path.to_owned(), expected));
            }
            Role::Message(name) => {
                let files = self.tests.entry((directory, name)).or_default();
                files.message = Some(path.to_owned());
            }
            Role::Gold(name) => {
                let files = self.tests.entry((directory, name)).or_default();
                files.gold = Some(path.to_owned());
            }
            Role::Settings => {
                self.with_settings.insert(directory);
            }
            Role::Unknown => {
                let why = "the name holds no expectation: NAME.accept.yaml, NAME.warn.yaml, NAME.reject.yaml, NAME.message.txt, \
                           NAME.gold.yaml or settings.yaml";
                self.strays.push(TestResult::stray(&shown(path), why));
            }
            Role::Other => {}
        }
    }

    fn unreadable(&mut self, path: &Path, reason: String) {
        self.strays.push(TestResult::unreadable(&shown(path), reason));
    }
}

/// Whether it is a directory that the kubelet keeps in the volume of a ConfigMap: all its files have links beside it.
fn is_of_volume(entry: &DirEntry) -> bool {
    entry.depth() > 0
        && !entry.file_type().is_file()
        && entry.file_name().as_encoded_bytes().starts_with(b"..")
}

/// The nearest file of settings, not above the root.
fn settings_above(directory: &Path, root: &Path, with_settings: &BTreeSet<PathBuf>) -> Option<PathBuf> {
    let up = directory.ancestors().take_while(|above| above.starts_with(root));
    let mut with = up.filter(|above| with_settings.contains(*above));
    with.next().map(|above| above.join(SETTINGS))
}

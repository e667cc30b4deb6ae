//! `sidecar-hostpath test init`, which writes tests with the verdicts of today.

use std::collections::HashSet;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use checker::reading::text::decode;
use clap::Args;

use super::case::Case;
use super::judge::{Judge, verdict};
use super::role::{Expected, SETTINGS};
use super::settings_file;
use crate::check::finding::Finding;
use crate::check::manifest::{Manifest, Unreadable};
use crate::check::{inputs, reader};
use crate::outcome::Outcome;
use crate::printing::escape::one_line;
use crate::printing::yaml;
use crate::settings::input as settings_input;
use crate::{Error, input};

/// The arguments of `test init`.
#[derive(Debug, Args)]
pub struct InitArgs {
    /// Files with YAML or JSON, or directories of them; `-` reads standard input
    #[arg(value_name = "MANIFEST")]
    pub manifests: Vec<PathBuf>,

    /// A file with the settings, or with a ClusterAdmissionPolicy or AdmissionPolicy that has them; without it the settings.yaml
    /// of DIR
    #[arg(short, long, value_name = "FILE")]
    pub settings: Option<PathBuf>,

    /// The name of the policy, if the file of settings holds several
    #[arg(long, value_name = "NAME")]
    pub policy_name: Option<String>,

    /// Where the tests are written
    #[arg(short, long, value_name = "DIR", default_value = "policy-tests")]
    pub directory: PathBuf,
}

/// A test that is to be written.
struct Draft {
    name: String,
    expected: Expected,
    text: String,
}

/// Runs the command.
pub(super) fn init(args: &InitArgs, stdin: &mut dyn Read) -> Result<Outcome, Error> {
    let own = args.directory.join(SETTINGS);
    let own = own.is_file().then_some(own);
    let file = settings_file(args.settings.as_deref(), own.as_deref(), &args.directory)?;
    let judge = Judge::new(&settings_input::read(Some(file), args.policy_name.as_deref())?)?;
    let found = inputs::read(&args.manifests, None, stdin)?;
    let findings = judge.findings(&found.manifests)?;
    let mut drafts = Drafts {
        judge: &judge,
        names: HashSet::new(),
        list: Vec::new(),
        faults: found.faults,
    };
    let all: Vec<(&Manifest, &Finding)> = found.manifests.iter().zip(&findings).collect();
    for of_file in all.chunk_by(|(one, _), (other, _)| one.place.file == other.place.file) {
        drafts.add(of_file)?;
    }
    let mut lines = write(&args.directory, &drafts.list, &judge)?;
    for finding in findings.iter().filter(|finding| verdict(finding).is_none()) {
        let place = one_line(&finding.place.to_string());
        lines.push(format!(
            "left out {place} (not judged): {}",
            one_line(&finding.object())
        ));
    }
    let passed = !drafts.list.is_empty();
    Ok(Outcome {
        stdout: lines.iter().map(|line| format!("{line}\n")).collect(),
        passed,
        faults: drafts.faults.iter().map(Unreadable::to_string).collect(),
        failure: (!passed).then(|| "no object was judged: no test is written".to_owned()),
        notes: judge.notes.clone(),
    })
}

/// The tests so far.
struct Drafts<'a> {
    judge: &'a Judge,
    names: HashSet<String>,
    list: Vec<Draft>,
    faults: Vec<Unreadable>,
}

impl Drafts<'_> {
    /// The objects of one file: as it is written if one test can hold all of it, else each for itself.
    fn add(&mut self, of_file: &[(&Manifest, &Finding)]) -> Result<(), Error> {
        let Some((first, _)) = of_file.first() else {
            return Ok(());
        };
        let file = first.place.file.clone();
        let path = Path::new(&file);
        let stem = match input::is_stdin(path) {
            true => "stdin",
            false => path.file_stem().and_then(|stem| stem.to_str()).unwrap_or("test"),
        };
        let has_fault = self.faults.iter().any(|fault| fault.place.file == file);
        if !input::is_stdin(path) && !has_fault {
            let text = decode(input::file(path)?, &file)?;
            if let Some(expected) = self.expected(&text)? {
                self.push(stem, expected, text);
                return Ok(());
            }
        }
        for (manifest, _) in of_file {
            let Some(object) = &manifest.object else {
                continue;
            };
            let text = yaml::document(object);
            match self.expected(&text)? {
                Some(expected) => self.push(manifest.name.as_deref().unwrap_or(stem), expected, text),
                None => self.faults.push(Unreadable {
                    place: manifest.place.clone(),
                    reason: "no test can be written for this object alone".to_owned(),
                }),
            }
        }
        Ok(())
    }

    /// The verdict on all objects of the text, if it is the same and nothing is skipped.
    fn expected(&self, text: &str) -> Result<Option<Expected>, Error> {
        let found = reader::read(text, "test.yaml");
        let findings = self.judge.findings(&found.manifests)?;
        let first = findings.first().and_then(verdict);
        let is_same = found.faults.is_empty() && findings.iter().all(|finding| verdict(finding) == first);
        Ok(first.filter(|_| is_same))
    }

    /// Under a name that no other test has.
    fn push(&mut self, stem: &str, expected: Expected, text: String) {
        let mut name = stem.to_owned();
        let mut count = 1_usize;
        while !self.names.insert(name.clone()) {
            count = count.saturating_add(1);
            name = format!("{stem}-{count}");
        }
        self.list.push(Draft { name, expected, text });
    }
}

/// Writes the tests, unless a file would be overwritten; a line for each file.
fn write(directory: &Path, drafts: &[Draft], judge: &Judge) -> Result<Vec<String>, Error> {
    let case = |draft: &Draft| {
        let name = &draft.name;
        let file = format!("{name}.{}.yaml", draft.expected.word());
        Case {
            directory: directory.to_owned(),
            name: name.clone(),
            manifest: directory.join(file),
            expected: draft.expected,
            settings: None,
        }
    };
    let cases: Vec<(&Draft, Case)> = drafts.iter().map(|draft| (draft, case(draft))).collect();
    for (draft, _) in &cases {
        if let Some(there) = taken(directory, &draft.name) {
            return Err(Error::Argument {
                argument: there.display().to_string(),
                reason: "is there already, and no file is written; choose another --directory".to_owned(),
            });
        }
    }
    let failed = |path: &Path| {
        let file = path.display().to_string();
        |source| Error::WriteFile { file, source }
    };
    if !cases.is_empty() {
        fs::create_dir_all(directory).map_err(failed(directory))?;
    }
    let mut lines = Vec::new();
    for (draft, case) in &cases {
        fs::write(&case.manifest, &draft.text).map_err(failed(&case.manifest))?;
        lines.push(format!("wrote {}", one_line(&inputs::shown(&case.manifest))));
        let result = case.run(judge, true)?;
        let updated = result.updated.iter();
        lines.extend(updated.map(|file| format!("wrote {}", one_line(file))));
    }
    Ok(lines)
}

/// A file that a test of this name has already.
fn taken(directory: &Path, name: &str) -> Option<PathBuf> {
    let endings = [
        "accept.yaml",
        "warn.yaml",
        "reject.yaml",
        "message.txt",
        "gold.yaml",
    ];
    let mut files = endings
        .map(|ending| directory.join(format!("{name}.{ending}")))
        .into_iter();
    files.find(|file| file.symlink_metadata().is_ok())
}

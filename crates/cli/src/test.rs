//! `sidecar-hostpath test`: expected verdicts in files, for those who keep settings in git.
//!
//! A suite is the files of a directory, each with a role by its name. Each case is judged and compared with what
//! its files expect. A file that would be ignored fails, so that a test cannot pass because nobody ran it.

mod case;
mod difference;
mod gold;
mod init;
mod judge;
mod message;
pub mod output;
pub mod report;
mod role;
mod suite;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use crate::Error;
use crate::check::inputs::shown;
use crate::outcome::Outcome;
use crate::printing::wrap;
use crate::settings::input;
use init::InitArgs;
use judge::Judge;
use output::Output;
use report::{Report, TestResult};
use suite::Suite;

/// The arguments of `test`.
#[derive(Debug, Args)]
#[command(after_long_help = AFTER_HELP, args_conflicts_with_subcommands = true)]
pub struct TestArgs {
    /// Directories of tests, the current one by default; those below them are read too
    #[arg(value_name = "DIR")]
    pub directories: Vec<PathBuf>,

    /// A file with the settings, or with a ClusterAdmissionPolicy or AdmissionPolicy that has them; without it the settings.yaml
    /// of each directory or of one above it, up to DIR
    #[arg(short, long, value_name = "FILE")]
    pub settings: Option<PathBuf>,

    /// The name of the policy, if a file of settings holds several
    #[arg(long, value_name = "NAME")]
    pub policy_name: Option<String>,

    /// Write the message and gold files that are missing or do not match
    #[arg(long)]
    pub update: bool,

    /// The output format
    #[arg(short, long, value_enum, default_value_t)]
    pub output: Output,

    /// Another task than running tests.
    #[command(subcommand)]
    pub command: Option<TestCommand>,
}

/// Other tasks than running tests.
#[derive(Debug, Subcommand)]
pub enum TestCommand {
    /// Write tests for manifests, with the verdicts that they get now
    ///
    /// A file whose objects are all judged, with the same verdict, is copied. Of any other file
    /// each judged object gets a test. Objects that are not judged are listed. No file is
    /// overwritten.
    #[command(verbatim_doc_comment)]
    Init(InitArgs),
}

const AFTER_HELP: &str = "\
Examples:
  Write tests for the manifests of today, with their verdicts:
    sidecar-hostpath test init -s settings.yaml --directory tests manifests/

  Run them after each change of the settings:
    sidecar-hostpath test -s settings.yaml tests/

  Accept new messages and mounts, after you have read the difference:
    sidecar-hostpath test -s settings.yaml --update tests/

Files:
  NAME.accept.yaml      manifests; each object is accepted without a warning
  NAME.warn.yaml        each object is accepted with a warning
  NAME.reject.yaml      each object is rejected
  NAME.message.txt      each line occurs in a violation or a warning of NAME
  NAME.gold.yaml        what the containers see in the objects of NAME
  settings.yaml         settings, a policy, or a List of policies

  .yml and .json are read as well for manifests.

Exit status:
  0  all tests passed
  1  a test failed; or there is no test, the name of a YAML file holds no
     expectation, an object is skipped, a manifest is empty, a message or
     gold file has no manifest or expects nothing
  2  a file, the settings or the usage is wrong, see the lines on standard
     error; what cannot be read does not hide the other results

Output:
  -o json prints one document:

  {\"tests\": [TEST, ...], \"summary\": {\"passed\": n, \"failed\": n, \"errors\": n}}

  where a TEST is

    file                  the manifest, or another file or directory that fails
    status                \"passed\", \"failed\" or \"error\"
    updated               the files that --update has written
    failures              {\"file\", \"line\", \"message\", \"expected\", \"found\"};
                          the last two are lists of lines
    errors                {\"file\", \"line\", \"column\", \"document\", \"item\",
                          \"message\"}";

/// Runs the command. A test that fails is `Ok`.
///
/// # Errors
/// The settings or the usage is wrong, or a file cannot be written.
pub fn test(args: &TestArgs, stdin: &mut dyn Read) -> Result<Outcome, Error> {
    match &args.command {
        Some(TestCommand::Init(args)) => init::init(args, stdin),
        None => run(args),
    }
}

fn run(args: &TestArgs) -> Result<Outcome, Error> {
    let here = [PathBuf::from(".")];
    let directories = match args.directories.as_slice() {
        [] => here.as_slice(),
        directories => directories,
    };
    once(directories)?;
    let mut judges = Judges {
        args,
        of_files: BTreeMap::new(),
    };
    let mut results = Vec::new();
    for directory in directories {
        results.extend(run_in(directory, &mut judges)?);
    }
    results.sort_by(|one, other| one.file.cmp(&other.file));
    let report = Report { results };
    Ok(Outcome {
        stdout: args.output.of(&report, wrap::width())?,
        passed: report.results.iter().all(TestResult::passed),
        faults: report.errors().map(ToString::to_string).collect(),
        failure: None,
        notes: judges
            .of_files
            .into_values()
            .flat_map(|judge| judge.notes)
            .collect(),
    })
}

/// No directory is another one, or in it: its tests would count twice.
fn once(directories: &[PathBuf]) -> Result<(), Error> {
    let real = |directory: &PathBuf| fs::canonicalize(directory).unwrap_or_else(|_| directory.clone());
    let mut known: Vec<PathBuf> = Vec::new();
    for directory in directories {
        let own = real(directory);
        if known
            .iter()
            .any(|other| own.starts_with(other) || other.starts_with(&own))
        {
            return Err(Error::Argument {
                argument: directory.display().to_string(),
                reason:
                    "its tests would count twice: another directory that is given is the same, above or below"
                        .to_owned(),
            });
        }
        known.push(own);
    }
    Ok(())
}

fn run_in(directory: &Path, judges: &mut Judges<'_>) -> Result<Vec<TestResult>, Error> {
    let suite = Suite::read(directory)?;
    let update = judges.args.update;
    let mut results = suite.strays;
    let mut refused = BTreeSet::new();
    for case in &suite.cases {
        match judges.of(case.settings.as_deref(), directory) {
            Ok(judge) => results.push(case.run(judge, update)?),
            // What is wrong in a directory below hides nothing of the others.
            Err(error) => match case.settings.as_deref() {
                Some(file) if file.parent() != Some(directory) => {
                    if refused.insert(file) {
                        results.push(TestResult::unreadable(&shown(file), error.reason()));
                    }
                }
                _ => return Err(error),
            },
        }
    }
    Ok(results)
}

/// The policy, once with the settings of each file.
struct Judges<'a> {
    args: &'a TestArgs,
    of_files: BTreeMap<PathBuf, Judge>,
}

impl Judges<'_> {
    /// Under the settings of the command, else under those of the tests' directory.
    fn of(&mut self, own: Option<&Path>, directory: &Path) -> Result<&Judge, Error> {
        let file = settings_file(self.args.settings.as_deref(), own, directory)?;
        match self.of_files.entry(file.to_owned()) {
            std::collections::btree_map::Entry::Occupied(known) => Ok(known.into_mut()),
            std::collections::btree_map::Entry::Vacant(new) => {
                let settings = input::read(Some(file), self.args.policy_name.as_deref())?;
                Ok(new.insert(Judge::new(&settings)?))
            }
        }
    }
}

/// The file of settings: that of the command, else that of the directory.
fn settings_file<'p>(
    named: Option<&'p Path>,
    own: Option<&'p Path>,
    directory: &Path,
) -> Result<&'p Path, Error> {
    named.or(own).ok_or_else(|| Error::NoTestSettings {
        directory: directory.display().to_string(),
    })
}

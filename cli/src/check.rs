//! `sidecar-hostpath check`, which evaluates ordinary manifests.
//!
//! Each object of each file, a [`manifest`], becomes the request that would create it; what the policy answers is a
//! [`finding`]. All is evaluated before anything is printed.

pub mod effective;
pub mod finding;
pub mod json;
pub mod manifest;
pub mod settings_file;
pub mod table;
pub mod text;
pub mod violations;

use std::io::Read;
use std::path::PathBuf;
use std::sync::Arc;

use clap::{Args, ValueEnum};

use crate::Error;
use crate::engine::LogSink;
use crate::evaluator::Evaluator;
use crate::input;
use crate::module::load;
use crate::policy::Linked;
use manifest::Found;
use settings_file::SettingsFile;

/// The arguments of `check`.
#[derive(Debug, Args)]
#[command(after_long_help = AFTER_HELP)]
pub struct CheckArgs {
    /// Files with YAML or JSON, any number of documents each; `-` reads standard input
    #[arg(value_name = "MANIFEST")]
    pub manifests: Vec<PathBuf>,

    /// A file of settings, or the ClusterAdmissionPolicy or AdmissionPolicy that carries them
    #[arg(short, long, value_name = "FILE")]
    pub settings: Option<PathBuf>,

    /// The namespace of objects that name none
    #[arg(short, long, value_name = "NAMESPACE")]
    pub namespace: Option<String>,

    /// Evaluate with this policy module instead of the policy that is built into the command
    #[arg(long, value_name = "POLICY.wasm")]
    pub policy: Option<PathBuf>,

    /// What is printed
    #[arg(short, long, value_enum, default_value_t)]
    pub output: Output,
}

/// The form of the output.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Output {
    /// Text for people, in colour on a terminal (unless NO_COLOR is set)
    #[default]
    Text,
    /// One JSON document
    Json,
}

const AFTER_HELP: &str = "\
Examples:
  Check a VM before it is applied:
    sidecar-hostpath check --settings settings.yaml vm.yaml

  Check what a pipeline renders, against the cluster's policy:
    helm template vms |
      sidecar-hostpath check --settings cluster-admission-policy.yaml -

  Check the settings, and see the rules and defaults that they stand for:
    sidecar-hostpath check --settings settings.yaml

  Have a released module decide, and list what is rejected:
    sidecar-hostpath check -s settings.yaml --policy policy.wasm -o json *.yaml \\
      | jq -r '.results[] | select(.verdict == \"rejected\") | .violations[]'

Exit status:
  0  all objects are accepted or skipped; without a manifest: the settings
     are valid
  1  an object is rejected
  2  a file, the settings or the usage is wrong, see the lines on standard
     error; a document that cannot be read does not hide the verdicts on the
     others

JSON output:
  {\"results\": [RESULT, ...],
   \"summary\": {\"accepted\": n, \"rejected\": n, \"skipped\": n}}

  with one RESULT for each object:

    file, document, item  where it stands; file is - for standard input,
                          documents and the items of a list count from 1,
                          item is null outside of lists
    apiVersion, kind      as in the manifest
    namespace, name       as in the manifest, or null; the namespace may be
                          that of --namespace
    verdict               \"accepted\", \"rejected\" or \"skipped\"
    code                  the HTTP status code of a rejection, else null
    violations            the reasons of a rejection, a list of strings
    warnings              a list of strings
    hostPaths             of an accepted object, a list as in the policy's
                          audit annotation: {\"container\", \"hostPath\",
                          \"mountPath\", \"readOnly\", \"type\"}

  Without a manifest: {\"valid\": true, \"settings\": {...}}, the settings with
  all defaults.";

/// What the command prints, and how it ends.
#[derive(Debug, PartialEq, Eq)]
pub struct Outcome {
    /// For standard output; styled where it is text.
    pub stdout: String,
    /// Whether nothing is rejected.
    pub passed: bool,
    /// What could not be judged, for standard error.
    pub faults: Vec<String>,
}

/// Runs the command. A rejection is `Ok`; an error means that there is no verdict.
pub fn check(args: &CheckArgs, stdin: &mut dyn Read) -> Result<Outcome, Error> {
    let file = SettingsFile::read(args.settings.as_deref().ok_or(Error::NoSettings)?)?;
    let rules = file.rules()?;
    let mut found = read(&args.manifests, stdin)?;
    if let Some(namespace) = &args.namespace {
        for manifest in &mut found.manifests {
            manifest.default_namespace(namespace);
        }
    }
    let evaluator = evaluator(args, &file)?;
    if args.manifests.is_empty() {
        let stdout = match args.output {
            Output::Text => effective::text(&file, &rules),
            Output::Json => effective::json(&file, &rules)?,
        };
        return Ok(Outcome {
            stdout,
            passed: true,
            faults: Vec::new(),
        });
    }
    let findings = finding::findings(&found.manifests, &evaluator, &rules)?;
    let stdout = match args.output {
        // There is but what is wrong.
        _ if findings.is_empty() => String::new(),
        Output::Text => text::report(&findings),
        Output::Json => json::report(&findings)?,
    };
    let passed = finding::Summary::of(&findings).rejected == 0;
    Ok(Outcome {
        stdout,
        passed,
        faults: found.faults.iter().map(Error::to_string).collect(),
    })
}

/// The policy that decides, with the settings.
fn evaluator(args: &CheckArgs, file: &SettingsFile) -> Result<Evaluator, Error> {
    let settings = file.settings.clone();
    let evaluator = match &args.policy {
        None => Evaluator::new(Linked, settings),
        Some(module) => {
            // What it logs, the report says better.
            let log: LogSink = Arc::new(|_| {});
            Evaluator::new(load(module, log)?, settings)
        }
    };
    evaluator.map_err(|error| match error {
        Error::SettingsRefused(message) => file.refused(&message),
        other => other,
    })
}

/// The objects of all files. Where there is none at all, something went wrong before: an empty pipe is not a pass.
fn read(files: &[PathBuf], stdin: &mut dyn Read) -> Result<Found, Error> {
    if files.iter().filter(|file| input::is_stdin(file)).count() > 1 {
        return Err(Error::StdinTwice);
    }
    let mut found = Found::default();
    for file in files {
        let text = input::text(input::bytes(file, stdin)?, &input::name(file))?;
        let Found { manifests, faults } = manifest::read(&text, &file.display().to_string());
        found.manifests.extend(manifests);
        found.faults.extend(faults);
    }
    if found.manifests.is_empty() && found.faults.is_empty() && !files.is_empty() {
        let files: Vec<String> = files.iter().map(|file| input::name(file)).collect();
        return Err(Error::NoObjects {
            files: files.join(", "),
        });
    }
    Ok(found)
}

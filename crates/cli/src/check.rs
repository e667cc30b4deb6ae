//! `sidecar-hostpath check`, which evaluates ordinary manifests.
//!
//! Each object of each file, a [`manifest`], becomes the request that would create it; what the policy answers is a
//! [`finding`]. All is evaluated before anything is printed.

pub mod inputs;
pub mod output;
mod progress;

pub use checker::manifests::{finding, manifest, reader};

use std::io::Read;
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;

use crate::Error;
use crate::evaluator::Evaluator;
use crate::module::load;
use crate::outcome::Outcome;
use crate::policy::Linked;
use crate::printing::wrap;
use crate::settings::file::SettingsFile;
use crate::settings::input as settings_input;
use finding::{Finding, Verdict};
use host::LogSink;
use manifest::{Manifest, Unreadable};
use output::Output;
use progress::Progress;

/// The arguments of `check`.
#[derive(Debug, Args)]
#[command(after_long_help = AFTER_HELP)]
pub struct CheckArgs {
    /// Files with YAML or JSON, or directories of them; `-` reads standard input
    #[arg(value_name = "MANIFEST")]
    pub manifests: Vec<PathBuf>,

    /// A file with the settings, or with a ClusterAdmissionPolicy or AdmissionPolicy that has them
    #[arg(short, long, value_name = "FILE")]
    pub settings: Option<PathBuf>,

    /// The name of the policy, if the file of settings holds several
    #[arg(long, value_name = "NAME")]
    pub policy_name: Option<String>,

    /// The namespace of objects without one
    #[arg(short, long, value_name = "NAMESPACE")]
    pub namespace: Option<String>,

    /// Evaluate with this policy module instead of the policy that is built into the command
    #[arg(long, value_name = "POLICY.wasm")]
    pub policy: Option<PathBuf>,

    /// Fail if no object was judged
    #[arg(long)]
    pub require_judged: bool,

    /// Fail on warnings as on rejections
    #[arg(long)]
    pub strict: bool,

    /// Print rejections and warnings only
    #[arg(short, long)]
    pub quiet: bool,

    /// The output format
    #[arg(short, long, value_enum, default_value_t)]
    pub output: Output,
}

const AFTER_HELP: &str = "\
Examples:
  Check a VM before it is applied:
    sidecar-hostpath check --settings settings.yaml vm.yaml

  Check a directory, and have the pull request annotated:
    sidecar-hostpath check -s settings.yaml -o github manifests/

  Check what a pipeline renders, against the cluster's policy:
    helm template vms |
      sidecar-hostpath check --settings cluster-admission-policy.yaml -

  Use a released module, and list what is rejected:
    sidecar-hostpath check -s settings.yaml --policy policy.wasm -o json *.yaml \\
      | jq -r '.results[] | select(.verdict == \"rejected\") | .violations[]'

Exit status:
  0  all objects are accepted or skipped
  1  an object is rejected; with --strict: or has a warning; with
     --require-judged: or none was judged
  2  a file, the settings or the usage is wrong, see the lines on standard
     error; what cannot be read does not hide the verdicts on the rest

Output:
  -o json and -o yaml print one document:

  {\"results\": [RESULT, ...], \"errors\": [ERROR, ...],
   \"summary\": {\"accepted\": n, \"rejected\": n, \"skipped\": n}}

  with one RESULT for each object:

    file, line, column    its place; file is - for standard input
    document, item        the same as numbers; documents and the items of a
                          list count from 1, item is null outside of lists
    annotationLine        the line of its first annotation that asks for host
                          paths, or null
    apiVersion, kind      as in the manifest; empty for a document that is not
                          a Kubernetes object, which is skipped
    namespace, name,      as in the manifest, or null; the namespace may be
    generateName          that of --namespace
    verdict               \"accepted\", \"rejected\" or \"skipped\"
    code                  the HTTP status code of a rejection, else null
    violations            the reasons of a rejection, a list of strings
    violationLines        for each of them the line that it is about
    deniedBy              for each of them the setting that forbids, such as
                          allowedHostPaths[0].types, or null where no setting
                          can permit
    warnings              a list of strings
    hostPaths             of an accepted object, a list as in the policy's
                          audit annotation: {\"container\", \"hostPath\",
                          \"mountPath\", \"readOnly\", \"type\", \"rule\"}

  and one ERROR for what could not be judged: {\"file\", \"line\",
  \"column\", \"document\", \"item\", \"message\"}";

/// The output format of all manifests.
#[derive(Debug)]
pub struct Report {
    /// What the policy says of each object.
    pub findings: Vec<Finding>,
    /// What could not be judged.
    pub faults: Vec<Unreadable>,
    /// Whether warnings make the command fail.
    pub is_strict: bool,
    /// Whether only rejections and warnings are printed.
    pub is_quiet: bool,
}

impl Report {
    /// The findings that are printed.
    pub fn shown(&self) -> impl Iterator<Item = &Finding> {
        // Strictly, whether strictness makes the command fail or not.
        let is_shown = |finding: &&Finding| !self.is_quiet || finding.fails(true);
        self.findings.iter().filter(is_shown)
    }
}

/// Runs the command. A rejection is `Ok`; an error means that there is no verdict.
pub fn check(args: &CheckArgs, stdin: &mut dyn Read) -> Result<Outcome, Error> {
    let file = settings_input::read(args.settings.as_deref(), args.policy_name.as_deref())?;
    let rules = file.rules()?;
    let found = inputs::read(&args.manifests, args.namespace.as_deref(), stdin)?;
    let evaluator = evaluator(args, &file)?;
    let mut progress = Progress::of(found.manifests.len());
    let finding = |(manifest, number): (&Manifest, usize)| {
        progress.show(number);
        finding::finding(manifest, number, &evaluator, &rules)
    };
    let findings: Result<Vec<Finding>, checker::Error> =
        found.manifests.iter().zip(1..).map(finding).collect();
    progress.clear();
    let report = Report {
        findings: findings?,
        faults: found.faults,
        is_strict: args.strict,
        is_quiet: args.quiet,
    };
    let mut outcome = Outcome {
        stdout: args.output.of(&report, wrap::width())?,
        passed: !report.findings.iter().any(|finding| finding.fails(args.strict)),
        faults: report.faults.iter().map(Unreadable::to_string).collect(),
        failure: None,
        notes: file.notes(),
    };
    let is_judged = |finding: &Finding| finding.verdict != Verdict::Skipped && !finding.is_other_pod;
    if args.require_judged && !report.findings.iter().any(is_judged) {
        outcome.passed = false;
        outcome.failure = Some("no object was judged (--require-judged)".to_owned());
    }
    Ok(outcome)
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
        checker::Error::SettingsRefused(message) => file.refused(&message).into(),
        other => other.into(),
    })
}

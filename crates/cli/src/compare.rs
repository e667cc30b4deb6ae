//! `sidecar-hostpath compare`: what a change of settings does, for all possible requests or for those of manifests.

mod all;
mod planted;
mod text;

use std::io::Read;
use std::path::PathBuf;

use checker::classes::difference::{self, Difference as Change, Effect, Setting};
use clap::{Args, ValueEnum};
use kubevirt_sidecar_hostpath_policy::Settings;
use serde::Serialize;
use serde_json::json;

use crate::Error;
use crate::check::finding::{self, Finding, Mount, Verdict};
use crate::check::inputs;
use crate::check::manifest::{Manifest, Unreadable};
use crate::evaluator::Evaluator;
use crate::outcome::Outcome;
use crate::policy::Linked;
use crate::printing::{json, wrap};
use crate::settings::file::SettingsFile;
use crate::settings::input;
use checker::manifests::reason::Reason;

/// The arguments of `compare`.
#[derive(Debug, Args)]
#[command(after_long_help = AFTER_HELP)]
pub struct CompareArgs {
    /// Files with YAML or JSON, or directories of them; `-` reads standard input. Without any, all possible requests are compared
    #[arg(value_name = "MANIFEST")]
    pub manifests: Vec<PathBuf>,

    /// The new settings, or a ClusterAdmissionPolicy or AdmissionPolicy that has them
    #[arg(short, long, value_name = "NEW")]
    pub settings: Option<PathBuf>,

    /// The current settings, in the same forms
    #[arg(long, value_name = "OLD")]
    pub against: Option<PathBuf>,

    /// The name of the policy, if a file of settings holds several
    #[arg(long, value_name = "NAME")]
    pub policy_name: Option<String>,

    /// The namespace of objects without one
    #[arg(short, long, value_name = "NAMESPACE")]
    pub namespace: Option<String>,

    /// Without MANIFEST: which change is a failure
    #[arg(long, value_enum, default_value_t, conflicts_with = "manifests")]
    pub fail_on: FailOn,

    /// The output format
    #[arg(short, long, value_enum, default_value_t)]
    pub output: CompareOutput,
}

/// Which change has the exit status 1.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum FailOn {
    /// Something is newly permitted
    #[default]
    Widened,
    /// Something is newly refused
    Narrowed,
    /// Either of them
    Any,
    /// None
    None,
}

impl FailOn {
    const fn fails(self, effect: Effect) -> bool {
        match self {
            FailOn::Widened => effect.widens,
            FailOn::Narrowed => effect.narrows,
            FailOn::Any => effect.widens || effect.narrows,
            FailOn::None => false,
        }
    }
}

/// The form of the output.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum CompareOutput {
    /// Text for people, in colour on a terminal (unless NO_COLOR is set)
    #[default]
    Text,
    /// One JSON document
    Json,
}

const AFTER_HELP: &str = "\
Examples:
  See what a change opens, for whom (a gate for pull requests):
    sidecar-hostpath compare -s new.yaml --against old.yaml

  See which VMs of the cluster could no longer start:
    kubectl get clusteradmissionpolicies -o yaml > old.yaml
    kubectl get virtualmachines,virtualmachineinstances -A -o yaml |
      sidecar-hostpath compare -s new.yaml --against old.yaml -

Exit status:
  0  nothing is newly permitted; with MANIFEST, nothing is newly rejected
  1  something is newly permitted, or what --fail-on says; with MANIFEST,
     an object is newly rejected
  2  a file, the settings or the usage is wrong

Output:
  -o json prints one document, without MANIFEST

  {\"permitted\": [ROW, ...], \"refused\": [ROW, ...], \"nodes\": [...],
   \"settings\": [...], \"widens\": BOOL, \"narrows\": BOOL, \"warnings\": [...]}

  where a ROW is {\"namespaces\": NAMES, \"containers\": {\"hookSidecars\": BOOL,
  \"requests\": [...], \"mounts\": NAMES}, \"access\", \"types\", \"paths\":
  [{\"path\", \"extent\", \"except\"}]}; NAMES are {\"only\": [...]} or
  {\"allBut\": [...]}. In a path, {namespace} stands for the name of the
  requesting namespace, {other} for any other one that no path names there.
  With MANIFEST

  {\"newlyRejected\": [DIFFERENCE, ...], \"newlyAccepted\": [...],
   \"changed\": [...], \"same\": n, \"skipped\": n, \"settings\": [...],
   \"warnings\": [...]}

  where a DIFFERENCE is {\"file\", \"line\", \"column\", \"document\", \"item\",
  \"object\", \"violations\", \"before\": MOUNTS, \"after\": MOUNTS}; MOUNTS are
  as in hostPaths of check.";

/// What a change of settings does to objects.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Comparison {
    /// Objects that were accepted and are not any more.
    pub newly_rejected: Vec<Difference>,
    /// Objects that were rejected and are not any more.
    pub newly_accepted: Vec<Difference>,
    /// Objects that are accepted, with other mounts or on other nodes.
    pub changed: Vec<Difference>,
    /// How many are judged as before.
    pub same: usize,
    /// How many are not judged.
    pub skipped: usize,
    /// The settings beside the rules that changed.
    pub settings: Vec<Setting>,
    /// What the change itself brings with it, and what could not be judged.
    pub warnings: Vec<String>,
}

/// An object that is judged otherwise.
#[derive(Debug, Serialize)]
pub struct Difference {
    /// Where it was found.
    #[serde(flatten)]
    pub place: crate::reading::place::Place,
    /// `VirtualMachine team-a/x`
    pub object: String,
    /// Why it is rejected under the settings that reject it.
    pub violations: Vec<Reason>,
    /// What containers see under the old settings.
    pub before: Vec<Mount>,
    /// What containers see under the new settings.
    pub after: Vec<Mount>,
}

/// Runs the command.
pub fn compare(args: &CompareArgs, stdin: &mut dyn Read) -> Result<Outcome, Error> {
    let name = args.policy_name.as_deref();
    let new = input::read(args.settings.as_deref(), name)?;
    let old = args.against.as_deref().ok_or(Error::NoOldSettings)?;
    let old = input::read(Some(old), name)?;
    let (new_rules, old_rules) = (new.rules()?, old.rules()?);
    let notes = [new.notes(), old.notes()].concat();
    let warnings = planted::warnings(&old_rules, &new_rules);
    if args.manifests.is_empty() {
        return Ok(Outcome {
            notes,
            ..all_requests(args, &old_rules, &new_rules, &warnings)?
        });
    }
    let found = inputs::read(&args.manifests, args.namespace.as_deref(), stdin)?;
    let before = findings(&found.manifests, &old, &old_rules)?;
    let after = findings(&found.manifests, &new, &new_rules)?;
    let unclear = found.manifests.iter().flat_map(Manifest::placed_warnings);
    let mut comparison = Comparison {
        settings: difference::settings(&old_rules, &new_rules),
        warnings: warnings.into_iter().chain(unclear).collect(),
        ..Comparison::default()
    };
    for (before, after) in before.into_iter().zip(after) {
        comparison.add(before, after);
    }
    let stdout = match args.output {
        CompareOutput::Text => text::report(&comparison, wrap::width()),
        CompareOutput::Json => json::document(&comparison)?,
    };
    Ok(Outcome {
        stdout,
        passed: comparison.newly_rejected.is_empty(),
        faults: found.faults.iter().map(Unreadable::to_string).collect(),
        failure: None,
        notes,
    })
}

fn all_requests(
    args: &CompareArgs,
    old: &Settings,
    new: &Settings,
    warnings: &[String],
) -> Result<Outcome, Error> {
    let change = Change::of(old, new);
    let effect = change.effect();
    let stdout = match args.output {
        CompareOutput::Text => all::report(&change, warnings, wrap::width()),
        CompareOutput::Json => json::document(&json!({
            "permitted": change.permitted,
            "refused": change.refused,
            "nodes": change.nodes,
            "settings": change.settings,
            "widens": effect.widens,
            "narrows": effect.narrows,
            "warnings": warnings,
        }))?,
    };
    Ok(Outcome {
        stdout,
        passed: !args.fail_on.fails(effect),
        ..Outcome::default()
    })
}

fn findings(
    manifests: &[Manifest],
    file: &SettingsFile,
    rules: &Settings,
) -> Result<Vec<Finding>, checker::Error> {
    let evaluator = Evaluator::new(Linked, file.settings.clone())?;
    let finding = |(manifest, number)| finding::finding(manifest, number, &evaluator, rules);
    manifests.iter().zip(1..).map(finding).collect()
}

impl Comparison {
    fn add(&mut self, before: Finding, after: Finding) {
        let list = match (before.verdict, after.verdict) {
            (Verdict::Accepted, Verdict::Rejected) => &mut self.newly_rejected,
            (Verdict::Rejected, Verdict::Accepted) => &mut self.newly_accepted,
            (Verdict::Accepted, Verdict::Accepted) if !is_same(&before.host_paths, &after.host_paths) => {
                &mut self.changed
            }
            (Verdict::Skipped, _) | (_, Verdict::Skipped) => {
                self.skipped = self.skipped.saturating_add(1);
                return;
            }
            _ => {
                self.same = self.same.saturating_add(1);
                return;
            }
        };
        list.push(Difference {
            object: after.object(),
            place: after.place,
            violations: [before.violations, after.violations].concat(),
            before: before.host_paths,
            after: after.host_paths,
        });
    }
}

fn is_same(before: &[Mount], after: &[Mount]) -> bool {
    before.len() == after.len() && before.iter().zip(after).all(|(one, other)| one.is_like(other))
}

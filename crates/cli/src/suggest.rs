//! `sidecar-hostpath suggest`: the narrowest settings under which manifests are accepted.
//!
//! What the objects ask for becomes a draft with a rule for each path. The policy judges the objects under it;
//! where it still rejects one, the draft gives way, or the object is given up: no settings permit it.

mod asks;
mod draft;
mod text;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::PathBuf;

use clap::Args;
use kubevirt_sidecar_hostpath_policy::base::path::HostPath;

use crate::Error;
use crate::check::finding::{self, Verdict};
use crate::check::inputs;
use crate::check::manifest::{Manifest, Unreadable};
use crate::evaluator::Evaluator;
use crate::outcome::Outcome;
use crate::policy::Linked;
use crate::settings::rules;
use asks::{Ask, asks};
use checker::manifests::reason::Reason;
use draft::Draft;
use kubevirt_sidecar_hostpath_policy::base::field::{Field, FieldSegment, Violation};
use kubevirt_sidecar_hostpath_policy::base::step::Step;

/// The arguments of `suggest`.
#[derive(Debug, Args)]
#[command(after_long_help = AFTER_HELP)]
pub struct SuggestArgs {
    /// Files with YAML or JSON, or directories of them; `-` reads standard input
    #[arg(value_name = "MANIFEST")]
    pub manifests: Vec<PathBuf>,

    /// The namespace of objects without one
    #[arg(short, long, value_name = "NAMESPACE")]
    pub namespace: Option<String>,
}

const AFTER_HELP: &str = "\
Examples:
  Settings for the VMs of a cluster:
    kubectl get virtualmachines,virtualmachineinstances -A -o yaml |
      sidecar-hostpath suggest - > settings.yaml

  See what they mean, and what is dangerous about them:
    sidecar-hostpath settings settings.yaml

Exit status:
  0  the settings permit all objects
  1  some objects are rejected under any settings, see the comments
  2  a file or the usage is wrong, or the settings lack what could not be read

Output:
  Settings in YAML. A rule is for one path, with the types that are asked for,
  read-only unless somebody asks to write; for the namespaces that use the
  path, if each object that asks for it names one. Comments say who asks, what
  is dangerous, and what is not permitted.";

/// Objects with their requests, and why some are given up.
struct Objects {
    manifests: Vec<Manifest>,
    /// The requests of each of them.
    asks: Vec<Vec<Ask>>,
    /// Those that no settings permit, with the violations.
    given_up: BTreeMap<usize, Vec<Reason>>,
    /// The paths whose rules are for everybody, because rules for some would be in the way of others.
    open: BTreeSet<String>,
}

/// Runs the command.
pub fn suggest(args: &SuggestArgs, stdin: &mut dyn Read) -> Result<Outcome, Error> {
    let found = inputs::read(&args.manifests, args.namespace.as_deref(), stdin)?;
    let manifests: Vec<Manifest> = found
        .manifests
        .into_iter()
        .filter(|manifest| manifest.object.is_some())
        .collect();
    let mut objects = Objects {
        asks: manifests.iter().map(asks).collect(),
        manifests,
        given_up: BTreeMap::new(),
        open: BTreeSet::new(),
    };
    let draft = objects.settle()?;
    Ok(Outcome {
        stdout: text::settings(&draft, &objects),
        passed: objects.given_up.is_empty(),
        faults: found.faults.iter().map(Unreadable::to_string).collect(),
        note: None,
    })
}

impl Objects {
    /// The draft under which all are accepted that are not given up.
    fn settle(&mut self) -> Result<Draft, Error> {
        loop {
            let draft = self.draft();
            let settings = draft.settings();
            let is_done = match rules(&settings) {
                Err(violations) if self.give_way(&draft, &violations) => false,
                // Nobody knows why: settings that are refused are not settings.
                Err(violations) => {
                    for index in self.kept() {
                        let reasons = violations.iter().cloned().map(Reason::from);
                        self.given_up.insert(index, reasons.collect());
                    }
                    false
                }
                Ok(rules) => {
                    let evaluator = Evaluator::new(Linked, settings)?;
                    let mut is_done = true;
                    for index in self.kept() {
                        let Some(manifest) = self.manifests.get(index) else {
                            continue;
                        };
                        let finding = finding::finding(manifest, 1, &evaluator, &rules)?;
                        if finding.verdict == Verdict::Rejected {
                            is_done = false;
                            self.rejected(index, finding.violations, &draft);
                        }
                    }
                    is_done
                }
            };
            if is_done {
                return Ok(draft);
            }
        }
    }

    /// The objects that are not given up.
    fn kept(&self) -> Vec<usize> {
        let all = 0..self.manifests.len();
        all.filter(|index| !self.given_up.contains_key(index)).collect()
    }

    fn draft(&self) -> Draft {
        let mut draft = Draft::default();
        for index in self.kept() {
            for ask in self.asks.get(index).into_iter().flatten() {
                draft.add(index, ask);
            }
        }
        draft.open(&self.open);
        draft.narrow();
        // The prefixes are new rules, and may be in the way as well.
        draft.open(&self.open);
        draft
    }

    /// The settings are refused: objects that ask for the path of an impossible rule are given up, or those that ask to write to the
    /// path above it. Whether anybody is left to be asked again.
    fn give_way(&mut self, draft: &Draft, violations: &[Violation]) -> bool {
        let before = self.given_up.len();
        for violation in violations {
            let users = match (rule(&violation.field), violation.step, violation.rule) {
                // A container that cannot be one of requestContainers.
                (None, _, _) => draft.users_of_containers(&violation.field.to_string()),
                // A path below one that is writable: nobody writes there rather than nobody reads here.
                (Some(_), Some(Step::BelowWritable), Some(writable)) => draft.writers(writable),
                (Some(number), _, _) => draft.users(number),
            };
            for user in users {
                let reasons = self.given_up.entry(user).or_default();
                reasons.push(Reason::from(violation.clone()));
            }
        }
        self.given_up.len() > before
    }

    /// An object is rejected: rules that are for some give way once, then the object does.
    fn rejected(&mut self, index: usize, violations: Vec<Reason>, draft: &Draft) {
        let paths = self
            .asks
            .get(index)
            .into_iter()
            .flatten()
            .map(|ask| &ask.question.path);
        let in_the_way: Vec<String> = paths.flat_map(|path| restricted_near(draft, path)).collect();
        if in_the_way.is_empty() {
            self.given_up.insert(index, violations);
        }
        // Another object may have opened the same paths already: both are judged again.
        self.open.extend(in_the_way);
    }
}

/// The paths of rules that are for some only, at, above or below the path under any of its names.
fn restricted_near(draft: &Draft, path: &HostPath) -> Vec<String> {
    let names = path.names();
    let is_near = |other: &HostPath| {
        let near = |name: &HostPath| name.is_at_or_below(other) || other.is_at_or_below(name);
        names.iter().any(near)
            || other
                .names()
                .iter()
                .any(|other| names.iter().any(|name| other.is_at_or_below(name)))
    };
    draft
        .restricted()
        .filter(|other| is_near(other))
        .map(ToString::to_string)
        .collect()
}

/// The number of the rule in whose field a fault is.
fn rule(field: &Field) -> Option<usize> {
    match field.0.as_slice() {
        [_, FieldSegment::Name(list), FieldSegment::Index(number), ..] if list == "allowedHostPaths" => {
            Some(*number)
        }
        _ => None,
    }
}

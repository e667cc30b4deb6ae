//! `sidecar-hostpath suggest`: the narrowest settings under which manifests are accepted.
//!
//! The crate `checker` finds them; here are the arguments, and the text with its comments.

mod text;

use std::io::Read;
use std::path::PathBuf;

use clap::Args;

use crate::Error;
use crate::check::inputs;
use crate::check::manifest::{Manifest, Unreadable};
use crate::outcome::Outcome;

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
  1  some objects are rejected, see the comments
  2  a file or the usage is wrong, or the settings lack what could not be read

Output:
  Settings in YAML. A rule is for one path, with the types that are needed,
  read-only unless somebody writes; for the namespaces that need the path, if
  each object that does names one. Mounts by others in pods become rules with
  requestable: false. Comments say who needs a rule, what it opens beyond that
  and because of which object, what is dangerous, and which objects are
  rejected and why.";

/// Runs the command.
pub fn suggest(args: &SuggestArgs, stdin: &mut dyn Read) -> Result<Outcome, Error> {
    let found = inputs::read(&args.manifests, args.namespace.as_deref(), stdin)?;
    let is_judged = |manifest: &Manifest| manifest.object.is_some();
    let (manifests, skipped): (Vec<Manifest>, Vec<Manifest>) =
        found.manifests.into_iter().partition(is_judged);
    let suggestion = checker::suggest::suggest(&manifests)?;
    Ok(Outcome {
        stdout: text::settings(&suggestion, &manifests, &skipped),
        passed: suggestion.rejected.is_empty(),
        faults: found.faults.iter().map(Unreadable::to_string).collect(),
        failure: None,
        notes: Vec::new(),
    })
}

//! `sidecar-hostpath doctor`: whether a live cluster is protected. The crate `doctor` examines it and finds; this is where its
//! arguments are read, and what it finds becomes text or a document.

mod document;
mod linked;
mod settings;
pub mod text;

use std::cell::Cell;
use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use doctor::check::Status;
use doctor::cluster::Cluster;
use doctor::name::Label;
use doctor::{Options, examine};

use crate::Error;
use crate::outcome::Outcome;
use crate::printing::{json, wrap};
use document::Document;
use linked::Linked;

/// The arguments of `doctor`.
#[derive(Debug, Args)]
#[command(after_long_help = AFTER_HELP)]
pub struct DoctorArgs {
    /// The context of the kubeconfig [default: its current one, or the cluster that the command runs in]
    #[arg(long, value_name = "CONTEXT")]
    pub context: Option<String>,

    /// The user to act as
    #[arg(long = "as", value_name = "USER")]
    pub act_as: Option<String>,

    /// Judge the VMs of the cluster by these settings instead of its own
    #[arg(short, long, value_name = "FILE")]
    pub settings: Option<PathBuf>,

    /// The name of the policy, if the file of settings holds several
    #[arg(long, value_name = "NAME")]
    pub policy_name: Option<String>,

    /// The namespace for probes [default: one that enforces the Pod Security level privileged]
    #[arg(long, value_name = "NAMESPACE")]
    pub probe_namespace: Option<String>,

    /// The output format
    #[arg(short, long, value_enum, default_value_t)]
    pub output: DoctorOutput,
}

/// The form of the output.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum DoctorOutput {
    /// Text for people, in colour on a terminal (unless NO_COLOR is set)
    #[default]
    Text,
    /// One JSON document
    Json,
}

const AFTER_HELP: &str = "\
Examples:
  See whether the cluster is protected, after `kubectl apply -k deploy/base/`:
    sidecar-hostpath doctor

  Find the VMs that new settings would reject:
    sidecar-hostpath doctor --settings new.yaml

What it does:
  It reads policies, webhooks, the companion, nodes, namespaces, the KubeVirt
  object, VMs, pods and PersistentVolumes, and holds them against the objects of
  deploy/, which are built in: ok means equal. It sends pods and a VM as dry
  runs (dryRun=All), as itself and as KubeVirt's service account. Nothing is
  created, changed or deleted. What it may not read, or could not try, is
  unknown. deploy/doctor/ has the rights that it needs.

Limits:
  An answer of the API server may have 32 MiB and take 30 seconds, or 60 for a
  dry run. A list may have 200000 objects and take 180 seconds. After 10 minutes,
  or two requests in a row without an answer, nothing more is asked for: what is
  left is unknown. The file of settings may have 8 MiB.

Exit status:
  0  all checks are ok; there may be warnings
  1  a check has failed
  2  a check is unknown, the cluster cannot be reached, or the usage is wrong

Output:
  -o json prints one document:

  {\"checks\": [{\"name\", \"state\", \"why\", \"fix\", \"findings\"}, ...]}

  where state is \"ok\", \"warning\", \"failed\" or \"unknown\", fix is null where
  nothing is to be done, and each of the findings is

  {\"status\", \"field\", \"expected\", \"found\", \"consequence\", \"fix\"}";

/// Runs the command.
pub fn doctor(args: &DoctorArgs) -> Result<Outcome, Error> {
    let settings = match &args.settings {
        None => None,
        Some(path) => {
            let file = settings::read(path, args.policy_name.as_deref())?;
            file.rules()?;
            Some(file.settings)
        }
    };
    let probe_namespace = args.probe_namespace.as_deref().map(Label::parse).transpose()?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(Error::Runtime)?;
    let has_progress = Cell::new(false);
    let options = Options {
        settings: settings.as_ref(),
        probe_namespace,
        progress: &|what| progress(what, &has_progress),
    };
    let checks = runtime.block_on(async {
        let cluster = Cluster::connect(args.context.as_deref(), args.act_as.as_deref()).await?;
        examine(&cluster, &Linked, &options).await
    })?;
    let stdout = match args.output {
        DoctorOutput::Text => text::report(&checks, wrap::width()),
        DoctorOutput::Json => json::document(&Document::of(&checks))?,
    };
    let count = |status| checks.iter().filter(|check| check.status() == status).count();
    let passed = count(Status::Failed) == 0;
    // What could not be looked at is never fine, but a failure says more.
    let faults = match count(Status::Unknown) {
        unknown if passed && unknown > 0 => vec![format!("unknown checks: {unknown}")],
        _ => Vec::new(),
    };
    Ok(Outcome {
        stdout,
        passed,
        faults,
        failure: None,
        notes: Vec::new(),
    })
}

/// A word on what takes so long, on a terminal; nothing takes it away.
fn progress(what: &str, has_progress: &Cell<bool>) {
    let mut stderr = io::stderr();
    if !stderr.is_terminal() {
        return;
    }
    // Nobody needs it.
    let _ = match what {
        "" if has_progress.get() => write!(stderr, "\r\u{1b}[K"),
        "" => Ok(()),
        what => write!(stderr, "\r\u{1b}[K{what} ..."),
    };
    has_progress.set(true);
}

//! `sidecar-hostpath doctor`: whether a live cluster is protected.
//!
//! What the [`cluster`] says of itself becomes a list of [`check`]s: the [`installation`], [`kubevirt`], [`probes`] that are
//! sent as dry runs, and whom the settings would [hit](hits). Nothing is created, changed or deleted.

pub mod check;
pub mod cluster;
pub mod hits;
pub mod installation;
pub mod kubevirt;
pub mod policy;
pub mod probes;
pub mod selector;
pub mod text;
pub mod webhooks;

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use serde_json::json;

use crate::Error;
use crate::outcome::Outcome;
use crate::printing::{json as document, wrap};
use crate::settings::file::SettingsFile;
use crate::settings::input;
use check::{Check, State};
use cluster::Cluster;
use policy::ValidSettings;

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
  See whether the cluster is protected, after `kubectl apply -k deploy/`:
    sidecar-hostpath doctor

  Find the VMs that new settings would reject:
    sidecar-hostpath doctor --settings new.yaml

What it does:
  It reads policies, webhooks, namespaces, the KubeVirt object, VMs and launcher
  pods, and sends pods and a VM as dry runs (dryRun=All), as itself and as
  KubeVirt's service account. Nothing is created, changed or deleted. What it
  may not read is reported as unknown.

Exit status:
  0  all checks are ok; there may be warnings
  1  a check has failed
  2  a check is unknown, the cluster cannot be reached, or the usage is wrong

Output:
  -o json prints one document:

  {\"checks\": [{\"name\", \"state\", \"why\", \"fix\"}, ...]}

  where state is \"ok\", \"warning\", \"failed\" or \"unknown\", and fix is null
  where nothing is to be done.";

/// Runs the command.
pub fn doctor(args: &DoctorArgs) -> Result<Outcome, Error> {
    let settings = match &args.settings {
        None => None,
        Some(path) => {
            let file = input::read(Some(path), args.policy_name.as_deref())?;
            file.rules()?;
            Some(file)
        }
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Error::Cluster(error.to_string()))?;
    let checks = runtime.block_on(async {
        let cluster = Cluster::connect(args.context.as_deref(), args.act_as.as_deref()).await?;
        examine(&cluster, settings.as_ref(), args.probe_namespace.as_deref()).await
    })?;
    let stdout = match args.output {
        DoctorOutput::Text => text::report(&checks, wrap::width()),
        DoctorOutput::Json => document::document(&json!({ "checks": checks }))?,
    };
    let count = |state| checks.iter().filter(|check| check.state == state).count();
    let passed = count(State::Failed) == 0;
    // What could not be looked at is never fine, but a failure says more.
    let faults = match count(State::Unknown) {
        unknown if passed && unknown > 0 => vec![format!("unknown checks: {unknown}")],
        _ => Vec::new(),
    };
    Ok(Outcome {
        stdout,
        passed,
        faults,
        note: None,
    })
}

/// All checks, in their order.
///
/// # Errors
/// The cluster cannot be reached.
pub async fn examine(
    cluster: &Cluster,
    settings: Option<&SettingsFile>,
    probe_namespace: Option<&str>,
) -> Result<Vec<Check>, Error> {
    cluster.progress("reading policies");
    let mut checks = vec![
        installation::kubernetes(cluster).await?,
        installation::kubewarden(cluster).await?,
    ];
    let namespaces = cluster.list("/api/v1/namespaces").await?;
    let policies = policy::policies(cluster).await?;
    checks.extend(installation::checks(&policies, &namespaces));
    cluster.progress("reading webhooks");
    checks.extend(webhooks::checks(cluster, &policies).await?);
    let own = policies
        .as_ref()
        .ok()
        .and_then(|policies| policy::settings(policies));
    checks.extend(webhooks::companion(cluster, own.as_ref()).await?);
    cluster.progress("reading KubeVirt");
    let kubevirt = kubevirt::find(cluster).await?;
    checks.extend(kubevirt::checks(&kubevirt, own.as_ref()));
    cluster.progress("sending dry runs");
    checks.extend(probes::checks(cluster, own.as_ref(), &kubevirt, &namespaces, probe_namespace).await?);
    cluster.progress("judging VMs");
    let judge = match settings {
        Some(file) => ValidSettings::of(file.settings.clone()),
        None => own,
    };
    checks.extend(hits::checks(cluster, judge.as_ref(), &namespaces).await?);
    cluster.progress("");
    Ok(checks)
}

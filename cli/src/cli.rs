//! The command line: one source for parsing, help, shell completions and man pages.

use clap::{Args, CommandFactory, Parser, Subcommand};
use clap_complete::Shell;
use clap_mangen::Man;

use crate::Error;
use crate::check::CheckArgs;
use crate::compare::CompareArgs;
use crate::explain::ExplainArgs;
use crate::run::RunArgs;
use crate::settings::command::SettingsArgs;
use crate::suggest::SuggestArgs;

/// Evaluate kubevirt-sidecar-hostpath-policy without a cluster
///
/// The policy checks the host paths that KubeVirt hook sidecars ask for, and mounts those
/// that the settings allow. This command shows what it would do.
#[derive(Debug, Parser)]
#[command(name = "sidecar-hostpath", version, verbatim_doc_comment, after_long_help = AFTER_HELP)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

const AFTER_HELP: &str = "\
Examples:
  sidecar-hostpath check --settings settings.yaml vm.yaml
  sidecar-hostpath settings settings.yaml
  sidecar-hostpath explain --settings settings.yaml /srv/images
  sidecar-hostpath suggest manifests/
  sidecar-hostpath compare --settings new.yaml --against old.yaml manifests/
  sidecar-hostpath run policy.wasm -r request.json -s settings.yaml
  sidecar-hostpath man check | man -l -
  source <(sidecar-hostpath completions bash)

`sidecar-hostpath help check` has more of them.";

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Check manifests without a cluster
    ///
    /// Tells what the policy would say if the objects of the manifests were created, and which
    /// host paths the hook sidecars and the container `compute` would see. VirtualMachines and
    /// the other KubeVirt objects that can carry the annotation are judged, and Pods; objects of
    /// other kinds are listed as skipped.
    #[command(verbatim_doc_comment)]
    Check(CheckArgs),
    /// Validate settings, and show what they mean
    ///
    /// Lists what the policy refuses, or the rules with all defaults, and warns of what is
    /// dangerous.
    #[command(verbatim_doc_comment)]
    Settings(SettingsArgs),
    /// Explain what the settings say of a host path
    ///
    /// Goes through the steps of the policy's judgement: which rules lie at or above the path,
    /// which of them decides, and what it permits there. If the path is rejected, the smallest
    /// change of the settings is shown that would permit it, or why there is none.
    #[command(verbatim_doc_comment)]
    Explain(ExplainArgs),
    /// Suggest settings for manifests
    ///
    /// Prints the narrowest settings under which the policy accepts the objects of the
    /// manifests: a rule for each path, for those who ask for it. Read them before you use them:
    /// a VM owner may have asked for what nobody should have.
    #[command(verbatim_doc_comment)]
    Suggest(SuggestArgs),
    /// Compare two settings on manifests
    ///
    /// Lists the objects that the new settings newly reject and newly accept, and those whose
    /// mounts change, so that nobody learns of a change from a VM that does not start.
    #[command(verbatim_doc_comment)]
    Compare(CompareArgs),
    /// Evaluate one admission request as `kwctl run` does
    ///
    /// Evaluates it with a policy module in the host that Kubewarden uses, and prints the
    /// AdmissionResponse. Any verdict is success; the exit status is 1 where there is none.
    #[command(verbatim_doc_comment)]
    Run(RunArgs),
    /// Print completions for a shell
    Completions(CompletionsArgs),
    /// Print a man page
    Man(ManArgs),
}

/// The arguments of `completions`.
#[derive(Debug, Args)]
pub struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    pub shell: Shell,
}

/// The arguments of `man`.
#[derive(Debug, Args)]
pub struct ManArgs {
    /// The command that the page is about, instead of all of sidecar-hostpath
    #[arg(value_name = "COMMAND", value_parser = ["check", "settings", "explain", "suggest", "compare", "run", "completions", "man"])]
    pub about: Option<String>,
}

/// The script that teaches the shell.
#[must_use]
pub fn completions(args: &CompletionsArgs) -> Vec<u8> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "sidecar-hostpath", &mut script);
    script
}

/// The page in roff.
pub fn man(args: &ManArgs) -> Result<Vec<u8>, Error> {
    let mut command = Cli::command();
    // Gives the subcommands their full names.
    command.build();
    if let Some(about) = args
        .about
        .as_deref()
        .and_then(|name| command.find_subcommand(name))
    {
        command = about.clone();
    }
    let title = command
        .get_bin_name()
        .unwrap_or(command.get_name())
        .replace(' ', "-");
    let page =
        Man::new(command.display_name(title)).source(concat!("sidecar-hostpath ", env!("CARGO_PKG_VERSION")));
    let mut roff = Vec::new();
    page.render(&mut roff).map_err(Error::Write)?;
    Ok(roff)
}

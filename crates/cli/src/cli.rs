//! The command line: one source for parsing, help, shell completions and man pages.

use std::sync::LazyLock;

use clap::{Args, CommandFactory, Parser, Subcommand};
use clap_complete::Shell;
use clap_mangen::Man;
use roff::{Roff, roman};

use crate::Error;
use crate::check::CheckArgs;
use crate::compare::CompareArgs;
#[cfg(feature = "doctor")]
use crate::doctor::DoctorArgs;
use crate::explain::ExplainArgs;
use crate::run::RunArgs;
use crate::settings::command::SettingsArgs;
use crate::suggest::SuggestArgs;
use crate::test::TestArgs;

/// Try kubevirt-sidecar-hostpath-policy, and examine the cluster that runs it
///
/// The policy checks the host paths that KubeVirt hook sidecars ask for, and mounts those
/// that the settings allow. This command shows what it would do.
#[derive(Debug, Parser)]
#[command(name = "sidecar-hostpath", version, long_version = LONG_VERSION.as_str(), verbatim_doc_comment, after_long_help = AFTER_HELP)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What `--version` says; `-V` says the version alone. The Makefile knows the commit and the module of a release.
static LONG_VERSION: LazyLock<String> = LazyLock::new(|| {
    let unknown = "unknown";
    format!(
        "{version}\n\
         commit: {commit}\n\
         module: {module}\n\
         tests: launcher pods of KubeVirt 1.9; tried on Kubernetes 1.36",
        version = env!("CARGO_PKG_VERSION"),
        commit = option_env!("SIDECAR_HOSTPATH_COMMIT").unwrap_or(unknown),
        module = option_env!("SIDECAR_HOSTPATH_MODULE").unwrap_or(unknown),
    )
});

const AFTER_HELP: &str = "\
Examples:
  sidecar-hostpath check --settings settings.yaml vm.yaml
  sidecar-hostpath settings settings.yaml
  sidecar-hostpath explain --settings settings.yaml /srv/images
  sidecar-hostpath suggest manifests/
  sidecar-hostpath compare --settings new.yaml --against old.yaml
  sidecar-hostpath test --settings settings.yaml tests/
  sidecar-hostpath doctor
  sidecar-hostpath run policy.wasm -r request.json -s settings.yaml
  sidecar-hostpath man check | man -l -
  source <(sidecar-hostpath completions bash)

See also:
  `sidecar-hostpath help check` and so on: each command has its own examples.";

/// What the command is called.
const NAME: &str = "sidecar-hostpath";

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Check manifests without a cluster
    ///
    /// Shows what the policy would decide for the objects in the manifests, and which host paths
    /// the hook sidecars and the container `compute` would see. VirtualMachines and
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
    /// Explain why the settings allow or reject a host path
    ///
    /// Shows the policy's decision step by step: which rules are at or above the path, which of
    /// them decides, and what it permits. For a rejected path, it shows the smallest change of the
    /// settings that would permit it, or why there is none.
    #[command(verbatim_doc_comment)]
    Explain(ExplainArgs),
    /// Suggest settings for manifests
    ///
    /// Prints the narrowest settings under which the policy accepts the objects of the
    /// manifests: a rule for each path, for the namespaces that ask for it. Review them before
    /// you use them: a VM owner may ask for something dangerous.
    #[command(verbatim_doc_comment)]
    Suggest(SuggestArgs),
    /// Compare two settings on manifests
    ///
    /// Lists the objects that the new settings newly reject and newly accept, and those whose
    /// mounts change, before a VM fails to start.
    #[command(verbatim_doc_comment)]
    Compare(CompareArgs),
    /// Test settings against manifests with expected verdicts
    ///
    /// Each manifest is named after the verdict that its objects must get: NAME.accept.yaml,
    /// NAME.warn.yaml or NAME.reject.yaml. NAME.message.txt says which violations and warnings
    /// there must be, NAME.gold.yaml what the containers must see. A file that would be ignored
    /// fails.
    #[command(verbatim_doc_comment)]
    Test(TestArgs),
    /// Examine a live cluster: is it really protected?
    ///
    /// Looks at policies, webhooks, the companion, KubeVirt and its VMs, and tries the policy
    /// with dry runs. Says for each check what was found, and how to fix it.
    #[command(verbatim_doc_comment)]
    #[cfg(feature = "doctor")]
    Doctor(DoctorArgs),
    /// Evaluate one admission request as `kwctl run` does
    ///
    /// Evaluates it with a policy module in a waPC host of its own, and prints the
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
    #[arg(value_name = "COMMAND", value_parser = ["check", "settings", "explain", "suggest", "compare", "test", "doctor", "run", "completions", "man"])]
    pub about: Option<String>,
}

/// The script that teaches the shell.
#[must_use]
pub fn completions(args: &CompletionsArgs) -> Vec<u8> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), NAME, &mut script);
    if args.shell != Shell::Bash {
        return script;
    }
    // The generator takes the hyphen of the name for one before a subcommand: clap-rs/clap#6421.
    let script = String::from_utf8_lossy(&script);
    script
        .replace("sidecar__subcmd__hostpath", "sidecar__hostpath")
        .into_bytes()
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
    let more = command
        .get_after_long_help()
        .map(ToString::to_string)
        .unwrap_or_default();
    let has_subcommands = command.has_subcommands();
    let page =
        Man::new(command.display_name(title)).source(concat!("sidecar-hostpath ", env!("CARGO_PKG_VERSION")));
    let mut roff = Vec::new();
    let write = |roff: &mut Vec<u8>| {
        page.render_title(roff)?;
        page.render_name_section(roff)?;
        page.render_synopsis_section(roff)?;
        page.render_description_section(roff)?;
        page.render_options_section(roff)?;
        if has_subcommands {
            page.render_subcommands_section(roff)?;
        }
        sections(&more).to_writer(roff)
    };
    write(&mut roff).map_err(Error::Write)?;
    Ok(roff)
}

/// The parts of the help behind the options, each as a section: `Exit status:` is EXIT STATUS. Their lines stay as they are.
fn sections(help: &str) -> Roff {
    let mut roff = Roff::new();
    let mut is_open = false;
    for line in help.lines() {
        let heading = line.strip_suffix(':').filter(|line| !line.starts_with(' '));
        match heading {
            Some(heading) => {
                if is_open {
                    roff.control("fi", []);
                }
                roff.control("SH", [heading.to_uppercase().as_str()]);
                roff.control("nf", []);
                is_open = true;
            }
            None => {
                roff.text([roman(line.strip_prefix("  ").unwrap_or(line))]);
            }
        }
    }
    if is_open {
        roff.control("fi", []);
    }
    roff
}

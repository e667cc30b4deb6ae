//! `sidecar-hostpath explain`: what the settings say of one host path, and what would permit it.
//!
//! The [`verdict`] is the policy's, on an object that asks for the path; the steps are those of its judgement; the
//! [`change`] is tried with both.

mod text;

pub use checker::explain::{change, verdict};

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use kubevirt_sidecar_hostpath_policy::base::access::Access;
use kubevirt_sidecar_hostpath_policy::base::host_path_type::HostPathType;
use kubevirt_sidecar_hostpath_policy::base::path::HostPath;
use kubevirt_sidecar_hostpath_policy::objects::preview::Question;

use crate::Error;
use crate::outcome::Outcome;
use crate::printing::{json, wrap};
use crate::settings::input as settings_input;
use change::Change;
use checker::explain::document::document;
use verdict::Asker;

/// The arguments of `explain`.
#[derive(Debug, Args)]
#[command(after_long_help = AFTER_HELP)]
pub struct ExplainArgs {
    /// The path on the node
    #[arg(value_name = "PATH")]
    pub path: String,

    /// A file with the settings, or with a ClusterAdmissionPolicy or AdmissionPolicy that has them
    #[arg(short, long, value_name = "FILE")]
    pub settings: Option<PathBuf>,

    /// The name of the policy, if the file of settings holds several
    #[arg(long, value_name = "NAME")]
    pub policy_name: Option<String>,

    /// The namespace of the VM
    #[arg(short, long, value_name = "NAMESPACE", default_value = "default")]
    pub namespace: String,

    /// The container that the path is for
    #[arg(short, long, value_name = "NAME", default_value = "hook-sidecar-0")]
    pub container: String,

    /// What must exist at the path
    #[arg(short = 't', long = "type", value_name = "TYPE", default_value = "Directory")]
    pub host_path_type: String,

    /// Whether the mount is writable
    #[arg(long)]
    pub write: bool,

    /// Whether container compute sees it as well
    #[arg(long)]
    pub share: bool,

    /// The output format
    #[arg(short, long, value_enum, default_value_t)]
    pub output: ExplainOutput,
}

/// The form of the output.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum ExplainOutput {
    /// Text for people, in colour on a terminal (unless NO_COLOR is set)
    #[default]
    Text,
    /// One JSON document
    Json,
}

const AFTER_HELP: &str = "\
Examples:
  See why a path is rejected, and what would permit it:
    sidecar-hostpath explain -s settings.yaml --type File /etc/ssh/ssh_config

  Ask for the sidecar of a plugin, in the namespace of a team:
    sidecar-hostpath explain -s settings.yaml -n team-a -c plugin-sidecar-cow \\
      /srv/images

Exit status:
  0  the request is permitted
  1  it is rejected
  2  a file, the settings or the usage is wrong

Output:
  -o json prints one document:

  {\"accepted\": true or false, \"rule\": \"allowedHostPaths[0]\" or null,
   \"violations\": [...], \"change\": CHANGE or null}

  where CHANGE is {\"fields\": {...}, \"settings\": {...}}: the fields that
  change, and the whole settings with them.";

/// Runs the command.
pub fn explain(args: &ExplainArgs) -> Result<Outcome, Error> {
    let file = settings_input::read(args.settings.as_deref(), args.policy_name.as_deref())?;
    let rules = file.rules()?;
    let question = question(args)?;
    let asker = Asker::new(&args.namespace, &question, &rules);
    let violations = asker.violations(&file.settings);
    let change = match violations.is_empty() {
        true => None,
        false => Some(Change::find(&file.settings, &asker)),
    };
    let stdout = match args.output {
        ExplainOutput::Text => text::report(&rules, &asker, &violations, change.as_ref(), wrap::width()),
        ExplainOutput::Json => json::document(&document(&rules, &asker, &violations, change.as_ref()))?,
    };
    Ok(Outcome {
        stdout,
        passed: violations.is_empty(),
        ..Outcome::default()
    })
}

fn question(args: &ExplainArgs) -> Result<Question, Error> {
    let unusable = |what: &str, reason: String| Error::Argument {
        argument: what.to_owned(),
        reason,
    };
    let path =
        HostPath::parse(&args.path).map_err(|error| unusable(&args.path, format!("the path {error}")))?;
    let host_path_type = HostPathType::parse(&args.host_path_type)
        .filter(|host_path_type| HostPathType::REQUESTABLE.contains(host_path_type))
        .ok_or_else(|| {
            let known: Vec<&str> = HostPathType::REQUESTABLE
                .iter()
                .map(|known| known.as_str())
                .collect();
            unusable(
                &args.host_path_type,
                format!("the type must be one of {}", known.join(", ")),
            )
        })?;
    Ok(Question {
        container: args.container.clone(),
        path,
        host_path_type,
        access: if args.write {
            Access::Writable
        } else {
            Access::ReadOnly
        },
        shares: args.share,
    })
}

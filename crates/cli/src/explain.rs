//! `sidecar-hostpath explain`: to whom the settings permit a host path; what they say of one request, and what would permit it.
//!
//! The [`verdict`] is the policy's, on an object that asks for the path; the steps are those of its judgement; the
//! [`change`] is tried with both.

mod text;
mod whom;

pub use checker::explain::{change, verdict};

use std::path::PathBuf;

use checker::preview::Question;
use clap::{Args, ValueEnum};
use kubevirt_sidecar_hostpath_policy::{Access, HostPath, HostPathType};

use crate::Error;
use crate::outcome::Outcome;
use crate::printing::{json, wrap};
use crate::settings::input as settings_input;
use change::Change;
use checker::explain::document::document;
use checker::manifests::metadata;
use verdict::Asker;
use whom::Whom;

/// The arguments of `explain`.
#[derive(Debug, Args)]
#[command(after_long_help = AFTER_HELP)]
pub struct ExplainArgs {
    /// The path on the node; without it, all that the settings permit is shown
    #[arg(value_name = "PATH")]
    pub path: Option<String>,

    /// A file with the settings, or with a ClusterAdmissionPolicy or AdmissionPolicy that has them
    #[arg(short, long, value_name = "FILE")]
    pub settings: Option<PathBuf>,

    /// The name of the policy, if the file of settings holds several
    #[arg(long, value_name = "NAME")]
    pub policy_name: Option<String>,

    /// The namespace of the VM; without it, all to whom the path is permitted are shown
    #[arg(short, long, value_name = "NAMESPACE", requires = "path")]
    pub namespace: Option<String>,

    /// The container that the path is for
    #[arg(
        short,
        long,
        value_name = "NAME",
        default_value = "hook-sidecar-0",
        requires = "namespace"
    )]
    pub container: String,

    /// What must exist at the path
    #[arg(
        short = 't',
        long = "type",
        value_name = "TYPE",
        default_value = "Directory",
        requires = "namespace"
    )]
    pub host_path_type: String,

    /// Whether the mount is writable
    #[arg(long, requires = "namespace")]
    pub write: bool,

    /// Whether container compute sees it as well
    #[arg(long, requires = "namespace")]
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
  See who can see a path, and all that the settings permit:
    sidecar-hostpath explain -s settings.yaml /srv/images
    sidecar-hostpath explain -s settings.yaml

  See why a request is rejected, and what would permit it:
    sidecar-hostpath explain -s settings.yaml -n team-a --type File \\
      /etc/ssh/ssh_config

  Ask for the sidecar of a plugin:
    sidecar-hostpath explain -s settings.yaml -n team-a -c plugin-sidecar-cow \\
      /srv/images

Exit status:
  0  the request is permitted; without --namespace, somebody can see the path
  1  it is rejected, or nobody can see the path
  2  a file, the settings or the usage is wrong

Output:
  -o json prints one document, with --namespace

  {\"accepted\": true or false, \"rule\": \"allowedHostPaths[0]\" or null,
   \"violations\": [...], \"writeAs\": PATH or null, \"change\": CHANGE or null}

  where CHANGE is {\"fields\": {...}, \"dangers\": [...], \"settings\": {...}}: the
  fields that change, what is dangerous about them, and the whole settings with
  them. Without --namespace

  {\"path\", \"permitted\": [ROW, ...], \"above\": [...], \"below\": [...]}

  where a ROW is as in compare, with the number of its rule.";

/// Runs the command.
pub fn explain(args: &ExplainArgs) -> Result<Outcome, Error> {
    let file = settings_input::read(args.settings.as_deref(), args.policy_name.as_deref())?;
    let rules = file.rules()?;
    let path = args.path.as_deref().map(parse).transpose()?;
    let (Some(namespace), Some(path)) = (&args.namespace, &path) else {
        let whom = Whom::of(&rules, path.as_ref());
        return Ok(Outcome {
            stdout: match args.output {
                ExplainOutput::Text => whom.report(wrap::width()),
                ExplainOutput::Json => json::document(&whom.document())?,
            },
            passed: whom.is_seen(),
            notes: file.notes(),
            ..Outcome::default()
        });
    };
    for name in [namespace, &args.container] {
        if !metadata::is_label(name) {
            return Err(Error::Argument {
                argument: name.clone(),
                reason: "not the name of a namespace or a container: at most 63 of a-z, 0-9 and -".to_owned(),
            });
        }
    }
    let question = question(args, path)?;
    let asker = Asker::new(namespace, &question, &rules);
    let violations = asker.violations(&file.settings);
    let write_as = asker.permitted_name(&file.settings, &rules);
    let change = match violations.is_empty() || write_as.is_some() {
        true => None,
        false => Some(Change::find(&file.settings, &asker)),
    };
    let stdout = match args.output {
        ExplainOutput::Text => text::report(
            &rules,
            &asker,
            &violations,
            write_as.as_ref(),
            change.as_ref(),
            wrap::width(),
        ),
        ExplainOutput::Json => {
            let document = document(&rules, &asker, &violations, write_as.as_ref(), change.as_ref());
            json::document(&document)?
        }
    };
    Ok(Outcome {
        stdout,
        passed: violations.is_empty(),
        notes: file.notes(),
        ..Outcome::default()
    })
}

fn unusable(argument: &str, reason: String) -> Error {
    Error::Argument {
        argument: argument.to_owned(),
        reason,
    }
}

fn parse(path: &str) -> Result<HostPath, Error> {
    HostPath::parse(path).map_err(|error| unusable(path, format!("the path {error}")))
}

fn question(args: &ExplainArgs, path: &HostPath) -> Result<Question, Error> {
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
        path: path.clone(),
        host_path_type,
        access: if args.write {
            Access::Writable
        } else {
            Access::ReadOnly
        },
        shares: args.share,
    })
}

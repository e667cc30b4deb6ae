//! `sidecar-hostpath settings`, which validates settings and shows what they mean.

use std::io::Read;
use std::path::PathBuf;
use std::sync::Arc;

use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use crate::Error;
use crate::evaluator::Evaluator;
use crate::module::load;
use crate::outcome::Outcome;
use crate::printing::{json, wrap};
use crate::settings::file::Refusal;
use crate::settings::warnings::{Level, Warning};
use crate::settings::{effective, input, warnings};
use host::LogSink;

/// The arguments of `settings`.
#[derive(Debug, Args)]
#[command(after_long_help = AFTER_HELP)]
pub struct SettingsArgs {
    /// A file with the settings, or with a ClusterAdmissionPolicy or AdmissionPolicy that has them; `-` reads standard input
    #[arg(value_name = "FILE")]
    pub file: PathBuf,

    /// The name of the policy, if the file holds several
    #[arg(long, value_name = "NAME")]
    pub policy_name: Option<String>,

    /// Validate them with this policy module as well
    #[arg(long, value_name = "POLICY.wasm")]
    pub policy: Option<PathBuf>,

    /// Fail on a danger as well
    #[arg(long)]
    pub strict: bool,

    /// List all sensitive paths
    #[arg(long)]
    pub all: bool,

    /// The output format
    #[arg(short, long, value_enum, default_value_t)]
    pub output: SettingsOutput,
}

/// The form of the output.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum SettingsOutput {
    /// Text for people, in colour on a terminal (unless NO_COLOR is set)
    #[default]
    Text,
    /// One JSON document
    Json,
}

const AFTER_HELP: &str = "\
Examples:
  Validate settings, and print the rules with all defaults:
    sidecar-hostpath settings settings.yaml

  See what the cluster's policy allows:
    kubectl get clusteradmissionpolicies -o yaml | sidecar-hostpath settings -

Exit status:
  0  the settings are valid; there may be warnings
  1  the policy refuses them; with --strict, there is a danger
  2  the file cannot be read, or the usage is wrong

Output:
  -o json prints one document, for valid settings

  {\"valid\": true, \"settings\": {...}, \"warnings\": [NOTE, ...]}

  with the settings and all defaults, and for others

  {\"valid\": false, \"errors\": [NOTE, ...]}

  where a NOTE is {\"file\", \"line\", \"column\", \"message\"}; that of a warning has
  \"level\" too, \"danger\" or \"note\".";

/// Runs the command. Settings that are refused are `Ok`.
pub fn settings(args: &SettingsArgs, stdin: &mut dyn Read) -> Result<Outcome, Error> {
    let file = input::read_or_stdin(&args.file, args.policy_name.as_deref(), stdin)?;
    let rules = match file.rules() {
        Ok(rules) => rules,
        Err(refusal) => return refused(args.output, &refusal),
    };
    if let Some(module) = &args.policy {
        let log: LogSink = Arc::new(|_| {});
        match Evaluator::new(load(module, log)?, file.settings.clone()) {
            Err(checker::Error::SettingsRefused(message)) => {
                return refused(args.output, &file.refused(&message));
            }
            other => drop(other?),
        }
    }
    let warnings = warnings::of(&file, &rules);
    let stdout = match args.output {
        SettingsOutput::Text => effective::text(&file, &rules, &warnings, args.all, wrap::width()),
        SettingsOutput::Json => json::document(&json!({
            "valid": true,
            "settings": effective::settings(&file, &rules),
            "warnings": warnings.iter().map(|warning| levelled(&file.file, warning)).collect::<Vec<Value>>(),
        }))?,
    };
    let is_dangerous = warnings.iter().any(|warning| warning.level == Level::Danger);
    Ok(Outcome {
        stdout,
        passed: !(args.strict && is_dangerous),
        ..Outcome::default()
    })
}

fn refused(output: SettingsOutput, refusal: &Refusal) -> Result<Outcome, Error> {
    let stdout = match output {
        SettingsOutput::Text => effective::refused(refusal, wrap::width()),
        SettingsOutput::Json => {
            let faults = refusal.faults.iter();
            let errors: Vec<Value> = faults
                .map(|fault| note(&refusal.file, fault.at, &fault.reason.to_string()))
                .collect();
            json::document(&json!({ "valid": false, "errors": errors }))?
        }
    };
    Ok(Outcome {
        stdout,
        ..Outcome::default()
    })
}

fn note(file: &str, at: crate::reading::node::Position, message: &str) -> Value {
    json!({ "file": file, "line": at.line, "column": at.column, "message": message })
}

fn levelled(file: &str, warning: &Warning) -> Value {
    let mut note = note(file, warning.at, &warning.to_string());
    if let Some(members) = note.as_object_mut() {
        members.insert("level".to_owned(), json!(warning.level));
    }
    note
}

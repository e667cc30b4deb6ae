//! `sidecar-hostpath run`, which stands in for `kwctl run`.

use std::io::{Read, Write};
use std::path::PathBuf;

use clap::Args;

use crate::Error;
use crate::admission::AdmissionRequest;
use crate::evaluator::Evaluator;
use crate::input;
use crate::module::load;
use crate::printing::json;
use crate::reading::text::decode;
use crate::report::Report;
use crate::settings::{self, SettingsJson};
use host::LogSink;

/// The arguments of `run`.
#[derive(Debug, Args)]
#[command(after_long_help = AFTER_HELP)]
pub struct RunArgs {
    /// The policy, a waPC module (`file://` may be before it)
    #[arg(value_name = "POLICY.wasm")]
    pub policy: PathBuf,

    /// The request, an AdmissionRequest or AdmissionReview in JSON; `-` reads standard input
    #[arg(short, long, value_name = "FILE")]
    pub request_path: PathBuf,

    /// The settings of the policy, as JSON
    #[arg(long, value_name = "JSON", conflicts_with = "settings_path")]
    pub settings_json: Option<String>,

    /// The settings of the policy, in a file with YAML or JSON
    #[arg(short, long, value_name = "FILE")]
    pub settings_path: Option<PathBuf>,

    /// Print a report for people instead of one line of JSON
    #[arg(long)]
    pub pretty: bool,
}

const AFTER_HELP: &str = "\
Examples:
  Evaluate a request, an AdmissionRequest or a whole AdmissionReview:
    sidecar-hostpath run policy.wasm -r request.json -s settings.yaml

  See the changes and warnings in a form to be read:
    sidecar-hostpath run policy.wasm -r request.json -s settings.yaml --pretty

  See the patch alone:
    sidecar-hostpath run policy.wasm -r request.json -s settings.yaml \\
      | jq '.patch | @base64d | fromjson'";

/// Runs the command. Any verdict is `Ok`; the log lines of the policy go to `log`.
pub fn run(args: &RunArgs, stdin: &mut dyn Read, stdout: &mut dyn Write, log: LogSink) -> Result<(), Error> {
    let settings = read_settings(args)?;
    let request = input::bytes(&args.request_path, stdin)?;
    let request = AdmissionRequest::from_json(&request, &input::name(&args.request_path))?;
    let evaluator = Evaluator::new(load(&args.policy, log)?, settings)?;
    let response = evaluator.validate(&request)?;
    let text = if args.pretty {
        Report(&response).to_string()
    } else {
        let mut line = json::safe(&serde_json::to_string(&response)?);
        line.push('\n');
        line
    };
    stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush())
        .map_err(Error::Write)
}

fn read_settings(args: &RunArgs) -> Result<SettingsJson, Error> {
    match (&args.settings_json, &args.settings_path) {
        (Some(json), _) => Ok(settings::from_json(json, "--settings-json")?),
        (None, Some(path)) => {
            let file = path.display().to_string();
            Ok(settings::from_yaml(&decode(input::file(path)?, &file)?, &file)?)
        }
        (None, None) => Ok(SettingsJson::new()),
    }
}

//! `sidecar-hostpath run`, which stands in for `kwctl run`.

use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use clap::Args;

use crate::Error;
use crate::admission::AdmissionRequest;
use crate::engine::{Engine, LogSink};
use crate::evaluator::Evaluator;
use crate::report::Report;
use crate::settings::{self, Settings};

/// Evaluates one admission request with a policy and prints the AdmissionResponse, as `kwctl run` does.
#[derive(Debug, Args)]
pub struct RunArgs {
    /// The policy, a waPC module (`file://` may stand before it)
    #[arg(value_name = "POLICY.wasm")]
    pub policy: PathBuf,

    /// The request as JSON, an AdmissionRequest or a whole AdmissionReview; `-` reads standard input
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

/// Runs the command. Any verdict is `Ok`; the log lines of the policy go to `log`.
pub fn run(args: &RunArgs, stdin: &mut dyn Read, stdout: &mut dyn Write, log: LogSink) -> Result<(), Error> {
    let settings = read_settings(args)?;
    let request = read_request(&args.request_path, stdin)?;
    let evaluator = Evaluator::new(load(&args.policy, log)?, settings)?;
    let response = evaluator.validate(&request)?;
    let text = if args.pretty {
        Report(&response).to_string()
    } else {
        let mut line = serde_json::to_string(&response)?;
        line.push('\n');
        line
    };
    stdout.write_all(text.as_bytes()).map_err(Error::Write)
}

fn read_settings(args: &RunArgs) -> Result<Settings, Error> {
    match (&args.settings_json, &args.settings_path) {
        (Some(json), _) => settings::from_json(json, "--settings-json"),
        (None, Some(path)) => {
            let file = path.display().to_string();
            let text = fs::read_to_string(path).map_err(|source| Error::Read {
                file: file.clone(),
                source,
            })?;
            settings::from_yaml(&text, &file)
        }
        (None, None) => Ok(Settings::new()),
    }
}

fn read_request(path: &Path, stdin: &mut dyn Read) -> Result<AdmissionRequest, Error> {
    if path == Path::new("-") {
        let file = "standard input";
        let mut text = Vec::new();
        stdin.read_to_end(&mut text).map_err(|source| Error::Read {
            file: file.to_owned(),
            source,
        })?;
        return AdmissionRequest::from_json(&text, file);
    }
    AdmissionRequest::from_json(&read(path)?, &path.display().to_string())
}

fn load(path: &Path, log: LogSink) -> Result<Engine, Error> {
    let path = match path.to_str().and_then(|uri| uri.strip_prefix("file://")) {
        Some(path) => Path::new(path),
        None => path,
    };
    let wasm = read(path)?;
    Engine::with_log(&wasm, log).map_err(|source| Error::Module {
        file: path.display().to_string(),
        source,
    })
}

fn read(path: &Path) -> Result<Vec<u8>, Error> {
    fs::read(path).map_err(|source| Error::Read {
        file: path.display().to_string(),
        source,
    })
}

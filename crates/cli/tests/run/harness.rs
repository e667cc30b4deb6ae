//! Runs the command inside the test.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use host::LogSink;
use serde_json::{Value, json};
use sidecar_hostpath::run::{RunArgs, run};

pub(crate) use crate::dir::Dir;

/// What the command left behind.
#[derive(Debug, PartialEq)]
pub(crate) struct Outcome {
    pub(crate) stdout: String,
    /// The error message, without the `Error: ` before it.
    pub(crate) error: Option<String>,
    pub(crate) log: Vec<String>,
}

impl Outcome {
    /// Nothing but this line.
    pub(crate) fn line(line: &str) -> Self {
        Self {
            stdout: format!("{line}\n"),
            error: None,
            log: Vec::new(),
        }
    }

    /// Nothing but this error.
    pub(crate) fn error(message: &str) -> Self {
        Self {
            stdout: String::new(),
            error: Some(message.to_owned()),
            log: Vec::new(),
        }
    }
}

/// A request to create a pod.
pub(crate) fn request() -> Value {
    json!({
        "uid": "u-1",
        "kind": {"group": "", "version": "v1", "kind": "Pod"},
        "resource": {"group": "", "version": "v1", "resource": "pods"},
        "operation": "CREATE",
        "userInfo": {"username": "alice"},
        "object": {"kind": "Pod", "spec": {"containers": []}},
    })
}

/// The same with these members set.
pub(crate) fn request_with(members: Value) -> Value {
    let mut request = request();
    let (Value::Object(all), Value::Object(members)) = (&mut request, members) else {
        panic!("not an object");
    };
    all.extend(members);
    request
}

/// The same without this member. A dot leads to a member of a member.
pub(crate) fn request_without(path: &str) -> Value {
    let mut request = request();
    let mut object = &mut request;
    let mut names = path.split('.').peekable();
    while let Some(name) = names.next() {
        if names.peek().is_none() {
            object.as_object_mut().unwrap().remove(name).unwrap();
            break;
        }
        object = object.get_mut(name).unwrap();
    }
    request
}

/// Runs the policy with a request on standard input, without settings.
pub(crate) fn evaluate(policy: &[u8], request: &Value) -> Outcome {
    evaluate_text(policy, &request.to_string())
}

/// The same with any text as the request.
pub(crate) fn evaluate_text(policy: &[u8], request: &str) -> Outcome {
    let dir = Dir::new();
    let args = args(dir.write("policy.wasm", policy), Path::new("-"));
    run_command(&args, request)
}

/// The arguments of a plain run.
pub(crate) fn args(policy: PathBuf, request: &Path) -> RunArgs {
    RunArgs {
        policy,
        request_path: request.to_owned(),
        settings_json: None,
        settings_path: None,
        pretty: false,
    }
}

/// Runs the command.
pub(crate) fn run_command(args: &RunArgs, stdin: &str) -> Outcome {
    let (sink, log) = log_sink();
    let mut stdout = Vec::new();
    let result = run(args, &mut stdin.as_bytes(), &mut stdout, sink);
    let log = log.lock().unwrap().clone();
    Outcome {
        stdout: String::from_utf8(stdout).unwrap(),
        error: result.err().map(|error| error.to_string()),
        log,
    }
}

/// A sink that keeps the lines.
pub(crate) fn log_sink() -> (LogSink, Arc<Mutex<Vec<String>>>) {
    let lines = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&lines);
    let sink = Arc::new(move |line: &str| lines.lock().unwrap().push(line.to_owned()));
    (sink, kept)
}

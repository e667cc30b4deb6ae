//! What a policy asks of its host besides its work: to log a line. Everything else is refused.

use std::io::{self, Write};
use std::sync::Arc;

use checker::printing::escape::one_line;
use serde_json::{Map, Value};

/// Takes the log lines of the policy, one at a time, without a line break.
pub type LogSink = Arc<dyn Fn(&str) + Send + Sync>;

/// Writes each log line to standard error. A line that cannot be written is lost: the verdict is not.
pub fn log_to_stderr() -> LogSink {
    Arc::new(|line| {
        let _ = writeln!(io::stderr(), "{line}");
    })
}

/// The host's side of a call by the guest. An error here would make the SDK's logger panic, so a log entry is always
/// taken, in any form.
pub fn answer(
    log: &LogSink,
    binding: &str,
    namespace: &str,
    operation: &str,
    payload: &[u8],
) -> Result<Vec<u8>, String> {
    match (binding, namespace, operation) {
        ("kubewarden", "tracing", "log") => {
            log(&log_line(payload));
            Ok(Vec::new())
        }
        ("kubewarden", _, _) => Err(format!(
            "host capability {namespace}/{operation} is not available"
        )),
        _ => Err(format!("unknown binding: {binding}")),
    }
}

/// Where in the policy's source the line was written: of no use to those who run it.
const SOURCE: [&str; 3] = ["file", "line", "column"];

/// `INFO the message key="value" other=1`, always one line.
fn log_line(payload: &[u8]) -> String {
    let Ok(mut fields) = serde_json::from_slice::<Map<String, Value>>(payload) else {
        return one_line(&String::from_utf8_lossy(payload));
    };
    let mut text = |name: &str| match fields.remove(name) {
        Some(Value::String(text)) => text,
        Some(other) => other.to_string(),
        None => String::new(),
    };
    let level = text("level").to_uppercase();
    let message = text("message");
    fields.retain(|name, _| !SOURCE.contains(&name.as_str()));
    let mut words = vec![level, message];
    words.extend(fields.iter().map(|(name, value)| format!("{name}={value}")));
    words.retain(|word| !word.is_empty());
    one_line(&words.join(" "))
}

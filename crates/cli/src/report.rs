//! The response, for people.

use std::fmt::{self, Display, Formatter};

use serde::Serialize;
use serde_json::Value;

use crate::admission::{AdmissionResponse, Status};
use crate::printing::escape::one_line;
use crate::printing::json;

/// Prints a response as text over several lines, in a fixed order, without what is not there.
pub struct Report<'a>(pub &'a AdmissionResponse);

impl Display for Report<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let response = self.0;
        let status = response.status.clone().unwrap_or_default();
        writeln!(f, "{}", verdict(response, &status))?;
        if let Some(message) = &status.message {
            writeln!(f, "\nmessage:\n{}", indent(message))?;
        }
        let warnings = response.warnings.as_deref().unwrap_or_default();
        if !warnings.is_empty() {
            writeln!(f, "\nwarnings:")?;
        }
        for warning in warnings {
            writeln!(f, "  - {}", one_line(warning))?;
        }
        let annotations = response.audit_annotations.iter().flatten();
        for (key, value) in annotations {
            writeln!(
                f,
                "\naudit annotation {}:\n{}",
                one_line(key),
                indent(&unfold(value))
            )?;
        }
        if let Some(patch) = &response.patch {
            writeln!(f, "\npatch:\n{}", indent(&pretty(patch)))?;
        }
        Ok(())
    }
}

fn verdict(response: &AdmissionResponse, status: &Status) -> String {
    let word = match (response.allowed, &response.patch) {
        (true, None) => "ACCEPTED",
        (true, Some(_)) => "ACCEPTED with changes",
        (false, _) => "REJECTED",
    };
    match status.code {
        Some(code) => format!("{word} (code {code})"),
        None => word.to_owned(),
    }
}

/// An annotation is a string, but often one that holds JSON.
fn unfold(value: &str) -> String {
    match serde_json::from_str(value) {
        Ok(json @ (Value::Array(_) | Value::Object(_))) => pretty(&json),
        _ => value.to_owned(),
    }
}

fn pretty<T: Serialize>(value: &T) -> String {
    json::document(value).unwrap_or_else(|error| error.to_string())
}

fn indent(text: &str) -> String {
    let lines: Vec<String> = text.lines().map(|line| format!("  {}", one_line(line))).collect();
    lines.join("\n")
}

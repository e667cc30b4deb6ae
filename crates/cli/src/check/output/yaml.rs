//! The findings, for programs that would rather have YAML.

use super::json::document;
use crate::check::Report;
use crate::printing::yaml;

/// The document of `-o json` as YAML.
pub(super) fn report(report: &Report) -> Result<String, serde_json::Error> {
    Ok(yaml::document(&serde_json::to_value(document(report))?))
}

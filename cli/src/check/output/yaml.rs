//! The findings, for programs that would rather have YAML.

use super::json::document;
use crate::Error;
use crate::check::Report;

/// The document of `-o json` as YAML.
pub(super) fn report(report: &Report) -> Result<String, Error> {
    let value = serde_json::to_value(document(report))?;
    yaml_serde::to_string(&value).map_err(Error::Yaml)
}

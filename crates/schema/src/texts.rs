//! The texts of settings: paths, names and labels, by their regular expressions.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};

/// Absolute, no backslash, no control character, no white space at the end. Here and below only what the regular expressions
/// of ECMAScript, of Rust and of Go share: Helm validates with Go's.
pub(crate) const PATH: &str = r"^/([^\\\x00-\x1f\x7f-\x9f]*[^\\\x00-\x1f\x7f-\x9f\s])?$";

/// An element `..`.
pub(crate) const PARENT: &str = r"/\.\.(/|$)";

/// White space at the end, once the path is clean.
pub(crate) const BLANK_END: &str = r"\s(/\.?)+$";

/// What no path in a container holds.
pub(crate) const CONTAINER_PATH: &str = ":";

/// Each element without braces, or `{namespace}`.
pub(crate) const PLACEHOLDER: &str = r"^/([^/{}]*|\{namespace\})(/([^/{}]*|\{namespace\}))*$";
pub(crate) const PLACEHOLDER_TWICE: &str = r"\{namespace\}/([^{]*/)?\{namespace\}";

/// A DNS label, but for its length.
pub(crate) const LABEL: &str = "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$";

/// The key of a label, but for the length of its parts.
pub(crate) const LABEL_KEY: &str = r"^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$";

/// The value of a label, but for its length.
pub(crate) const LABEL_VALUE: &str = r"^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$";

/// No control character.
pub(crate) const DESCRIPTION: &str = r"^[^\x00-\x1f\x7f-\x9f]*$";

/// What KubeVirt calls hook sidecars.
pub(crate) const HOOK_SIDECAR: &str = "^hook-sidecar-[0-9]*$";

/// What is cleaned to `/`.
pub(crate) const ROOT: &str = r"^/(\.?/)*\.?$";

/// What matches none of these.
pub(crate) fn unlike(patterns: &[&str]) -> Value {
    let patterns = patterns.iter().map(|pattern| json!({ "pattern": pattern }));
    json!({ "anyOf": patterns.collect::<Value>() })
}

/// An absolute path without `..`, backslashes, control characters and white space at its end, cleaned or not.
#[derive(Debug, Serialize, JsonSchema)]
pub struct HostPathText(
    #[schemars(
        length(max = 4095),
        regex(pattern = PATH),
        extend("not" = unlike(&[PARENT, BLANK_END]))
    )]
    pub String,
);

/// Such a path, of which one element may be `{namespace}`: the name of the request's namespace.
#[derive(Debug, Serialize, JsonSchema)]
pub struct RulePathText(
    #[schemars(
        length(max = 4095),
        regex(pattern = PATH),
        extend("allOf" = [{ "pattern": PLACEHOLDER }], "not" = unlike(&[PARENT, BLANK_END, PLACEHOLDER_TWICE, ROOT]))
    )]
    pub String,
);

/// The name of a namespace, a DNS label.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct Namespace(
    #[schemars(
        length(max = 63),
        regex(pattern = LABEL)
    )]
    pub String,
);

/// Such a path, but not `/`: every rule names a path below it, so it would protect nothing.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SensitivePathText(
    #[schemars(
        length(max = 4095),
        regex(pattern = PATH),
        extend("not" = unlike(&[PARENT, BLANK_END, ROOT]))
    )]
    pub String,
);

/// A directory of a container in which something may be mounted: no directory that every image needs, and nothing of the
/// kernel's or KubeVirt's.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ContainerDirectory(
    #[schemars(
        length(max = 4095),
        regex(pattern = PATH),
        extend("not" = unlike(&[PARENT, BLANK_END, CONTAINER_PATH]))
    )]
    pub String,
);

/// A user name as Kubernetes knows it.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct User(#[schemars(length(min = 1))] pub String);

//! The list inside KubeVirt's annotation `hooks.kubevirt.io/hookSidecars`, as this policy reads it.

use schemars::JsonSchema;

use crate::HostPathText;
use crate::texts::{BLANK_END, CONTAINER_PATH, PARENT, PATH, unlike};
use crate::type_names;

/// # The list in the annotation `hooks.kubevirt.io/hookSidecars`
/// An entry for each hook sidecar. The annotation's value is this list as text.
#[derive(Debug, JsonSchema)]
#[schemars(transparent)]
pub struct HookSidecars(pub Option<Vec<Option<Entry>>>);

/// A hook sidecar. All keys but `hostPath` are KubeVirt's, with any value.
#[derive(Debug, JsonSchema)]
#[schemars(
    rename_all = "camelCase",
    extend("propertyNames" = serde_json::json!({ "anyOf": [
        { "const": "hostPath" },
        { "not": { "pattern": "^[hH][oO][sS\u{17f}][tT][pP][aA][tT][hH]$" } },
    ] }))
)]
pub struct Entry {
    /// What the sidecar asks for of its node: one request, or a list of them.
    pub host_path: Option<Requests>,
}

/// One request, or several.
#[derive(Debug, JsonSchema)]
#[schemars(untagged)]
pub enum Requests {
    /// One.
    One(Request),
    /// Several; each is judged by itself.
    Several(Vec<Option<Request>>),
}

/// # A host path
#[derive(Debug, JsonSchema)]
#[schemars(rename_all = "camelCase", deny_unknown_fields)]
pub struct Request {
    /// The path on the node.
    pub path: HostPathText,
    /// Where the sidecar sees it.
    pub volume_path: ContainerPathText,
    /// What must exist at the path.
    #[schemars(extend("default" = "Directory"))]
    pub r#type: Option<RequestType>,
    /// `false` asks for a writable mount, which the settings must permit.
    #[schemars(extend("default" = true))]
    pub read_only: Option<bool>,
    /// Mount it in container `compute` as well, at this path: needed where QEMU itself opens the file.
    pub shared_compute_path: Option<ContainerPathText>,
}

/// What must exist at the path. The empty one is the default.
#[derive(Debug, JsonSchema)]
#[schemars(extend("enum" = type_names()))]
pub struct RequestType(pub String);

/// An absolute path without `..`, `:`, backslashes, control characters and white space at its end, cleaned or not.
#[derive(Debug, JsonSchema)]
pub struct ContainerPathText(
    #[schemars(
        length(max = 4095),
        regex(pattern = PATH),
        extend("not" = unlike(&[PARENT, BLANK_END, CONTAINER_PATH]))
    )]
    pub String,
);

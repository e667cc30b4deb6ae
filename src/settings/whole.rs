//! The admin's settings: read whole, every fault listed, or refused.

use std::borrow::Cow;

use super::reader::Reader;
use crate::{
    base::{
        field::{FieldPath, Violation, Violations},
        json::Json,
        path::{ContainerPath, HostPath},
    },
    settings::rule::Rule,
};

/// How many items a list of the settings may have.
pub const MOST_ITEMS: usize = 1000;

/// How many rules there may be.
pub const MOST_RULES: usize = 256;

/// Checked settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// `allowedHostPaths`: what is allowed; empty allows nothing.
    pub rules: Vec<Rule>,
    /// `sensitiveHostPaths` and `additionalSensitiveHostPaths`: what only a rule that names it can allow.
    pub sensitive: Cow<'static, [HostPath]>,
    /// `requestContainers`: the containers, beside hook sidecars and `compute`, for which requests may be made, and the
    /// directory of each in which they are mounted.
    pub request_containers: Vec<(String, ContainerPath)>,
    /// `recursiveReadOnly`: what read-only mounts ask of the runtime for the mounts below them.
    pub recursive_read_only: RecursiveReadOnly,
    /// `trustedCreators`: who may create launcher pods with host paths.
    pub trusted_creators: TrustedCreators,
    /// `verifyOnly`: what would be injected is a violation.
    pub verify_only: bool,
}

/// `settings.recursiveReadOnly`, the value that read-only mounts get.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecursiveReadOnly {
    /// The field is not set.
    Disabled,
    /// Where node and runtime can.
    IfPossible,
    /// The pod does not start where node or runtime cannot.
    Enabled,
}

impl RecursiveReadOnly {
    pub(super) const ALL: [RecursiveReadOnly; 3] = [Self::Disabled, Self::IfPossible, Self::Enabled];

    /// The value as Kubernetes writes it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            RecursiveReadOnly::Disabled => "Disabled",
            RecursiveReadOnly::IfPossible => "IfPossible",
            RecursiveReadOnly::Enabled => "Enabled",
        }
    }
}

/// `settings.trustedCreators`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TrustedCreators {
    /// `"*"`: anyone.
    Anyone,
    /// The users of this name; never empty.
    Users(Vec<String>),
}

impl Settings {
    /// Reads the settings of a request; absent is `{}`.
    ///
    /// # Errors
    /// As [`Settings::read`].
    pub(crate) fn of_request(settings: Option<Json<'_>>) -> Result<Self, Violations> {
        Self::read(settings.unwrap_or(Json::EMPTY_OBJECT))
    }

    /// Reads the settings object.
    ///
    /// # Errors
    /// Every fault with its field path: an unknown key, `null`, a rule with both or neither of `path` and
    /// `pathPrefix`, `readOnly: false` on a prefix, a rule below a writable path, and so on.
    pub(crate) fn read(settings: Json<'_>) -> Result<Self, Violations> {
        let at = FieldPath::root("settings");
        let mut reader = Reader::default();
        let settings = reader.settings(at, settings);
        match (settings, Violations::from_vec(reader.faults)) {
            (Some(settings), None) => Ok(settings),
            (_, Some(faults)) => Err(faults),
            (None, None) => Err(Violation::required(at, "must be an object").into()),
        }
    }
}

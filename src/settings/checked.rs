//! The admin's settings: read whole, every fault listed, or refused.

use std::borrow::Cow;

use super::reader::Reader;
use crate::{
    base::{
        field::{Path, Violation, Violations},
        json::Json,
        namespace::Namespace,
        path::{ContainerPath, HostPath},
    },
    settings::{rule::Rule, taken::Taken},
};

/// How many items a list of the settings may have: every rule is compared with every other, and with each host path.
pub const MOST_ITEMS: usize = 1000;

/// Checked settings, as they are for requests in one namespace.
#[derive(Clone, Debug)]
pub struct Settings {
    /// `allowedHostPaths`: what is allowed; empty allows nothing.
    pub rules: Vec<Rule>,
    /// `sensitiveHostPaths` and `additionalSensitiveHostPaths`: what only a rule that names it can allow.
    pub sensitive: Cow<'static, [HostPath]>,
    /// `guard`: whose mounts are judged.
    pub guard: GuardScope,
    /// `requestContainers`: the containers, beside hook sidecars and `compute`, for which requests may be made, and the
    /// directory of each in which they are mounted.
    pub request_containers: Vec<(String, ContainerPath)>,
    /// `recursiveReadOnly`: what read-only mounts ask of the runtime for the mounts below them.
    pub recursive_read_only: RecursiveReadOnly,
    /// `trustedCreators`: who may create launcher pods with host paths.
    pub trusted_creators: TrustedCreators,
    /// `verifyOnly`: what would be injected is a violation.
    pub verify_only: bool,
    /// Whose requests are judged.
    pub(crate) requester: Namespace,
    /// What is taken from the requester.
    pub(crate) taken: Taken,
}

/// `settings.guard`: whose hostPath mounts are judged, whoever added them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GuardScope {
    /// Those of sidecars, and those of other containers that mount a guarded volume.
    Sidecars,
    /// Those of every container, KubeVirt's own mounts excepted.
    AllContainers,
}

impl GuardScope {
    pub(super) const ALL: [GuardScope; 2] = [Self::Sidecars, Self::AllContainers];

    /// The value as the settings write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            GuardScope::Sidecars => "Sidecars",
            GuardScope::AllContainers => "AllContainers",
        }
    }
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
    /// Reads the settings of a request in `namespace`; absent is `{}`.
    ///
    /// # Errors
    /// As [`Settings::read`].
    pub(crate) fn of_request(settings: Option<Json<'_>>, namespace: &Namespace) -> Result<Self, Violations> {
        let settings = Self::read(settings.unwrap_or(Json::EMPTY_OBJECT))?;
        Ok(settings.for_requester(namespace))
    }

    /// Reads the settings object. They are those of requests without a namespace.
    ///
    /// # Errors
    /// Every fault with its field path: an unknown key, `null`, a rule with both or neither of `path` and
    /// `pathPrefix`, `readOnly: false` on a prefix, a rule below a writable path, and so on.
    pub(crate) fn read(settings: Json<'_>) -> Result<Self, Violations> {
        let at = Path::root("settings");
        let mut reader = Reader::default();
        let settings = reader.settings(at, settings);
        match (settings, Violations::from_vec(reader.faults)) {
            (Some(settings), None) => Ok(settings.for_requester(&Namespace::Absent)),
            (_, Some(faults)) => Err(faults),
            (None, None) => Err(Violation::required(at, "must be an object").into()),
        }
    }

    /// What the settings are for requests in `namespace`.
    #[must_use]
    pub fn for_requester(mut self, namespace: &Namespace) -> Self {
        for rule in &mut self.rules {
            rule.mine = rule.mine_in(namespace);
        }
        self.taken = Taken::of(&self.rules);
        self.requester = namespace.clone();
        self
    }
}

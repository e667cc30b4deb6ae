//! Why something is rejected: as data where the policy that is linked into this crate decides, else as a module prints it.

use std::fmt;

use kubevirt_sidecar_hostpath_policy::{self as policy, Field, Step, Verdict, Violation};
use serde::{Serialize, Serializer};

/// One reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// A violation.
    Violation(Violation),
    /// What a module says.
    Text(String),
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::Violation(violation) => violation.fmt(f),
            Reason::Text(text) => f.write_str(text),
        }
    }
}

impl Serialize for Reason {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl From<Violation> for Reason {
    fn from(violation: Violation) -> Self {
        Reason::Violation(violation)
    }
}

impl Reason {
    /// The violation, if it is one.
    #[must_use]
    pub fn violation(&self) -> Option<&Violation> {
        match self {
            Reason::Violation(violation) => Some(violation),
            Reason::Text(_) => None,
        }
    }

    /// Where it is, if that is known.
    #[must_use]
    pub fn field(&self) -> Option<&Field> {
        self.violation().map(|violation| &violation.field)
    }

    /// The key that is not known, where the reason is one.
    #[must_use]
    pub fn unknown_key(&self) -> Option<String> {
        let violation = self.violation()?;
        let value = violation
            .value
            .as_deref()
            .filter(|_| !violation.known.is_empty())?;
        serde_json::from_str(value).ok()
    }

    /// What was probably meant, where the field is a key that is not known.
    #[must_use]
    pub fn meant(&self) -> Option<&'static str> {
        /// How like a key must be to another to have been meant, in thousandths.
        const NEAR: u32 = 800;
        let violation = self.violation()?;
        let key = violation.value.as_deref()?.trim_matches('"');
        let likeness = |known: &&str| (strsim::jaro_winkler(key, known) * 1000.0) as u32;
        let likest = violation.known.iter().copied().max_by_key(likeness)?;
        (likeness(&likest) >= NEAR).then_some(likest)
    }

    /// The setting that forbids, such as `allowedHostPaths[0].types`: what the admin would change. None where no setting can
    /// permit.
    #[must_use]
    pub fn setting(&self) -> Option<String> {
        let violation = self.violation()?;
        let rule = |member: &str| {
            violation
                .rule
                .map(|number| format!("allowedHostPaths[{number}].{member}"))
        };
        match violation.step {
            Some(Step::Rule | Step::Reserved | Step::ContainsReserved | Step::BelowWritable) => {
                Some("allowedHostPaths".to_owned())
            }
            Some(Step::Sensitive) => Some("sensitiveHostPaths".to_owned()),
            Some(Step::Type) => rule("types"),
            Some(Step::Access) => rule("readOnly"),
            Some(Step::Sharing) => rule("allowSharedCompute"),
            None => violation
                .setting
                .map(str::to_owned)
                .or_else(|| rule("nodeSelector")),
        }
    }
}

/// The reasons of a rejection, which a module gave with this message for this payload: as data, if the linked policy says the
/// same.
#[must_use]
pub fn reasons(payload: &[u8], message: &str) -> Vec<Reason> {
    match policy::decide(payload) {
        Verdict::Deny(violations) if violations.to_string() == message => {
            violations.into_vec().into_iter().map(Reason::from).collect()
        }
        _ => texts(message),
    }
}

/// The parts of a module's message, as far as they are told apart.
#[must_use]
pub fn texts(message: &str) -> Vec<Reason> {
    let parts = message.split("; ");
    parts.map(|part| Reason::Text(part.to_owned())).collect()
}

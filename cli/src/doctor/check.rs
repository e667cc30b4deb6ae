//! A check: what was looked at, and what was found.

use serde::Serialize;

use crate::doctor::cluster::Unseen;

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// As it should be.
    Ok,
    /// Something that the admin should know of.
    Warning,
    /// The cluster is not protected, or VMs do not start.
    Failed,
    /// It could not be looked at.
    Unknown,
}

/// A check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// What was looked at.
    pub name: String,
    /// How it ended.
    pub state: State,
    /// What was found.
    pub why: String,
    /// What to do about it.
    pub fix: Option<String>,
}

impl Check {
    fn new(name: &str, state: State, why: impl Into<String>, fix: Option<&str>) -> Self {
        Check {
            name: name.to_owned(),
            state,
            why: why.into(),
            fix: fix.map(str::to_owned),
        }
    }

    pub(super) fn ok(name: &str, why: impl Into<String>) -> Self {
        Check::new(name, State::Ok, why, None)
    }

    pub(super) fn warning(name: &str, why: impl Into<String>, fix: &str) -> Self {
        Check::new(name, State::Warning, why, Some(fix))
    }

    pub(super) fn failed(name: &str, why: impl Into<String>, fix: &str) -> Self {
        Check::new(name, State::Failed, why, Some(fix))
    }

    pub(super) fn unknown(name: &str, why: impl Into<String>, fix: &str) -> Self {
        Check::new(name, State::Unknown, why, Some(fix))
    }

    /// What could not be read is never fine.
    pub(super) fn unseen(name: &str, unseen: &Unseen) -> Self {
        match unseen {
            Unseen::Forbidden(message) => {
                Check::unknown(name, message, "run doctor as a user who may read it")
            }
            Unseen::Absent => Check::unknown(name, "the API server does not know the resource", "install it"),
            Unseen::Other(message) => Check::unknown(name, message, "ask the API server for the reason"),
        }
    }
}

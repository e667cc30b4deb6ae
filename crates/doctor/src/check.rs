//! A check: what was looked at, and each thing that was found there.

use serde::Serialize;
use serde_json::Value;

use crate::cluster::Unseen;

/// How something is, from the best to the worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// As it should be.
    Ok,
    /// Something that the admin should know of.
    Warning,
    /// It could not be looked at.
    Unknown,
    /// The cluster is not protected, or VMs do not start.
    Failed,
}

/// One thing that is not as it should be.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Finding {
    /// How bad it is; never [`Status::Ok`].
    pub status: Status,
    /// The field of the object that differs, such as `spec.failurePolicy`.
    pub field: Option<String>,
    /// What should be there.
    pub expected: Option<Value>,
    /// What is there.
    pub found: Option<Value>,
    /// What comes of it.
    pub consequence: String,
    /// What to do about it, if anything is to be done here.
    pub fix: Option<String>,
}

impl Finding {
    fn new(status: Status, consequence: impl Into<String>) -> Self {
        Finding {
            status,
            field: None,
            expected: None,
            found: None,
            consequence: consequence.into(),
            fix: None,
        }
    }

    /// The cluster is not protected, or VMs do not start.
    pub(crate) fn failed(consequence: impl Into<String>) -> Self {
        Finding::new(Status::Failed, consequence)
    }

    /// The admin should know.
    pub(crate) fn warning(consequence: impl Into<String>) -> Self {
        Finding::new(Status::Warning, consequence)
    }

    /// It could not be looked at.
    pub(crate) fn unknown(consequence: impl Into<String>) -> Self {
        Finding::new(Status::Unknown, consequence)
    }

    /// With this status.
    pub(crate) fn of(status: Status, consequence: impl Into<String>) -> Self {
        Finding::new(status, consequence)
    }

    /// What could not be read is never fine.
    pub(crate) fn unseen(unseen: &Unseen) -> Self {
        Finding::unknown(unseen.to_string()).fix(match unseen {
            Unseen::Forbidden { .. } => {
                "run doctor as a user who may read it: deploy/doctor/ has a ClusterRole"
            }
            Unseen::Absent { .. } => "install what serves it",
            Unseen::Missing { fix, .. } => fix,
            Unseen::Silence { .. } => "see that the API server can be reached, and run doctor again",
            Unseen::Other { .. } => "ask the API server for the reason",
        })
    }

    /// The field that differs, with what should be there and what is.
    pub(crate) fn field(mut self, field: impl Into<String>, expected: Value, found: Value) -> Self {
        self.field = Some(field.into());
        self.expected = Some(expected);
        self.found = Some(found);
        self
    }

    /// The field that is meant, where the reason says what is there.
    pub(crate) fn at(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }

    /// What to do about it.
    pub(crate) fn fix(mut self, fix: impl Into<String>) -> Self {
        self.fix = Some(fix.into());
        self
    }
}

/// What was looked at.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Check {
    /// Its name.
    pub name: String,
    /// What is there, whether it is right or not.
    pub seen: String,
    /// All that is not as it should be.
    pub findings: Vec<Finding>,
}

impl Check {
    /// A check by this name.
    pub(crate) fn new(name: impl Into<String>, seen: impl Into<String>, findings: Vec<Finding>) -> Self {
        Check {
            name: name.into(),
            seen: seen.into(),
            findings,
        }
    }

    /// Nothing is wrong.
    pub(crate) fn ok(name: impl Into<String>, seen: impl Into<String>) -> Self {
        Check::new(name, seen, Vec::new())
    }

    /// One thing is to be said of it.
    pub(crate) fn one(name: impl Into<String>, finding: Finding) -> Self {
        Check::new(name, String::new(), vec![finding])
    }

    /// It could not be read.
    pub(crate) fn unseen(name: impl Into<String>, unseen: &Unseen) -> Self {
        Check::one(name, Finding::unseen(unseen))
    }

    /// The worst of its findings.
    #[must_use]
    pub fn status(&self) -> Status {
        self.findings
            .iter()
            .map(|finding| finding.status)
            .max()
            .unwrap_or(Status::Ok)
    }
}

//! Why a host path is not permitted.

use std::{fmt, rc::Rc};

use crate::{
    base::{
        access::Access,
        field::{FieldPath, Violation, list, quote},
        host_path_type::HostPathType,
        step::Step,
    },
    settings::RuleFor,
};

/// Why a host path is not permitted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The check that fails.
    pub step: Step,
    /// The number of the rule that decided.
    pub rule: Option<usize>,
    /// The reason.
    pub detail: String,
    /// The host paths that are allowed.
    pub allowed: Option<Rc<str>>,
    /// What to do about it.
    pub hint: Option<String>,
}

impl Refusal {
    pub(super) fn new(step: Step, detail: String) -> Self {
        Refusal {
            step,
            rule: None,
            detail,
            allowed: None,
            hint: None,
        }
    }

    pub(super) fn by(step: Step, rule: RuleFor<'_>, detail: String) -> Self {
        Refusal {
            rule: Some(rule.rule.number),
            ..Self::new(step, detail)
        }
    }

    /// The violation at this field; `subject` is what it says about.
    #[must_use]
    pub fn at(self, at: FieldPath<'_>, subject: &str) -> Violation {
        Violation::forbidden(at, format!("{subject}{}", self.detail)).with(|fault| {
            fault.step = Some(self.step);
            fault.rule = self.rule;
            fault.allowed = self.allowed;
            fault.hint = self.hint;
        })
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.detail)?;
        if let Some(allowed) = &self.allowed {
            write!(f, ": {allowed}")?;
        }
        match &self.hint {
            Some(hint) => write!(f, ". {hint}"),
            None => Ok(()),
        }
    }
}

/// Only these types are permitted.
pub(super) fn refused_type(rule: RuleFor<'_>, host_path_type: HostPathType) -> Option<Refusal> {
    (!rule.rule.types.contains(&host_path_type)).then(|| {
        let shown = quote(host_path_type.as_str());
        let detail = format!(
            "type {shown} is not allowed for {rule}: {}",
            list(&rule.rule.types)
        );
        Refusal::by(Step::Type, rule, detail)
    })
}

/// Read-only is always permitted.
pub(super) fn refused_access(rule: RuleFor<'_>, access: Access) -> Option<Refusal> {
    (access == Access::Writable && !rule.rule.is_writable()).then(|| {
        let detail = format!("a writable mount is not allowed for {rule}: it is read-only");
        Refusal::by(Step::Access, rule, detail)
    })
}

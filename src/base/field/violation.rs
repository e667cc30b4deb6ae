//! Violations, in the form of Kubernetes field errors.
//!
//! The form is that of `k8s.io/apimachinery/pkg/util/validation/field`: `path: Kind: value: detail`.

use std::{fmt, ops::Deref, rc::Rc};

use super::{Field, FieldPath, list, quote};
use crate::base::step::Step;

/// How a field is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// Nothing is where something must.
    Required,
    /// Malformed, or impossible in this object.
    Invalid,
    /// Well-formed, but the settings do not permit it.
    Forbidden,
}

/// One thing that is wrong with one field: as small as a pointer, since it is returned from everywhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation(Box<Fault>);

impl Deref for Violation {
    type Target = Fault;

    fn deref(&self) -> &Fault {
        &self.0
    }
}

/// What a [`Violation`] holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Where.
    pub field: Field,
    /// In what way.
    pub kind: FaultKind,
    /// The value found there, ready to print; only for [`FaultKind::Invalid`].
    pub value: Option<String>,
    /// Why, in words. What a user wrote is in it through [`quote`] only.
    pub detail: String,
    /// The host paths that are allowed instead; a message lists them once.
    pub allowed: Option<Rc<str>>,
    /// What to do about it.
    pub hint: Option<String>,
    /// The check of a host path that found it, if it was one.
    pub step: Option<Step>,
    /// The number of the rule that decided, in `settings.allowedHostPaths`.
    pub rule: Option<usize>,
    /// The keys that are known, where one is not.
    pub known: &'static [&'static str],
    /// Where the value is a text that is no JSON: how many of its bytes were read up to the fault.
    pub text_fault: Option<usize>,
    /// The setting that is in the way, other than a rule: `trustedCreators`, for one.
    pub setting: Option<&'static str>,
}

impl Violation {
    #[cold]
    #[inline(never)]
    fn new(path: FieldPath<'_>, kind: FaultKind, value: Option<String>, detail: String) -> Self {
        Violation(Box::new(Fault {
            field: path.to_field(),
            kind,
            value,
            detail,
            allowed: None,
            hint: None,
            step: None,
            rule: None,
            known: &[],
            text_fault: None,
            setting: None,
        }))
    }

    /// Nothing is at `path`.
    pub fn required(path: FieldPath<'_>, detail: impl Into<String>) -> Self {
        Self::new(path, FaultKind::Required, None, detail.into())
    }

    /// What is at `path` is malformed; `value` is ready to print (see `quote`).
    pub fn invalid(path: FieldPath<'_>, value: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::new(path, FaultKind::Invalid, Some(value.into()), detail.into())
    }

    /// What is at `path` is not permitted.
    pub fn forbidden(path: FieldPath<'_>, detail: impl Into<String>) -> Self {
        Self::new(path, FaultKind::Forbidden, None, detail.into())
    }

    /// The key `key` of the object at `path` is none of those that are known.
    #[must_use]
    pub fn unknown_key(path: FieldPath<'_>, key: &str, known: &'static [&'static str]) -> Self {
        let detail = format!("unknown key, known are {}", list(known));
        Self::invalid(path, quote(key), detail).with(|fault| fault.known = known)
    }

    /// The same, because of this setting.
    #[must_use]
    pub fn because_of(self, setting: &'static str) -> Self {
        self.with(|fault| fault.setting = Some(setting))
    }

    /// The same, with something more that is known of it.
    #[must_use]
    pub fn with(mut self, add: impl FnOnce(&mut Fault)) -> Self {
        add(&mut self.0);
        self
    }

    pub(super) fn print(&self, lists_allowed: bool) -> String {
        format!("{}: {}", self.field, self.what(lists_allowed))
    }

    /// What is printed behind the field: how it is wrong, and why.
    #[must_use]
    pub fn what(&self, lists_allowed: bool) -> String {
        let mut text = format!("{}: ", self.kind);
        if let Some(value) = &self.value {
            text.push_str(value);
            text.push_str(": ");
        }
        text.push_str(&self.explanation(lists_allowed));
        text
    }

    /// What is printed behind field and value.
    #[must_use]
    pub fn explanation(&self, lists_allowed: bool) -> String {
        let mut text = self.detail.clone();
        if let Some(allowed) = self.allowed.as_deref().filter(|_| lists_allowed) {
            text.push_str(": ");
            text.push_str(allowed);
        }
        if let Some(hint) = &self.hint {
            text.push_str(". ");
            text.push_str(hint);
        }
        text
    }
}

impl fmt::Display for FaultKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            FaultKind::Required => "Required value",
            FaultKind::Invalid => "Invalid value",
            FaultKind::Forbidden => "Forbidden",
        })
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.print(true))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_has_its_words() {
        let at = FieldPath::root("a");
        assert_eq!(
            Violation::required(at, "must be set").to_string(),
            "a: Required value: must be set"
        );
        assert_eq!(
            Violation::invalid(at, quote("x\ny"), "must be a path").to_string(),
            r#"a: Invalid value: "x\ny": must be a path"#
        );
        assert_eq!(Violation::forbidden(at, "no").to_string(), "a: Forbidden: no");
    }
}

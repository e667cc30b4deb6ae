//! What is wrong and where: field paths and violations in the form of Kubernetes field errors.
//!
//! The form is that of `k8s.io/apimachinery/pkg/util/validation/field`: `path: Kind: value: detail`.

mod printed;

use std::{fmt, ops::Deref, rc::Rc};

pub(crate) use printed::{SHOWN_BYTES, list, quote, quote_within, shorten};

use crate::base::{by_name::ByName, step::Step};

/// A place in a document, linked to its parent; text only when it is printed.
///
/// `FieldPath::root("spec").name("containers").index(0)` is printed as `spec.containers[0]`.
#[derive(Clone, Copy, Debug)]
pub struct FieldPath<'p> {
    parent: Option<&'p FieldPath<'p>>,
    segment: Segment<'p>,
}

#[derive(Clone, Copy, Debug)]
enum Segment<'p> {
    Name(&'p str),
    Index(usize),
    Key(&'p str),
}

impl<'p> FieldPath<'p> {
    /// The first member of a path.
    #[must_use]
    pub const fn root(name: &'p str) -> Self {
        FieldPath {
            parent: None,
            segment: Segment::Name(name),
        }
    }

    /// The member `name` of the object at this path: `.name`.
    #[must_use]
    pub const fn name<'c>(&'c self, name: &'c str) -> FieldPath<'c> {
        FieldPath {
            parent: Some(self),
            segment: Segment::Name(name),
        }
    }

    /// The element `index` of the list at this path: `[0]`.
    #[must_use]
    pub const fn index<'c>(&'c self, index: usize) -> FieldPath<'c> {
        FieldPath {
            parent: Some(self),
            segment: Segment::Index(index),
        }
    }

    /// The value under `key` of the map at this path: `[key]`.
    #[must_use]
    pub const fn key<'c>(&'c self, key: &'c str) -> FieldPath<'c> {
        FieldPath {
            parent: Some(self),
            segment: Segment::Key(key),
        }
    }
}

impl FieldPath<'_> {
    /// The place as data.
    #[must_use]
    pub fn to_field(&self) -> Field {
        let mut segments = match self.parent {
            Some(parent) => parent.to_field().0,
            None => Vec::new(),
        };
        segments.push(match self.segment {
            Segment::Name(name) => FieldSegment::Name(name.to_owned()),
            Segment::Index(index) => FieldSegment::Index(index),
            Segment::Key(key) => FieldSegment::Key(key.to_owned()),
        });
        Field(segments)
    }
}

/// A place in a document, as data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field(pub Vec<FieldSegment>);

/// A step from a value to one that is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FieldSegment {
    /// The member of an object whose members are known.
    Name(String),
    /// The element of a list.
    Index(usize),
    /// The value under a key of a map, such as an annotation.
    Key(String),
}

impl fmt::Display for Field {
    /// As Kubernetes prints it: `metadata.annotations[example.com/key][0].path`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, segment) in self.0.iter().enumerate() {
            match segment {
                FieldSegment::Name(name) if position == 0 => f.write_str(name)?,
                FieldSegment::Name(name) => write!(f, ".{name}")?,
                FieldSegment::Index(index) => write!(f, "[{index}]")?,
                FieldSegment::Key(key) => write!(f, "[{}]", shorten(key))?,
            }
        }
        Ok(())
    }
}

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

    /// What is at `path` is malformed; `value` is ready to print (see [`quote`]).
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

    fn print(&self, lists_allowed: bool) -> String {
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

/// One or more violations, in document order, each that is printed once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violations(Vec<Violation>);

impl Violations {
    /// So many that nobody has to look for more: reading and judging stop then.
    pub const ENOUGH: usize = 256;

    /// The longest message, in bytes: the rest of the violations is counted.
    pub const MOST_BYTES: usize = 16 * 1024;

    /// `None` where there is no violation.
    #[must_use]
    pub fn from_vec(mut violations: Vec<Violation>) -> Option<Self> {
        let mut seen = ByName::default();
        let mut kept = 0_usize;
        // What is only counted is not compared.
        violations.retain(|violation| {
            let is_kept = kept >= Self::ENOUGH || seen.add(violation.print(false).into(), 0);
            kept = kept.saturating_add(usize::from(is_kept));
            is_kept
        });
        (!violations.is_empty()).then_some(Violations(violations))
    }

    /// All of them, to be joined with others.
    #[must_use]
    pub fn into_vec(self) -> Vec<Violation> {
        self.0
    }

    /// The violations.
    pub fn iter(&self) -> impl Iterator<Item = &Violation> {
        self.0.iter()
    }

    /// The HTTP status code of the rejection: 403 as soon as something is forbidden, else 422.
    #[must_use]
    pub fn code(&self) -> u16 {
        if self.0.iter().any(|v| v.kind == FaultKind::Forbidden) {
            403
        } else {
            422
        }
    }
}

impl From<Violation> for Violations {
    fn from(violation: Violation) -> Self {
        Violations(vec![violation])
    }
}

impl fmt::Display for Violations {
    /// One line of at most [`Violations::MOST_BYTES`] bytes. A list of allowed host paths is printed once.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        /// Room for the count.
        const COUNT_BYTES: usize = 40;
        let mut text = String::new();
        let mut listed: Vec<&Rc<str>> = Vec::new();
        let mut printed = 0_usize;
        for violation in &self.0 {
            let allowed = violation.allowed.as_ref().filter(|list| !listed.contains(list));
            listed.extend(allowed);
            let next = violation.print(allowed.is_some());
            let separator = if text.is_empty() { "" } else { "; " };
            let length = text
                .len()
                .saturating_add(separator.len())
                .saturating_add(next.len());
            if length.saturating_add(COUNT_BYTES) > Self::MOST_BYTES {
                break;
            }
            text.push_str(separator);
            text.push_str(&next);
            printed = printed.saturating_add(1);
        }
        f.write_str(&text)?;
        match self.0.len().saturating_sub(printed) {
            0 => Ok(()),
            1 => f.write_str("; and 1 more violation"),
            more => write!(f, "; and {more} more violations"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_printed_as_kubernetes_prints_it() {
        let spec = FieldPath::root("metadata");
        let annotations = spec.name("annotations");
        let key = annotations.key("hooks.kubevirt.io/hookSidecars");
        let entry = key.index(0);
        assert_eq!(
            entry.name("hostPath").to_field().to_string(),
            "metadata.annotations[hooks.kubevirt.io/hookSidecars][0].hostPath"
        );
    }

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

    #[test]
    fn the_code_is_403_as_soon_as_something_is_forbidden() {
        let at = FieldPath::root("a");
        let required = Violation::required(at, "x");
        let forbidden = Violation::forbidden(at, "x");
        assert_eq!(Violations::from(required.clone()).code(), 422);
        assert_eq!(
            Violations::from_vec(vec![required, forbidden]).unwrap().code(),
            403
        );
        assert_eq!(Violations::from_vec(Vec::new()), None);
    }

    #[test]
    fn violations_are_printed_once_and_a_long_list_is_counted() {
        let at = FieldPath::root("a");
        let twice = vec![Violation::required(at, "x"), Violation::required(at, "x")];
        assert_eq!(
            Violations::from_vec(twice).unwrap().to_string(),
            "a: Required value: x"
        );

        // 16 KiB are 1024 times this, and the count.
        let detail = "x".repeat(16 - "a: Required value: ; ".len() % 16);
        let many: Vec<Violation> = (0..2000)
            .map(|n| Violation::required(at.index(n), detail.as_str()))
            .collect();
        let text = Violations::from_vec(many).unwrap().to_string();
        assert!(text.len() <= Violations::MOST_BYTES, "{}", text.len());
        assert!(text.len() > Violations::MOST_BYTES - 100, "{}", text.len());
        let printed = text.matches("Required value").count();
        assert!(
            text.ends_with(&format!("; and {} more violations", 2000 - printed)),
            "{text}"
        );
    }

    #[test]
    fn a_list_of_allowed_paths_is_printed_once() {
        let at = FieldPath::root("a");
        let refused = |index| {
            Violation::forbidden(at.index(index), "is not allowed")
                .with(|fault| fault.allowed = Some("/srv, /data".into()))
        };
        let hinted = refused(2).with(|fault| fault.hint = Some("write it so".to_owned()));
        assert_eq!(
            Violations::from_vec(vec![refused(0), refused(1), hinted])
                .unwrap()
                .to_string(),
            "a[0]: Forbidden: is not allowed: /srv, /data; a[1]: Forbidden: is not allowed; \
             a[2]: Forbidden: is not allowed. write it so"
        );
    }
}

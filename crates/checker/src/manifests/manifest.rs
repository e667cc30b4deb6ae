//! A Kubernetes object in a manifest file.

use crate::preview::{self, RequestSummary};
use kubevirt_sidecar_hostpath_policy::{Field, FieldSegment, HOOK_SIDECARS};
use serde::Serialize;
use serde_json::Value;

use crate::admission::{
    AdmissionRequest, GroupVersionKind, GroupVersionResource, UserInfo, group_and_version,
};
use crate::manifests::annotation_text::AnnotationText;
use crate::manifests::hidden::ANNOTATIONS;
use crate::manifests::reason::Reason;
use crate::reading::node::{Fault, Node, Position};
use crate::reading::place::Place;

/// One object and where it was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Manifest {
    /// Where it was found.
    pub place: Place,
    /// Where its first annotation that asks for host paths is written, if it has one.
    pub annotation: Option<Position>,
    /// `GROUP/VERSION`, or `VERSION` in the core group; empty for what is no Kubernetes object.
    pub api_version: String,
    /// The kind; empty for what is no Kubernetes object.
    pub kind: String,
    /// The namespace, if the manifest has one, or the command names one for those without.
    pub namespace: Option<String>,
    /// The name, if the manifest has one.
    pub name: Option<String>,
    /// What the API server begins the name with, if the manifest asks for that.
    pub generate_name: Option<String>,
    /// The whole object, if the policy judges its kind.
    pub object: Option<Value>,
    /// The texts of its annotations that ask for host paths, if the policy judges its kind.
    pub texts: Vec<AnnotationText>,
    /// What its author should know of it, beside what the policy says.
    pub warnings: Vec<String>,
}

/// What is in files.
#[derive(Debug, Default)]
pub struct Found {
    /// The objects.
    pub manifests: Vec<Manifest>,
    /// Why there are not more of them.
    pub faults: Vec<Unreadable>,
}

/// What cannot be judged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unreadable {
    /// Where it stands.
    #[serde(flatten)]
    pub place: Place,
    /// The reason.
    #[serde(rename = "message")]
    pub reason: String,
}

impl std::fmt::Display for Unreadable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.place, self.reason)
    }
}

impl Found {
    /// The count of objects and of faults.
    #[must_use]
    pub fn count(&self) -> usize {
        self.manifests.len().saturating_add(self.faults.len())
    }

    /// Notes what cannot be judged.
    pub(super) fn fault(&mut self, place: &Place, fault: Fault) {
        self.faults.push(Unreadable {
            place: Place {
                line: fault.at.line,
                column: fault.at.column,
                ..place.clone()
            },
            reason: fault.message,
        });
    }
}

impl Manifest {
    /// An object with what it is called by, and without all else.
    pub(super) fn named(node: &Node, api_version: String, kind: String, place: Place) -> Self {
        let metadata = |key: &str| {
            let text = node.below(&["metadata", key]).and_then(Node::as_str)?;
            (!text.is_empty()).then(|| text.to_owned())
        };
        Manifest {
            api_version,
            kind,
            namespace: metadata("namespace"),
            name: metadata("name"),
            generate_name: metadata("generateName"),
            ..Self::untyped(place)
        }
    }

    /// What is no Kubernetes object.
    #[must_use]
    pub fn untyped(place: Place) -> Self {
        Manifest {
            place,
            annotation: None,
            api_version: String::new(),
            kind: String::new(),
            namespace: None,
            name: None,
            generate_name: None,
            object: None,
            texts: Vec::new(),
            warnings: Vec::new(),
        }
    }

    /// The API group, empty for the core group.
    #[must_use]
    pub fn group(&self) -> &str {
        group_and_version(&self.api_version).map_or("", |(group, _)| group)
    }

    /// `Pod default/p`; a name that the API server completes ends in `*`.
    #[must_use]
    pub fn title(&self) -> String {
        title(
            &self.kind,
            self.namespace.as_deref(),
            self.name.as_deref(),
            self.generate_name.as_deref(),
        )
    }

    /// What its author should know of it, each text with the place and the name of the object.
    pub fn placed_warnings(&self) -> impl Iterator<Item = String> {
        let warnings = self.warnings.iter();
        warnings.map(|warning| format!("{}: {}: {warning}", self.place, self.title()))
    }

    /// Puts the object into this namespace, if it is of a kind that is in one and names none.
    pub fn default_namespace(&mut self, namespace: &str) {
        if self.namespace.is_none() && preview::is_namespaced(self.group(), &self.kind) {
            self.namespace = Some(namespace.to_owned());
        }
    }

    /// The line of the file in which so many bytes of the annotation at this field end, where that is known.
    #[must_use]
    pub fn line_of(&self, annotation: &Field, bytes: usize) -> Option<usize> {
        // Of a key and one that was merged before it the later counts.
        let text = self.texts.iter().rfind(|text| text.is_at(annotation))?;
        Some(text.line(bytes))
    }

    /// The same reason, with the line of the file where an annotation ceases to be JSON: the lines of its text are others.
    #[must_use]
    pub(super) fn locate(&self, reason: Reason) -> Reason {
        let Reason::Violation(violation) = reason else {
            return reason;
        };
        let line = violation
            .text_fault
            .and_then(|bytes| self.line_of(&violation.field, bytes));
        Reason::Violation(match line {
            Some(line) => {
                let hint = format!("That is in line {line} of the manifest");
                violation.with(|fault| fault.hint = Some(hint))
            }
            None => violation,
        })
    }

    /// The line of the file that each reason is about: that of its place in an annotation, else the one in which the object
    /// begins. Of a reason that is only a text it is the line of the first annotation.
    #[must_use]
    pub(super) fn lines_of(&self, reasons: &[Reason]) -> Vec<usize> {
        let texts: Vec<_> = self.texts.iter().map(|text| (text, text.values())).collect();
        let line = |reason: &Reason| {
            let Some(violation) = reason.violation() else {
                return self.annotation.map_or(self.place.line, |at| at.line);
            };
            let segments = &violation.field.0;
            let inside = (1..=segments.len()).find_map(|count| {
                let (above, steps) = segments.split_at_checked(count)?;
                is_annotation(above.last()?).then_some(())?;
                let above = Field(above.to_vec());
                // The key itself, and not the object that it is in.
                let key = reason.unknown_key().map(FieldSegment::Key);
                let steps: Vec<FieldSegment> = steps.iter().cloned().chain(key).collect();
                let (text, values) = texts.iter().rfind(|(text, _)| text.is_at(&above))?;
                Some(match (violation.text_fault, values) {
                    (Some(bytes), _) => text.line(bytes),
                    (None, Some(values)) => text.line_of(values, &steps),
                    (None, None) => text.line(0),
                })
            });
            inside.unwrap_or(self.place.line)
        };
        reasons.iter().map(line).collect()
    }

    /// The text of the first annotation for hook sidecars.
    #[must_use]
    pub fn hook_sidecars(&self) -> Option<&str> {
        fn annotation(value: &Value) -> Option<&str> {
            match value {
                Value::Object(members) => match members.get(HOOK_SIDECARS) {
                    Some(Value::String(text)) => Some(text),
                    _ => members.values().find_map(annotation),
                },
                Value::Array(items) => items.iter().find_map(annotation),
                _ => None,
            }
        }
        annotation(self.object.as_ref()?)
    }

    /// The host path requests in the object's annotations.
    #[must_use]
    pub fn asked(&self) -> Vec<RequestSummary> {
        let object = self.object.as_ref().map(ToString::to_string).unwrap_or_default();
        preview::requested(self.group(), &self.kind, &object)
    }

    /// The request that would create the object, if the policy judges its kind. No user is named, as in all local runs.
    /// `number` makes up the uid.
    #[must_use]
    pub fn request(&self, number: usize) -> Option<AdmissionRequest> {
        let object = self.object.clone()?;
        let (group, version) = group_and_version(&self.api_version).unwrap_or_default();
        Some(AdmissionRequest {
            uid: format!("check-{number}"),
            kind: GroupVersionKind {
                group: group.to_owned(),
                version: version.to_owned(),
                kind: self.kind.clone(),
            },
            resource: GroupVersionResource {
                group: group.to_owned(),
                version: version.to_owned(),
                // True of every kind that the policy judges.
                resource: format!("{}s", self.kind.to_ascii_lowercase()),
            },
            sub_resource: None,
            request_kind: None,
            request_resource: None,
            request_sub_resource: None,
            name: self.name.clone(),
            namespace: self.namespace.clone(),
            operation: "CREATE".to_owned(),
            user_info: UserInfo::default(),
            object: Some(object),
            old_object: None,
            dry_run: None,
            options: None,
        })
    }
}

/// Whether the step leads to an annotation that asks for host paths.
fn is_annotation(segment: &FieldSegment) -> bool {
    matches!(segment, FieldSegment::Key(key) if ANNOTATIONS.contains(&key.as_str()))
}

/// How an object is called in reports.
pub(super) fn title(
    kind: &str,
    namespace: Option<&str>,
    name: Option<&str>,
    generate_name: Option<&str>,
) -> String {
    if kind.is_empty() {
        return "not a Kubernetes object".to_owned();
    }
    let namespace = namespace
        .map(|namespace| format!("{namespace}/"))
        .unwrap_or_default();
    let name = match (name, generate_name) {
        (Some(name), _) => name.to_owned(),
        (None, Some(begin)) => format!("{begin}*"),
        (None, None) => "(no name)".to_owned(),
    };
    format!("{kind} {namespace}{name}")
}

//! Violations that belong together.

use checker::manifests::reason::Reason;
use kubevirt_sidecar_hostpath_policy::{Field, FieldSegment, HOOK_SIDECARS, HOST_PATHS};

/// Violations of one entry of an annotation, or, without a subject, of anything else.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Group<'f> {
    /// Whose violations they are.
    pub(super) subject: Option<Subject>,
    /// The line of the first of them.
    pub(super) line: usize,
    /// The violations, in their order.
    pub(super) violations: Vec<&'f Reason>,
}

/// An entry of an annotation.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Subject {
    /// What all fields begin with.
    pub(super) field: Field,
    /// Whose entry it is.
    pub(super) container: Entry,
}

/// Whose entry it is.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Entry {
    /// That of the hook sidecar with this number.
    Sidecar(usize),
    /// That of the container with this name.
    Container(String),
}

impl std::fmt::Display for Entry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Entry::Sidecar(number) => write!(f, "sidecar {number}"),
            Entry::Container(name) => write!(f, "container {name}"),
        }
    }
}

/// The violations in groups, in their order, each with its line.
pub(super) fn of<'f>(violations: impl Iterator<Item = (&'f Reason, usize)>) -> Vec<Group<'f>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    for (violation, line) in violations {
        let subject = violation.field().and_then(subject);
        match groups.last_mut() {
            Some(group) if group.subject == subject => group.violations.push(violation),
            _ => groups.push(Group {
                subject,
                line,
                violations: vec![violation],
            }),
        }
    }
    groups
}

/// The entry whose field it is.
fn subject(field: &Field) -> Option<Subject> {
    let pairs = field.0.iter().zip(field.0.iter().skip(1)).zip(2_usize..);
    let mut entries = pairs.filter_map(|(pair, length)| {
        let container = match pair {
            (FieldSegment::Key(key), FieldSegment::Index(number)) if key == HOOK_SIDECARS => {
                Entry::Sidecar(*number)
            }
            (FieldSegment::Key(key), FieldSegment::Key(name)) if key == HOST_PATHS => {
                Entry::Container(name.clone())
            }
            _ => return None,
        };
        let segments = field.0.iter().take(length).cloned();
        Some(Subject {
            field: Field(segments.collect()),
            container,
        })
    });
    entries.next()
}

#[cfg(test)]
mod tests {
    use checker::manifests::reason::Reason;
    use kubevirt_sidecar_hostpath_policy::{FieldPath, Violation};

    use super::of;

    #[test]
    fn violations_of_one_entry_are_grouped() {
        let metadata = FieldPath::root("metadata");
        let annotations = metadata.name("annotations");
        let sidecars = annotations.key("hooks.kubevirt.io/hookSidecars");
        let entry = sidecars.index(1);
        let host_path = entry.name("hostPath");
        let host_paths = annotations.key("kubevirt-sidecar-hostpath-policy.dev/hostPaths");
        let violations = [
            Violation::forbidden(host_path.name("path"), "a"),
            Violation::forbidden(host_path.name("type"), "b"),
            Violation::forbidden(host_paths.key("compute").name("path"), "c"),
            Violation::forbidden(sidecars, "d"),
        ];
        let mut violations: Vec<Reason> = violations.into_iter().map(Reason::from).collect();
        violations.push(Reason::Text("no field error".to_owned()));
        let groups = of(violations.iter().zip(10..));
        let groups = groups.iter().map(|group| {
            let subject = group.subject.as_ref();
            let subject = subject.map(|subject| (subject.container.to_string(), subject.field.to_string()));
            (subject, group.line, group.violations.len())
        });
        let prefix = "metadata.annotations[hooks.kubevirt.io/hookSidecars][1]";
        let own = "metadata.annotations[kubevirt-sidecar-hostpath-policy.dev/hostPaths][compute]";
        assert_eq!(
            groups.collect::<Vec<_>>(),
            [
                (Some(("sidecar 1".to_owned(), prefix.to_owned())), 10, 2),
                (Some(("container compute".to_owned(), own.to_owned())), 12, 1),
                (None, 13, 2),
            ]
        );
    }
}

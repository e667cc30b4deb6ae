//! Violations that belong together.

use kubevirt_sidecar_hostpath_policy::requests::place::{HOOK_SIDECARS, HOST_PATHS};

use crate::printing::field_error::FieldError;

/// Violations of one entry of an annotation, or, without a prefix, of anything else.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Group<'f> {
    /// `sidecar 0`, `container qemu`
    pub(super) title: String,
    /// What all their fields begin with.
    pub(super) prefix: &'f str,
    /// The violations, in their order.
    pub(super) violations: Vec<&'f str>,
}

/// The violations in groups, in their order.
pub(super) fn of(violations: &[String]) -> Vec<Group<'_>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    for violation in violations {
        let (title, prefix) = entry(violation).unwrap_or_default();
        match groups.last_mut() {
            Some(group) if group.prefix == prefix => group.violations.push(violation),
            _ => groups.push(Group {
                title,
                prefix,
                violations: vec![violation],
            }),
        }
    }
    groups
}

/// The entry whose violation it is.
fn entry(violation: &str) -> Option<(String, &str)> {
    let field = FieldError::parse(violation)?.field;
    let entry = |key: &str, what: &str| {
        let key = format!("[{key}][");
        let begin = field.find(&key)?.checked_add(key.len())?;
        let rest = field.get(begin..)?;
        let end = rest.find(']')?;
        let name = rest.get(..end)?;
        let prefix = field.get(..begin.checked_add(end)?.checked_add(1)?)?;
        Some((format!("{what} {name}"), prefix))
    };
    entry(HOOK_SIDECARS, "sidecar").or_else(|| entry(HOST_PATHS, "container"))
}

#[cfg(test)]
mod tests {
    use super::{Group, of};

    #[test]
    fn violations_of_one_entry_are_grouped() {
        let violations = [
            "metadata.annotations[hooks.kubevirt.io/hookSidecars][1].hostPath.path: Forbidden: a",
            "metadata.annotations[hooks.kubevirt.io/hookSidecars][1].hostPath.type: Forbidden: b",
            "metadata.annotations[kubevirt-sidecar-hostpath-policy.dev/hostPaths][compute].path: Forbidden: c",
            "metadata.annotations[hooks.kubevirt.io/hookSidecars]: Forbidden: d",
            "no field error",
        ]
        .map(str::to_owned);
        let [a, b, c, d, e] = violations.each_ref().map(String::as_str);
        let group = |title: &str, prefix, violations| Group {
            title: title.to_owned(),
            prefix,
            violations,
        };
        assert_eq!(
            of(&violations),
            [
                group(
                    "sidecar 1",
                    "metadata.annotations[hooks.kubevirt.io/hookSidecars][1]",
                    vec![a, b]
                ),
                group(
                    "container compute",
                    "metadata.annotations[kubevirt-sidecar-hostpath-policy.dev/hostPaths][compute]",
                    vec![c]
                ),
                group("", "", vec![d, e]),
            ]
        );
    }
}

//! KubeVirt's kinds: where people learn of them, and the rules by which the API server sends them.

use kubevirt_sidecar_hostpath_policy::{KINDS, KubeVirtKind, VERSIONS, WITHOUT_STATUS};

use crate::{Generated, wrapped};

pub(crate) const GENERATED: [Generated; 5] = [
    Generated {
        file: "docs/reference.md",
        between: Some(("|---|---|---|\n", "\nA request has these keys:")),
        make: |_| KINDS.map(row).concat(),
    },
    // A comment on the first rule stands above it.
    Generated {
        file: "deploy/base/early.yaml",
        between: Some(("UPDATE of the object.\n", "  # No objectSelector:")),
        make: |_| rules(4),
    },
    Generated {
        file: "charts/sidecar-hostpath/templates/early.yaml",
        between: Some(("  rules:\n", "  failurePolicy:")),
        make: |_| rules(4),
    },
    Generated {
        file: "metadata.yml",
        between: Some(("UPDATE of the object itself.\n", "mutating:")),
        make: |_| rules(2),
    },
    Generated {
        file: "metadata.yml",
        between: Some((
            "  io.artifacthub.resources: >-\n",
            "  io.kubewarden.policy.author:",
        )),
        make: |_| wrapped(&names(), 4),
    },
];

fn row(kind: KubeVirtKind) -> String {
    let KubeVirtKind {
        group,
        kind,
        annotations,
        ..
    } = kind;
    format!("| `{kind}` | `{group}` | `{annotations}` |\n")
}

/// Pods and the kinds; first the one that people write.
fn names() -> String {
    let mut kinds = KINDS.map(|kind| kind.kind);
    kinds.sort_by_key(|kind| *kind != "VirtualMachine");
    format!("Pod, {}", kinds.join(", "))
}

fn operations(kind: KubeVirtKind) -> &'static [&'static str] {
    match WITHOUT_STATUS.contains(&kind.kind) {
        true => &["CREATE"],
        false => &["CREATE", "UPDATE"],
    }
}

/// A rule for neighbours of the same group and operations.
fn rules(indent: usize) -> String {
    let alike = |one: &KubeVirtKind, other: &KubeVirtKind| {
        one.group == other.group && operations(*one) == operations(*other)
    };
    KINDS.chunk_by(alike).map(|kinds| rule(kinds, indent)).collect()
}

fn rule(kinds: &[KubeVirtKind], indent: usize) -> String {
    let group = kinds[0].group;
    let known = VERSIONS.into_iter().find(|(known, _)| *known == group);
    let (_, version) = known.unwrap_or_else(|| panic!("VERSIONS lacks {group}"));
    let resources: Vec<String> = kinds.iter().map(|kind| kind.resource()).collect();
    let of_one_line = format!("{:indent$}  resources: {resources:?}\n", "");
    let resources = if of_one_line.len() <= 120 {
        of_one_line
    } else {
        let item = |resource: &String| format!("{:indent$}    - {resource}\n", "");
        let items: String = resources.iter().map(item).collect();
        format!("{:indent$}  resources:\n{items}", "")
    };
    let operations = operations(kinds[0]);
    format!(
        "{0:indent$}- apiGroups: [{group:?}]\n{0:indent$}  apiVersions: [{version:?}]\n{resources}{0:indent$}  operations: {operations:?}\n",
        ""
    )
}

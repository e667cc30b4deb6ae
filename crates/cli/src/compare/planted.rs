//! Paths where sidecars could write, and that the new settings permit to see or to pass through: symbolic links may be there
//! still, and lead anywhere.

use std::collections::BTreeSet;

use checker::classes::map::{WhoSees, who_sees};
use kubevirt_sidecar_hostpath_policy::{HostPath, Namespace, Rule, Settings};

/// A namespace that may be called so, for a path that each namespace has of its own.
const LABEL: &str = "namespace";

/// A warning for each such path.
pub(super) fn warnings(old: &Settings, new: &Settings) -> Vec<String> {
    let mut warnings = Vec::new();
    for rule in old.rules.iter().filter(|rule| rule.is_writable()) {
        let written = rule.path().as_written();
        let mut numbers: Vec<usize> = labels(rule, new)
            .iter()
            .flat_map(|label| seeing(rule, label, new))
            .collect();
        numbers.sort_unstable();
        numbers.dedup();
        if numbers.is_empty() {
            continue;
        }
        let by: Vec<String> = numbers
            .iter()
            .map(|number| format!("settings.allowedHostPaths[{number}]"))
            .collect();
        warnings.push(format!(
            "sidecars could write to {written}, and {} permits to see it or to pass through it: look for symbolic links there",
            by.join(", ")
        ));
    }
    warnings
}

/// Names that the placeholder of the rule may stand for and that the new settings tell apart: those that they name there, and any
/// other one. Without a placeholder it is all the same.
fn labels(rule: &Rule, new: &Settings) -> BTreeSet<String> {
    let mut labels = BTreeSet::from([LABEL.to_owned()]);
    let Some(directory) = rule.path().directory() else {
        return labels;
    };
    let directories = directory.names();
    let written = new.rules.iter().map(|rule| rule.path().as_written());
    for path in written.flat_map(HostPath::names) {
        let below = directories
            .iter()
            .find_map(|directory| path.as_str().strip_prefix(directory.as_str())?.strip_prefix('/'));
        let label = below.and_then(|below| below.split('/').next());
        labels.extend(
            label
                .filter(|label| Namespace::named(label) != Namespace::Absent)
                .map(str::to_owned),
        );
    }
    if let Some(namespaces) = &rule.namespaces {
        labels.retain(|label| label == LABEL || namespaces.contains(label));
    }
    labels
}

/// The new rules by which somebody sees what was writable for the namespace `label`, or passes through it.
fn seeing(rule: &Rule, label: &str, new: &Settings) -> Vec<usize> {
    let path = rule.path().with(label);
    let WhoSees { itself, above, below } = who_sees(new, &path);
    let mut writable = new.rules.iter().filter(|new| new.is_writable());
    let is_still_writable = writable.any(|new| new.path() == rule.path() || *new.path().as_written() == path);
    let seen = match is_still_writable {
        true => Vec::new(),
        false => [itself, above].concat(),
    };
    below.iter().chain(&seen).filter_map(|row| row.rule).collect()
}

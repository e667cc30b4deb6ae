//! Paths where sidecars could write, and that the new settings permit to see or to pass through: symbolic links may be there
//! still, and lead anywhere.

use checker::classes::map::{WhoSees, who_sees};
use kubevirt_sidecar_hostpath_policy::Settings;

/// A namespace that may be called so, for a path that each namespace has of its own.
const LABEL: &str = "namespace";

/// A warning for each such path.
pub(super) fn warnings(old: &Settings, new: &Settings) -> Vec<String> {
    let mut warnings = Vec::new();
    for rule in old.rules.iter().filter(|rule| rule.is_writable()) {
        let written = rule.path().as_written();
        let WhoSees { itself, above, below } = who_sees(new, &rule.path().with(LABEL));
        let is_still_writable = new
            .rules
            .iter()
            .any(|new| new.is_writable() && new.path() == rule.path());
        let seen = match is_still_writable {
            true => Vec::new(),
            false => [itself, above].concat(),
        };
        let rows = below.iter().chain(&seen);
        let mut numbers: Vec<usize> = rows.filter_map(|row| row.rule).collect();
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

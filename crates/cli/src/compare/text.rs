//! The comparison, for people.

use anstyle::Style;
use checker::classes::difference::Setting;
use checker::classes::sentence;

use super::{Comparison, Difference};
use crate::check::finding::Mount;
use crate::printing::style::{ACCEPTED, HEADING, REJECTED, WARNING, styled};
use crate::printing::{title, violation, wrap};

/// How far what belongs to an object is in.
const INDENT: usize = 4;

/// How far a sentence is in.
pub(super) const SENTENCE: usize = 2;

/// A block for each object that is judged otherwise, and a last line that counts them. Styled.
pub(super) fn report(comparison: &Comparison, width: usize) -> String {
    let mut lines = Vec::new();
    for difference in &comparison.newly_rejected {
        lines.extend(first((REJECTED, "NEWLY REJECTED"), difference, width));
        for violation in &difference.violations {
            lines.extend(violation::lines(violation, None, INDENT, width));
        }
        lines.push(String::new());
    }
    for difference in &comparison.newly_accepted {
        lines.extend(first((ACCEPTED, "NEWLY ACCEPTED"), difference, width));
        lines.extend(mounts("+", &difference.after, &[], width));
        lines.push(String::new());
    }
    for difference in &comparison.changed {
        lines.extend(first((HEADING, "CHANGED"), difference, width));
        lines.extend(mounts("-", &difference.before, &difference.after, width));
        lines.extend(mounts("+", &difference.after, &difference.before, width));
        lines.push(String::new());
    }
    lines.extend(settings(&comparison.settings, width));
    lines.extend(warnings(&comparison.warnings, width));
    let skipped = match comparison.skipped {
        0 => String::new(),
        skipped => format!(", {skipped} not judged"),
    };
    lines.push(format!(
        "{} newly rejected, {} newly accepted, {} changed, {} as before{skipped}",
        comparison.newly_rejected.len(),
        comparison.newly_accepted.len(),
        comparison.changed.len(),
        comparison.same
    ));
    lines.push(String::new());
    lines.join("\n")
}

/// What changes beside the rules, with an empty line after it. Styled.
pub(super) fn settings(settings: &[Setting], width: usize) -> Vec<String> {
    section(styled(HEADING, "Other settings"), settings, |setting| {
        wrap::lines(&sentence::of_setting(setting), SENTENCE, width)
    })
}

/// The heading, the lines of each item and an empty one; nothing where there are no items.
pub(super) fn section<T>(heading: String, items: &[T], of_item: impl Fn(&T) -> Vec<String>) -> Vec<String> {
    if items.is_empty() {
        return Vec::new();
    }
    let lines = std::iter::once(heading).chain(items.iter().flat_map(of_item));
    lines.chain([String::new()]).collect()
}

/// The warnings, each with an empty line after it. Styled.
pub(super) fn warnings(warnings: &[String], width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for warning in warnings {
        let mut warned = wrap::lines(&format!("warning: {warning}"), 0, width);
        if let Some(first) = warned.first_mut() {
            *first = first.replacen("warning:", &styled(WARNING, "warning:"), 1);
        }
        lines.extend(warned);
        lines.push(String::new());
    }
    lines
}

fn first(label: (Style, &str), difference: &Difference, width: usize) -> Vec<String> {
    title::lines(label, &difference.place, &difference.object, width)
}

/// The mounts that the others lack.
fn mounts(sign: &str, mounts: &[Mount], others: &[Mount], width: usize) -> Vec<String> {
    let different = mounts
        .iter()
        .filter(|mount| !others.iter().any(|other| other.is_like(mount)));
    different
        .flat_map(
            |Mount {
                 mount, rule, nodes, ..
             }| {
                let access = if mount.read_only { "read-only" } else { "writable" };
                let rule = rule.as_deref().unwrap_or("(none)");
                let labels: Vec<String> = nodes
                    .iter()
                    .map(|(key, value)| format!("{key}={value}"))
                    .collect();
                let nodes = match labels.is_empty() {
                    true => String::new(),
                    false => format!(", on nodes with {}", labels.join(", ")),
                };
                let text = format!(
                    "{sign} {} sees {} at {}, {access}, rule: {rule}{nodes}",
                    mount.container, mount.host_path, mount.mount_path
                );
                wrap::lines(&text, INDENT, width)
            },
        )
        .collect()
}

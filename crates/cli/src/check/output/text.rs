//! The findings, for people.

use anstyle::Style;

use crate::check::Report;
use crate::check::finding::{Finding, Mount, Summary, Verdict};
use crate::check::output::groups::{self, Entry, Subject};
use crate::input;
use crate::printing::escape::one_line;
use crate::printing::style::{ACCEPTED, HEADING, REJECTED, SKIPPED, WARNING, styled};
use crate::printing::{table, title, violation, wrap};

/// How far details are in from the line of their object.
const INDENT: usize = 4;
/// What belongs to one of them.
const INNER: usize = 6;

/// A block of lines for each finding, and a last line that counts them. Styled.
pub(super) fn report(report: &Report, width: usize) -> String {
    let mut text = String::new();
    for finding in report.shown() {
        for line in first(finding, width) {
            text.push_str(&line);
            text.push('\n');
        }
        let details = details(finding, width);
        for detail in &details {
            text.push_str(detail);
            text.push('\n');
        }
        if !details.is_empty() {
            text.push('\n');
        }
    }
    if report.is_quiet || report.findings.is_empty() && !report.faults.is_empty() {
        return text;
    }
    if !text.ends_with("\n\n") {
        text.push('\n');
    }
    let Summary {
        accepted,
        rejected,
        skipped,
    } = Summary::of(&report.findings);
    text.push_str(&format!(
        "{accepted} accepted, {rejected} rejected, {skipped} skipped"
    ));
    let warned = report
        .findings
        .iter()
        .filter(|finding| !finding.warnings.is_empty());
    let warned = warned
        .filter(|finding| finding.verdict != Verdict::Rejected)
        .count();
    if report.is_strict && warned > 0 {
        text.push_str(&format!("; {warned} more with warnings (--strict)"));
    }
    text.push('\n');
    text
}

/// The verdict and what it is about, on a line of its own if both do not fit.
fn first(finding: &Finding, width: usize) -> Vec<String> {
    let (style, verdict) = match finding.verdict {
        Verdict::Accepted => (ACCEPTED, "ACCEPTED"),
        Verdict::Rejected => (REJECTED, "REJECTED"),
        Verdict::Skipped => (SKIPPED, "SKIPPED "),
    };
    let more = match (finding.verdict, finding.code) {
        (Verdict::Rejected, Some(code)) => format!(" (code {code})"),
        (Verdict::Skipped, _) if finding.api_version.is_empty() => String::new(),
        (Verdict::Skipped, _) => format!(" ({}, not judged)", finding.api_version),
        _ => String::new(),
    };
    title::lines(
        (style, verdict),
        &finding.place,
        &format!("{}{more}", finding.object()),
        width,
    )
}

fn details(finding: &Finding, width: usize) -> Vec<String> {
    let mut details = Vec::new();
    let mut denied_by = finding.denied_by.iter();
    for group in groups::of(finding.placed_violations()) {
        details.extend(
            group
                .subject
                .iter()
                .flat_map(|subject| heading(finding, subject, group.line)),
        );
        for violation in group.violations {
            let prefix = group.subject.as_ref().map(|subject| &subject.field);
            let indent = if prefix.is_some() { INNER } else { INDENT };
            details.extend(violation::lines(violation, prefix, indent, width));
            if let Some(Some(setting)) = denied_by.next() {
                let by = styled(SKIPPED, &format!("denied by settings.{setting}"));
                details.push(format!("{:1$}{by}", "", indent.saturating_add(2)));
            }
        }
    }
    for warning in &finding.warnings {
        details.extend(labelled(WARNING, "warning:", warning, width));
    }
    if finding.lacks_namespace {
        let note =
            "the object names no namespace, so that no rule for namespaces is for it; --namespace names one";
        details.extend(labelled(HEADING, "note:", note, width));
    }
    if finding.is_other_pod {
        let note = "not a launcher pod, so the policy does not look at it: the label kubevirt.io: virt-launcher is missing";
        details.extend(labelled(HEADING, "note:", note, width));
    }
    match finding.host_paths.as_slice() {
        // Not of pods: one that is not a launcher pod may mount anything.
        [] if finding.verdict == Verdict::Accepted && finding.kind != "Pod" => {
            details.push(format!("{:INDENT$}hook sidecars see no host path", ""));
        }
        mounts => details.extend(mounted(mounts, width)),
    }
    details
}

/// What the next violations are about, and the long path of its field, once.
fn heading(finding: &Finding, subject: &Subject, line: usize) -> Vec<String> {
    let file = input::name(finding.place.file.as_ref());
    let image = match subject.container {
        Entry::Sidecar(number) => finding.images.get(number).and_then(Option::as_deref),
        Entry::Container(_) => None,
    };
    let title = match image {
        Some(image) => one_line(&format!("{}, image {image}", subject.container)),
        None => one_line(&subject.container.to_string()),
    };
    let place = one_line(&format!("{}, {file}:{line}", subject.field));
    vec![
        format!("{:INDENT$}{}", "", styled(HEADING, &title)),
        format!("{:INDENT$}{}", "", styled(SKIPPED, &place)),
    ]
}

/// A text behind a label.
fn labelled(style: Style, label: &str, text: &str, width: usize) -> Vec<String> {
    let hanging = format!("{:INDENT$}{label} ", "").chars().count();
    let mut lines = wrap::lines(text, hanging, width);
    if let Some(first) = lines.first_mut() {
        *first = format!("{:INDENT$}{} {}", "", styled(style, label), first.trim_start());
    }
    lines
}

/// What containers see: a table if it fits, else a block for each mount.
fn mounted(mounts: &[Mount], width: usize) -> Vec<String> {
    if mounts.is_empty() {
        return Vec::new();
    }
    let heading = ["CONTAINER", "HOST PATH", "MOUNTED AT", "TYPE", "ACCESS", "RULE"].map(str::to_owned);
    let rows: Vec<[String; 6]> = std::iter::once(heading).chain(mounts.iter().map(row)).collect();
    let lines = table::lines(&rows);
    if !table::fits(&lines, width.saturating_sub(INDENT)) {
        return mounts.iter().flat_map(|mount| block(mount, width)).collect();
    }
    let mut lines: Vec<String> = lines
        .into_iter()
        .map(|line| format!("{:INDENT$}{line}", ""))
        .collect();
    if let Some(heading) = lines.first_mut() {
        *heading = styled(HEADING, heading);
    }
    lines
}

fn row(Mount { mount, rule, .. }: &Mount) -> [String; 6] {
    [
        mount.container.clone(),
        mount.host_path.clone(),
        mount.mount_path.clone(),
        match mount.r#type {
            "" => "(none)".to_owned(),
            named => named.to_owned(),
        },
        if mount.read_only { "read-only" } else { "writable" }.to_owned(),
        rule.clone().unwrap_or_else(|| "(none)".to_owned()),
    ]
}

fn block(mount: &Mount, width: usize) -> Vec<String> {
    let [container, host_path, mount_path, host_path_type, access, rule] = row(mount);
    let mut lines = wrap::lines(
        &format!("{container} sees {host_path} at {mount_path}"),
        INDENT,
        width,
    );
    let how = format!("{host_path_type}, {access}, rule: {rule}");
    lines.extend(wrap::lines(&how, INNER, width));
    lines
}

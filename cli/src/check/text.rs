//! The findings, for people.

use anstyle::{AnsiColor, Style};
use kubevirt_sidecar_hostpath_policy::answer::verdict::HostPathMount;

use crate::check::finding::{Finding, Summary, Verdict};
use crate::check::table::lines as columns;
use crate::escape::one_line;
use crate::input;

const ACCEPTED: Style = AnsiColor::Green.on_default().bold();
const REJECTED: Style = AnsiColor::Red.on_default().bold();
const SKIPPED: Style = Style::new().dimmed();
const WARNING: Style = AnsiColor::Yellow.on_default().bold();
pub(super) const HEADING: Style = Style::new().bold();

/// A block of lines for each finding, and a last line that counts them. Styled; whoever prints it takes the styles out
/// where they are not wanted.
#[must_use]
pub fn report(findings: &[Finding]) -> String {
    let mut text = String::new();
    for finding in findings {
        text.push_str(&line(finding, findings));
        let details = details(finding);
        for detail in &details {
            text.push_str(&format!("    {detail}\n"));
        }
        if !details.is_empty() {
            text.push('\n');
        }
    }
    if !text.ends_with("\n\n") {
        text.push('\n');
    }
    let Summary {
        accepted,
        rejected,
        skipped,
    } = Summary::of(findings);
    text.push_str(&format!(
        "{accepted} accepted, {rejected} rejected, {skipped} skipped\n"
    ));
    text
}

/// The verdict and what it is about.
fn line(finding: &Finding, all: &[Finding]) -> String {
    let place = one_line(&place(finding, all));
    let object = one_line(&object(finding));
    match finding.verdict {
        Verdict::Accepted => format!("{}  {place}: {object}\n", styled(ACCEPTED, "ACCEPTED")),
        Verdict::Rejected => {
            let code = finding
                .code
                .map(|code| format!(" (code {code})"))
                .unwrap_or_default();
            format!("{}  {place}: {object}{code}\n", styled(REJECTED, "REJECTED"))
        }
        Verdict::Skipped => {
            let why = format!("({}, not judged)", one_line(&finding.api_version));
            format!("{}  {place}: {object} {why}\n", styled(SKIPPED, "SKIPPED "))
        }
    }
}

/// The file, and the document where there is more than one.
fn place(finding: &Finding, all: &[Finding]) -> String {
    let file = input::name(finding.file.as_ref());
    let same_file = |other: &Finding| other.file == finding.file;
    let several = finding.document > 1 || all.iter().filter(|other| same_file(other)).nth(1).is_some();
    match (several, finding.item) {
        (false, _) => file,
        (true, None) => format!("{file}, document {}", finding.document),
        (true, Some(item)) => format!("{file}, document {}, item {item}", finding.document),
    }
}

/// `Pod default/p`
fn object(finding: &Finding) -> String {
    let namespace = finding.namespace.as_ref();
    let namespace = namespace
        .map(|namespace| format!("{namespace}/"))
        .unwrap_or_default();
    let name = finding.name.as_deref().unwrap_or("(no name)");
    format!("{} {namespace}{name}", finding.kind)
}

fn details(finding: &Finding) -> Vec<String> {
    let violations = finding.violations.iter().map(|violation| one_line(violation));
    let warnings = finding
        .warnings
        .iter()
        .map(|warning| format!("{} {}", styled(WARNING, "warning:"), one_line(warning)));
    let lacks_namespace = finding.lacks_namespace.then(|| {
        let note = styled(HEADING, "note:");
        format!("{note} the object names no namespace, so that no rule for namespaces is for it; --namespace names one")
    });
    let mut details: Vec<String> = violations.chain(warnings).chain(lacks_namespace).collect();
    match finding.host_paths.as_slice() {
        // Not of pods: one that is no launcher pod may mount whatever it likes.
        [] if finding.verdict == Verdict::Accepted && finding.kind != "Pod" => {
            details.push("hook sidecars see no host path".to_owned());
        }
        mounts => details.extend(table(mounts)),
    }
    details
}

/// What containers see.
fn table(mounts: &[HostPathMount]) -> Vec<String> {
    if mounts.is_empty() {
        return Vec::new();
    }
    let heading = ["CONTAINER", "HOST PATH", "MOUNTED AT", "TYPE", "ACCESS"].map(str::to_owned);
    let row = |mount: &HostPathMount| {
        [
            mount.container.clone(),
            mount.host_path.clone(),
            mount.mount_path.clone(),
            if mount.r#type.is_empty() {
                "(none)"
            } else {
                mount.r#type
            }
            .to_owned(),
            if mount.read_only { "read-only" } else { "writable" }.to_owned(),
        ]
    };
    let rows: Vec<[String; 5]> = std::iter::once(heading).chain(mounts.iter().map(row)).collect();
    let mut lines = columns(&rows);
    if let Some(heading) = lines.first_mut() {
        *heading = styled(HEADING, heading);
    }
    lines
}

/// The text between the codes of the style.
pub(super) fn styled(style: Style, text: &str) -> String {
    format!("{style}{text}{style:#}")
}

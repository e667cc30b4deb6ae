//! The explanation, for people.

use kubevirt_sidecar_hostpath_policy::{Access, HostPath, Refusal, Scope, Settings, Step};

use super::change::Change;
use super::verdict::{Asker, CoveringRule, Relation, Steps};
use crate::printing::escape::one_line;
use crate::printing::style::{ACCEPTED, HEADING, REJECTED, SKIPPED, styled};
use crate::printing::{violation, wrap, yaml};
use checker::manifests::reason::Reason;
use checker::settings::warnings::Level;

/// How far what a step says is in.
const INDENT: usize = 4;
/// How far a comment is in.
const COMMENT: usize = 6;

/// The steps in their order, the verdict, and what would change it.
pub(super) fn report(
    rules: &Settings,
    asker: &Asker,
    violations: &[Reason],
    write_as: Option<&HostPath>,
    change: Option<&Result<Change, Vec<Reason>>>,
    width: usize,
) -> String {
    let steps = asker.steps(rules);
    let mut lines = wrap::lines(&title(asker), 0, width);
    lines.push(String::new());
    lines.push(styled(HEADING, "Rules at or above the path"));
    if steps.covering.is_empty() {
        lines.push(format!("{:INDENT$}none", ""));
    }
    for covering in &steps.covering {
        lines.extend(rule(rules, covering, width));
    }
    for (heading, refusing, permitted) in said(rules, asker, &steps) {
        lines.push(styled(HEADING, heading));
        let refusals: Vec<String> = steps
            .refused
            .iter()
            .filter(|refusal| refusing.contains(&refusal.step))
            .map(Refusal::to_string)
            .collect();
        match (refusals.as_slice(), permitted) {
            ([], permitted) => lines.extend(wrap::lines(&permitted, INDENT, width)),
            (refusals, _) => {
                for why in refusals {
                    let mut why = wrap::lines(&format!("refused: {why}"), INDENT, width);
                    if let Some(first) = why.first_mut() {
                        *first = first.replacen("refused:", &styled(REJECTED, "refused:"), 1);
                    }
                    lines.extend(why);
                }
            }
        }
    }
    lines.push(String::new());
    match violations.is_empty() {
        true => lines.push(styled(ACCEPTED, "ACCEPTED")),
        false => {
            lines.push(styled(REJECTED, "REJECTED"));
            for violation in violations {
                lines.extend(violation::lines(violation, None, INDENT, width));
            }
        }
    }
    if let Some(path) = write_as {
        lines.push(String::new());
        let advice = format!("The settings need no change: write {path}, which is the same on most nodes");
        lines.extend(wrap::lines(&advice, 0, width));
    }
    match change {
        None => {}
        Some(Ok(change)) => lines.extend(changed(change, width)),
        Some(Err(why)) => {
            lines.push(String::new());
            let heading = "No change of one rule was found that permits it. With a rule for the path alone:";
            lines.extend(
                wrap::lines(heading, 0, width)
                    .iter()
                    .map(|line| styled(HEADING, line)),
            );
            for violation in why {
                lines.extend(violation::lines(violation, None, INDENT, width));
            }
        }
    }
    lines.push(String::new());
    lines.join("\n")
}

/// `/srv/images for hook-sidecar-0 in namespace team-a: Directory, read-only`
fn title(asker: &Asker) -> String {
    let question = &asker.question;
    let access = match question.access {
        Access::ReadOnly => "read-only",
        Access::Writable => "writable",
    };
    let shared = if question.shares {
        ", shared with compute"
    } else {
        ""
    };
    format!(
        "{} for {} in namespace {}: {}, {access}{shared}",
        question.path, question.container, asker.namespace, question.host_path_type
    )
}

fn rule(rules: &Settings, covering: &CoveringRule, width: usize) -> Vec<String> {
    let Some(rule) = rules.rules.get(covering.number) else {
        return Vec::new();
    };
    let kind = match rule.scope {
        Scope::Exact { .. } => "path",
        Scope::Prefix(_) => "pathPrefix",
    };
    let relation = match covering.relation {
        Relation::For if covering.decides => "for this request; decides",
        Relation::For => "for this request; a more specific one counts",
        Relation::OtherNamespaces => "for other namespaces",
        Relation::OtherContainers => "for other containers",
        Relation::NotRequestable => "for mounts by others, not for requests",
        Relation::ExactAbove => "for its own path alone",
    };
    let line = format!(
        "allowedHostPaths[{}] {kind} {}: {relation}",
        covering.number,
        rule.path().as_written()
    );
    wrap::lines(&line, INDENT, width)
}

/// The other steps: their names, the refusals that are theirs, and what they say if they do not refuse.
fn said(rules: &Settings, asker: &Asker, steps: &Steps) -> Vec<(&'static str, Vec<Step>, String)> {
    let mut said = vec![(
        "Deciding rule",
        vec![Step::Rule, Step::Reserved, Step::ContainsReserved],
        steps.rule.clone().unwrap_or_else(|| "none".to_owned()),
    )];
    // Without a rule nothing else is asked.
    let number = steps.covering.iter().find(|covering| covering.decides);
    let Some(rule) = number.and_then(|covering| rules.rules.get(covering.number)) else {
        return said;
    };
    let path = &asker.question.path;
    said.push((
        "Sensitive paths",
        vec![Step::Sensitive],
        format!("{path} concerns none, or the rule names it"),
    ));
    said.push((
        "Writable paths",
        vec![Step::BelowWritable],
        format!("{path} is below none"),
    ));
    let types: Vec<String> = rule.types.iter().map(ToString::to_string).collect();
    said.push(("Type", vec![Step::Type], format!("one of {}", types.join(", "))));
    let access = match asker.question.access {
        Access::ReadOnly => "read-only is always permitted",
        Access::Writable => "the rule has readOnly: false",
    };
    said.push(("Access", vec![Step::Access], access.to_owned()));
    let sharing = match rule.allow_shared_compute {
        true => "the rule has allowSharedCompute: true",
        false => "not asked for",
    };
    said.push(("Sharing with compute", vec![Step::Sharing], sharing.to_owned()));
    said
}

/// The change, as YAML.
fn changed(change: &Change, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let heading = "The smallest change of the settings that would permit it";
    lines.extend(
        wrap::lines(heading, 0, width)
            .iter()
            .map(|line| styled(HEADING, line)),
    );
    for (field, value) in &change.fields {
        lines.push(format!(
            "{:INDENT$}{}",
            "",
            styled(SKIPPED, &format!("# settings.{}", one_line(field)))
        ));
        let (name, index) = match field.split_once('[') {
            None => (field.as_str(), false),
            Some((name, _)) => (name, true),
        };
        let shown = match index {
            true => serde_json::json!({ name: [value] }),
            false => serde_json::json!({ name: value }),
        };
        for danger in change.dangers_of(field) {
            let message = danger.to_string();
            let why = message
                .strip_prefix(&format!("settings.{field}"))
                .unwrap_or(&message);
            let why = why.trim_start_matches(['.', ':', ' ']);
            let comment = format!("{}: {why}", label(danger.level));
            let comment = wrap::lines(&comment, 0, width.saturating_sub(COMMENT));
            lines.extend(comment.iter().map(|line| format!("{:INDENT$}# {line}", "")));
        }
        let yaml = yaml::document(&shown);
        lines.extend(
            yaml.lines()
                .map(|line| format!("{:INDENT$}{}", "", one_line(line))),
        );
    }
    lines
}

const fn label(level: Level) -> &'static str {
    match level {
        Level::Danger => "dangerous",
        Level::Note => "note",
    }
}

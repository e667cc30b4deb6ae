//! `NAME.gold.yaml`: what the containers must see.

use std::collections::BTreeMap;

use checker::reading::document::documents;
use checker::reading::node::Fault;
use serde::{Deserialize, Serialize};

use super::difference::without;
use super::report::Failure;
use crate::check::finding::{Finding, Mount, Verdict};
use crate::check::manifest::Unreadable;
use crate::printing::yaml;
use crate::reading::place::Place;

/// What the containers of one object see.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Seen {
    /// `VirtualMachine team-a/x`
    object: String,
    sees: Vec<HostPath>,
}

/// A host path as one container sees it. Not by which rule: rules may move.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct HostPath {
    container: String,
    host_path: String,
    mount_path: String,
    r#type: String,
    read_only: bool,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    nodes: BTreeMap<String, String>,
}

impl From<&Mount> for HostPath {
    fn from(Mount { mount, nodes, .. }: &Mount) -> Self {
        HostPath {
            container: mount.container.clone(),
            host_path: mount.host_path.clone(),
            mount_path: mount.mount_path.clone(),
            r#type: mount.r#type.to_owned(),
            read_only: mount.read_only,
            nodes: nodes.clone(),
        }
    }
}

impl HostPath {
    fn line(&self) -> String {
        let r#type = match self.r#type.as_str() {
            "" => "no type",
            named => named,
        };
        let access = if self.read_only { "read-only" } else { "writable" };
        let mut line = format!(
            "{} sees {} at {}, {type}, {access}",
            self.container, self.host_path, self.mount_path
        );
        for (key, value) in &self.nodes {
            line.push_str(&format!(", nodes with {key}={value}"));
        }
        line
    }
}

/// What the containers of the accepted objects see.
fn seen(findings: &[Finding]) -> Vec<Seen> {
    let accepted = findings
        .iter()
        .filter(|finding| finding.verdict == Verdict::Accepted);
    let seen = accepted.map(|finding| Seen {
        object: finding.object(),
        sees: finding.host_paths.iter().map(HostPath::from).collect(),
    });
    seen.collect()
}

/// A line for each mount; one for an object without, so that its absence is seen.
pub(super) fn lines_of(findings: &[Finding]) -> Vec<String> {
    lines(&seen(findings))
}

fn lines(seen: &[Seen]) -> Vec<String> {
    let of_object = |Seen { object, sees }: &Seen| -> Vec<String> {
        match sees.as_slice() {
            [] => vec![format!("{object}: no container sees a host path")],
            all => all
                .iter()
                .map(|path| format!("{object}: {}", path.line()))
                .collect(),
        }
    };
    seen.iter().flat_map(of_object).collect()
}

/// The file that expects what is seen.
pub(super) fn text(findings: &[Finding]) -> Result<String, serde_json::Error> {
    Ok(yaml::document(&serde_json::to_value(seen(findings))?))
}

/// What the file expects otherwise.
///
/// # Errors
/// The file is not a gold file.
pub(super) fn failure(text: &str, file: &str, findings: &[Finding]) -> Result<Option<Failure>, Unreadable> {
    let expected = read(text).map_err(|fault| Unreadable {
        place: Place {
            line: fault.at.line,
            column: fault.at.column,
            ..Place::of_file(file)
        },
        reason: fault.message,
    })?;
    let Some(expected) = expected else {
        return Ok(Some(Failure::of_file(file, "the file expects nothing")));
    };
    let (expected, found) = (lines(&expected), lines_of(findings));
    let other = without(&found, &expected);
    let message = match other.len() == found.len() {
        true => "no container matches",
        false => "the containers see something else",
    };
    let failure = Failure {
        expected: without(&expected, &found),
        found: other,
        ..Failure::of_file(file, message)
    };
    let is_same = failure.expected.is_empty() && failure.found.is_empty();
    Ok((!is_same).then_some(failure))
}

/// The content; none where there is none.
fn read(text: &str) -> Result<Option<Vec<Seen>>, Fault> {
    let documents: Result<Vec<_>, Fault> = documents(text, "").into_iter().collect();
    let mut documents = documents?.into_iter().filter(|document| !document.is_null());
    let Some(document) = documents.next() else {
        return Ok(None);
    };
    if let Some(second) = documents.next() {
        return Err(Fault {
            at: second.at,
            message: "a gold file has one document".to_owned(),
        });
    }
    let at = document.at;
    serde_json::from_value(document.into_json()?).map_err(|error| Fault {
        at,
        message: format!("not a gold file, which --update writes: {error}"),
    })
}

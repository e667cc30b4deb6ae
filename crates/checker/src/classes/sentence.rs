//! What is permitted to whom, as sentences.

use std::collections::BTreeSet;

use kubevirt_sidecar_hostpath_policy::COMPUTE;
use serde::Serialize;
use serde_json::{Map, Value};

use super::difference::{Effect, OtherNodes, Setting};
use super::members::Containers;
use super::names::Names;
use super::ranges::{Extent, Range, Span};
use super::rows::Row;
use super::types::{Accesses, Types};

/// How many items of a list are shown.
const MOST: usize = 8;

/// A sentence, and the paths that it is about where they are several.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Sentence {
    /// The sentence; it ends in a colon where paths follow.
    pub text: String,
    /// The paths.
    pub paths: Vec<String>,
}

/// `Namespace team-b may read /srv/images and everything below it, types Directory and File`. `may` is what is said of the
/// requests.
#[must_use]
pub fn of_row(row: &Row, may: &str) -> Sentence {
    let who = capital(&namespaces(&row.namespaces));
    let how = format!("{}{}", types(row.types), in_containers(&row.containers));
    let verb = access(row.access);
    match row.paths.as_slice() {
        [path] => Sentence {
            text: format!("{who} {may} {verb} {}, {how}", range(path)),
            paths: Vec::new(),
        },
        paths => Sentence {
            text: format!("{who} {may} {verb}, {how}:"),
            paths: paths.iter().map(range).collect(),
        },
    }
}

/// `For requests of every namespace for /srv/images alone: nodes with disk=fast, before: any labels`.
#[must_use]
pub fn of_nodes(nodes: &OtherNodes) -> String {
    let paths: Vec<String> = nodes.paths.iter().map(range).collect();
    format!(
        "For requests of {} for {}: nodes with {}, before: {}",
        namespaces(&nodes.namespaces),
        joined(&paths),
        labels(&nodes.after),
        labels(&nodes.before)
    )
}

fn labels(labels: &Map<String, Value>) -> String {
    if labels.is_empty() {
        return "any labels".to_owned();
    }
    let text = |(key, value): (&String, &Value)| format!("{key}={}", value.as_str().unwrap_or_default());
    labels.iter().map(text).collect::<Vec<_>>().join(", ")
}

/// `verifyOnly: false, before: true (widens)`.
#[must_use]
pub fn of_setting(setting: &Setting) -> String {
    let effect = match (setting.effect.widens, setting.effect.narrows) {
        (true, false) => " (widens)",
        (false, true) => " (narrows)",
        (true, true) => " (widens and narrows)",
        (false, false) => "",
    };
    let value = |value: &Value| match value {
        Value::Null => "not set".to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(items) => {
            let items: Vec<&str> = items.iter().filter_map(Value::as_str).collect();
            items.join(", ")
        }
        other => other.to_string(),
    };
    format!(
        "{}: {}, before: {}{effect}",
        setting.field,
        value(&setting.after),
        value(&setting.before)
    )
}

/// What a change does as a whole.
#[must_use]
pub const fn of_effect(effect: Effect) -> &'static str {
    match (effect.widens, effect.narrows) {
        (false, false) => "no request is judged otherwise",
        (true, false) => "widened: more is permitted, and nothing is newly refused",
        (false, true) => "narrowed: less is permitted, and nothing is newly permitted",
        (true, true) => "widened and narrowed: some requests are newly permitted, others newly refused",
    }
}

/// `every namespace but team-a`.
#[must_use]
pub fn namespaces(names: &Names) -> String {
    match names {
        Names::AllBut(others) if others.is_empty() => "every namespace".to_owned(),
        Names::AllBut(others) => format!("every namespace but {}", list(others)),
        Names::Only(names) if names.len() == 1 => format!("namespace {}", list(names)),
        Names::Only(names) => format!("namespaces {}", list(names)),
    }
}

/// `read and write to`.
#[must_use]
pub const fn access(access: Accesses) -> &'static str {
    match access {
        Accesses::Read => "read",
        Accesses::Write => "write to",
        Accesses::ReadAndWrite => "read and write to",
    }
}

fn types(types: Types) -> String {
    let names: Vec<String> = types.iter().map(|known| known.to_string()).collect();
    let word = if names.len() == 1 { "type" } else { "types" };
    format!("{word} {}", joined(&names))
}

/// The containers, unless they are all but `compute`.
fn in_containers(containers: &Containers) -> String {
    let in_compute = containers.mounts.contains(COMPUTE);
    let is_usual = match &containers.mounts {
        Names::Only(_) => false,
        Names::AllBut(others) => others.iter().all(|name| name == COMPUTE),
    };
    let named = requested(containers);
    if is_usual && containers.hook_sidecars && in_compute == containers.shares() && named.is_empty() {
        return if in_compute {
            ", also in container compute"
        } else {
            ""
        }
        .to_owned();
    }
    format!(", in {}", self::containers(containers))
}

/// The containers other than hook sidecars and `compute` for which requests may be made.
fn requested(containers: &Containers) -> Vec<String> {
    let names = containers.requests.iter().filter(|name| *name != COMPUTE);
    names.cloned().collect()
}

/// The containers for which VM owners may ask, and those in which others may mount.
#[must_use]
pub fn containers(containers: &Containers) -> String {
    let mut names = requested(containers);
    if containers.shares() {
        names.push(COMPUTE.to_owned());
    }
    if containers.hook_sidecars {
        names.insert(0, "hook sidecars".to_owned());
    }
    let mounts = match &containers.mounts {
        Names::Only(names) if names.is_empty() => None,
        Names::Only(names) => Some(format!("mounts by others in {}", list(names))),
        Names::AllBut(names) if names.is_empty() => Some("mounts by others in every container".to_owned()),
        Names::AllBut(names) => Some(format!("mounts by others in every container but {}", list(names))),
    };
    let requests = (!names.is_empty()).then(|| joined(&names));
    let both: Vec<String> = requests.into_iter().chain(mounts).collect();
    both.join("; ")
}

fn range(range: &Range) -> String {
    let path = &range.span.path;
    let whole = match range.span.extent {
        Extent::Exactly => format!("{path} alone"),
        Extent::Below => format!("everything below {path}"),
        Extent::AtOrBelow => format!("{path} and everything below it"),
    };
    if range.except.is_empty() {
        return whole;
    }
    let except: Vec<String> = range.except.iter().map(span).collect();
    format!("{whole} except {}", joined(&except))
}

fn span(span: &Span) -> String {
    let path = &span.path;
    match span.extent {
        Extent::Exactly => format!("{path} alone"),
        Extent::Below => format!("what is below {path}"),
        Extent::AtOrBelow => path.to_string(),
    }
}

fn list(names: &BTreeSet<String>) -> String {
    joined(&names.iter().cloned().collect::<Vec<_>>())
}

/// `a, b and c`; long lists are cut with a count.
fn joined(items: &[String]) -> String {
    let more = items.len().saturating_sub(MOST);
    match items {
        items if more > 0 => {
            let shown: Vec<&str> = items.iter().take(MOST).map(String::as_str).collect();
            format!("{} and {more} more", shown.join(", "))
        }
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

fn capital(text: &str) -> String {
    let mut characters = text.chars();
    let first = characters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(characters).collect()
}

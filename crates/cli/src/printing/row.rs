//! What is permitted to whom, as sentences.

use std::collections::BTreeSet;

use checker::classes::members::Containers;
use checker::classes::names::Names;
use checker::classes::ranges::{Extent, Range, Span};
use checker::classes::rows::Row;
use checker::classes::types::{Accesses, Types};
use kubevirt_sidecar_hostpath_policy::COMPUTE;

use crate::printing::wrap;

/// How many items of a list are shown.
const MOST: usize = 8;

/// `Namespace team-b may read /srv/images and everything below it, types Directory and File`, in lines after `indent` spaces.
/// `may` is what is said of the requests. Several paths follow the sentence.
pub(crate) fn lines(row: &Row, may: &str, indent: usize, width: usize) -> Vec<String> {
    let who = capital(&namespaces(&row.namespaces));
    let how = format!("{}{}", types(row.types), in_containers(&row.containers));
    let verb = access(row.access);
    match row.paths.as_slice() {
        [path] => wrap::lines(
            &format!("{who} {may} {verb} {}, {how}", range(path)),
            indent,
            width,
        ),
        paths => {
            let mut lines = wrap::lines(&format!("{who} {may} {verb}, {how}:"), indent, width);
            for path in paths {
                lines.extend(wrap::lines(
                    &format!("- {}", range(path)),
                    indent.saturating_add(2),
                    width,
                ));
            }
            lines
        }
    }
}

pub(crate) fn namespaces(names: &Names) -> String {
    match names {
        Names::AllBut(others) if others.is_empty() => "every namespace".to_owned(),
        Names::AllBut(others) => format!("every namespace but {}", list(others)),
        Names::Only(names) if names.len() == 1 => format!("namespace {}", list(names)),
        Names::Only(names) => format!("namespaces {}", list(names)),
    }
}

pub(crate) const fn access(access: Accesses) -> &'static str {
    match access {
        Accesses::Read => "read",
        Accesses::Write => "write to",
        Accesses::ReadAndWrite => "read and write to",
    }
}

pub(crate) fn types(types: Types) -> String {
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
pub(crate) fn containers(containers: &Containers) -> String {
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

pub(crate) fn range(range: &Range) -> String {
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
pub(crate) fn joined(items: &[String]) -> String {
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

pub(crate) fn capital(text: &str) -> String {
    let mut characters = text.chars();
    let first = characters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(characters).collect()
}

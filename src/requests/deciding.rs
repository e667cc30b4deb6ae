//! Which rule decides on a path. A rule that is for some namespaces takes its path away from the others: no rule with a
//! shorter path gives it back to them.

use std::borrow::Cow;

use crate::{
    base::{
        by_name::ByName,
        field::{list, quote},
        path::HostPath,
    },
    settings::{Settings, pattern::Below, rule::Rule},
};

/// The rule that decides on `path`, the most specific of those that are for the one who asks and match it.
///
/// # Errors
/// Why none does: the path is under no rule, is reserved for others, or contains what is reserved for them.
pub fn rule<'s>(settings: &'s Settings, path: &HostPath) -> Result<&'s Rule, String> {
    let rules = &settings.rules;
    // Without rules for some only, nothing is anyone's.
    let is_shared = rules.iter().any(Rule::is_restricted);
    if is_shared {
        if !rules.iter().any(|rule| covered_by(rule, path).is_some()) {
            return Err(under_no_rule(settings, path));
        }
        if path.names().iter().any(|name| is_taken(rules, name)) {
            return Err(format!(
                "{} is reserved: no rule for it is for {}",
                quote(path.as_str()),
                settings.requester
            ));
        }
        if contains_what_is_taken(settings, path) {
            return Err(format!(
                "{} contains a host path that is reserved for others; ask for the part you need below it",
                quote(path.as_str())
            ));
        }
    }
    // Of equals the first; `max_by_key` takes the last.
    let matching = rules.iter().rev().filter(|rule| rule.matches(path));
    let decides = matching.max_by_key(|rule| rule.specificity(path));
    decides.ok_or_else(|| under_no_rule(settings, path))
}

/// How many bytes of `path` the rule covers, whomever it is for. A rule for one path alone says nothing about what lies
/// below that, except that it is not for those whom the rule is not for.
fn covered_by(rule: &Rule, path: &HostPath) -> Option<usize> {
    let rest = rule.path().above(path)?.rest;
    (rest.is_empty() || !rule.is_exact() || rule.rest(path).is_none())
        .then(|| path.as_str().len().saturating_sub(rest.len()))
}

/// Whether none of the rules with the longest path at or above `name` is for the one who asks.
fn is_taken(rules: &[Rule], name: &HostPath) -> bool {
    let mut longest = None;
    let mut is_for = true;
    for rule in rules {
        let Some(covered) = covered_by(rule, name) else {
            continue;
        };
        let is_for_this = rule.rest(name).is_some();
        if longest < Some(covered) {
            longest = Some(covered);
            is_for = is_for_this;
        } else if longest == Some(covered) {
            is_for |= is_for_this;
        }
    }
    !is_for
}

/// Whether the path of a rule that is for others lies strictly below `path`, under any name. A placeholder there is always
/// for others too.
fn contains_what_is_taken(settings: &Settings, path: &HostPath) -> bool {
    let names = path.names();
    path.contained().iter().any(|directory| {
        // `/var` contains all of `/run`, which is `/var/run`.
        let is_inside = !names.contains(directory);
        let mut restricted = settings.rules.iter().filter(|rule| rule.is_restricted());
        restricted.any(|rule| match rule.path().below(directory) {
            Some(Below::ForAny) => true,
            Some(Below::For { label, strictly }) if strictly || is_inside => {
                let taken = rule.path().with(label.unwrap_or_default());
                rule.rest(&taken).is_none() && !settings.is_of_requester(&taken)
            }
            _ => false,
        })
    })
}

fn under_no_rule(settings: &Settings, path: &HostPath) -> String {
    let quoted = quote(path.as_str());
    if settings.rules.is_empty() {
        return format!("{quoted} is not allowed: the settings allow no host path");
    }
    // Messages name nothing that is for others.
    let mine = settings.rules.iter().filter(|rule| rule.is_mine());
    let mut once = ByName::default();
    let mine = mine
        .map(Rule::to_string)
        .filter(|path| once.add(Cow::Owned(path.clone()), 0));
    let mine: Vec<String> = mine.collect();
    if mine.is_empty() {
        let requester = &settings.requester;
        return format!("{quoted} is not allowed: the settings allow no host path for {requester}");
    }
    let why = format!("{quoted} is under none of the allowed host paths: {}", list(mine));
    // A node without the link may have another directory there: only the name as written permits.
    let mut other = path.names().into_iter().skip(1);
    match other.find(|name| settings.rules.iter().any(|rule| rule.matches(name))) {
        Some(name) => format!(
            "{why}. {}, which is allowed, is the same directory on most nodes: write it so",
            quote(name.as_str())
        ),
        None => why,
    }
}

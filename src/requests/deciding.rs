//! Which rule decides on a path. A rule that is for some namespaces takes its path away from the others: no rule with a
//! shorter path gives it back to them.

use std::borrow::Cow;

use crate::{
    base::{
        by_name::ByName,
        field::{list, quote},
        path::HostPath,
    },
    requests::refusal::{Refusal, Step},
    settings::{Settings, rule::Rule},
};

/// A rule whose path is at or above a name of the path that is asked for, whomever the rule is for.
#[derive(Clone, Copy, Debug)]
pub struct Covering<'s> {
    /// The rule.
    pub rule: &'s Rule,
    /// How many bytes of the name the rule's path has.
    length: usize,
    /// Whether that is all of it.
    pub is_whole: bool,
    /// Whether the rule is for the one who asks.
    pub is_mine: bool,
}

impl Covering<'_> {
    /// Whether it says anything about the name. A rule for one path alone says nothing about what is below that, except
    /// that it is not for those whom the rule is not for.
    #[must_use]
    pub fn counts(&self) -> bool {
        self.is_whole || !self.rule.is_exact() || !self.is_mine
    }

    /// Whether it is for the one who asks, and matches.
    fn matches(&self) -> bool {
        self.is_mine && (self.is_whole || !self.rule.is_exact())
    }
}

/// The rule that decides on `path`, the most specific of those that are for the one who asks and match it.
///
/// # Errors
/// Why none does: the path is under no rule, is reserved for others, or contains what is reserved for them.
pub fn rule<'s>(settings: &'s Settings, container: &str, path: &HostPath) -> Result<&'s Rule, Refusal> {
    let covering = covering(&settings.rules, container, path);
    if !covering.iter().any(Covering::counts) {
        return Err(under_no_rule(settings, container, path));
    }
    // Without rules for some only, nothing is anyone's.
    if settings.rules.iter().any(Rule::is_restricted) {
        let mut other_names = path.names().into_iter().skip(1);
        let covering_name = |name| self::covering(&settings.rules, container, &name);
        let taken = |covering: &[Covering<'_>]| taken_for(covering, settings, container);
        let taken = taken(&covering).or_else(|| other_names.find_map(|name| taken(&covering_name(name))));
        if let Some(whom) = taken {
            let why = format!(
                "{} is reserved: no rule for it is for {whom}",
                quote(path.as_str())
            );
            return Err(Refusal::new(Step::Reserved, why));
        }
        if settings.taken.is_below(path, container, &settings.rules) {
            let why = format!(
                "{} contains a host path that is reserved for others; ask for the part you need below it",
                quote(path.as_str())
            );
            return Err(Refusal::new(Step::ContainsReserved, why));
        }
    }
    // Of equals the first; `max_by_key` takes the last.
    let matching = covering.iter().rev().filter(|covering| covering.matches());
    let decides = matching.max_by_key(|covering| covering.rule.specificity(covering.length));
    decides
        .map(|covering| covering.rule)
        .ok_or_else(|| under_no_rule(settings, container, path))
}

/// The rules whose paths are at or above `path` as it is written.
#[must_use]
pub fn covering<'s>(rules: &'s [Rule], container: &str, path: &HostPath) -> Vec<Covering<'s>> {
    let is_above = |rule: &'s Rule| {
        let rest = rule.path().above(path)?.rest;
        Some(Covering {
            rule,
            length: path.as_str().len().saturating_sub(rest.len()),
            is_whole: rest.is_empty(),
            is_mine: rule.is_for_container(container) && rule.rest(path).is_some(),
        })
    };
    rules.iter().filter_map(is_above).collect()
}

/// For whom none of the rules with the longest path is, if that is so of the one who asks.
fn taken_for(covering: &[Covering<'_>], settings: &Settings, container: &str) -> Option<String> {
    let counting = covering.iter().filter(|covering| covering.counts());
    let longest = counting.clone().map(|covering| covering.length).max()?;
    let mut longest = counting.filter(|covering| covering.length == longest);
    if longest.clone().any(|covering| covering.is_mine) {
        return None;
    }
    let is_for_others_here = longest.any(|covering| !covering.rule.is_for_container(container));
    Some(if is_for_others_here {
        format!("container {} in {}", quote(container), settings.requester)
    } else {
        settings.requester.to_string()
    })
}

fn under_no_rule(settings: &Settings, container: &str, path: &HostPath) -> Refusal {
    Refusal::new(Step::Rule, why_under_no_rule(settings, container, path))
}

fn why_under_no_rule(settings: &Settings, container: &str, path: &HostPath) -> String {
    let quoted = quote(path.as_str());
    if settings.rules.is_empty() {
        return format!("{quoted} is not allowed: the settings allow no host path");
    }
    // Messages name nothing that is for others.
    let mine = settings
        .rules
        .iter()
        .filter(|rule| rule.is_mine() && rule.is_for_container(container));
    let mut once = ByName::default();
    let mine = mine
        .map(Rule::to_string)
        .filter(|path| once.add(Cow::Owned(path.clone()), 0));
    let mine: Vec<String> = mine.collect();
    if mine.is_empty() {
        let requester = &settings.requester;
        let whom = if settings.rules.iter().any(|rule| rule.containers.is_some()) {
            format!("container {} in {requester}", quote(container))
        } else {
            requester.to_string()
        };
        return format!("{quoted} is not allowed: the settings allow no host path for {whom}");
    }
    let why = format!("{quoted} is under none of the allowed host paths: {}", list(mine));
    // A node without the link may have another directory there: only the name as written permits.
    let mut other = path.names().into_iter().skip(1);
    match other.find(|name| {
        settings
            .rules
            .iter()
            .any(|rule| rule.is_for_container(container) && rule.matches(name))
    }) {
        Some(name) => format!(
            "{why}. {}, which is allowed, is the same directory on most nodes: write it so",
            quote(name.as_str())
        ),
        None => why,
    }
}

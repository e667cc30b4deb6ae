//! The one judge of host paths: which rule decides on a path for a container, and whether it permits path, type and access.
//!
//! A rule that applies to some requests only takes its path away from the others: no rule with a shorter path gives it back.

mod refusal;
mod under_no_rule;

use std::cmp::Reverse;

pub use refusal::Refusal;
use refusal::{refused_access, refused_type};

use crate::{
    base::{
        access::Access,
        container_name::COMPUTE,
        field::{quote, shorten},
        host_path_type::HostPathType,
        path::HostPath,
        step::Step,
    },
    settings::{Covering, RuleFor, RulesAround, SettingsFor},
};

/// For whom a host path is judged: a container that would see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Viewer<'c> {
    /// The container's name; `None`: an ephemeral container, to which no rule with `containers` applies.
    pub container: Option<&'c str>,
    /// Whether a VM owner requests it; else the mount is in the pod already.
    pub requests: bool,
}

impl<'c> Viewer<'c> {
    /// A container with a mount by others.
    #[must_use]
    pub const fn mounting(container: Option<&'c str>) -> Self {
        Viewer {
            container,
            requests: false,
        }
    }

    /// A container for which a VM owner requests a host path.
    #[must_use]
    pub const fn requesting(container: &'c str) -> Self {
        Viewer {
            container: Some(container),
            requests: true,
        }
    }

    fn is_compute(self) -> bool {
        self.container == Some(COMPUTE)
    }
}

/// What the settings say of a host path for one viewer.
#[derive(Clone, Debug)]
pub struct Permission<'s> {
    /// The rule that decides, if one does.
    pub rule: Option<RuleFor<'s>>,
    /// Why it is not permitted; none: it is.
    pub refusals: Vec<Refusal>,
}

/// Judges `path` with what is `around` it, for this viewer: the path by itself, its type where that is known, its access, and
/// whether container `compute` may have it.
#[must_use]
pub fn permission<'s>(
    settings: &SettingsFor<'s>,
    around: &RulesAround<'_>,
    viewer: Viewer<'_>,
    host_path_type: Option<HostPathType>,
    access: Option<Access>,
) -> Permission<'s> {
    let judge = Judge {
        settings,
        around,
        viewer,
    };
    let rule = match judge.rule() {
        Ok(rule) => rule,
        Err(refusal) => {
            return Permission {
                rule: None,
                refusals: vec![refusal],
            };
        }
    };
    let sharing = viewer.is_compute() && !rule.rule.allow_shared_compute;
    let refusals = [
        judge.sensitive(rule),
        judge.below_writable(),
        host_path_type.and_then(|host_path_type| refused_type(rule, host_path_type)),
        access.and_then(|access| refused_access(rule, access)),
        sharing.then(|| {
            let detail = format!("the rule for {rule} does not allow a mount in container compute");
            Refusal::by(Step::Sharing, rule, detail)
        }),
    ];
    Permission {
        rule: Some(rule),
        refusals: refusals.into_iter().flatten().collect(),
    }
}

struct Judge<'j, 's> {
    settings: &'j SettingsFor<'s>,
    around: &'j RulesAround<'j>,
    viewer: Viewer<'j>,
}

impl<'s> Judge<'_, 's> {
    /// The path as it is written, and the rules at or above it.
    fn written(&self) -> (&str, &[Covering]) {
        match self.around.names.first() {
            Some((path, covering)) => (path.as_str(), covering),
            None => ("", &[]),
        }
    }

    fn is_for(&self, covering: &Covering) -> bool {
        covering.applies && self.settings.is_for(covering.position, self.viewer)
    }

    /// Whether the rule says anything about a name of this length. A rule for one path alone says nothing about what is below
    /// that, except that it does not apply to those to whom the rule does not.
    fn counts(&self, covering: &Covering, name: usize) -> bool {
        covering.length == name
            || !self.settings.rule(covering.position).rule.is_exact()
            || !self.is_for(covering)
    }

    /// Whether the rule applies to the viewer and matches a name of this length.
    fn matches(&self, covering: &Covering, name: usize) -> bool {
        self.is_for(covering)
            && (covering.length == name || !self.settings.rule(covering.position).rule.is_exact())
    }

    /// The rule that decides, the most specific of those that apply to the viewer and match.
    fn rule(&self) -> Result<RuleFor<'s>, Refusal> {
        let (path, covering) = self.written();
        if !covering.iter().any(|covering| self.counts(covering, path.len())) {
            return Err(self.under_no_rule());
        }
        if self.settings.has_restricted {
            if let Some(refusal) = self
                .around
                .names
                .iter()
                .find_map(|(name, covering)| self.reserved(name.as_str().len(), covering))
            {
                return Err(refusal);
            }
            if self.contains_reserved() {
                let detail = format!(
                    "{} contains a host path that is reserved for others; ask for the part you need below it",
                    quote(path)
                );
                return Err(Refusal::new(Step::ContainsReserved, detail));
            }
        }
        let matching = covering
            .iter()
            .filter(|covering| self.matches(covering, path.len()));
        let decides = matching.max_by_key(|covering| {
            let rule = self.settings.rule(covering.position).rule;
            (
                rule.is_exact(),
                covering.length,
                rule.containers.is_some(),
                rule.namespaces.is_some(),
                rule.path().directory().is_none(),
                Reverse(covering.position),
            )
        });
        match decides {
            Some(covering) => Ok(self.settings.rule(covering.position)),
            None => Err(self.under_no_rule()),
        }
    }

    /// Why none of the rules with the longest path, of those at or above a name of this length, applies to the viewer.
    fn reserved(&self, name: usize, covering: &[Covering]) -> Option<Refusal> {
        let counting = covering.iter().filter(|covering| self.counts(covering, name));
        let longest = counting.clone().map(|covering| covering.length).max()?;
        let longest = counting.filter(|covering| covering.length == longest);
        if longest.clone().any(|covering| self.is_for(covering)) {
            return None;
        }
        let requested = Viewer {
            requests: false,
            ..self.viewer
        };
        let mut others = longest.clone();
        let would_apply =
            |covering: &Covering| covering.applies && self.settings.is_for(covering.position, requested);
        let why = if others.any(would_apply) {
            "the rule for it does not allow requests, only mounts by others".to_owned()
        } else {
            let mut others = longest;
            let by_container =
                others.any(|covering| !self.settings.is_for_container(covering.position, self.viewer));
            format!("no rule for it is for {}", self.requester(by_container))
        };
        let detail = format!("{} is reserved: {why}", quote(self.written().0));
        if !self.viewer.requests {
            return Some(Refusal::new(Step::Reserved, detail));
        }
        let allowed = self.own_paths();
        let instead = match allowed {
            Some(_) => "ask for another path under the allowed host paths",
            None => "no other host path is allowed either",
        };
        Some(Refusal {
            allowed,
            ..Refusal::new(Step::Reserved, format!("{detail}; {instead}"))
        })
    }

    /// The namespace, and the container where rules tell containers apart.
    fn requester(&self, by_container: bool) -> String {
        let namespace = self.settings.namespace;
        match self.viewer.container {
            Some(container) if by_container => format!("container {} in {namespace}", quote(container)),
            None if by_container => format!("an ephemeral container in {namespace}"),
            _ => namespace.to_string(),
        }
    }

    /// Whether the path of a rule that is for others is strictly below the path.
    fn contains_reserved(&self) -> bool {
        let around = self.around;
        let is_own = |same: &[usize]| {
            let mut same = same.iter();
            same.any(|position| self.settings.is_for(*position, self.viewer))
        };
        let is_reserved = |position: &usize| !is_own(self.settings.same_path(*position));
        let is_reserved_with_label = |(position, same): &(usize, Vec<usize>)| {
            let is_its_own = self.settings.rule(*position).is_for_any_label()
                && self.settings.is_for(*position, self.viewer);
            !is_its_own && !is_own(same)
        };
        around.contains_namespaces
            || around.restricted_below.iter().any(is_reserved)
            || around.labelled_below.iter().any(is_reserved_with_label)
    }

    /// Why the path, on which `rule` decides, is too sensitive: what the rule does not name at or below a sensitive path, it
    /// does not mean.
    fn sensitive(&self, rule: RuleFor<'_>) -> Option<Refusal> {
        let around = self.around;
        if around.sensitive_above.is_empty() && around.sensitive_inside.is_empty() {
            return None;
        }
        let quoted = quote(self.written().0);
        let rule_names = rule.rule.path().named().names();
        let unnamed = |sensitive: &&&HostPath| !rule_names.iter().any(|name| name.is_at_or_below(sensitive));
        let refusal = |detail| Some(Refusal::by(Step::Sensitive, rule, detail));
        if let Some(sensitive) = around.sensitive_above.iter().find(unnamed) {
            let sensitive = shorten(sensitive.as_str());
            return refusal(format!(
                "{quoted} is in the sensitive host path {sensitive}, which no rule for it names"
            ));
        }
        let sensitive = shorten(around.sensitive_inside.iter().find(unnamed)?.as_str());
        refusal(format!(
            "{quoted} contains the sensitive host path {sensitive}; ask for the part you need below it"
        ))
    }

    /// Why the path, which is below a path that is writable for whatever container, could lead anywhere.
    fn below_writable(&self) -> Option<Refusal> {
        let writable = self.settings.rule(self.around.below_writable?);
        let directory = if writable.applies {
            format!("{writable:#}")
        } else {
            "a host path".to_owned()
        };
        let detail = format!(
            "{} is below {directory}, where sidecars may write: it could lead through a symbolic link",
            quote(self.written().0)
        );
        Some(Refusal::by(Step::BelowWritable, writable, detail))
    }
}

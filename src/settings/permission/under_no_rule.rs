//! What is said of a host path that no rule is for: what is allowed, and what was probably meant.

use std::{borrow::Cow, rc::Rc};

use super::{Judge, Refusal};
use crate::{
    base::{
        by_name::ByName,
        field::{list, quote},
        path::HostPath,
        step::Step,
    },
    settings::{
        RuleFor,
        near_path::{Nearness, nearness},
    },
};

impl<'s> Judge<'_, 's> {
    /// The rules that apply to the viewer: messages name nothing that is for others.
    fn own_rules(&self) -> impl Iterator<Item = &RuleFor<'s>> {
        let rules = self.settings.rules().iter().zip(0..);
        let own = rules.filter(|(_, position)| self.settings.is_for(*position, self.viewer));
        own.map(|(rule, _)| rule)
    }

    /// The paths of these rules, as messages list them; none if there is no such rule. All viewers that no rule names have
    /// the same.
    pub(super) fn own_paths(&self) -> Option<Rc<str>> {
        let listed = || {
            let mut known = ByName::default();
            let paths = self.own_rules().map(ToString::to_string).zip(0..);
            let paths = paths.filter(|(path, number)| known.add(path.clone().into(), *number));
            let paths: Vec<String> = paths.map(|(path, _)| path).collect();
            (!paths.is_empty()).then(|| list(paths).into())
        };
        if self
            .viewer
            .container
            .is_some_and(|name| self.settings.is_named(name))
        {
            return listed();
        }
        let [by_others, requested] = &self.settings.paths_of_unnamed;
        let known = if self.viewer.requests {
            requested
        } else {
            by_others
        };
        known.get_or_init(listed).clone()
    }

    /// The path of the rule that was probably meant. Where only one is allowed, the message names it already.
    fn meant(&self) -> Option<String> {
        let mut rules = self.own_rules().map(RuleFor::path);
        let first = rules.next()?;
        if rules.all(|path| path == first) {
            return None;
        }
        let mut meant: Option<(Nearness, Cow<'_, HostPath>)> = None;
        let mut is_only = true;
        for rule in self.own_rules() {
            let path = rule.path();
            let Some(nearness) = nearness(self.written().0, path.as_str()) else {
                continue;
            };
            match &meant {
                Some((nearest, _)) if nearness > *nearest => {}
                Some((nearest, other)) if nearness == *nearest => is_only &= *other == path,
                _ => {
                    meant = Some((nearness, path));
                    is_only = true;
                }
            }
        }
        let (_, path) = meant.filter(|(nearness, _)| is_only || *nearness != Nearness::Alike)?;
        Some(path.as_str().to_owned())
    }

    pub(super) fn under_no_rule(&self) -> Refusal {
        let quoted = quote(self.written().0);
        let refusal = |detail| Refusal::new(Step::Rule, detail);
        let rules = self.settings.rules();
        if rules.is_empty() {
            return refusal(format!(
                "{quoted} is not allowed: the settings allow no host path"
            ));
        }
        let Some(allowed) = self.own_paths() else {
            let by_container = rules.iter().any(|rule| rule.rule.containers.is_some());
            let requester = self.requester(by_container);
            return refusal(format!(
                "{quoted} is not allowed: the settings allow no host path for {requester}"
            ));
        };
        // A node without the link may have another directory there: only the name as written permits.
        let mut other_names = self.around.names.iter().skip(1);
        let allowed_name = other_names.find(|(name, covering)| {
            covering
                .iter()
                .any(|covering| self.matches(covering, name.as_str().len()))
        });
        let hint = match allowed_name {
            Some((name, _)) => Some(format!(
                "{}, which is allowed, is the same directory on most nodes: write it so",
                quote(name.as_str())
            )),
            None if self.viewer.requests => self.meant().map(|path| format!("Did you mean {path}?")),
            None => None,
        };
        Refusal {
            allowed: Some(allowed),
            hint,
            ..refusal(format!("{quoted} is under none of the allowed host paths"))
        }
    }
}

//! The settings as they are for requests in one namespace, made once a request.

use std::{borrow::Cow, cell::OnceCell, fmt, rc::Rc};

use crate::{
    base::{
        by_name::{ByName, item},
        field::shorten,
        namespace::Namespace,
        path::HostPath,
        path_tree::PathTree,
    },
    settings::{Settings, permission::Viewer, rule::Rule},
};

/// Settings, and what they are for requests in one namespace.
#[derive(Debug)]
pub struct SettingsFor<'s> {
    /// The settings.
    pub settings: &'s Settings,
    /// The namespace.
    pub namespace: &'s Namespace,
    /// The rules, in the order of the settings.
    rules: Vec<RuleFor<'s>>,
    /// Whether some rule applies to some requests only.
    pub(super) has_restricted: bool,
    /// What is allowed to viewers that no rule names, as messages list it: for mounts by others, and for requests. Made when
    /// the first path is refused.
    pub(super) paths_of_unnamed: [OnceCell<Option<Rc<str>>>; 2],
    /// Made when the first path is judged: most launcher pods have none.
    indexes: OnceCell<Indexes<'s>>,
}

/// Where the rules are found, each by its position.
#[derive(Debug)]
pub(super) struct Indexes<'s> {
    /// By the containers that they name.
    named: ByName<'s>,
    /// Those without a placeholder, by their path.
    pub(super) plain: PathTree,
    /// Those with a placeholder, by the directory of that.
    pub(super) directories: PathTree,
    /// Those that are writable and without a placeholder, by their path.
    pub(super) writable: PathTree,
    /// Those that apply to the namespace, by the path that they name for it. Empty without restricted rules.
    pub(super) own: PathTree,
    /// By the position of a rule: the positions of the rules that name its path, as it is written, for the namespace. Empty
    /// without restricted rules.
    same_path: Vec<Vec<usize>>,
}

/// A rule, and what it is for requests in one namespace.
#[derive(Clone, Copy, Debug)]
pub struct RuleFor<'s> {
    /// The rule.
    pub rule: &'s Rule,
    /// Whether it applies to the namespace.
    pub applies: bool,
    /// What its placeholder stands for, if it has one and that is known.
    label: Option<&'s str>,
}

impl<'s> RuleFor<'s> {
    fn of(rule: &'s Rule, namespace: &'s Namespace) -> Self {
        let is_listed = |names: &Vec<String>| names.iter().any(|name| namespace.may_be(name));
        let is_listed = rule.namespaces.as_ref().is_none_or(is_listed);
        let (can_fill, label) = match (rule.path().directory(), namespace) {
            (None, _) | (Some(_), Namespace::Any) => (true, None),
            (Some(_), Namespace::Named(name)) => (true, Some(name.as_str())),
            (Some(_), Namespace::Absent) => (false, None),
        };
        RuleFor {
            rule,
            applies: is_listed && can_fill,
            label,
        }
    }

    /// The path that the rule names for requests in the namespace; as written where it is not known.
    #[must_use]
    pub fn path(&self) -> Cow<'s, HostPath> {
        match self.label {
            Some(label) => Cow::Owned(self.rule.path().with(label)),
            None => Cow::Borrowed(self.rule.path().as_written()),
        }
    }

    /// Whether the rule applies where its placeholder stands for `label`.
    pub(super) fn applies_with(&self, label: Option<&str>) -> bool {
        self.applies && (self.label.is_none() || self.label == label)
    }

    /// Whether what its placeholder stands for is any namespace's name.
    pub(super) fn is_for_any_label(&self) -> bool {
        self.applies && self.label.is_none() && self.rule.path().directory().is_some()
    }
}

impl fmt::Display for RuleFor<'_> {
    /// As messages list it: as the requester would write it. `{:#}` is its path alone.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = if self.applies {
            self.path()
        } else {
            Cow::Borrowed(self.rule.path().as_written())
        };
        f.write_str(&shorten(path.as_str()))?;
        if self.rule.is_exact() && !f.alternate() {
            f.write_str(" (exactly)")?;
        }
        Ok(())
    }
}

impl<'s> SettingsFor<'s> {
    /// What `settings` are for requests in `namespace`.
    #[must_use]
    pub fn new(settings: &'s Settings, namespace: &'s Namespace) -> Self {
        let rules: Vec<RuleFor<'s>> = settings
            .rules
            .iter()
            .map(|rule| RuleFor::of(rule, namespace))
            .collect();
        SettingsFor {
            settings,
            namespace,
            rules,
            has_restricted: settings.rules.iter().any(Rule::is_restricted),
            paths_of_unnamed: [OnceCell::new(), OnceCell::new()],
            indexes: OnceCell::new(),
        }
    }

    pub(super) fn indexes(&self) -> &Indexes<'s> {
        self.indexes
            .get_or_init(|| Indexes::of(&self.rules, self.has_restricted))
    }

    /// The rules, in the order of the settings.
    #[must_use]
    pub fn rules(&self) -> &[RuleFor<'s>] {
        &self.rules
    }

    /// The rule at this position of [`Self::rules`].
    #[must_use]
    pub fn rule(&self, position: usize) -> RuleFor<'s> {
        *item(&self.rules, position)
    }

    /// The positions of the rules that name the path of this one, which has no placeholder, for the namespace. There must be
    /// restricted rules.
    pub(super) fn same_path(&self, position: usize) -> &[usize] {
        item(&self.indexes().same_path, position).as_slice()
    }

    /// Whether a rule names this container.
    pub(super) fn is_named(&self, container: &str) -> bool {
        self.indexes().named.has(container)
    }

    /// Whether the rule at `position` applies to this viewer, its namespace aside.
    pub(super) fn is_for_container(&self, position: usize, viewer: Viewer<'_>) -> bool {
        let rule = self.rule(position).rule;
        let is_named = |name: &str| self.indexes().named.get(name).contains(&position);
        rule.containers.is_none() || viewer.container.is_some_and(is_named)
    }

    /// Whether the rule at `position` applies to this viewer.
    #[must_use]
    pub fn is_for(&self, position: usize, viewer: Viewer<'_>) -> bool {
        let rule = self.rule(position);
        rule.applies && (rule.rule.requestable || !viewer.requests) && self.is_for_container(position, viewer)
    }
}

impl<'s> Indexes<'s> {
    fn of(rules: &[RuleFor<'s>], has_restricted: bool) -> Self {
        let mut named = ByName::default();
        for (position, rule) in rules.iter().enumerate() {
            for name in rule.rule.container_names().into_iter().flatten() {
                named.add(Cow::Borrowed(name), position);
            }
        }
        let numbered = || rules.iter().map(|rule| rule.rule).zip(0..);
        let path = |(rule, position): (&'s Rule, usize)| (rule.path().as_written().as_str(), position);
        let is_plain = |(rule, _): &(&'s Rule, usize)| rule.path().directory().is_none();
        let plain = numbered().filter(is_plain);
        let writable = plain.clone().filter(|(rule, _)| rule.is_writable());
        let directories =
            numbered().filter_map(|(rule, position)| Some((rule.path().directory()?.as_str(), position)));
        let own: Vec<(Cow<'_, HostPath>, usize)> = rules
            .iter()
            .zip(0..)
            .filter(|(rule, _)| has_restricted && rule.applies && !rule.is_for_any_label())
            .map(|(rule, position)| (rule.path(), position))
            .collect();
        let own = PathTree::of(own.iter().map(|(path, position)| (path.as_str(), *position)));
        let same_path = rules.iter().filter(|_| has_restricted);
        let same_path = same_path.map(|rule| own.at(rule.rule.path().as_written().as_str()).to_vec());
        Indexes {
            named,
            plain: PathTree::of(plain.map(path)),
            directories: PathTree::of(directories),
            writable: PathTree::of(writable.map(path)),
            same_path: same_path.collect(),
            own,
        }
    }
}

//! What is taken from the one who asks: the paths of rules that are for some requests, and not for this one.

use std::borrow::Cow;

use crate::{
    base::{by_name::ByName, path::HostPath},
    settings::{
        pattern::Below,
        rule::{Mine, Rule},
    },
};

/// The paths of rules by whose they are, containers aside. Empty where no rule is for some requests only.
#[derive(Clone, Debug, Default)]
pub(crate) struct Taken {
    /// As rules that are for the one who asks name them.
    own: ByName<'static>,
    /// As written, of rules that are not for every one who asks. A placeholder is always for others too.
    others: ByName<'static>,
    /// The directories of placeholders, each once.
    directories: Vec<HostPath>,
    /// The rules with a placeholder in each of them.
    by_directory: ByName<'static>,
}

impl Taken {
    /// What is whose, by these rules, which know already what they are for the one who asks.
    pub(super) fn of(rules: &[Rule]) -> Self {
        let mut taken = Taken::default();
        if !rules.iter().any(Rule::is_restricted) {
            return taken;
        }
        for (index, rule) in rules.iter().enumerate() {
            if let Mine::Path(path) = &rule.mine {
                taken.own.add(Cow::Owned(path.to_string()), index);
            }
        }
        let others = rules.iter().enumerate().filter(|(_, rule)| {
            rule.path().directory().is_some() || rule.containers.is_some() || !rule.is_mine()
        });
        for (index, rule) in others {
            let path = rule.path().as_written();
            taken.others.add(Cow::Owned(path.to_string()), index);
            if let Some(directory) = rule.path().directory()
                && taken.by_directory.add(Cow::Owned(directory.to_string()), index)
            {
                taken.directories.push(directory.clone());
            }
        }
        taken
    }

    /// Whether the path of a rule that is for others lies strictly below `path`, under any name.
    pub(crate) fn is_below(&self, path: &HostPath, container: &str, rules: &[Rule]) -> bool {
        let names = path.names();
        path.contained().iter().any(|directory| {
            // `/var` contains all of `/run`, which is `/var/run`.
            let with_itself = !names.contains(directory);
            self.is_below_directory(directory, with_itself, container, rules)
                || self.with_a_label(directory).any(|index| {
                    let rule = rules.get(index);
                    rule.is_some_and(|rule| {
                        self.is_below_for_a_label(rule, directory, with_itself, container, rules)
                    })
                })
        })
    }

    /// The rules with a placeholder for which `directory` may have a name.
    fn with_a_label(&self, directory: &HostPath) -> impl Iterator<Item = usize> {
        let above = self.directories.iter().filter(|above| directory.is_below(above));
        above.flat_map(|above| self.by_directory.get(above.as_str()).iter().copied())
    }

    /// As [`Taken::is_below`], for rules without a placeholder, and those that have theirs below `directory`.
    fn is_below_directory(
        &self,
        directory: &HostPath,
        with_itself: bool,
        container: &str,
        rules: &[Rule],
    ) -> bool {
        let start = directory.join("", "");
        let below = self.others.starting_with(start.as_str());
        let itself = self.others.get(directory.as_str()).iter().copied();
        let mut others = below.chain(itself.filter(|_| with_itself));
        others.any(|index| {
            let rule = rules.get(index);
            rule.is_some_and(|rule| {
                rule.path().directory().is_some() || !self.is_own(rule.path().as_written(), container, rules)
            })
        })
    }

    /// As [`Taken::is_below`], for a rule with a placeholder for which `directory` has a name.
    fn is_below_for_a_label(
        &self,
        rule: &Rule,
        directory: &HostPath,
        with_itself: bool,
        container: &str,
        rules: &[Rule],
    ) -> bool {
        let label = match rule.path().below(directory) {
            Some(Below::For {
                label: Some(label),
                strictly,
            }) if strictly || with_itself => label,
            _ => return false,
        };
        let path = rule.path().with(label);
        let is_its_own = rule.is_for_container(container) && rule.rest(&path).is_some();
        !is_its_own && !self.is_own(&path, container, rules)
    }

    /// Whether a rule for the one who asks names this very path.
    fn is_own(&self, path: &HostPath, container: &str, rules: &[Rule]) -> bool {
        let mut naming = self
            .own
            .get(path.as_str())
            .iter()
            .filter_map(|index| rules.get(*index));
        naming.any(|rule| rule.is_for_container(container))
    }
}

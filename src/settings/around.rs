//! The rules and the sensitive paths around one host path: everything that is to be known of the path, whoever asks for it.

use crate::{
    base::path::HostPath,
    settings::{
        SettingsFor,
        pattern::{Below, Pattern},
    },
};

/// A rule whose path is at or above a path, to whatever it applies; `{namespace}` stands for any DNS label.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Covering {
    /// The rule's position in [`SettingsFor::rules`].
    pub position: usize,
    /// How many bytes of the path the rule's path has.
    pub length: usize,
    /// Whether the rule applies to the namespace with this path.
    pub applies: bool,
}

/// What is around a host path.
#[derive(Debug)]
pub struct RulesAround<'f> {
    /// The path under all its names, as written first, each with the rules at or above it.
    pub names: Vec<(HostPath, Vec<Covering>)>,
    /// The positions of the rules that are restricted and strictly below the path, under any name.
    pub(super) restricted_below: Vec<usize>,
    /// The positions of the rules with `{namespace}` that name a path strictly below for the label in this path, each with the
    /// positions of the rules that name this very path for the namespace.
    pub(super) labelled_below: Vec<(usize, Vec<usize>)>,
    /// Whether the directory of a `{namespace}` is at or below the path.
    pub(super) contains_namespaces: bool,
    /// The position of a writable rule strictly above the path, under any name.
    pub(super) below_writable: Option<usize>,
    /// The sensitive paths at or above the path, under any name.
    pub(super) sensitive_above: Vec<&'f HostPath>,
    /// The sensitive paths below the path, under any name.
    pub(super) sensitive_inside: Vec<&'f HostPath>,
}

impl SettingsFor<'_> {
    /// What is around `path`.
    #[must_use]
    pub fn around(&self, path: &HostPath) -> RulesAround<'_> {
        let names = path.names();
        let contained = path.contained();
        let sensitive = &*self.settings.sensitive;
        let of_each = |paths: &[HostPath], concerns: &dyn Fn(&HostPath, &HostPath) -> bool| {
            let each = paths.iter();
            each.flat_map(|path| {
                sensitive
                    .iter()
                    .filter(|sensitive| concerns(path, sensitive))
                    .collect::<Vec<_>>()
            })
            .collect()
        };
        let mut around = RulesAround {
            restricted_below: Vec::new(),
            labelled_below: Vec::new(),
            contains_namespaces: false,
            below_writable: self.below_writable(&names),
            sensitive_above: of_each(&names, &|name, sensitive| name.is_at_or_below(sensitive)),
            sensitive_inside: of_each(&contained, &|inside, sensitive| sensitive.is_at_or_below(inside)),
            names: Vec::new(),
        };
        if self.has_restricted {
            for directory in &contained {
                // `/var` contains all of `/run`, which is `/var/run`.
                let with_itself = !names.contains(directory);
                self.add_below(&mut around, directory, with_itself);
            }
        }
        around.names = names
            .into_iter()
            .map(|name| {
                let covering = self.covering(&name);
                (name, covering)
            })
            .collect();
        around
    }

    /// The rules at or above `path` as it is written.
    fn covering(&self, path: &HostPath) -> Vec<Covering> {
        let text = path.as_str();
        let plain = self.indexes().plain.at_or_above(text).map(|position| {
            let rule = self.rule(position);
            Covering {
                position,
                length: rule.rule.path().as_written().as_str().len(),
                applies: rule.applies,
            }
        });
        let with_label = self.indexes().directories.above(text).filter_map(|position| {
            let rule = self.rule(position);
            let above = rule.rule.path().above(path)?;
            Some(Covering {
                position,
                length: text.len().saturating_sub(above.rest.len()),
                applies: rule.applies_with(above.label),
            })
        });
        plain.chain(with_label).collect()
    }

    fn add_below(&self, around: &mut RulesAround<'_>, directory: &HostPath, with_itself: bool) {
        let text = directory.as_str();
        let itself = self
            .indexes()
            .plain
            .at(text)
            .iter()
            .copied()
            .filter(|_| with_itself);
        let below = self.indexes().plain.below(text).chain(itself);
        around
            .restricted_below
            .extend(below.filter(|&position| self.rule(position).rule.is_restricted()));
        around.contains_namespaces |= !self.indexes().directories.at(text).is_empty()
            || self.indexes().directories.below(text).next().is_some();
        for position in self.indexes().directories.above(text) {
            let pattern = self.rule(position).rule.path();
            if let Some(Below::For {
                label: Some(label),
                strictly,
            }) = pattern.below(directory)
                && (strictly || with_itself)
            {
                let same = self.indexes().own.at(pattern.with(label).as_str()).to_vec();
                around.labelled_below.push((position, same));
            }
        }
    }

    /// The position of a writable rule strictly above one of these names of a path.
    fn below_writable(&self, names: &[HostPath]) -> Option<usize> {
        let plain = names
            .iter()
            .filter_map(|name| self.indexes().writable.above(name.as_str()).min());
        let is_above = |pattern: &Pattern, name: &HostPath| {
            pattern.above(name).is_some_and(|above| !above.rest.is_empty())
        };
        let with_label = names.iter().filter_map(|name| {
            let mut directories = self
                .indexes()
                .directories
                .above(name.as_str())
                .filter(|&position| {
                    let rule = self.rule(position).rule;
                    rule.is_writable() && is_above(rule.path(), name)
                });
            directories.next()
        });
        plain.chain(with_label).min()
    }

    /// Whether a writable rule is at, above or below `path`, under any name: who may write there could make a part of the path
    /// a symbolic link.
    #[must_use]
    pub(crate) fn touches_writable(&self, path: &HostPath) -> bool {
        let is_writable = |position: usize| self.rule(position).rule.is_writable();
        let at_or_above = path.names().iter().any(|name| {
            self.covering(name)
                .iter()
                .any(|covering| is_writable(covering.position))
        });
        at_or_above
            || path.contained().iter().any(|directory| {
                let text = directory.as_str();
                let patterns = self
                    .indexes()
                    .directories
                    .at_or_above(text)
                    .chain(self.indexes().directories.below(text));
                let mut patterns = patterns.filter(|&position| is_writable(position));
                !self.indexes().writable.at(text).is_empty()
                    || self.indexes().writable.below(text).next().is_some()
                    || patterns.any(|position| self.rule(position).rule.path().below(directory).is_some())
            })
    }
}

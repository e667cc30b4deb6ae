//! The places at which each name stands in a list.

use std::{borrow::Cow, collections::BTreeMap, ops::Bound};

/// Positions by name. The one map of this crate: each further kind would cost the module five kilobytes.
#[derive(Debug, Default)]
pub(crate) struct ByName<'a>(BTreeMap<Cow<'a, str>, Vec<usize>>);

impl<'a> ByName<'a> {
    /// Adds a position. Whether it is the first of this name.
    pub(crate) fn add(&mut self, name: Cow<'a, str>, position: usize) -> bool {
        self.count(name, position) == 1
    }

    /// Adds a position. How many the name has now.
    pub(crate) fn count(&mut self, name: Cow<'a, str>, position: usize) -> usize {
        let positions = self.0.entry(name).or_default();
        positions.push(position);
        positions.len()
    }

    /// The positions of this name, as they were added.
    pub(crate) fn get(&self, name: &str) -> &[usize] {
        self.0.get(name).map_or(&[], Vec::as_slice)
    }

    /// The positions of all names that begin with `start`.
    pub(crate) fn starting_with(&self, start: &str) -> impl Iterator<Item = usize> {
        let names = self.0.range::<str, _>((Bound::Included(start), Bound::Unbounded));
        let names = names.take_while(move |(name, _)| name.starts_with(start));
        names.flat_map(|(_, positions)| positions).copied()
    }

    /// All positions, in the order of the names' bytes.
    pub(crate) fn in_order(&self) -> impl Iterator<Item = usize> {
        self.0.values().flatten().copied()
    }
}

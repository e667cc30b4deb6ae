//! The positions at which each name is in a list.

use std::{borrow::Cow, collections::BTreeMap};

/// Positions by name, in the order of the names' bytes. The one map of this crate: each further type of map would cost the
/// module five kilobytes.
#[derive(Clone, Debug, Default)]
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

    /// Whether the name is in the list.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// The positions of this name, as they were added.
    pub(crate) fn get(&self, name: &str) -> &[usize] {
        self.0.get(name).map_or(&[], Vec::as_slice)
    }

    /// The names with their positions.
    pub(crate) fn into_sorted(self) -> impl Iterator<Item = (Cow<'a, str>, Vec<usize>)> {
        self.0.into_iter()
    }
}

/// The item at `position`, which was taken from this list.
#[expect(
    clippy::indexing_slicing,
    reason = "a position of another list would trap, and a trap rejects the request; an absent item could accept it"
)]
pub(crate) fn item<T>(items: &[T], position: usize) -> &T {
    &items[position]
}

/// As [`item`], to be changed.
#[expect(clippy::indexing_slicing, reason = "as for `item`")]
pub(crate) fn item_mut<T>(items: &mut [T], position: usize) -> &mut T {
    &mut items[position]
}

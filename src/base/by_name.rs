//! The positions at which each name is in a list.

use std::{borrow::Cow, collections::BTreeMap};

/// Positions by name, in the order of the names' bytes. The one map of this crate: each further type of map would cost the
/// module five kilobytes.
#[derive(Clone, Debug, Default)]
pub(crate) struct ByName<'a>(BTreeMap<Name<'a>, Vec<usize>>);

/// A name, and its first bytes as a number: most comparisons of names end there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Name<'a> {
    front: u64,
    text: Cow<'a, str>,
}

impl<'a> Name<'a> {
    fn of(text: Cow<'a, str>) -> Self {
        let mut front = [0; 8];
        for (to, from) in front.iter_mut().zip(text.as_bytes()) {
            *to = *from;
        }
        Name {
            front: u64::from_be_bytes(front),
            text,
        }
    }
}

impl<'a> ByName<'a> {
    /// Adds a position. Whether it is the first of this name.
    pub(crate) fn add(&mut self, name: Cow<'a, str>, position: usize) -> bool {
        self.count(name, position) == 1
    }

    /// Adds a position. How many the name has now.
    pub(crate) fn count(&mut self, name: Cow<'a, str>, position: usize) -> usize {
        let positions = self.0.entry(Name::of(name)).or_default();
        positions.push(position);
        positions.len()
    }

    /// Adds a position. All that the name has now.
    pub(crate) fn with(&mut self, name: Cow<'a, str>, position: usize) -> &[usize] {
        let positions = self.0.entry(Name::of(name)).or_default();
        positions.push(position);
        positions
    }

    /// Whether the name is in the list.
    pub(crate) fn has(&self, name: &str) -> bool {
        !self.get(name).is_empty()
    }

    /// The positions of this name, as they were added.
    pub(crate) fn get<'s>(&'s self, name: &'s str) -> &'s [usize] {
        self.0
            .get(&Name::of(Cow::Borrowed(name)))
            .map_or(&[], Vec::as_slice)
    }

    /// The names with their positions.
    pub(crate) fn into_sorted(self) -> impl Iterator<Item = (Cow<'a, str>, Vec<usize>)> {
        self.0.into_iter().map(|(name, positions)| (name.text, positions))
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

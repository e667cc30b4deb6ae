//! Some members of an object, found in one walk: pods have dozens of small objects, of which a few keys matter.

use super::{
    Json, JsonKind, NoItems,
    cursor::{Cursor, Found},
};
use crate::base::field::{FieldPath, Violation};

/// The values of some keys of an object.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wanted<'a, const N: usize> {
    keys: &'static [&'static str; N],
    found: [Found<'a>; N],
}

impl<'a> Json<'a> {
    /// The values of these keys; `None` where this is not an object.
    pub(crate) fn wanted<const N: usize>(self, keys: &'static [&'static str; N]) -> Option<Wanted<'a, N>> {
        let mut found = [Found::default(); N];
        Cursor::at_start(self).wanted(keys, &mut found)?;
        Some(Wanted { keys, found })
    }

    /// The items of a list, of which there may be `most`, each with the values of these keys if it is an object.
    ///
    /// # Errors
    /// It is not a list, or has more.
    pub(crate) fn wanted_items<const N: usize>(
        self,
        most: usize,
        keys: &'static [&'static str; N],
    ) -> Result<Vec<(Json<'a>, Option<Wanted<'a, N>>)>, NoItems> {
        self.list(most, |cursor| {
            let mut found = [Found::default(); N];
            match cursor.wanted(keys, &mut found) {
                Some(object) => (object, Some(Wanted { keys, found })),
                None => (cursor.value(), None),
            }
        })
    }
}

impl<'a, const N: usize> Wanted<'a, N> {
    /// The values, `null` as absent. A key of the object at `at` that is duplicated goes to `faults`.
    pub(crate) fn values(self, at: FieldPath<'_>, faults: &mut Vec<Violation>) -> [Option<Json<'a>>; N] {
        let mut values = [None; N];
        for ((value, found), key) in values.iter_mut().zip(self.found).zip(self.keys) {
            match found.second {
                None => *value = found.value.filter(|value| value.kind() != JsonKind::Null),
                Some(second) => faults.push(Violation::invalid(
                    at.name(key),
                    second.shown(),
                    "is a duplicate key",
                )),
            }
        }
        values
    }
}

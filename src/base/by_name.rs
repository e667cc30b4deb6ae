//! The places at which each name is in a list.

use std::{borrow::Cow, collections::BTreeMap, ops::Bound};

/// Positions by name. The one map of this crate: each further kind would cost the module five kilobytes.
///
/// Most lists of a pod have a few names, and looking through those is cheaper than making a tree.
#[derive(Clone, Debug)]
pub(crate) enum ByName<'a> {
    /// No more than [`FEW`] names, in the order of their bytes.
    Few(Vec<(Cow<'a, str>, Positions)>),
    /// More than that.
    Many(BTreeMap<Cow<'a, str>, Positions>),
}

/// How many names are looked through.
const FEW: usize = 16;

/// The positions of one name, which mostly has one.
#[derive(Clone, Debug)]
pub(crate) enum Positions {
    One([usize; 1]),
    More(Vec<usize>),
}

impl Positions {
    fn add(&mut self, position: usize) {
        match self {
            Positions::One([first]) => *self = Positions::More(vec![*first, position]),
            Positions::More(positions) => positions.push(position),
        }
    }

    fn as_slice(&self) -> &[usize] {
        match self {
            Positions::One(position) => position,
            Positions::More(positions) => positions,
        }
    }
}

impl Default for ByName<'_> {
    fn default() -> Self {
        ByName::Few(Vec::new())
    }
}

impl<'a> ByName<'a> {
    /// Adds a position. Whether it is the first of this name.
    pub(crate) fn add(&mut self, name: Cow<'a, str>, position: usize) -> bool {
        self.count(name, position) == 1
    }

    /// Adds a position. How many the name has now.
    pub(crate) fn count(&mut self, name: Cow<'a, str>, position: usize) -> usize {
        if let Some(positions) = self.find_mut(&name) {
            positions.add(position);
            return positions.as_slice().len();
        }
        if let ByName::Few(few) = self
            && few.len() >= FEW
        {
            // One by one: `collect` would bring a sort into the module.
            let mut many = BTreeMap::new();
            for (name, positions) in std::mem::take(few) {
                many.insert(name, positions);
            }
            *self = ByName::Many(many);
        }
        let new = Positions::One([position]);
        match self {
            ByName::Few(few) => {
                let at = few.partition_point(|(known, _)| *known < name);
                few.insert(at, (name, new));
            }
            ByName::Many(many) => {
                many.insert(name, new);
            }
        }
        1
    }

    fn find_mut(&mut self, name: &str) -> Option<&mut Positions> {
        match self {
            ByName::Few(few) => {
                let mut few = few.iter_mut();
                few.find(|(known, _)| known == name)
                    .map(|(_, positions)| positions)
            }
            ByName::Many(many) => many.get_mut(name),
        }
    }

    /// Whether the name stands anywhere.
    pub(crate) fn has(&self, name: &str) -> bool {
        !self.get(name).is_empty()
    }

    /// The positions of this name, as they were added.
    pub(crate) fn get(&self, name: &str) -> &[usize] {
        let found = match self {
            ByName::Few(few) => few
                .iter()
                .find(|(known, _)| known == name)
                .map(|(_, positions)| positions),
            ByName::Many(many) => many.get(name),
        };
        found.map_or(&[], Positions::as_slice)
    }

    /// The positions of all names that begin with `start`.
    pub(crate) fn starting_with(&self, start: &str) -> impl Iterator<Item = usize> {
        let (few, many) = match self {
            ByName::Few(few) => (few.as_slice(), None),
            ByName::Many(many) => (&[][..], Some(many)),
        };
        let few = few.iter().map(|(name, positions)| (name, positions));
        let many = many.map(|many| many.range::<str, _>((Bound::Included(start), Bound::Unbounded)));
        let many = many
            .into_iter()
            .flatten()
            .take_while(move |(name, _)| name.starts_with(start));
        let names = few.filter(move |(name, _)| name.starts_with(start)).chain(many);
        names.flat_map(|(_, positions)| positions.as_slice()).copied()
    }

    /// All positions, in the order of the names' bytes.
    pub(crate) fn in_order(&self) -> impl Iterator<Item = usize> {
        let (few, many) = match self {
            ByName::Few(few) => (few.as_slice(), None),
            ByName::Many(many) => (&[][..], Some(many)),
        };
        let few = few.iter().map(|(_, positions)| positions);
        let names = few.chain(many.into_iter().flat_map(BTreeMap::values));
        names.flat_map(Positions::as_slice).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `count` names, in the order in which they must come out: the last is added first.
    fn filled(count: usize) -> ByName<'static> {
        let mut by_name = ByName::default();
        for position in (0..count).rev() {
            assert!(by_name.add(format!("n{position:03}").into(), position));
        }
        by_name
    }

    #[test]
    fn few_and_many_names_are_found_alike() {
        for count in [0, 1, FEW, FEW + 1, 40] {
            let mut by_name = filled(count);
            assert_eq!(
                by_name.in_order().collect::<Vec<_>>(),
                (0..count).collect::<Vec<_>>()
            );
            assert_eq!(by_name.get("n0"), &[] as &[usize]);
            let first = Vec::from_iter(0..count.min(10));
            assert_eq!(
                by_name.starting_with("n00").collect::<Vec<_>>(),
                first,
                "{count} names"
            );
            if count > 0 {
                assert_eq!(by_name.count("n000".into(), 7), 2);
                assert_eq!(by_name.count("n000".into(), 5), 3);
                assert_eq!(by_name.get("n000"), [0, 7, 5]);
            }
        }
    }

    #[test]
    fn the_tree_begins_where_few_end() {
        assert!(matches!(filled(FEW), ByName::Few(_)));
        assert!(matches!(filled(FEW + 1), ByName::Many(_)));
    }
}

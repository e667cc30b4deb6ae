//! A tree of paths: which of them are at or above a path, and which are below it.

use std::cmp::Ordering;

use crate::base::{
    by_name::{ByName, item},
    path::common_prefix,
};

/// Paths with the positions that they have in a list, ordered by their elements, each linked to the nearest path above it.
/// A look-up takes time in proportion to the length of the path and the number of answers.
#[derive(Debug, Default)]
pub(crate) struct PathTree(Vec<Node>);

#[derive(Debug)]
struct Node {
    key: String,
    /// The number of the nearest node above.
    parent: Option<usize>,
    positions: Vec<usize>,
}

/// A clean path as a text in which a path comes before everything below it, and that before the next path: `/a`, `/a/b`,
/// `/a-b`. No path holds a NUL.
fn key(path: &str) -> String {
    if path == "/" {
        return String::new();
    }
    path.replace('/', "\0")
}

/// Whether the path of `key` is at or below the path of `above`, if their keys have so many bytes in common.
fn is_at_or_below(key: &str, above: &str, common: usize) -> bool {
    above.len() <= common && matches!(key.as_bytes().get(above.len()), None | Some(0))
}

fn compare(one: &str, other: &str) -> Ordering {
    let common = common_prefix(one, other);
    let byte = |text: &str| text.as_bytes().get(common).copied();
    byte(one).cmp(&byte(other))
}

impl PathTree {
    /// A tree of clean paths, each with its position.
    pub(crate) fn of<'p>(paths: impl IntoIterator<Item = (&'p str, usize)>) -> Self {
        let mut by_key = ByName::default();
        for (path, position) in paths {
            by_key.add(key(path).into(), position);
        }
        let mut nodes: Vec<Node> = Vec::new();
        for (key, positions) in by_key.into_sorted() {
            let mut parent = nodes.len().checked_sub(1);
            while let Some(number) = parent {
                let above = item(&nodes, number);
                if is_at_or_below(&key, &above.key, common_prefix(&key, &above.key)) {
                    break;
                }
                parent = above.parent;
            }
            nodes.push(Node {
                key: key.into_owned(),
                parent,
                positions,
            });
        }
        PathTree(nodes)
    }

    /// Whether it has no path.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The positions of this very path.
    pub(crate) fn at(&self, path: &str) -> &[usize] {
        let key = key(path);
        match self.0.get(self.first_from(&key)) {
            Some(node) if node.key == key => &node.positions,
            _ => &[],
        }
    }

    /// The positions of the paths at or above `path`, the deepest first.
    pub(crate) fn at_or_above(&self, path: &str) -> impl Iterator<Item = usize> {
        let key = key(path);
        let after = self
            .0
            .partition_point(|node| compare(&node.key, &key) != Ordering::Greater);
        let mut number = after.checked_sub(1);
        // All that are above this one have their key in common with it.
        let common = number.map_or(0, |number| common_prefix(&item(&self.0, number).key, &key));
        while let Some(node) = number.map(|number| item(&self.0, number)) {
            if is_at_or_below(&key, &node.key, common) {
                break;
            }
            number = node.parent;
        }
        let deepest = number.map(|number| item(&self.0, number));
        let nodes = std::iter::successors(deepest, |node| node.parent.map(|number| item(&self.0, number)));
        nodes.flat_map(|node| node.positions.iter().copied())
    }

    /// The positions of the paths strictly above `path`, the deepest first.
    pub(crate) fn above(&self, path: &str) -> impl Iterator<Item = usize> {
        let here = self.at(path).len();
        self.at_or_above(path).skip(here)
    }

    /// The positions of the paths strictly below `path`, in the order of the paths.
    pub(crate) fn below(&self, path: &str) -> impl Iterator<Item = usize> {
        let here = key(path);
        let start = format!("{here}\0");
        let first = self.first_from(&start);
        let after = self.0.iter().skip(first);
        let below = after.take_while(move |node| common_prefix(&node.key, &start) == start.len());
        below.flat_map(|node| node.positions.iter().copied())
    }

    /// Each position with the nearest one at or above it, if there is one: the previous one of the same path, or the last one of
    /// the nearest path above. In the order of the paths.
    pub(crate) fn nearest_pairs(&self) -> impl Iterator<Item = (usize, usize)> {
        self.0.iter().flat_map(|node| {
            let above = node
                .parent
                .and_then(|parent| item(&self.0, parent).positions.last());
            let before = above.into_iter().chain(&node.positions);
            let here = node.positions.iter();
            let here = here.skip(usize::from(above.is_none()));
            before.copied().zip(here.copied())
        })
    }

    /// The number of the first node whose key is not less than this.
    fn first_from(&self, key: &str) -> usize {
        self.0
            .partition_point(|node| compare(&node.key, key) == Ordering::Less)
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const PATHS: [&str; 8] = ["/a/b/c", "/", "/a", "/a-b", "/a/b", "/a/bc", "/x/y", "/a"];

    fn tree() -> PathTree {
        PathTree::of(PATHS.into_iter().zip(0..))
    }

    #[rstest]
    #[case::itself_and_above("/a/b", &[4, 2, 7, 1], &[2, 7, 1])]
    #[case::deeper_than_all("/a/b/c/d", &[0, 4, 2, 7, 1], &[0, 4, 2, 7, 1])]
    #[case::element_boundary("/a/bcd", &[2, 7, 1], &[2, 7, 1])]
    #[case::sorts_between("/a-", &[1], &[1])]
    #[case::root("/", &[1], &[])]
    #[case::last("/z", &[1], &[1])]
    fn paths_at_or_above(#[case] path: &str, #[case] at_or_above: &[usize], #[case] above: &[usize]) {
        let tree = tree();
        assert_eq!(tree.at_or_above(path).collect::<Vec<_>>(), at_or_above);
        assert_eq!(tree.above(path).collect::<Vec<_>>(), above);
    }

    #[rstest]
    #[case::root("/", &[2, 7, 4, 0, 5, 3, 6])]
    #[case::directory("/a", &[4, 0, 5])]
    #[case::not_in_the_tree("/x", &[6])]
    #[case::element_boundary("/a/b", &[0])]
    #[case::nothing("/a/b/c", &[])]
    fn paths_below(#[case] path: &str, #[case] below: &[usize]) {
        assert_eq!(tree().below(path).collect::<Vec<_>>(), below);
    }

    #[test]
    fn each_path_has_its_nearest() {
        let pairs: Vec<_> = tree().nearest_pairs().collect();
        assert_eq!(pairs, [(1, 2), (2, 7), (7, 4), (4, 0), (7, 5), (1, 3), (1, 6)]);
    }

    #[test]
    fn a_path_is_found_by_itself() {
        assert_eq!(tree().at("/a"), [2, 7]);
        assert_eq!(tree().at("/x"), &[] as &[usize]);
        assert!(PathTree::default().is_empty());
        assert_eq!(PathTree::default().at_or_above("/a").count(), 0);
    }
}

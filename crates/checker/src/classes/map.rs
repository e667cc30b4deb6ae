//! What settings permit, over all possible requests: of one path, or all of it.

use std::collections::BTreeSet;

use kubevirt_sidecar_hostpath_policy::{HostPath, HostPathType, Settings};
use serde::Serialize;

use super::cells::{Cell, Part, all_parts, places};
use super::rows::{self, Row};
use super::tree::Tree;
use super::types::{ByAccess, Types};

/// Who can see a path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WhoSees {
    /// To whom the path itself is permitted.
    pub itself: Vec<Row>,
    /// To whom a directory is permitted that the path is in.
    pub above: Vec<Row>,
    /// To whom something in it is permitted.
    pub below: Vec<Row>,
}

/// All that the settings permit.
#[must_use]
pub fn whole(rules: &Settings) -> Vec<Row> {
    let tree = Tree::of(&[rules], &[]);
    rows_of(rules, &tree, &all_parts(&tree), |_| true)
}

/// To whom the settings permit this path, a directory above it, and what is below.
#[must_use]
pub fn who_sees(rules: &Settings, path: &HostPath) -> WhoSees {
    let tree = Tree::of(&[rules], std::slice::from_ref(path));
    let exactly = |node| Part { node, below: false };
    let itself: Vec<Part> = tree.find(path).map(exactly).into_iter().collect();
    let names = path.names();
    let mut above = BTreeSet::new();
    let mut inside = BTreeSet::new();
    for part in all_parts(&tree) {
        let Some(at) = tree.path(part.node, part.below, &tree.own) else {
            continue;
        };
        // The path under another name is above it as well: what is mounted so shows the same.
        let is_above = names.iter().any(|name| name.is_at_or_below(&at));
        if is_above && !itself.contains(&part) {
            above.insert(part);
        }
        if path
            .contained()
            .iter()
            .any(|directory| at != *directory && at.is_at_or_below(directory))
        {
            inside.insert(part);
        }
    }
    let parts = |parts: BTreeSet<Part>| parts.into_iter().collect::<Vec<_>>();
    WhoSees {
        above: rows_of(rules, &tree, &parts(above), HostPathType::can_be_directory),
        below: rows_of(rules, &tree, &parts(inside), |_| true),
        itself: rows_of(rules, &tree, &itself, |_| true),
    }
}

fn rows_of(rules: &Settings, tree: &Tree, parts: &[Part], is_meant: fn(HostPathType) -> bool) -> Vec<Row> {
    let places = places(None, rules, tree, parts);
    let meant = Types::of(is_meant);
    let meant = ByAccess {
        read_only: meant,
        writable: meant,
    };
    let types = |cell: &Cell| {
        let opened = cell.after?;
        let types = opened.types.and(meant);
        (!types.is_empty()).then_some((types, Some(opened.rule)))
    };
    rows::of(tree, &places, types)
}

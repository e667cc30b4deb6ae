//! Sets of places of the tree, as ranges of paths that a person can read.

use std::collections::BTreeSet;

use kubevirt_sidecar_hostpath_policy::HostPath;
use serde::Serialize;

use super::cells::Part;
use super::template::Template;
use super::tree::Tree;

/// What of a path is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Extent {
    /// The path alone.
    Exactly,
    /// Everything below it.
    Below,
    /// Both.
    AtOrBelow,
}

/// A path, or a part of one that is left out.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Span {
    /// The path. `{namespace}` stands for the requesting namespace, `{other}` for the name of another one.
    pub path: Template,
    /// What of it.
    pub extent: Extent,
}

/// A span without some parts of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Range {
    /// The whole.
    #[serde(flatten)]
    pub span: Span,
    /// What is left out.
    pub except: Vec<Span>,
}

impl Span {
    /// Whether the path, asked for in this namespace, is meant.
    #[must_use]
    pub fn contains(&self, path: &HostPath, namespace: &str) -> bool {
        match (self.path.depth_below(path, namespace), self.extent) {
            (None, _) => false,
            (Some(depth), Extent::Exactly) => depth == 0,
            (Some(depth), Extent::Below) => depth > 0,
            (Some(_), Extent::AtOrBelow) => true,
        }
    }
}

impl Range {
    /// Whether the path, asked for in this namespace, is in the range.
    #[must_use]
    pub fn contains(&self, path: &HostPath, namespace: &str) -> bool {
        let mut except = self.except.iter();
        self.span.contains(path, namespace) && !except.any(|span| span.contains(path, namespace))
    }
}

/// The ranges that hold exactly these parts.
pub(super) fn of(tree: &Tree, parts: &BTreeSet<Part>) -> Vec<Range> {
    let mut found = Vec::new();
    // A node, and the number of the range that holds what is around it.
    let mut open: Vec<(usize, Option<usize>)> = vec![(0, None)];
    while let Some((node, range)) = open.pop() {
        let has = |below| parts.contains(&Part { node, below });
        let span = |extent| Span {
            path: tree.template(node),
            extent,
        };
        let inner = match (has(false), has(true), range) {
            (true, true, Some(_)) => range,
            (exact, true, None) => {
                let extent = if exact { Extent::AtOrBelow } else { Extent::Below };
                found.push(Range {
                    span: span(extent),
                    except: Vec::new(),
                });
                found.len().checked_sub(1)
            }
            (false, true, Some(_)) => {
                leave_out(&mut found, range, span(Extent::Exactly));
                range
            }
            (true, false, None) => {
                found.push(Range {
                    span: span(Extent::Exactly),
                    except: Vec::new(),
                });
                None
            }
            (true, false, Some(_)) => {
                leave_out(&mut found, range, span(Extent::Below));
                None
            }
            (false, false, _) => {
                leave_out(&mut found, range, span(Extent::AtOrBelow));
                None
            }
        };
        let children = tree
            .nodes
            .get(node)
            .into_iter()
            .flat_map(|node| node.children.values());
        open.extend(children.rev().map(|child| (*child, inner)));
    }
    found
}

fn leave_out(found: &mut [Range], range: Option<usize>, span: Span) {
    if let Some(range) = range.and_then(|range| found.get_mut(range)) {
        range.except.push(span);
    }
}

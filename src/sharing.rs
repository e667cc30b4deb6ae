//! `sharedComputePath` of several entries: container `compute` is one, so its mounts must fit together.

use std::collections::BTreeMap;

use crate::{field::quote, judge::HostPathRequest, path::ContainerPath};

/// Why shared compute paths cannot stand side by side, by the index of the later entry. Two entries may share one identical mount, of the same
/// path, type and access; anything else may not equal, lie above or below another.
#[must_use]
pub fn conflicts(requests: &[&HostPathRequest]) -> BTreeMap<usize, String> {
    let shared = requests
        .iter()
        .filter_map(|&request| Some((request.shared_compute_path.as_ref()?, request)));
    let mut sorted: Vec<_> = shared.collect();
    // By elements, so that a path is followed by what lies below it: "/a", "/a/b", "/a-b".
    sorted.sort_by(|(a, _), (b, _)| a.as_str().split('/').cmp(b.as_str().split('/')));
    let mut conflicts = BTreeMap::new();
    let mut above: Vec<(&ContainerPath, &HostPathRequest)> = Vec::new();
    for (path, request) in sorted {
        while above.last().is_some_and(|(other, _)| !path.is_at_or_below(other)) {
            above.pop();
        }
        match above.last() {
            Some((other, first)) if *other == path && request.same_mount(first) => {}
            Some((other, first)) => {
                let (earlier, later) = (first.index.min(request.index), first.index.max(request.index));
                let why = if *other == path {
                    format!("entries {earlier} and {later} share it, but differ in path, type or readOnly")
                } else {
                    format!(
                        "{} and {} of entries {earlier} and {later} lie one in the other in container compute",
                        quote(other.as_str()),
                        quote(path.as_str()),
                    )
                };
                conflicts.entry(later).or_insert(why);
            }
            None => {}
        }
        above.push((path, request));
    }
    conflicts
}

impl HostPathRequest {
    fn same_mount(&self, other: &Self) -> bool {
        self.path == other.path && self.host_path_type == other.host_path_type && self.access == other.access
    }
}

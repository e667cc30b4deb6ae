//! `sharedComputePath` of several entries: container `compute` is one, so its mounts must fit together.

use crate::{by_name::ByName, field::quote, judge::HostPathRequest, path::ContainerPath};

/// Why shared compute paths cannot stand side by side, for each of these requests: the later of two is told. Two
/// entries may share one identical mount, of the same path, type and access; anything else may not equal, lie above or
/// below another.
#[must_use]
pub fn conflicts(requests: &[&HostPathRequest]) -> Vec<Option<String>> {
    // By elements, so that a path is followed by what lies below it: "/a", "/a/b", "/a-b". No path holds a NUL.
    let mut by_elements = ByName::default();
    for (position, request) in requests.iter().enumerate() {
        if let Some(path) = &request.shared_compute_path {
            by_elements.add(path.as_str().replace('/', "\0").into(), position);
        }
    }
    let mut conflicts = vec![None; requests.len()];
    // The paths around the one that is looked at, each with its request's position.
    let mut above: Vec<(&ContainerPath, &HostPathRequest, usize)> = Vec::new();
    for position in by_elements.in_order() {
        let Some(&request) = requests.get(position) else {
            continue;
        };
        let Some(path) = &request.shared_compute_path else {
            continue;
        };
        while above
            .last()
            .is_some_and(|(other, ..)| !path.is_at_or_below(other))
        {
            above.pop();
        }
        match above.last() {
            Some((other, first, _)) if *other == path && request.same_mount(first) => {}
            Some((other, first, first_position)) => {
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
                if let Some(conflict) = conflicts.get_mut(position.max(*first_position)) {
                    conflict.get_or_insert(why);
                }
            }
            None => {}
        }
        above.push((path, request, position));
    }
    conflicts
}

impl HostPathRequest {
    fn same_mount(&self, other: &Self) -> bool {
        self.path == other.path && self.host_path_type == other.host_path_type && self.access == other.access
    }
}

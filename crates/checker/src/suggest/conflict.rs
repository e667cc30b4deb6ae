//! Needs that no settings permit together: one writes to a directory in which another needs a path, or two share no directory
//! of a container.

use std::collections::{BTreeMap, BTreeSet};

use kubevirt_sidecar_hostpath_policy::{Access, ContainerPath, reserved};

use super::Rejection;
use super::need::Need;
use super::who::Class;

/// A directory of `requestContainers`.
#[derive(Debug, Clone)]
pub(super) struct Directory {
    pub(super) path: String,
    /// The first object that needs it.
    pub(super) user: usize,
    /// The first object because of which it is not deeper.
    pub(super) widened: Option<usize>,
}

/// The objects that have to give way.
pub(super) fn rejections<'n>(needs: impl Iterator<Item = &'n Need> + Clone) -> Vec<(usize, Rejection)> {
    let mut found = below_writable(needs.clone());
    found.extend(directories(needs).1);
    found
}

/// Who writes to a path and who needs one below it: the fewer objects give way, those that write if there are as many.
fn below_writable<'n>(needs: impl Iterator<Item = &'n Need> + Clone) -> Vec<(usize, Rejection)> {
    let mut writers: BTreeMap<&str, BTreeSet<usize>> = BTreeMap::new();
    for need in needs.clone().filter(|need| need.access == Access::Writable) {
        writers.entry(need.path.as_str()).or_default().insert(need.user);
    }
    // By the writable path: who needs which path below it.
    let mut below: BTreeMap<&str, BTreeMap<usize, &str>> = BTreeMap::new();
    let mut known: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for need in needs {
        let above = known.entry(need.path.as_str()).or_insert_with(|| {
            let names = need.path.names();
            let above = names.iter().flat_map(|name| directories_above(name.as_str()));
            above
                .filter_map(|path| Some(*writers.get_key_value(path)?.0))
                .collect()
        });
        for writable in above {
            below
                .entry(writable)
                .or_default()
                .entry(need.user)
                .or_insert(need.path.as_str());
        }
    }
    let mut gone: BTreeMap<usize, Rejection> = BTreeMap::new();
    for (writable, readers) in below {
        let kept = |user: &&usize| !gone.contains_key(*user);
        let writing: Vec<usize> = writers
            .get(writable)
            .into_iter()
            .flatten()
            .filter(kept)
            .copied()
            .collect();
        let reading: Vec<(usize, &str)> = readers
            .into_iter()
            .filter(|(user, _)| !gone.contains_key(user))
            .collect();
        let (Some(writer), Some((reader, path))) = (writing.first().copied(), reading.first().copied())
        else {
            continue;
        };
        if writing.len() <= reading.len() {
            let why = format!(
                "it writes to {writable}, and nobody can write above {path}, which the other object needs"
            );
            gone.extend(
                writing
                    .into_iter()
                    .map(|user| (user, Rejection::beside(why.clone(), Some(reader)))),
            );
        } else {
            gone.extend(reading.into_iter().map(|(user, path)| {
                let why = format!("it needs {path}, and nothing is permitted below {writable}, where the other object writes");
                (user, Rejection::beside(why, Some(writer)))
            }));
        }
    }
    gone.into_iter().collect()
}

/// The directories strictly above a clean path, the deepest first.
pub(super) fn directories_above(path: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(path), |path| {
        let (above, _) = path.rsplit_once('/')?;
        (!above.is_empty()).then_some(above)
    })
    .skip(1)
}

/// The directory of each container that is no hook sidecar, and who needs one that cannot be the same.
pub(super) fn directories<'n>(
    needs: impl Iterator<Item = &'n Need>,
) -> (BTreeMap<String, Directory>, Vec<(usize, Rejection)>) {
    let mut directories: BTreeMap<String, Directory> = BTreeMap::new();
    let mut rejected = Vec::new();
    for need in needs {
        let (Class::Container(name), Some(place)) = (&need.class, &need.volume_path) else {
            continue;
        };
        match directories.get_mut(name) {
            None => {
                let path = place.as_str().to_owned();
                let (user, widened) = (need.user, None);
                directories.insert(name.clone(), Directory { path, user, widened });
            }
            Some(directory) => {
                let both = common(&directory.path, place.as_str());
                if both == directory.path {
                    continue;
                }
                let is_usable =
                    ContainerPath::parse(&both).is_ok_and(|path| reserved::in_compute(&path).is_none());
                if is_usable {
                    directory.path = both;
                    directory.widened = Some(need.user);
                } else {
                    let why = format!(
                        "it mounts at {place} in container {name}, and requestContainers cannot have one directory for that \
                         and for {}, which the other object needs",
                        directory.path
                    );
                    rejected.push((need.user, Rejection::beside(why, Some(directory.user))));
                }
            }
        }
    }
    (directories, rejected)
}

/// The deepest directory that both paths are at or below.
fn common(one: &str, other: &str) -> String {
    let same = one
        .split('/')
        .zip(other.split('/'))
        .take_while(|(one, other)| one == other);
    let path = same.map(|(element, _)| element).collect::<Vec<&str>>().join("/");
    if path.is_empty() { "/".to_owned() } else { path }
}

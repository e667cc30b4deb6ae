//! Host paths that are nearly allowed: a message names the rule that was probably meant.

use crate::base::path::rest;

/// In what way a path is nearly at or below another; the first is the most likely.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Nearness {
    /// It is, if case is ignored, or if a rule for one path alone were one for what is below.
    Case,
    /// It is, but for two characters at most.
    Typo,
    /// It has one element more or less.
    Level,
    /// It is, without some of the first elements of one of them.
    End,
    /// It is, but for the name of one element of three or more, or has the same last element: there may be several paths of
    /// this kind.
    Alike,
}

/// The longest paths that are compared, in bytes: what people type.
const MOST_BYTES: usize = 128;

/// How much of two paths may differ for a few typing errors to be looked for in it, in bytes.
const MOST_DIFFERENT: usize = 32;

/// How many typing errors there may be.
const TYPOS: usize = 2;

/// In what way `path`, which is not at or below `allowed`, nearly is. Both are clean.
pub(super) fn nearness(path: &str, allowed: &str) -> Option<Nearness> {
    if path == "/" || path.len().max(allowed.len()) > MOST_BYTES {
        return None;
    }
    let depth = slashes(allowed);
    let beginning = match path.match_indices('/').nth(depth) {
        Some((end, _)) => path.get(..end).unwrap_or(path),
        None => path,
    };
    if beginning.eq_ignore_ascii_case(allowed) {
        return Some(Nearness::Case);
    }
    let (here, there) = difference(beginning, allowed);
    let can_be_typos =
        here.len().max(there.len()) <= MOST_DIFFERENT && here.len().abs_diff(there.len()) <= TYPOS;
    if can_be_typos && is_within(here, there, TYPOS) {
        return Some(Nearness::Typo);
    }
    let is_level = |less: &[u8], more: &[u8]| less.is_empty() && separators(more) == 1;
    let (of_path, of_allowed) = difference(path, allowed);
    if is_level(of_path, of_allowed) || is_level(of_allowed, of_path) {
        return Some(Nearness::Level);
    }
    if ends(allowed).any(|end| rest(path, end).is_some())
        || ends(path).any(|end| rest(end, allowed).is_some())
    {
        return Some(Nearness::End);
    }
    let is_one_element = separators(here) == 0 && separators(there) == 0;
    let is_same_name = path.rsplit('/').next() == allowed.rsplit('/').next();
    (is_one_element && depth > 2 || is_same_name).then_some(Nearness::Alike)
}

fn slashes(path: &str) -> usize {
    separators(path.as_bytes())
}

fn separators(part: &[u8]) -> usize {
    part.iter().filter(|byte| **byte == b'/').count()
}

/// How many elements may be missing at the beginning of a path.
const MOST_MISSING: usize = 4;

/// The path without its first element, without its first two, and so on.
fn ends(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices('/')
        .skip(1)
        .take(MOST_MISSING)
        .filter_map(|(at, _)| path.get(at..))
}

/// What is different in two texts: what each has between their common beginning and their common end.
fn difference<'t>(one: &'t str, other: &'t str) -> (&'t [u8], &'t [u8]) {
    let (one, other) = without_beginning(one.as_bytes(), other.as_bytes());
    let pairs = one.iter().rev().zip(other.iter().rev());
    let end = pairs.take_while(|(one, other)| one == other).count();
    let cut = |text: &'t [u8]| text.get(..text.len().saturating_sub(end)).unwrap_or_default();
    (cut(one), cut(other))
}

fn without_beginning<'t>(one: &'t [u8], other: &'t [u8]) -> (&'t [u8], &'t [u8]) {
    let pairs = one.iter().zip(other);
    let common = pairs.take_while(|(one, other)| one == other).count();
    let cut = |text: &'t [u8]| text.get(common..).unwrap_or_default();
    (cut(one), cut(other))
}

/// Whether so many bytes written, left out or replaced make one of the other.
fn is_within(one: &[u8], other: &[u8], edits: usize) -> bool {
    let (one, other) = without_beginning(one, other);
    let (after_one, after_other) = (one.get(1..), other.get(1..));
    match (after_one, after_other, edits.checked_sub(1)) {
        (None, None, _) => true,
        (_, _, None) => false,
        (after_one, after_other, Some(edits)) => {
            let without =
                |text: Option<&[u8]>, other: &[u8]| text.is_some_and(|text| is_within(text, other, edits));
            after_other.is_some_and(|after_other| without(after_one, after_other))
                || without(after_one, other)
                || without(after_other, one)
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::case(
        "/var/lib/KubeVirt/images/a",
        "/var/lib/kubevirt/images",
        Some(Nearness::Case)
    )]
    #[case::below_one_path_alone("/srv/firmware/a", "/srv/firmware", Some(Nearness::Case))]
    #[case::left_out("/var/lib/kubevirt/image/a", "/var/lib/kubevirt/images", Some(Nearness::Typo))]
    #[case::written_twice("/srv/immages", "/srv/images", Some(Nearness::Typo))]
    #[case::swapped("/srv/iamges", "/srv/images", Some(Nearness::Typo))]
    #[case::apart("/var/lib/kubevrt/image", "/var/lib/kubevirt/images", Some(Nearness::Typo))]
    #[case::two_left_out("/srv/iges", "/srv/images", Some(Nearness::Typo))]
    #[case::three_replaced("/srv/omogos", "/srv/images", None)]
    #[case::typos_far_apart(
        "/srv/images-of-the-night-shift-of-team-a",
        "/srv/Images-of-the-night-shift-of-team-b",
        None
    )]
    #[case::parent("/var/lib/kubevirt", "/var/lib/kubevirt/images", Some(Nearness::Level))]
    #[case::level_left_out("/var/lib/images", "/var/lib/kubevirt/images", Some(Nearness::Level))]
    #[case::level_more(
        "/var/lib/kubevirt/vm/images",
        "/var/lib/kubevirt/images",
        Some(Nearness::Level)
    )]
    #[case::first_left_out("/lib/kubevirt/images", "/var/lib/kubevirt/images", Some(Nearness::Level))]
    #[case::last_elements("/images/golden", "/var/lib/kubevirt/images", Some(Nearness::End))]
    #[case::in_another("/mnt/host/srv/images/golden", "/srv/images", Some(Nearness::End))]
    #[case::sibling("/var/lib/golden", "/var/lib/images", Some(Nearness::Alike))]
    #[case::only_the_first_in_common("/srv/golden", "/srv/images", None)]
    #[case::below_a_sibling(
        "/var/lib/libvirt/images/a",
        "/var/lib/kubevirt/images",
        Some(Nearness::Alike)
    )]
    #[case::same_name("/opt/images", "/var/lib/kubevirt/images", Some(Nearness::Alike))]
    #[case::another("/etc/ssh", "/var/lib/kubevirt/images", None)]
    #[case::another_first("/mnt", "/srv", None)]
    #[case::root("/", "/srv", None)]
    fn a_path_is_near(#[case] path: &str, #[case] allowed: &str, #[case] expected: Option<Nearness>) {
        assert_eq!(nearness(path, allowed), expected);
    }

    #[test]
    fn long_paths_are_not_compared() {
        let path = |length: usize| format!("/srv/{}", "x".repeat(length - 5));
        assert_eq!(nearness(&path(127), &path(128)), Some(Nearness::Typo));
        assert_eq!(nearness(&path(128), &path(129)), None);
    }
}

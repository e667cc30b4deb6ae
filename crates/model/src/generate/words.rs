//! Paths, as they are written and nearly written, and where something is mounted.

use crate::{choices::Choices, path};

/// The elements of a short path: few names, some of which begin alike, and now and then a directory that is sensitive
/// by default.
pub fn elements(choices: &mut Choices<'_>) -> Vec<String> {
    let count = choices.one(&[1, 2, 2, 3, 1, 2, 3, 0]);
    let mut elements: Vec<String> = (0..count)
        .map(|_| {
            choices
                .one(&["a", "b", "ab", "a", "b", "c", "var", "run", "a.", "..b"])
                .to_owned()
        })
        .collect();
    if choices.once_in(5) {
        let directory = choices.one(&[
            "/run",
            "/var/run",
            "/srv",
            "/var/srv",
            "/run/lock",
            "/var/lock",
            "/var",
            "/media",
            "/run/media",
            "/opt",
        ]);
        elements = [path::elements(directory), elements].concat();
    }
    elements
}

/// A path of these elements, written in one way or another.
pub(super) fn spelled(choices: &mut Choices<'_>, elements: &[String]) -> String {
    let clean = path::text(elements);
    match choices.below(12) {
        1 => format!("{clean}/"),
        2 => format!("/{clean}"),
        3 => clean.replacen('/', "/./", 1),
        4 => format!("{clean}//."),
        _ => clean,
    }
}

/// A text that is nearly a path: elements, slashes, and what no path may hold.
pub fn path_text(choices: &mut Choices<'_>) -> String {
    let pieces: Vec<&str> = (0..choices.one(&[2, 3, 4, 5, 6, 1, 0]))
        .map(|_| {
            choices.one(&[
                "/", "/a", "/b", "/a", "/ab", "/.", "/..", "a", "..", "/...", "//", "b", ".", " ", "\t",
                "\\", ":", "\u{e9}", "\u{7f}", "\u{a0}", "\u{2028}", "%2e", "\u{0}", "/..a", "/a", "/b",
                "/c", "/a", "/b",
            ])
        })
        .collect();
    pieces.concat()
}

/// Where something is mounted in a container: mostly a path of its own.
const PLACES: [&str; 16] = [
    "/m",
    "/m",
    "/n",
    "/m/n",
    "/o",
    "/o/p",
    "/host",
    "/n/",
    "//m",
    "/mm",
    "/usr/lib/x",
    "/run/m",
    "/var/run/m",
    "/srv/m/n",
    "/var/srv/m",
    "/etc/x",
];
/// Where nothing may be mounted, or not everywhere.
const BAD_PLACES: [&str; 13] = [
    "/usr",
    "/proc/x",
    "/var/run/kubevirt-hooks/x",
    "/a:b",
    "m",
    "/m/../n",
    "/",
    "/var/run/libvirt-x",
    "/var/lib",
    "/run/kubevirt-plugin",
    "/var/run/kubevirtual",
    "/var/run/kubevirt/x",
    "/var/run/kubevirt-hooks",
];

pub(super) fn place(choices: &mut Choices<'_>) -> &'static str {
    if choices.once_in(20) {
        choices.one(&BAD_PLACES)
    } else {
        choices.one(&PLACES)
    }
}

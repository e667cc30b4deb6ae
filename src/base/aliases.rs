//! Directories that have two names on most nodes: `/var/run` is `/run`, and `/bin` is `/usr/bin`.
//!
//! A comparison that refuses a path looks at all its names. A comparison that permits one looks only at the name as
//! written, because not every node has the link.

/// Pairs of names for one directory: those of the file system hierarchy with a merged `/usr`, then those of ostree, and of
/// mail and removable media.
const ALIASES: [(&str, &str); 16] = [
    ("/var/run", "/run"),
    ("/var/lock", "/run/lock"),
    ("/bin", "/usr/bin"),
    ("/sbin", "/usr/sbin"),
    ("/lib", "/usr/lib"),
    ("/lib32", "/usr/lib32"),
    ("/lib64", "/usr/lib64"),
    ("/libx32", "/usr/libx32"),
    ("/home", "/var/home"),
    ("/root", "/var/roothome"),
    ("/opt", "/var/opt"),
    ("/srv", "/var/srv"),
    ("/mnt", "/var/mnt"),
    ("/usr/local", "/var/usrlocal"),
    ("/media", "/run/media"),
    ("/var/mail", "/var/spool/mail"),
];

/// All names of a clean path; the first is the path itself. `/var/run/lock` is `/run/lock` and `/var/lock` as well.
pub(crate) fn names(path: &str) -> Vec<String> {
    closure(path, |path, (name, other)| {
        let below = rest(path, name)?;
        Some(format!("{other}{below}"))
    })
}

/// The directories whose entries are all inside `path`: its names, and those of every directory with an alias that is
/// inside `path`. `/var` contains `/run`, because it contains `/var/run`.
pub(crate) fn contained(path: &str) -> Vec<String> {
    closure(path, |path, (name, other)| match rest(path, name) {
        Some(below) => Some(format!("{other}{below}")),
        None => rest(name, path).map(|_| other.to_owned()),
    })
}

/// The names in the directory `directory` that are half of a pair, such as `lib` in `/usr`.
pub(crate) fn in_directory(directory: &str) -> impl Iterator<Item = &'static str> {
    let both = ALIASES.into_iter().flat_map(|(one, other)| [one, other]);
    both.filter_map(move |name| {
        let (parent, last) = name.rsplit_once('/')?;
        let is_here = parent == directory || parent.is_empty() && directory == "/";
        is_here.then_some(last)
    })
}

/// Everything that `other_name` leads to, from `path` on, in either direction of each pair.
fn closure(path: &str, other_name: impl Fn(&str, (&str, &str)) -> Option<String>) -> Vec<String> {
    let mut found = vec![path.to_owned()];
    let mut next = 0;
    while let Some(path) = found.get(next).cloned() {
        for (one, other) in ALIASES {
            for pair in [(one, other), (other, one)] {
                if let Some(name) = other_name(&path, pair).filter(|name| !found.contains(name)) {
                    found.push(name);
                }
            }
        }
        next = next.saturating_add(1);
    }
    found
}

/// How many bytes two texts have in common at their beginning: eight at a time, since paths can be long and many.
pub(crate) fn common_prefix(one: &str, other: &str) -> usize {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    let (chunks, _) = one.as_chunks::<8>();
    let (other_chunks, _) = other.as_chunks::<8>();
    let pairs = chunks.iter().zip(other_chunks);
    let alike = pairs.take_while(|(one, other)| u64::from_le_bytes(**one) == u64::from_le_bytes(**other));
    let start = alike.count().saturating_mul(8);
    let one = one.iter().skip(start);
    let tail = one
        .zip(other.iter().skip(start))
        .take_while(|(one, other)| one == other);
    start.saturating_add(tail.count())
}

/// What follows `directory` in `path`, if `path` is at or below it: `""`, or a text that begins with `/`. Both are clean.
pub(crate) fn rest<'p>(path: &'p str, directory: &str) -> Option<&'p str> {
    if directory == "/" {
        return Some(if path == "/" { "" } else { path });
    }
    let rest = path.get(directory.len()..)?;
    if common_prefix(path, directory) < directory.len() {
        return None;
    }
    (rest.is_empty() || rest.starts_with('/')).then_some(rest)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::none("/data/run", &["/data/run"])]
    #[case::element_boundary("/runner", &["/runner"])]
    #[case::run("/run/vhost", &["/run/vhost", "/var/run/vhost"])]
    #[case::three_names("/var/lock/a", &["/var/lock/a", "/run/lock/a", "/var/run/lock/a"])]
    #[case::media("/media/a", &["/media/a", "/run/media/a", "/var/run/media/a"])]
    #[case::mail("/var/spool/mail", &["/var/spool/mail", "/var/mail"])]
    #[case::ostree("/usr/local/bin", &["/usr/local/bin", "/var/usrlocal/bin"])]
    #[case::merged_usr("/usr/lib64", &["/usr/lib64", "/lib64"])]
    #[case::above_an_alias("/var", &["/var"])]
    fn a_path_has_these_names(#[case] path: &str, #[case] expected: &[&str]) {
        assert_eq!(names(path), expected);
    }

    #[rstest]
    #[case::run("/run", &["/run", "/var/run", "/var/lock", "/media", "/run/lock", "/run/media", "/var/run/lock", "/var/run/media"])]
    #[case::below_run("/run/vhost", &["/run/vhost", "/var/run/vhost"])]
    #[case::none("/data", &["/data"])]
    fn a_directory_contains_these(#[case] path: &str, #[case] expected: &[&str]) {
        assert_eq!(contained(path), expected);
    }

    #[test]
    fn usr_contains_what_is_linked_into_it() {
        let contained = contained("/usr");
        for directory in [
            "/bin",
            "/sbin",
            "/lib",
            "/lib32",
            "/lib64",
            "/libx32",
            "/var/usrlocal",
        ] {
            assert!(contained.contains(&directory.to_owned()), "{directory}");
        }
        assert!(!contained.contains(&"/var".to_owned()));
    }

    #[test]
    fn var_contains_what_is_linked_into_it() {
        let contained = contained("/var");
        for directory in [
            "/run",
            "/run/lock",
            "/home",
            "/root",
            "/opt",
            "/srv",
            "/mnt",
            "/usr/local",
        ] {
            assert!(contained.contains(&directory.to_owned()), "{directory}");
        }
        assert!(!contained.contains(&"/usr".to_owned()));
    }
}

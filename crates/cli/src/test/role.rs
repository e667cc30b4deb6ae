//! What a file of a suite is for, by its name.

use std::path::Path;

/// The verdict that the name of a manifest expects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Expected {
    /// Accepted, without a warning.
    Accept,
    /// Accepted, with a warning.
    Warn,
    /// Rejected.
    Reject,
}

impl Expected {
    /// The word in the name of the file.
    pub(super) fn word(self) -> &'static str {
        match self {
            Expected::Accept => "accept",
            Expected::Warn => "warn",
            Expected::Reject => "reject",
        }
    }

    /// The verdict in a sentence.
    pub(super) fn verdict(self) -> &'static str {
        match self {
            Expected::Accept => "accepted without a warning",
            Expected::Warn => "accepted with a warning",
            Expected::Reject => "rejected",
        }
    }
}

/// What a file is for; with the name of the test where it belongs to one.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// `NAME.accept.yaml` and the like.
    Manifest(String, Expected),
    /// `NAME.message.txt`
    Message(String),
    /// `NAME.gold.yaml`
    Gold(String),
    /// `settings.yaml`
    Settings,
    /// Nothing that is known, though it looks like a file of a suite.
    Unknown,
    /// A file that is not part of the suite, such as `README.md`.
    Other,
}

/// The file of settings of a directory.
pub(super) const SETTINGS: &str = "settings.yaml";

/// What manifests end in.
const MANIFESTS: [&str; 3] = ["yaml", "yml", "json"];

/// The words that expect something.
const WORDS: [&str; 5] = ["accept", "warn", "reject", "message", "gold"];

/// The role of the file.
pub(super) fn of(path: &Path) -> Role {
    let Some(file) = path.file_name().and_then(|name| name.to_str()) else {
        return Role::Unknown;
    };
    if file == SETTINGS {
        return Role::Settings;
    }
    let (rest, suffix) = file.rsplit_once('.').unwrap_or((file, ""));
    // An open editor's.
    if file.ends_with('~') || file.starts_with('.') && suffix == "swp" {
        return Role::Other;
    }
    let is_manifest = MANIFESTS.contains(&suffix);
    let (name, word) = rest.rsplit_once('.').unwrap_or(("", rest));
    let name = name.to_owned();
    match (word, suffix) {
        _ if name.is_empty() => {}
        ("accept", _) if is_manifest => return Role::Manifest(name, Expected::Accept),
        ("warn", _) if is_manifest => return Role::Manifest(name, Expected::Warn),
        ("reject", _) if is_manifest => return Role::Manifest(name, Expected::Reject),
        ("message", "txt") => return Role::Message(name),
        ("gold", "yaml") => return Role::Gold(name),
        _ => {}
    }
    // Of any suffix: what an editor, or a typing error, has left of a test would run no more.
    let lower = file.to_ascii_lowercase();
    let mut parts = lower.split('.').skip(1);
    match parts.any(|part| WORDS.contains(&part) || MANIFESTS.contains(&part) || part == "txt") {
        true => Role::Unknown,
        false => Role::Other,
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{Expected, Role, of};

    #[test]
    fn a_name_tells_the_role() {
        let manifest = |expected| Role::Manifest("cow".to_owned(), expected);
        for (name, role) in [
            ("cow.accept.yaml", manifest(Expected::Accept)),
            ("cow.warn.yml", manifest(Expected::Warn)),
            ("cow.reject.json", manifest(Expected::Reject)),
            ("cow.message.txt", Role::Message("cow".to_owned())),
            ("cow.gold.yaml", Role::Gold("cow".to_owned())),
            ("a.b.gold.yaml", Role::Gold("a.b".to_owned())),
            ("settings.yaml", Role::Settings),
            ("README.md", Role::Other),
            (".gitignore", Role::Other),
            ("Makefile", Role::Other),
            (".cow.accept.yaml.swp", Role::Other),
            ("cow.accept.yaml~", Role::Other),
        ] {
            assert_eq!(of(Path::new("suite").join(name).as_path()), role, "{name}");
        }
    }

    #[test]
    fn what_looks_like_a_test_and_is_none_is_unknown() {
        for name in [
            "cow.acept.yaml",
            "cow.yaml",
            "cow.Accept.yaml",
            "cow.accept.YAML",
            "cow.Accept.YAML",
            "cow.yaml.disabled",
            "cow.accept",
            "cow.accept.yaml.bak",
            "cow.accept.txt",
            "cow.message.yaml",
            "cow.gold.yml",
            "cow.gold.json",
            "cow.mesage.txt",
            "accept.yaml",
            ".accept.yaml",
            "settings.yml",
        ] {
            assert_eq!(of(Path::new(name)), Role::Unknown, "{name}");
        }
    }
}

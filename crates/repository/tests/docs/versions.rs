//! The version, wherever people read or copy it.

use std::fs;

use crate::markdown::root;

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The files that name the module with its tag, and how often at least.
const TAGGED: [(&str, usize); 3] = [
    ("README.md", 1),
    ("artifacthub-pkg.yml", 1),
    ("deploy/base/settings.yaml", 1),
];

/// The tags behind the module's name.
fn tags(text: &str) -> Vec<String> {
    text.split("kubevirt-sidecar-hostpath-policy:v")
        .skip(1)
        .map(|rest| {
            rest.chars()
                .take_while(|c| c.is_ascii_alphanumeric() || ['.', '-', '+'].contains(c))
                .collect()
        })
        .collect()
}

#[test]
fn every_tag_is_this_version() {
    for (name, least) in TAGGED {
        let tags = tags(&fs::read_to_string(root().join(name)).unwrap());
        assert!(tags.len() >= least, "{name}: {tags:?}");
        for tag in tags {
            assert_eq!(tag, VERSION, "{name}");
        }
    }
}

/// In other documents a tag need not be, but it is no other one.
#[test]
fn no_document_names_another_version() {
    for document in crate::markdown::documents() {
        for tag in tags(&fs::read_to_string(root().join(&document.name)).unwrap()) {
            assert_eq!(tag, VERSION, "{}", document.name);
        }
    }
}

/// The newest version in the changelog is this one, or the next one is being written.
#[test]
fn the_changelog_knows_the_version() {
    let changelog = fs::read_to_string(root().join("CHANGELOG.md")).unwrap();
    let newest = changelog
        .lines()
        .find_map(|line| line.strip_prefix("## ["))
        .and_then(|line| line.split(']').next());
    assert!(
        newest == Some("Unreleased") || newest == Some(VERSION),
        "{newest:?}"
    );
}

/// What strangers copy names this version too.
#[test]
fn what_fetches_a_release_names_this_version() {
    for (name, least) in [
        ("action.yml", 3),
        (".pre-commit-hooks.yaml", 1),
        ("Containerfile", 1),
    ] {
        let text = fs::read_to_string(root().join(name)).unwrap();
        // Of others.
        let lines: Vec<&str> = text
            .lines()
            .filter(|line| !line.contains("uses: sigstore/"))
            .collect();
        let text = lines.join("\n");
        let versions: Vec<&str> = text
            .split('v')
            .skip(1)
            .filter_map(|rest| rest.split(|c: char| c != '.' && !c.is_ascii_digit()).next())
            .map(|version| version.trim_end_matches('.'))
            .filter(|version| version.contains('.'))
            .collect();
        assert!(versions.len() >= least, "{name}: {versions:?}");
        assert!(
            versions.iter().all(|version| *version == VERSION),
            "{name}: {versions:?}"
        );
    }
}

//! The release: what a tag can do, and what is fetched by people who install one.

#![expect(clippy::unwrap_used, reason = "a helper fails its test by panicking")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use rstest::rstest;

const VERSION: &str = env!("CARGO_PKG_VERSION");

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn text(name: &str) -> String {
    fs::read_to_string(root().join(name)).unwrap()
}

/// `make release-check`, which has the tag from the environment as in the workflow, or from an argument.
fn release_check(tag: &str, argument: bool) -> Output {
    let mut make = Command::new("make");
    make.args(["--silent", "release-check"]).current_dir(root());
    if argument {
        make.arg(format!("TAG={tag}"));
    } else {
        make.env("TAG", tag);
    }
    make.output().unwrap()
}

/// Git allows each of these as the name of a tag, but the one with a space.
#[rstest]
fn a_tag_is_text(
    #[values(
        "v1$(touch${IFS}FILE)",
        "v1$(touch FILE)",
        "v1$(shell touch FILE)",
        "v1`touch FILE`",
        "v1';touch FILE;'",
        "v1\";touch FILE;\"",
        "v1$(error expanded)"
    )]
    tag: &str,
    #[values(true, false)] argument: bool,
) {
    let file = root().join(format!(
        "target/tag-{argument}-{}",
        tag.bytes().map(usize::from).sum::<usize>()
    ));
    let tag = tag.replace("FILE", file.to_str().unwrap());
    let output = release_check(&tag, argument);
    assert!(!output.status.success());
    let errors = String::from_utf8(output.stderr).unwrap();
    let expected = format!("make: the tag is '{tag}', metadata.yml says {VERSION}");
    assert_eq!(errors.lines().next(), Some(expected.as_str()));
    assert!(!file.exists(), "{}", file.display());
}

#[rstest]
fn the_tag_of_the_version_is_right(#[values(true, false)] argument: bool) {
    let output = release_check(&format!("v{VERSION}"), argument);
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(!errors.contains("the tag is"), "{errors}");
}

/// What builds has no rights, and what has rights builds nothing.
#[test]
fn jobs_with_rights_build_nothing() {
    let workflow: serde_json::Value = yaml_serde::from_str(&text(".github/workflows/release.yml")).unwrap();
    assert_eq!(
        workflow.get("permissions"),
        Some(&serde_json::json!({"contents": "read"}))
    );
    let jobs = workflow
        .get("jobs")
        .and_then(serde_json::Value::as_object)
        .unwrap();
    let with_rights: Vec<&str> = jobs
        .iter()
        .filter(|(_, job)| job.get("permissions").is_some())
        .map(|(name, job)| {
            let commands = job.to_string();
            assert!(!commands.contains("cargo"), "{name}");
            for (at, _) in commands.match_indices("make ") {
                let rest = commands.get(at..).unwrap();
                assert!(rest.starts_with("make kwctl\""), "{name}: {rest}");
            }
            name.as_str()
        })
        .collect();
    assert_eq!(with_rights, ["artifacthub", "bills", "publish"]);
}

/// The four systems that a command is released for.
const TARGETS: [&str; 4] = [
    "x86_64-unknown-linux-musl",
    "aarch64-unknown-linux-musl",
    "x86_64-apple-darwin",
    "aarch64-apple-darwin",
];

#[test]
fn whatever_names_the_targets_names_all() {
    for file in [
        "deny.toml",
        "tools/krew.sh",
        ".github/workflows/release.yml",
        "docs/command.md",
    ] {
        let text = text(file);
        for target in TARGETS {
            assert!(text.contains(target), "{file}: {target}");
        }
    }
}

/// The archive that is fetched is the one that is released.
#[test]
fn the_names_of_archives_agree() {
    for (file, name) in [
        (
            "Makefile",
            "$(DIST)/sidecar-hostpath-v$(VERSION)-$(COMMAND_TARGET).tar.gz",
        ),
        ("action.yml", "sidecar-hostpath-$VERSION-$target.tar.gz"),
        ("tools/krew.sh", "sidecar-hostpath-v$version-$1.tar.gz"),
        (
            "tools/aqua.yaml",
            "sidecar-hostpath-{{.Version}}-{{.Arch}}-{{.OS}}.tar.gz",
        ),
        (
            "crates/cli/Cargo.toml",
            "{ repo }/releases/download/v{ version }/sidecar-hostpath-v{ version }-{ target }.tar.gz",
        ),
    ] {
        assert!(text(file).contains(name), "{file}: {name}");
    }
}

/// The signature is of this workflow, at this tag, and of no other.
#[test]
fn the_identity_is_exact() {
    let identity = "/.github/workflows/release.yml@refs/tags/";
    for file in ["action.yml", "docs/operations.md", "tools/aqua.yaml"] {
        let text = text(file);
        assert!(text.contains("--certificate-identity"), "{file}");
        assert!(text.contains(identity), "{file}");
        assert!(!text.contains("--certificate-identity-regexp"), "{file}");
    }
}

#[test]
fn the_repository_of_the_command_is_that_of_the_policy() {
    let metadata = text("metadata.yml");
    let source = metadata
        .lines()
        .find_map(|line| line.trim().strip_prefix("io.kubewarden.policy.source: "))
        .unwrap();
    assert!(
        text("crates/cli/Cargo.toml").contains(&format!("repository = \"{source}\"")),
        "{source}"
    );
    let aqua = text("tools/aqua.yaml");
    assert!(
        aqua.contains(&format!("{source}/.github/workflows/release.yml@refs/tags/")),
        "{source}"
    );
}

//! Renovate, which proposes newer versions: what its settings name is in the tree, and finds each version.

#![expect(clippy::unwrap_used, reason = "a helper fails its test by panicking")]

use std::fs;
use std::path::{Path, PathBuf};

use regex::Regex;
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Renovate {
    package_rules: Vec<PackageRule>,
    custom_managers: Vec<CustomManager>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PackageRule {
    match_package_names: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CustomManager {
    manager_file_patterns: Vec<String>,
    match_strings: Vec<String>,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn text(name: &str) -> String {
    fs::read_to_string(root().join(name)).unwrap()
}

fn renovate() -> Renovate {
    serde_json::from_str(&text("renovate.json")).unwrap()
}

/// A pattern of files is a regular expression between slashes.
fn expression(pattern: &str) -> Regex {
    let inner = pattern.strip_prefix('/').and_then(|rest| rest.strip_suffix('/'));
    Regex::new(inner.unwrap()).unwrap()
}

/// The files of the repository, by their paths from the root.
fn files() -> Vec<String> {
    let mut files = Vec::new();
    let mut left = vec![root()];
    while let Some(directory) = left.pop() {
        for entry in fs::read_dir(&directory).unwrap().map(Result::unwrap) {
            let name = entry.file_name().into_string().unwrap();
            if entry.file_type().unwrap().is_file() {
                let path = entry.path();
                files.push(path.strip_prefix(root()).unwrap().to_str().unwrap().to_owned());
            } else if ![".git", "target", "node_modules"].contains(&name.as_str()) {
                left.push(entry.path());
            }
        }
    }
    files
}

#[test]
fn each_pattern_matches_files_and_each_comment_a_version() {
    let files = files();
    for manager in renovate().custom_managers {
        let patterns: Vec<Regex> = manager
            .manager_file_patterns
            .iter()
            .map(|text| expression(text))
            .collect();
        for pattern in &patterns {
            assert!(
                files.iter().any(|file| pattern.is_match(file)),
                "{pattern} matches no file"
            );
        }
        let strings: Vec<Regex> = manager
            .match_strings
            .iter()
            .map(|text| Regex::new(text).unwrap())
            .collect();
        let mut versions = vec![0; strings.len()];
        for file in &files {
            let Ok(text) = fs::read_to_string(root().join(file)) else {
                continue;
            };
            let comments = text
                .lines()
                .filter(|line| line.trim().starts_with("# renovate:"))
                .count();
            let mut found = 0;
            if patterns.iter().any(|pattern| pattern.is_match(file)) {
                for (string, versions) in strings.iter().zip(&mut versions) {
                    let matches = string.captures_iter(&text);
                    let with_digits =
                        matches.filter(|found| found["currentValue"].contains(|c: char| c.is_ascii_digit()));
                    let count = with_digits.count();
                    *versions += count;
                    found += count;
                }
            }
            assert_eq!(found, comments, "versions and comments in {file}");
        }
        assert!(versions.iter().all(|count| *count > 0), "{versions:?}");
    }
}

/// Go's version stays: it is that of the recorded answers.
#[test]
fn each_version_of_a_tool_has_a_comment() {
    let tools = text("tools/tools.mk");
    let mut above = "";
    let mut versions = Vec::new();
    for line in tools.lines() {
        if let Some((name, _)) = line.split_once("_VERSION := ") {
            versions.push(name);
            let has_comment = above.starts_with("# renovate: datasource=");
            assert_eq!(has_comment, name != "GO", "{name}");
        }
        above = line;
    }
    assert!(versions.len() > 9, "{versions:?}");
}

#[test]
fn each_package_of_a_rule_is_a_dependency() {
    let manifests: Vec<String> = files()
        .iter()
        .filter(|file| file.ends_with("Cargo.toml"))
        .map(|file| text(file))
        .collect();
    let names: Vec<String> = renovate()
        .package_rules
        .into_iter()
        .flat_map(|rule| rule.match_package_names)
        .collect();
    assert!(!names.is_empty());
    for name in names {
        let is_dependency = |line: &str| line.starts_with(&format!("{name} = "));
        assert!(
            manifests
                .iter()
                .any(|manifest| manifest.lines().any(is_dependency)),
            "{name}"
        );
    }
}

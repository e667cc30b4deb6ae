//! Settings in the examples, in `deploy/` and in the documents.

use std::collections::BTreeSet;

use kubevirt_sidecar_hostpath_policy::BUILT_IN;
use serde_json::Value;

use crate::reader::{keys, meaning, root, rule_keys, text};
use crate::schema::permits;

/// Every document of every YAML file and of every block of YAML in Markdown that carries settings, with its place.
fn settings() -> Vec<(String, Value)> {
    let mut found = Vec::new();
    for directory in ["", "docs", "deploy", "deploy/base", "examples"] {
        for entry in std::fs::read_dir(root().join(directory)).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(root()).unwrap().to_str().unwrap().to_owned();
            match path.extension().and_then(|extension| extension.to_str()) {
                Some("yaml") => found.extend(in_document(&name, &text(&name))),
                Some("md") => {
                    for block in blocks(&text(&name)) {
                        found.extend(in_document(&name, &block));
                    }
                }
                _ => {}
            }
        }
    }
    found
}

/// The blocks of YAML, without the indentation of the list that they may be in.
fn blocks(markdown: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut lines = markdown.lines();
    while let Some(line) = lines.next() {
        if let Some(indent) = line.strip_suffix("```yaml") {
            let inside = lines.by_ref().take_while(|line| line.trim() != "```");
            let text: Vec<&str> = inside
                .map(|line| line.strip_prefix(indent).unwrap_or(line))
                .collect();
            blocks.push(text.join("\n"));
        }
    }
    blocks
}

/// Bare settings, or those of a policy.
fn in_document(name: &str, text: &str) -> Option<(String, Value)> {
    // Several documents hold manifests, not settings.
    let document: Value = yaml_serde::from_str(text).ok()?;
    let settings = document
        .pointer("/spec/settings")
        .or_else(|| document.get("allowedHostPaths").map(|_| &document))?;
    Some((name.to_owned(), settings.clone()))
}

#[test]
fn they_are_valid() {
    let settings = settings();
    for (name, settings) in &settings {
        assert_eq!(meaning(settings).err(), None, "{name}");
        assert!(permits(settings), "{name}");
    }
    let names: BTreeSet<&str> = settings.iter().map(|(name, _)| name.as_str()).collect();
    for expected in [
        "README.md",
        "docs/reference.md",
        "deploy/base/settings.yaml",
        "examples/settings.yaml",
        "examples/settings-full.yaml",
    ] {
        assert!(
            names.contains(expected),
            "{expected} has no settings any more: {names:?}"
        );
    }
}

/// Who copies the example keeps the protection.
#[test]
fn the_full_example_has_all_built_in_sensitive_paths() {
    let settings: Value = yaml_serde::from_str(&text("examples/settings-full.yaml")).unwrap();
    let listed = settings["sensitiveHostPaths"].as_array().unwrap();
    let built_in = BUILT_IN.iter().map(|path| Value::from(path.as_str()));
    assert_eq!(listed, &built_in.collect::<Vec<Value>>());
}

#[test]
fn they_show_every_key() {
    let mut shown = BTreeSet::new();
    let mut shown_in_rules = BTreeSet::new();
    for (_, settings) in settings() {
        shown.extend(settings.as_object().unwrap().keys().cloned());
        for rule in settings["allowedHostPaths"].as_array().unwrap() {
            shown_in_rules.extend(rule.as_object().unwrap().keys().cloned());
        }
    }
    assert_eq!(shown, keys());
    assert_eq!(shown_in_rules, rule_keys());
}

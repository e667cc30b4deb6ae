//! What documents name of the code: functions of tests, cases of the corpus, files. A name that nothing bears is stale.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use regex::Regex;

use crate::markdown::{documents, root};

/// The text of all files below with this extension.
fn texts(directory: &Path, extension: &str, into: &mut String) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            if !["target", "node_modules", ".git"]
                .iter()
                .any(|name| path.ends_with(name))
            {
                texts(&path, extension, into);
            }
        } else if path.extension().is_some_and(|other| other == extension) {
            into.push_str(&fs::read_to_string(&path).unwrap());
        }
    }
}

fn found(pattern: &str, text: &str) -> BTreeSet<String> {
    let pattern = Regex::new(pattern).unwrap();
    let names = pattern.captures_iter(text).map(|names| names[1].to_owned());
    names.collect()
}

#[test]
fn every_function_case_and_file_in_the_text_exists() {
    let (mut code, mut cases) = (String::new(), String::new());
    texts(&root(), "rs", &mut code);
    texts(&root().join("tests/cases"), "json", &mut cases);
    let functions = found(r"\bfn (\w+)", &code);
    let cases = found(r#"(?m)^  "([^"]+)": \{$"#, &cases);
    let is_function = Regex::new(r"^[a-z0-9]+(_[a-z0-9]+){3,}$").unwrap();
    // Not those of metrics.
    let is_function = |name: &str| is_function.is_match(name) && !name.starts_with("kubewarden_");
    let is_case = Regex::new(r"^[a-z][0-9]+-(accept|reject)-[a-z0-9-]+$").unwrap();
    let is_file = Regex::new(r"^[\w./-]+/[\w.-]+\.(rs|sh|py|mjs|bats)$").unwrap();
    let (mut missing, mut count) = (Vec::new(), 0_usize);
    // What a past version had may be gone.
    for document in documents()
        .iter()
        .filter(|document| document.name != "CHANGELOG.md")
    {
        for name in &document.code {
            let exists = if is_function(name) {
                functions.contains(name)
            } else if is_case.is_match(name) {
                cases.contains(name)
            } else if is_file.is_match(name) {
                let above = Path::new(&document.name).parent().unwrap();
                // From the root; a guide may name a file from its own directory.
                ["", "src"]
                    .iter()
                    .any(|below| root().join(below).join(name).is_file())
                    || root().join(above).join(name).is_file()
            } else {
                continue;
            };
            count = count.saturating_add(1);
            if !exists {
                missing.push(format!("{}: {name}", document.name));
            }
        }
    }
    assert_eq!(missing, Vec::<String>::new());
    assert!(count > 50, "only {count} names were found");
}

//! The tests that documents tell people to run with cargo. They are run with all others, but they must exist.

use std::fs;
use std::path::PathBuf;

use crate::markdown::{documents, root};

/// The value of an option of cargo in a command, each time that it is there.
fn values<'c>(command: &'c str, option: &str) -> Vec<&'c str> {
    let words: Vec<&str> = command
        .split_whitespace()
        .take_while(|word| *word != "--")
        .collect();
    let pairs = words.iter().zip(words.iter().skip(1));
    pairs
        .filter(|(word, _)| **word == option)
        .map(|(_, value)| *value)
        .collect()
}

/// The directory of a package of the workspace; without a name that of the policy.
fn package(name: Option<&str>) -> Option<PathBuf> {
    let Some(name) = name else {
        return Some(root());
    };
    let crates = fs::read_dir(root().join("crates")).unwrap();
    let mut crates = crates.map(|entry| entry.unwrap().path());
    crates.find(|directory| {
        fs::read_to_string(directory.join("Cargo.toml"))
            .is_ok_and(|manifest| manifest.contains(&format!("\nname = \"{name}\"\n")))
    })
}

/// What a command of cargo names that is not there, and how many tests it names.
fn missing(command: &str) -> (Vec<String>, usize) {
    let packages = values(command, "-p");
    let Some(directory) = package(packages.first().copied()) else {
        return (vec![format!("package {packages:?}")], 0);
    };
    let tests = values(command, "--test");
    let is_missing = |test: &&&str| {
        let test = directory.join("tests").join(test);
        !test.with_extension("rs").is_file() && !test.join("main.rs").is_file()
    };
    let missing = tests.iter().filter(is_missing).map(|test| (*test).to_owned());
    (missing.collect(), tests.len())
}

#[test]
fn every_test_in_the_text_exists() {
    let mut count = 0_usize;
    for document in documents() {
        for code in &document.code {
            let is_command = code.split_whitespace().any(|word| word == "cargo");
            if is_command {
                let (missing, tests) = missing(code);
                assert_eq!(missing, Vec::<String>::new(), "{}: `{code}`", document.name);
                count = count.saturating_add(tests);
            }
        }
    }
    assert!(count > 5, "only {count} tests are named");
}

#[test]
fn a_test_that_is_not_there_is_missing() {
    assert_eq!(
        missing("A=1 cargo test --test cases -- --test absent"),
        (vec![], 1)
    );
    assert_eq!(
        missing("cargo test -p repository --test docs --test layout"),
        (vec![], 2)
    );
    assert_eq!(
        missing("cargo test --test absent"),
        (vec!["absent".to_owned()], 1)
    );
    assert_eq!(
        missing("cargo test -p repository --test cases"),
        (vec!["cases".to_owned()], 1)
    );
    assert_eq!(
        missing("cargo test -p absent"),
        (vec!["package [\"absent\"]".to_owned()], 0)
    );
}

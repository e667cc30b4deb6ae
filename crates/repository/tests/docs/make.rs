//! The targets of the Makefile that documents and workflows name. They are not run from here, which is within one of
//! them, but they must exist.

use std::collections::BTreeSet;
use std::fs;

use crate::markdown::{documents, root};

/// The targets of a `make` command; `None` if it is another command.
pub(crate) fn targets(command: &str) -> Option<Vec<&str>> {
    let mut words = command
        .split_whitespace()
        .take_while(|word| !word.starts_with('#'));
    (words.next() == Some("make")).then(|| {
        words
            .filter(|word| !word.starts_with('-') && !word.contains('='))
            .collect()
    })
}

/// All targets that the Makefile has, with those of the file that it includes.
pub(crate) fn known() -> BTreeSet<String> {
    let files = ["Makefile", "tools/tools.mk"];
    let text = files
        .map(|file| fs::read_to_string(root().join(file)).unwrap())
        .concat();
    text.lines()
        .filter(|line| !line.starts_with(['\t', '#', '.']))
        .filter_map(|line| line.split_once(':'))
        .filter(|(_, rest)| !rest.starts_with('='))
        .flat_map(|(targets, _)| targets.split_whitespace())
        .map(str::to_owned)
        .collect()
}

/// The `make` commands of a workflow.
fn in_workflow(text: &str) -> Vec<&str> {
    let command = |line: &'_ str| -> Option<usize> {
        let start = line.find("make ")?;
        let before = line.get(..start)?.trim_start();
        (before.is_empty() || before.ends_with("run: ") || before.ends_with("$(")).then_some(start)
    };
    text.lines()
        .filter_map(|line| line.get(command(line)?..))
        .map(|line| line.split(['|', '>', ')']).next().unwrap_or_default())
        .collect()
}

#[test]
fn every_target_in_the_workflows_exists() {
    let known = known();
    for (name, least) in [("ci.yml", 5), ("cluster.yml", 2), ("release.yml", 8)] {
        let text = fs::read_to_string(root().join(".github/workflows").join(name)).unwrap();
        let commands = in_workflow(&text);
        assert!(commands.len() >= least, "{name}: {commands:?}");
        for command in commands {
            for target in targets(command).unwrap() {
                assert!(known.contains(target), "{name}: {command}");
            }
        }
    }
}

#[test]
fn targets_are_distinguished_from_other_words() {
    assert_eq!(targets("make"), Some(vec![]));
    assert_eq!(targets("make test    # all of it"), Some(vec!["test"]));
    assert_eq!(targets("make -j2 push REGISTRY=a/b"), Some(vec!["push"]));
    assert_eq!(targets("cmake test"), None);
    let known = known();
    assert!(
        known.contains("test") && known.contains("policy.wasm"),
        "{known:?}"
    );
    assert!(!known.contains("CARGO"), "{known:?}");
}

#[test]
fn every_target_in_the_text_exists() {
    let known = known();
    for document in documents() {
        for code in &document.code {
            for target in targets(code).into_iter().flatten() {
                assert!(known.contains(target), "{}: `{code}`", document.name);
            }
        }
    }
}

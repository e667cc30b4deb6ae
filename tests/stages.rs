//! The folders of `src/` are a tower: a stage uses only itself and the stages below it. `src/lib.rs` lists them from the
//! lowest on. Above them is `kubewarden.rs`, which the host calls.

#![expect(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    reason = "helpers of tests: a panic is the test's failure"
)]

use std::{
    fs,
    path::{Path, PathBuf},
};

use rstest::rstest;

/// The stages that a text names directly after `crate::`, in braces or not.
fn used(text: &str) -> Vec<&str> {
    let mut used = Vec::new();
    for (at, mention) in text.match_indices("crate::") {
        let rest = text.get(at + mention.len()..).unwrap();
        let Some(list) = rest.strip_prefix('{') else {
            used.extend(first_word(rest));
            continue;
        };
        let mut depth = 1;
        let mut is_first = true;
        for (at, c) in list.char_indices() {
            match c {
                '{' => depth += 1,
                '}' => depth -= 1,
                ',' if depth == 1 => is_first = true,
                c if c.is_whitespace() => {}
                _ if is_first => {
                    used.extend(first_word(list.get(at..).unwrap()));
                    is_first = false;
                }
                _ => {}
            }
            if depth == 0 {
                break;
            }
        }
    }
    used
}

fn first_word(text: &str) -> Option<&str> {
    text.split(|c: char| c != '_' && !c.is_ascii_lowercase())
        .next()
        .filter(|word| !word.is_empty())
}

/// The stages above `own`, or unknown, that a text of it uses.
fn faults<'t>(stages: &[&str], own: &str, text: &'t str) -> Vec<&'t str> {
    let below = stages.iter().take_while(|stage| **stage != own);
    let allowed: Vec<&str> = below.copied().chain([own]).collect();
    let mut faults: Vec<&str> = used(text)
        .into_iter()
        .filter(|stage| !allowed.contains(stage))
        .collect();
    faults.extend(text.contains("super::super").then_some("super::super"));
    faults
}

fn files_below(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let files = entries.flat_map(|entry| {
        if entry.is_dir() {
            files_below(&entry)
        } else {
            vec![entry]
        }
    });
    files.collect()
}

#[rstest]
#[case::upward("base", "use crate::pod::Pod;", &["pod"])]
#[case::upward_in_braces("base", "use crate::{\n    base::{json::Json, path},\n    pod::{Pod, view},\n};", &["pod"])]
#[case::upward_in_code("settings", "let a = crate::review::decision::decide();", &["review"])]
#[case::past_the_root("pod", "use crate::evaluate;", &["evaluate"])]
#[case::out_of_the_stage("pod", "use super::super::review;", &["super::super"])]
#[case::downward("pod", "use crate::{base::json::Json, requests::Requests};", &[])]
#[case::own("pod", "use crate::pod::Pod; use super::view::Mount;", &[])]
fn an_import_that_runs_up_is_found(#[case] own: &str, #[case] text: &str, #[case] expected: &[&str]) {
    let stages = ["base", "settings", "requests", "pod", "review"];
    assert_eq!(faults(&stages, own, text), expected);
}

/// The file that is above all stages: the host calls it.
const HOST: &str = "kubewarden";

#[test]
fn no_stage_uses_one_above_it() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let lib = fs::read_to_string(src.join("lib.rs")).unwrap();
    let stages: Vec<&str> = lib
        .lines()
        .filter_map(|line| line.strip_prefix("mod ")?.strip_suffix(';'))
        .filter(|stage| *stage != HOST)
        .collect();
    let mut found = Vec::new();
    let mut folders = 0;
    for entry in fs::read_dir(&src).unwrap() {
        let entry = entry.unwrap().path();
        let stage = entry.file_stem().unwrap().to_str().unwrap().to_owned();
        if entry.is_file() {
            let known = ["lib", HOST];
            assert!(known.contains(&&*stage), "src/ holds folders, one for each stage");
            continue;
        }
        folders += 1;
        assert!(stages.contains(&stage.as_str()), "lib.rs does not list {stage}");
        for file in files_below(&entry) {
            let text = fs::read_to_string(&file).unwrap();
            // Unit tests may look at the whole.
            let (text, _) = text
                .split_once("#[cfg(test)]\nmod tests {")
                .unwrap_or((&text, ""));
            let upward = faults(&stages, &stage, text);
            found.extend(
                upward
                    .into_iter()
                    .map(|used| format!("{} uses {used}", file.display())),
            );
        }
    }
    assert_eq!(folders, stages.len());
    assert!(found.is_empty(), "{found:#?}");
}

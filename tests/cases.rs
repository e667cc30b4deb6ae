//! The case corpus on the policy linked natively.
//!
//! `UPDATE_CASES=1 cargo test --test cases` rewrites the texts that people read (`message` and `warnings`, where a case has
//! them) to what the policy says now, and fails if anything else differs. Read the diff before you commit it.
//!
//! With `CASE=<name>` in the environment, `every_case` runs that case alone, or all whose names begin so.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::{env, fs, io};

use kubevirt_sidecar_hostpath_policy as policy;
use serde::Deserialize;
use serde_json::value::RawValue;
use testkit::{Case, Texts, coverage, load};

/// The policy, in the same process.
fn native(operation: &str, payload: &[u8]) -> Result<Vec<u8>, String> {
    match operation {
        "validate" => Ok(policy::validate(payload)),
        "validate_settings" => Ok(policy::validate_settings(payload)),
        other => Err(format!("unknown operation {other}")),
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// All cases. The first test that asks has their texts rewritten, if that is wanted.
fn corpus() -> Result<Vec<Case>, String> {
    static UPDATED: OnceLock<Result<(), String>> = OnceLock::new();
    let load = || load(&root().join("tests/cases")).map_err(|e| e.to_string());
    let wanted = env::var_os("UPDATE_CASES").is_some_and(|value| value == "1");
    UPDATED
        .get_or_init(|| {
            if wanted {
                load()?.iter().try_for_each(update)
            } else {
                Ok(())
            }
        })
        .clone()?;
    load()
}

#[test]
fn every_case() {
    let mut cases = corpus().unwrap_or_else(|e| panic!("{e}"));
    let wanted = env::var("CASE").unwrap_or_default();
    cases.retain(|case| case.name().starts_with(&wanted));
    assert!(
        !cases.is_empty(),
        "no case has a name that begins with {wanted:?}"
    );
    let failures: Vec<String> = cases.iter().filter_map(|case| case.run(&native).err()).collect();
    assert!(
        failures.is_empty(),
        "{} of {} cases fail\n\n{}\n",
        failures.len(),
        cases.len(),
        failures.join("\n\n")
    );
}

#[test]
fn every_row_of_the_decision_table_has_cases() {
    let cases = corpus().unwrap_or_else(|e| panic!("{e}"));
    let table = fs::read_to_string(root().join("docs/decisions.md")).expect("docs/decisions.md");
    let gaps = coverage(&table, &cases);
    assert!(gaps.is_empty(), "{}", gaps.join("\n"));
}

#[test]
fn every_file_is_read_by_a_case() {
    let cases = corpus().unwrap_or_else(|e| panic!("{e}"));
    let read: BTreeSet<&Path> = cases.iter().flat_map(Case::files).map(PathBuf::as_path).collect();
    let mut unread = Vec::new();
    for dir in ["tests/cases", "tests/fixtures"] {
        for file in files_below(&root().join(dir)).expect(dir) {
            if !read.contains(file.as_path()) {
                unread.push(file);
            }
        }
    }
    assert!(unread.is_empty(), "no case reads {unread:#?}");
}

/// Every file below a directory.
fn files_below(dir: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        if path.is_dir() {
            files.extend(files_below(&path)?);
        } else {
            files.push(path);
        }
    }
    Ok(files)
}

/// The parts of a case that may be rewritten, where they are in its text.
#[derive(Deserialize)]
struct Written<'a> {
    #[serde(borrow)]
    expect: WrittenTexts<'a>,
}

#[derive(Deserialize)]
struct WrittenTexts<'a> {
    #[serde(borrow)]
    message: Option<&'a RawValue>,
    #[serde(borrow)]
    warnings: Option<&'a RawValue>,
}

/// Rewrites message and warnings of a case in its file, and leaves every other byte alone.
fn update(case: &Case) -> Result<(), String> {
    let failed = |error: &dyn Display| format!("{}: {error}", case.name());
    let Texts { message, warnings } = case.texts(&native).map_err(|e| failed(&e))?;
    let file = fs::read_to_string(case.path()).map_err(|e| failed(&e))?;
    let cases: BTreeMap<&str, &RawValue> = serde_json::from_str(&file).map_err(|e| failed(&e))?;
    let old = cases
        .get(case.name())
        .ok_or_else(|| failed(&"not in its file"))?
        .get();
    let mut text = old.to_owned();
    let message = message.map(|message| json(&message)).transpose()?;
    for (member, new) in [("message", message), ("warnings", Some(json(&warnings)?))] {
        let old = {
            let written: Written<'_> = serde_json::from_str(&text).map_err(|e| failed(&e))?;
            let raw = if member == "message" {
                written.expect.message
            } else {
                written.expect.warnings
            };
            raw.map(|raw| raw.get().to_owned())
        };
        // Both are needed: a text that the case does not have is a verdict, and stays as it is.
        if let (Some(old), Some(new)) = (old, new) {
            let key = format!("\"{member}\": ");
            text = text.replace(&format!("{key}{old}"), &format!("{key}{new}"));
        }
    }
    let named = |text: &str| format!("\"{}\": {text}", case.name());
    let file = file.replacen(&named(old), &named(&text), 1);
    fs::write(case.path(), file).map_err(|e| failed(&e))
}

fn json<T: serde::Serialize>(value: &T) -> Result<String, String> {
    serde_json::to_string(value).map_err(|e| e.to_string())
}

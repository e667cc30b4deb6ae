//! The two tables of settings in `docs/reference.md`.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::reader::{keys, meaning, rule_keys, text};

/// The rows of the table below this line, cell by cell, without its two lines of heading.
fn table(above: &str) -> Vec<Vec<String>> {
    let reference = text("docs/reference.md");
    let (_, below) = reference
        .split_once(above)
        .unwrap_or_else(|| panic!("no {above:?}"));
    let cells = |line: &str| {
        line.trim_matches('|')
            .split('|')
            .map(|cell| cell.trim().to_owned())
            .collect()
    };
    below
        .lines()
        .skip_while(|line| !line.starts_with('|'))
        .take_while(|line| line.starts_with('|'))
        .skip(2)
        .map(cells)
        .collect()
}

fn settings() -> Vec<Vec<String>> {
    table("\n## Settings\n")
}

fn rule() -> Vec<Vec<String>> {
    table("\nA rule has these keys:\n")
}

/// What is between backticks, if that is all.
fn code(cell: &str) -> Option<&str> {
    cell.strip_prefix('`')?.strip_suffix('`')
}

#[test]
fn they_have_every_key_once_and_no_other() {
    for (table, known) in [(settings(), keys()), (rule(), rule_keys())] {
        let told: Vec<String> = table
            .iter()
            .map(|row| code(&row[0]).unwrap().to_owned())
            .collect();
        let distinct: BTreeSet<String> = told.iter().cloned().collect();
        assert_eq!(distinct.len(), told.len(), "{told:?}");
        assert_eq!(distinct, known);
    }
}

#[test]
fn their_defaults_are_those_of_the_reader() {
    let rules = json!([{"path": "/a"}]);
    let expected = meaning(&json!({"allowedHostPaths": rules})).unwrap();
    let mut in_words = Vec::new();
    for (table, of_a_rule) in [(settings(), false), (rule(), true)] {
        for row in table {
            let key = code(&row[0]).unwrap();
            let default = code(&row[1]).and_then(|code| yaml_serde::from_str::<Value>(code).ok());
            // Not a value, but the name of a setting.
            let Some(default) = default.filter(|_| row[1] != "`allowedTypes`") else {
                in_words.push(format!("{key}: {}", row[1]));
                continue;
            };
            let mut settings = json!({"allowedHostPaths": rules});
            let place = if of_a_rule {
                &mut settings["allowedHostPaths"][0]
            } else {
                &mut settings
            };
            place[key] = default;
            assert_eq!(meaning(&settings).as_deref(), Ok(expected.as_str()), "{key}");
        }
    }
    assert_eq!(
        in_words,
        [
            "allowedHostPaths: required",
            "sensitiveHostPaths: [built-in list](../src/settings/sensitive.rs)",
            "pathPrefix: one of the two",
            "path: one of the two",
            "namespaces: all",
            "containers: all",
            "types: `allowedTypes`",
            "description: none",
        ]
    );
}

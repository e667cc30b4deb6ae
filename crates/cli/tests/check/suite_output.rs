//! `test`: the forms of the report.

use insta::assert_snapshot;
use serde_json::Value;

use crate::forms::junit_faults;
use crate::harness::{Dir, vmi};
use crate::suites::{IMAGES, suite, test};

/// The suite with each kind of result.
fn mixed() -> Dir {
    let dir = suite();
    dir.write("tests/a, %.reject.yaml", vmi("a", IMAGES));
    dir.write("tests/b.accept.yaml", "a: [");
    dir.write("tests/deep/c.yaml", "");
    dir.write("tests/images.message.txt", "::error::x\n");
    dir
}

#[test]
fn json_tells_each_test() {
    let outcome = test(&mixed(), &["-o", "json", "tests"]);
    assert_eq!(outcome.code, Some(2));
    let json: Value = serde_json::from_str(&outcome.stdout).unwrap();
    assert_eq!(
        json["summary"],
        serde_json::json!({"passed": 2, "failed": 3, "errors": 1})
    );
    let tests = json["tests"].as_array().unwrap();
    let shown: Vec<String> = tests
        .iter()
        .map(|test| format!("{} {}", test["status"], test["file"]))
        .collect();
    assert_eq!(
        shown,
        [
            "\"failed\" \"tests/a, %.reject.yaml\"",
            "\"error\" \"tests/b.accept.yaml\"",
            "\"failed\" \"tests/deep/c.yaml\"",
            "\"failed\" \"tests/images.accept.yaml\"",
            "\"passed\" \"tests/scratch.warn.yaml\"",
            "\"passed\" \"tests/ssh-keys.reject.yaml\"",
        ]
    );
    assert_eq!(
        tests[0]["failures"][0]["expected"],
        serde_json::json!(["rejected"])
    );
}

#[test]
fn junit_is_valid_and_tells_each_test() {
    let outcome = test(&mixed(), &["-o", "junit", "tests"]);
    assert_eq!(junit_faults(&outcome.stdout), Vec::<String>::new());
    assert_snapshot!(outcome.stdout);
}

#[test]
fn github_annotates_failures() {
    let outcome = test(&mixed(), &["-o", "github", "tests"]);
    assert_snapshot!(outcome.stdout);
}

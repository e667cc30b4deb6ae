//! For each check of the loader a file or a case that it must not take, and what coverage misses.

use serde_json::{Value, json};

use super::{allow, case, case_in, invalid, loaded, mutate, reject};
use crate::coverage;

/// Files that are no cases of a row, and why.
#[test]
fn wrong_files() {
    let one = |name: &str| json!({name: allow()}).to_string();
    let two = |first: &str, second: &str| format!(r#"{{"{first}": {}, "{second}": {}}}"#, allow(), allow());
    let unsorted = ["r1-accept-b", "r1-accept-a"];
    let repeated = ["r1-accept-a", "r1-accept-a"];
    for (file, content, reason) in [
        (
            "r1.yaml",
            one("r1-accept-x"),
            "the name is not <row>.json in lower case",
        ),
        (
            "R1.json",
            one("r1-accept-x"),
            "the name is not <row>.json in lower case",
        ),
        (
            "r1-accept-x.json",
            allow().to_string(),
            "the name is not <row>.json in lower case",
        ),
        (
            "r1.json",
            "[]".to_owned(),
            "invalid type: sequence, expected cases by name at line 1 column 0",
        ),
        (
            "r1.json",
            two(unsorted[0], unsorted[1]),
            "r1-accept-a: the names are not sorted, or one is there twice",
        ),
        (
            "r1.json",
            two(repeated[0], repeated[1]),
            "r1-accept-a: the names are not sorted, or one is there twice",
        ),
        (
            "r1.json",
            one("r2-accept-x"),
            "r2-accept-x: the name is not r1-<accept|reject>-<what> in lower case",
        ),
    ] {
        let error = loaded(file, &content).expect_err(reason);
        assert_eq!(error.reason, reason, "{file}");
    }
}

/// Cases that contradict themselves, and why.
#[test]
fn wrong_cases() {
    const ACCEPT: &str = "r1-accept-x";
    const REJECT: &str = "r1-reject-x";
    const SETTINGS: &str = "s1-reject-x";
    let with = |mut content: Value, pointer: &str, value: Value| {
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        content.pointer_mut(parent).unwrap()[key] = value;
        content
    };
    let allow_with = |pointer, value| with(allow(), pointer, value);
    let reject_with = |pointer, value| with(reject(), pointer, value);
    let unknown = json!([{"op": "remove", "path": "/object", "x": 1}]);
    let nowhere = json!([{"op": "remove", "path": "/nowhere"}]);
    for (name, content, reason) in [
        ("r1-accept", allow(), "the name is not r1-"),
        ("r1-accept-X", allow(), "the name is not r1-"),
        ("r1-mutate-x", allow(), "the name is not r1-"),
        ("r2-accept-x", allow(), "the first row is \"R1\""),
        (REJECT, allow(), "disagree"),
        (ACCEPT, allow_with("/x", json!(1)), "unknown field `x`"),
        (ACCEPT, allow_with("/patch", unknown), "unknown members"),
        (ACCEPT, allow_with("/patch", nowhere), "`patch`: "),
        (
            ACCEPT,
            allow_with("/description", json!(" ")),
            "`description` is empty",
        ),
        (ACCEPT, allow_with("/rows", json!([])), "`rows` is empty"),
        (
            ACCEPT,
            allow_with("/rows", json!(["R1", "r2"])),
            "is not a row id",
        ),
        (
            ACCEPT,
            allow_with("/request", json!("../pod")),
            "not a fixture name",
        ),
        (ACCEPT, allow_with("/request", json!("nothing")), "fixture "),
        (ACCEPT, allow_with("/annotation", json!(1)), "`annotation`"),
        (ACCEPT, allow_with("/payload", json!("{}")), "`payload` excludes"),
        (
            ACCEPT,
            allow_with("/expect/code", json!(403)),
            "go with `deny` only",
        ),
        (
            ACCEPT,
            allow_with("/expect/mounts", Value::Null),
            "`mounts` is required",
        ),
        (REJECT, reject_with("/expect/code", Value::Null), "`deny` needs"),
        (
            REJECT,
            reject_with("/expect/mounts", json!({})),
            "do not go with `deny`",
        ),
        (
            SETTINGS,
            with(invalid(), "/expect/message", Value::Null),
            "goes with `valid: false`",
        ),
    ] {
        let directory = if name == SETTINGS { "settings/" } else { "" };
        let error = case_in(directory, name, &content).expect_err(reason).to_string();
        assert!(error.contains(reason), "expected {reason:?} in: {error}");
    }
}

#[test]
fn rows_that_miss_a_case_and_cases_that_miss_a_row() {
    let cases = [
        case("r1-accept-good", &allow()),
        case("r2-accept-injected", &mutate()),
    ];
    let document = "## Decision table\n| # | |\n|---|---|\n| R1 | x |\n| R9 | x |\n";
    assert_eq!(
        coverage(document, &cases),
        [
            "row R1 has not a rejecting case",
            "row R9 has not an accepting case",
            "row R9 has not a rejecting case",
            "r2-accept-injected: the decision table has no row R2",
        ]
    );
    assert_eq!(
        coverage("# x", &cases),
        [r###"no rows below "## Decision table""###]
    );
}

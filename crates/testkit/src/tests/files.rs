//! For each check of the loader a file that it must not take for a case, and what coverage misses.

use serde_json::{Value, json};

use super::{allow, case, invalid, loaded, mutate, reject};
use crate::coverage;

/// Files that are no case, and why.
#[test]
fn wrong_files() {
    const ACCEPT: &str = "r1-accept-x.json";
    const REJECT: &str = "r1-reject-x.json";
    const SETTINGS: &str = "settings/s1-reject-x.json";
    let with = |mut content: Value, pointer: &str, value: Value| {
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        content.pointer_mut(parent).unwrap()[key] = value;
        content
    };
    let allow_with = |pointer, value| with(allow(), pointer, value);
    let reject_with = |pointer, value| with(reject(), pointer, value);
    let unknown = json!([{"op": "remove", "path": "/object", "x": 1}]);
    let nowhere = json!([{"op": "remove", "path": "/nowhere"}]);
    for (file, content, reason) in [
        ("r1-accept-x.yaml", allow(), "the name is not <row>-"),
        ("R1-accept-x.json", allow(), "the name is not <row>-"),
        ("r1-mutate-x.json", allow(), "the name is not <row>-"),
        ("r2-accept-x.json", allow(), "the first row is \"R1\""),
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
        let error = loaded(file, &content.to_string()).expect_err(reason).to_string();
        assert!(error.contains(reason), "expected {reason:?} in: {error}");
    }
}

#[test]
fn rows_that_miss_a_case_and_cases_that_miss_a_row() {
    let cases = [
        case("r1-accept-good.json", &allow()),
        case("r2-accept-injected.json", &mutate()),
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

//! The loader takes nothing for a case that is none, and coverage sees what is missing.

use super::{Corpus, allow, invalid, mutate, reject, valid};
use crate::{coverage, load};
use serde_json::{Value, json};

/// Expects that a corpus of this one file does not load, for this reason.
#[track_caller]
fn refused(file: &str, content: &str, reason: &str) {
    let corpus = Corpus::new();
    corpus.write_text(file, content);
    let error = load(&corpus.cases()).expect_err(reason).to_string();
    let name = file.rsplit('/').next().unwrap();
    assert!(
        error.contains(name) && error.contains(reason),
        "expected {reason:?} in: {error}"
    );
}

/// `content` with one member set, as text.
fn with(mut content: Value, pointer: &str, value: Value) -> String {
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    content.pointer_mut(parent).unwrap()[key] = value;
    content.to_string()
}

#[test]
fn a_whole_corpus() {
    let corpus = Corpus::new();
    corpus.write("cases/r1-accept-good.json", &allow());
    corpus.write("cases/r1-reject-bad.json", &reject());
    corpus.write("cases/settings/s1-reject-bad.json", &invalid());
    let cases = load(&corpus.cases()).unwrap();
    let names: Vec<_> = cases.iter().map(|case| case.name()).collect();
    assert_eq!(names, ["r1-accept-good", "r1-reject-bad", "s1-reject-bad"]);
    let read: Vec<_> = cases
        .iter()
        .flat_map(|case| case.files())
        .map(|file| file.file_name().unwrap().to_str().unwrap())
        .collect();
    assert_eq!(
        read,
        [
            "r1-accept-good.json",
            "pod.json",
            "r1-reject-bad.json",
            "pod.json",
            "s1-reject-bad.json",
            "launcher-image-volume.json"
        ]
    );
    assert_eq!(
        (cases[0].description(), cases[0].rows(), cases[0].accepts()),
        ("It accepts.", &["R1".to_owned()][..], true)
    );
    assert_eq!(cases[0].path(), cases[0].files()[0]);
    assert!(cases[0].payload().is_some() && cases[2].payload().is_none());
}

#[test]
fn names() {
    const FORM: &str = "the name is not <row>-<accept|reject>-<what>.json";
    for name in [
        "notes.txt",
        "r1-accept-x.yaml",
        "r1-accept.json",
        "r1-accept-.json",
        "r1-mutate-x.json",
        "R1-accept-x.json",
        "r1-accept-x_y.json",
        "accept-x.json",
    ] {
        refused(&format!("cases/{name}"), &allow().to_string(), FORM);
    }
    refused(
        "cases/r2-accept-x.json",
        &allow().to_string(),
        r#"the name says "r2", the first row is "R1""#,
    );
    refused("cases/r1-reject-x.json", &allow().to_string(), "disagree");
    refused(
        "cases/settings/s1-reject-x.json",
        &valid().to_string(),
        "disagree",
    );
    refused("cases/settings/s1-accept-x.txt", &valid().to_string(), FORM);
}

#[test]
fn formats() {
    let file = "cases/r1-accept-x.json";
    refused(file, "{", "EOF");
    for pointer in ["/x", "/expect/x"] {
        refused(file, &with(allow(), pointer, json!(1)), "unknown field `x`");
    }
    refused(
        "cases/r2-accept-x.json",
        &with(mutate(), "/expect/audit", json!([{"x": 1}])),
        "unknown field `x`",
    );
    refused(
        file,
        &with(
            allow(),
            "/patch",
            json!([{"op": "remove", "path": "/object", "x": 1}]),
        ),
        "unknown members",
    );
    refused(
        file,
        &with(allow(), "/patch", json!([{"op": "remove", "path": "/nowhere"}])),
        "`patch`: ",
    );
    refused(
        file,
        &with(allow(), "/description", json!(" ")),
        "`description` is empty",
    );
    refused(file, &with(allow(), "/rows", json!([])), "`rows` is empty");
    refused(
        file,
        &with(allow(), "/rows", json!(["R1", "r2"])),
        r#""r2" is not a row id"#,
    );
    refused(
        file,
        &with(allow(), "/request", json!("../pod")),
        "not a fixture name",
    );
    refused(file, &with(allow(), "/request", json!("nothing")), "fixture ");
    refused(file, &with(allow(), "/annotation", json!(1)), "`annotation`");
    refused(
        file,
        &with(allow(), "/payload", json!("{}")),
        "`payload` excludes",
    );
    for missing in ["settings", "request", "expect", "rows", "description"] {
        let mut content = allow();
        content.as_object_mut().unwrap().remove(missing);
        refused(file, &content.to_string(), missing);
    }
    let file = "cases/settings/s1-accept-x.json";
    refused(file, &with(valid(), "/x", json!(1)), "unknown field `x`");
    refused(file, &with(valid(), "/expect/x", json!(1)), "unknown field `x`");
    refused(
        file,
        r#"{"description": "d", "rows": ["S1"], "expect": {"valid": true}}"#,
        "missing field `settings`",
    );
}

#[test]
fn contradictions() {
    let file = "cases/r1-accept-x.json";
    refused(
        file,
        &with(allow(), "/expect/code", json!(403)),
        "go with `deny` only",
    );
    refused(
        file,
        &with(allow(), "/expect/message", json!("m")),
        "go with `deny` only",
    );
    refused(
        file,
        &with(allow(), "/expect/mounts", Value::Null),
        "`mounts` is required",
    );
    refused(
        file,
        &with(allow(), "/request", json!({"kind": {"kind": "Node"}})),
        "`mounts` is required",
    );
    let file = "cases/r1-reject-x.json";
    refused(file, &with(reject(), "/expect/code", Value::Null), "`deny` needs");
    refused(
        file,
        &with(reject(), "/expect/message", Value::Null),
        "`deny` needs",
    );
    refused(
        file,
        &with(reject(), "/expect/mounts", json!({})),
        "do not go with `deny`",
    );
    refused(
        file,
        &with(reject(), "/expect/warnings", json!(["w"])),
        "do not go with `deny`",
    );
    refused(
        file,
        &with(reject(), "/expect/audit", json!([])),
        "do not go with `deny`",
    );
    refused(
        "cases/settings/s1-accept-x.json",
        &with(valid(), "/expect/message", json!("m")),
        "goes with `valid: false`",
    );
    refused(
        "cases/settings/s1-reject-x.json",
        &with(invalid(), "/expect/message", Value::Null),
        "goes with `valid: false`",
    );
}

#[test]
fn the_annotation_is_put_on_the_object() {
    for (annotation, expected) in [
        (json!("[ raw"), json!({"hooks.kubevirt.io/hookSidecars": "[ raw"})),
        (json!([null]), json!({"hooks.kubevirt.io/hookSidecars": "[null]"})),
        (
            json!({"a": 1}),
            json!({"hooks.kubevirt.io/hookSidecars": "{\"a\":1}"}),
        ),
        (Value::Null, json!({})),
    ] {
        let corpus = Corpus::new();
        corpus.write_text(
            "cases/r1-accept-x.json",
            &with(allow(), "/annotation", annotation),
        );
        let case = load(&corpus.cases()).unwrap().pop().unwrap();
        let payload: Value = serde_json::from_slice(case.payload().unwrap()).unwrap();
        assert_eq!(payload["request"]["object"]["metadata"]["annotations"], expected);
    }
}

#[test]
fn coverage_sees_both_sides() {
    let corpus = Corpus::new();
    corpus.write("cases/r1-accept-good.json", &allow());
    corpus.write("cases/settings/s1-reject-bad.json", &invalid());
    corpus.write("cases/settings/s1-accept-good.json", &valid());
    corpus.write("cases/r2-accept-injected.json", &mutate());
    let cases = load(&corpus.cases()).unwrap();
    let readme = "## Decision table\n| # | |\n|---|---|\n| R1 | x |\n| R9 | x |\n| S1 | x |\n";
    assert_eq!(
        coverage(readme, &cases),
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

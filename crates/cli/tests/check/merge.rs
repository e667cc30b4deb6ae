//! YAML's merge key: read as kubectl reads it, or refused.
//!
//! The tests ask kubectl itself, so each row of the table says what kubectl does today.

use std::process::Command;

use rstest::rstest;
use serde_json::{Value, json};
use sidecar_hostpath::settings::file::SettingsFile;

use crate::harness::{Dir, command, example, finish, read_by_kubectl, vmi};
use crate::objects::read;
use crate::tools::kubectl;

const HEAD: &str = "apiVersion: kubevirt.io/v1\nkind: VirtualMachine\nmetadata: {name: m}\n";

/// What kubectl reads, one object for each document; `None` if it refuses the file. No cluster is asked.
fn by_kubectl(text: &str) -> Option<Vec<Value>> {
    let (objects, is_read) = read_by_kubectl(text);
    let data = objects.iter().map(|object| object["data"].clone()).collect();
    is_read.then_some(data)
}

/// What the command reads.
fn by_us(text: &str) -> Result<Value, String> {
    let manifests = read(text)?;
    Ok(manifests[0].object.as_ref().unwrap()["data"].clone())
}

#[rstest]
#[case::key_below("x: &x {a: x}\ndata:\n  <<: *x\n  a: own\n", json!({"a": "own"}))]
#[case::no_key_in_common("x: &x {b: x}\ndata:\n  a: own\n  <<: *x\n", json!({"a": "own", "b": "x"}))]
#[case::flow("data: {<<: {a: x}, b: own}", json!({"a": "x", "b": "own"}))]
#[case::flow_over_several_lines("data: {\n  b: own,\n  <<: {a: x}\n}", json!({"a": "x", "b": "own"}))]
#[case::null_below("data:\n  <<: {a: x}\n  a:\n", json!({"a": null}))]
#[case::null_merged("data:\n  <<: {a: null}\n  a: own\n", json!({"a": "own"}))]
#[case::list("data:\n  <<: [{a: x}, {b: z}]\n", json!({"a": "x", "b": "z"}))]
#[case::list_where_the_first_counts(
    "data:\n  <<: [{a: x}, {a: z, b: z}, {a: w, b: w, c: w}]\n",
    json!({"a": "x", "b": "z", "c": "w"})
)]
#[case::list_in_lines("x: &x {a: x}\ndata:\n  <<: # both\n    - *x\n    - {a: z, b: z}\n", json!({"a": "x", "b": "z"}))]
#[case::list_and_key_below("data:\n  <<: [{a: x}, {a: z, b: z}]\n  a: own\n", json!({"a": "own", "b": "z"}))]
#[case::one_mapping_twice("x: &x {a: x}\ndata:\n  <<: [*x, *x]\n", json!({"a": "x"}))]
#[case::merged_into_the_merged("x: &x {a: x, b: x}\nz: &z\n  <<: *x\n  a: z\ndata:\n  <<: *z\n", json!({"a": "z", "b": "x"}))]
#[case::merged_into_the_merged_and_key_below(
    "x: &x {a: x, b: x}\nz: &z\n  <<: *x\n  a: z\ndata:\n  <<: *z\n  b: own\n",
    json!({"a": "z", "b": "own"})
)]
#[case::merged_into_the_merged_and_a_question(
    "# why?\nx: &x {a: x}\nz: &z\n  <<: *x\ndata: {b: 'so?', <<: *z}\n",
    json!({"a": "x", "b": "so?"})
)]
#[case::merged_into_an_element("data:\n  <<: [{<<: {a: deep}, b: x}, {a: z}]\n", json!({"a": "deep", "b": "x"}))]
#[case::nothing("data:\n  a: own\n  <<: {}\n", json!({"a": "own"}))]
#[case::empty_list("data:\n  <<: []\n  a: own\n", json!({"a": "own"}))]
#[case::whole_values("data:\n  <<: {a: {b: x, c: x}}\n  a: {b: own}\n", json!({"a": {"b": "own"}}))]
#[case::explicit_key("data:\n  ? <<\n  : {a: x}\n", json!({"a": "x"}))]
#[case::in_text("data: {a: '<<', b: \"cat <<EOF\"}", json!({"a": "<<", "b": "cat <<EOF"}))]
fn a_merge_has_the_value_that_kubectl_gives_it(#[case] yaml: &str, #[case] expected: Value) {
    let text = format!("{HEAD}{yaml}");
    assert_eq!(by_kubectl(&text), Some(vec![expected.clone()]));
    assert_eq!(by_us(&text), Ok(expected));
}

const PLAINLY: &str = "the key << must be written without quotes, tag or anchor";
const NO_MAPPING: &str = "the key << needs a mapping, or a list of mappings";
const ALIAS: &str = "a list for the key << must be written there, without alias";

/// `kubectl` is what it makes of it, `null` where it refuses the file as well.
#[rstest]
#[case::key_above("data:\n  a: own\n  <<: {a: x}\n", json!({"a": "x"}), "repeats the key \"a\" written above it;")]
#[case::key_above_in_flow("data: {a: own, <<: {a: x}}", json!({"a": "x"}), "repeats the key \"a\"")]
#[case::key_above_with_the_same_value("data:\n  a: x\n  <<: {a: x}\n", json!({"a": "x"}), "repeats the key \"a\"")]
#[case::null_above("data:\n  a:\n  <<: {a: x}\n", json!({"a": "x"}), "repeats the key \"a\"")]
#[case::null_over_a_key("data:\n  a: own\n  <<: {a: null}\n", json!({"a": null}), "repeats the key \"a\"")]
#[case::one_key_above_one_below(
    "x: &x {a: x, b: x}\ndata:\n  a: own\n  <<: *x\n  b: own\n",
    json!({"a": "x", "b": "own"}),
    "repeats the key \"a\""
)]
#[case::several_keys(
    "x: &x {a: x, b: x, c: x, d: x}\ndata:\n  d: o\n  c: o\n  b: o\n  a: o\n  <<: *x\n",
    json!({"a": "x", "b": "x", "c": "x", "d": "x"}),
    "repeats the keys \"a\", \"b\", \"c\" and 1 more written above it;"
)]
#[case::key_above_a_list("data:\n  a: own\n  <<: [{b: x}, {a: z}]\n", json!({"a": "z", "b": "x"}), "repeats the key \"a\"")]
#[case::key_above_within_the_merged(
    "x: &x {a: x, b: x}\nz: &z\n  a: z\n  <<: *x\ndata:\n  <<: *z\n",
    json!({"a": "x", "b": "x"}),
    "the merge key << repeats the key \"a\""
)]
#[case::key_above_what_is_merged_twice(
    "x: &x {a: x}\nz: &z\n  <<: *x\n  c: z\ndata:\n  a: own\n  <<: *z\n",
    json!({"a": "x", "c": "z"}),
    "repeats the key \"a\""
)]
#[case::two_merges("data:\n  <<: {a: x}\n  <<: {a: z}\n", json!({"a": "z"}), "f.yaml:6:3: duplicate key <<: give one << a list of mappings")]
#[case::key_between_two_merges("data:\n  <<: {a: x}\n  a: own\n  <<: {a: z}\n", json!({"a": "z"}), "duplicate key <<")]
#[case::key_twice_around_a_merge("data:\n  a: x\n  <<: {b: z}\n  a: own\n", json!({"a": "own", "b": "z"}), "duplicate key \"a\"")]
#[case::key_twice_in_the_merged("data:\n  <<: {a: x, a: z}\n", json!({"a": "z"}), "duplicate key \"a\"")]
#[case::double_quotes("data:\n  \"<<\": {a: x}\n", json!({"<<": {"a": "x"}}), PLAINLY)]
#[case::single_quotes("data:\n  '<<': {a: x}\n", json!({"<<": {"a": "x"}}), PLAINLY)]
#[case::escapes("data:\n  \"\\x3c<\": {a: x}\n", json!({"<<": {"a": "x"}}), PLAINLY)]
#[case::block("data:\n  ? |-\n    <<\n  : {a: x}\n", json!({"<<": {"a": "x"}}), PLAINLY)]
#[case::tag("data:\n  !!str <<: {a: x}\n", json!({"<<": {"a": "x"}}), PLAINLY)]
#[case::tag_on_the_line_before("data: {? !!str\n <<: {a: x}}", json!({"<<": {"a": "x"}}), PLAINLY)]
#[case::tag_before_a_comment("data: {? !!str # c\n # c\n\n <<: {a: x}}", json!({"<<": {"a": "x"}}), PLAINLY)]
#[case::merge_tag("data:\n  !!merge <<: {a: x}\n", json!({"a": "x"}), PLAINLY)]
#[case::anchor("data:\n  &k <<: {a: x}\n", json!({"a": "x"}), PLAINLY)]
#[case::alias("k: &k <<\ndata:\n  *k : {a: x}\n", json!({"<<": {"a": "x"}}), PLAINLY)]
#[case::alias_of_a_merge("data: {&k <<: {b: x}, c: {*k : {a: x}}}", json!({"b": "x", "c": {"<<": {"a": "x"}}}), PLAINLY)]
#[case::scalar("data: {<<: x}", json!(null), NO_MAPPING)]
#[case::no_value("data:\n  <<:\n  a: own\n", json!(null), NO_MAPPING)]
#[case::scalar_in_a_list("data: {<<: [{a: x}, z]}", json!(null), NO_MAPPING)]
#[case::list_in_a_list("data: {<<: [[{a: x}]]}", json!(null), NO_MAPPING)]
#[case::alias_of_a_list("x: &x [{a: x}]\ndata: {<<: *x}", json!(null), ALIAS)]
#[case::alias_of_a_list_below("x: &x [{a: x}]\ndata:\n  <<:\n    # c\n    *x\n", json!(null), ALIAS)]
fn a_merge_that_is_not_the_same_for_all_is_an_error(
    #[case] yaml: &str,
    #[case] kubectl: Value,
    #[case] reason: &str,
) {
    let text = format!("{HEAD}{yaml}");
    let expected = (!kubectl.is_null()).then(|| vec![kubectl]);
    assert_eq!(by_kubectl(&text), expected);
    let error = by_us(&text).unwrap_err();
    assert!(error.contains(reason), "{error}");
}

/// Every mapping of up to three of these lines.
#[test]
fn no_order_of_keys_and_merges_has_another_value_than_kubectl_gives_it() {
    let lines = [
        "a: own",
        "b: own",
        "<<: *ab",
        "<<: {b: merged}",
        "<<: [{a: first}, *ab]",
        "<<: *nested",
    ];
    let mut mappings: Vec<Vec<&str>> = vec![Vec::new()];
    for length in 0..3 {
        let longer: Vec<Vec<&str>> = mappings
            .iter()
            .filter(|mapping| mapping.len() == length)
            .flat_map(|mapping| lines.map(|line| [mapping.as_slice(), &[line]].concat()))
            .collect();
        mappings.extend(longer);
    }
    mappings.retain(|mapping| !mapping.is_empty());
    let anchors = "x: &ab {a: ab, b: ab}\nz: &nested {<<: *ab, b: nested}\n";
    let texts: Vec<String> = mappings
        .iter()
        .map(|mapping| format!("{HEAD}{anchors}data:\n  {}\n", mapping.join("\n  ")))
        .collect();
    let by_kubectl = by_kubectl(&texts.join("---\n")).unwrap();
    assert_eq!((by_kubectl.len(), texts.len()), (258, 258));
    let mut read = 0;
    for (text, expected) in texts.iter().zip(by_kubectl) {
        if let Ok(data) = by_us(text) {
            assert_eq!(data, expected, "{text}");
            read += 1;
        }
    }
    // 4 without `<<`, 20 with it in the first place, and 2 where it repeats nothing.
    assert_eq!(read, 26);
}

#[test]
fn json_does_not_merge() {
    let text = r#"{"apiVersion": "v1", "kind": "Pod", "data": {"a": 1, "<<": {"a": 2}}}"#;
    assert_eq!(by_us(text), Ok(json!({"a": 1, "<<": {"a": 2}})));
}

/// The mistake and what the message says to do about it.
#[test]
fn what_the_message_advises_is_the_same_for_all() {
    let wrong = format!("{HEAD}x: &x {{a: x}}\ndata:\n  a: own\n  <<: *x\n");
    let expected = "f.yaml:7:3: the merge key << repeats the key \"a\" written above it; \
                    kubectl takes the merged value, other tools take the written one: move the key below <<, or remove one \
                    of the two";
    assert_eq!(by_us(&wrong), Err(expected.to_owned()));
    let moved = wrong.replace("  a: own\n  <<: *x\n", "  <<: *x\n  a: own\n");
    let removed = [wrong.replace("  a: own\n", ""), wrong.replace("  <<: *x\n", "")];
    for (text, expected) in [(&moved, "own"), (&removed[0], "x"), (&removed[1], "own")] {
        assert_eq!(by_us(text), Ok(json!({"a": expected})));
        assert_eq!(by_kubectl(text), Some(vec![json!({"a": expected})]));
        assert_eq!(by_kustomize(text), json!({"a": expected}));
    }
    // The disagreement.
    assert_eq!(by_kubectl(&wrong), Some(vec![json!({"a": "x"})]));
    assert_eq!(by_kustomize(&wrong), json!({"a": "own"}));
}

/// What `kubectl apply -k` would send.
fn by_kustomize(text: &str) -> Value {
    let dir = Dir::new();
    dir.write("f.yaml", text);
    dir.write("kustomization.yaml", "resources: [f.yaml]\n");
    let output = Command::new(kubectl())
        .arg("kustomize")
        .arg(dir.path(""))
        .output()
        .unwrap();
    let object: Value = yaml_serde::from_slice(&output.stdout).unwrap();
    object["data"].clone()
}

#[test]
fn settings_that_are_not_the_same_for_all_are_an_error() {
    let text = "\
shared: &shared {readOnly: false, allowSharedCompute: true}
allowedHostPaths:
  - path: /srv/scratch
    readOnly: true
    <<: *shared
";
    let error = SettingsFile::from_text(text, "s.yaml", None)
        .unwrap_err()
        .to_string();
    let expected = "s.yaml:5:5: the settings cannot be parsed: the merge key << repeats the key \"readOnly\" written above it; kubectl";
    assert!(error.starts_with(expected), "{error}");

    let dir = Dir::new();
    dir.write("s.yaml", text);
    let outcome = finish(command(&dir.path(""), &["settings", "s.yaml"]), b"");
    assert_eq!(outcome, crate::harness::Outcome::error(&error));
}

/// The annotation that counts for kubectl is not the one that is written.
#[test]
fn a_merge_that_is_refused_does_not_hide_the_verdicts_on_the_other_documents() {
    let refused = "\
apiVersion: kubevirt.io/v1
kind: VirtualMachineInstance
metadata:
  name: b
  annotations: {hooks.kubevirt.io/hookSidecars: '[]'}
  <<: {annotations: {hooks.kubevirt.io/hookSidecars: '[{\"hostPath\":{\"path\":\"/etc\",\"volumePath\":\"/e\"}}]'}}
";
    let manifests = [vmi("a", "[]"), refused.to_owned(), vmi("c", "[")].join("\n---\n");
    let dir = Dir::new();
    dir.write("s.yaml", example("settings.yaml"));
    dir.write("f.yaml", manifests);
    let outcome = finish(command(&dir.path(""), &["check", "-s", "s.yaml", "f.yaml"]), b"");
    assert_eq!(outcome.code, Some(2));
    let verdicts: Vec<&str> = outcome
        .stdout
        .lines()
        .filter(|line| line.contains("ED  f.yaml"))
        .collect();
    let expected = [
        "ACCEPTED  f.yaml:1:1: VirtualMachineInstance tenant-a/a",
        "REJECTED  f.yaml:11:1: VirtualMachineInstance tenant-a/c (code 422)",
    ];
    assert_eq!(verdicts, expected);
    let error = "error: f.yaml:8:3: the merge key << repeats the key \"annotations\" ";
    assert!(outcome.stderr.starts_with(error), "{}", outcome.stderr);
    assert_eq!(outcome.stderr.lines().count(), 1);
}

/// The line is that of the annotation that counts, and not of the one that was merged.
#[test]
fn a_violation_has_the_line_of_the_annotation_that_counts() {
    let asks = |path: &str| format!("'[{{\"hostPath\": {{\"path\": \"{path}\", \"volumePath\": \"/m\"}}}}]'");
    let metadata = |name: &str, path: &str| {
        format!(
            "metadata: {{name: {name}, annotations: {{hooks.kubevirt.io/hookSidecars: {}}}}}",
            asks(path)
        )
    };
    let text = format!(
        "apiVersion: v1\nkind: List\nitems:\n- &x\n  apiVersion: kubevirt.io/v1\n  kind: VirtualMachineInstance\n  {}\n  spec: {{}}\n- <<: *x\n  {}\n",
        metadata("a", "/srv/images"),
        metadata("b", "/etc"),
    );
    let dir = Dir::new();
    dir.write("s.yaml", "allowedHostPaths: [{pathPrefix: /srv/images}]\n");
    dir.write("x.yaml", text);
    let outcome = finish(
        command(
            &dir.path(""),
            &["check", "-s", "s.yaml", "-o", "github", "x.yaml"],
        ),
        b"",
    );
    assert!(
        outcome.stdout.contains("file=x.yaml,line=10"),
        "{}",
        outcome.stdout
    );
}

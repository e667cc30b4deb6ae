//! YAML's merge key: read as kubectl reads it, or refused.
//!
//! The tests ask kubectl itself, so each row of the table says what kubectl does today.

use std::process::Command;

use rstest::rstest;
use serde_json::{Value, json};
use sidecar_hostpath::check::settings_file::SettingsFile;

use crate::harness::{Dir, command, example, finish, vmi};
use crate::input::{read, read_all};
use crate::kubectl::kubectl;

const CONFIG_MAP: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: m}\n";

/// What kubectl reads, one object for each document; `None` if it refuses the file. No cluster is asked.
fn by_kubectl(text: &str) -> Option<Vec<Value>> {
    let dir = Dir::new();
    let file = dir.write("f.yaml", text);
    let output = Command::new(kubectl())
        .args(["label", "--local", "-o", "json", "added=1", "-f"])
        .arg(file)
        .env("KUBECONFIG", dir.path("none"))
        .output()
        .unwrap();
    let objects = serde_json::Deserializer::from_slice(&output.stdout).into_iter::<Value>();
    let data = objects.map(|object| object.unwrap()["data"].clone()).collect();
    output.status.success().then_some(data)
}

/// What the command reads.
fn by_us(text: &str) -> Result<Value, String> {
    let manifests = read(text)?;
    Ok(manifests[0].object["data"].clone())
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
#[case::in_text("data: {a: '<<', b: \"cat <<EOF\"}", json!({"a": "<<", "b": "cat <<EOF"}))]
fn a_merge_has_the_value_that_kubectl_gives_it(#[case] yaml: &str, #[case] expected: Value) {
    let text = format!("{CONFIG_MAP}{yaml}");
    assert_eq!(by_kubectl(&text), Some(vec![expected.clone()]));
    assert_eq!(by_us(&text), Ok(expected));
}

const PLAINLY: &str =
    "the key << must be written without quotes, tag or anchor, and on one line with its colon at line";
const NO_MAPPING: &str = "the key << needs a mapping, or a list of mappings at line";
const ALIAS: &str = "a list for the key << must be written there, without alias at line";

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
    "z: the merge key << at line 7 column 3 repeats the key \"a\""
)]
#[case::key_above_what_is_merged_twice(
    "x: &x {a: x}\nz: &z\n  <<: *x\n  c: z\ndata:\n  a: own\n  <<: *z\n",
    json!({"a": "x", "c": "z"}),
    "repeats the key \"a\""
)]
#[case::two_merges("data:\n  <<: {a: x}\n  <<: {a: z}\n", json!({"a": "z"}), "the key << stands twice: give one << a list of mappings at line 6 column 3")]
#[case::key_between_two_merges("data:\n  <<: {a: x}\n  a: own\n  <<: {a: z}\n", json!({"a": "z"}), "the key << stands twice")]
#[case::key_twice_around_a_merge("data:\n  a: x\n  <<: {b: z}\n  a: own\n", json!({"a": "own", "b": "z"}), "the key \"a\" stands twice")]
#[case::key_twice_in_the_merged("data:\n  <<: {a: x, a: z}\n", json!({"a": "z"}), "the key \"a\" stands twice")]
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
#[case::explicit_key("data:\n  ? <<\n  : {a: x}\n", json!({"a": "x"}), PLAINLY)]
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
    let text = format!("{CONFIG_MAP}{yaml}");
    let expected = (!kubectl.is_null()).then(|| vec![kubectl]);
    assert_eq!(by_kubectl(&text), expected);
    let error = by_us(&text).unwrap_err();
    assert!(error.contains(reason), "{error}");
    assert_eq!(error.matches(" at line ").count(), 1, "{error}");
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
        .map(|mapping| format!("{CONFIG_MAP}{anchors}data:\n  {}\n", mapping.join("\n  ")))
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
    let manifests = read(r#"{"apiVersion": "v1", "kind": "K", "spec": {"a": 1, "<<": {"a": 2}}}"#).unwrap();
    assert_eq!(manifests[0].object["spec"], json!({"a": 1, "<<": {"a": 2}}));
}

/// The mistake and what the message says to do about it.
#[test]
fn what_the_message_advises_is_the_same_for_all() {
    let wrong = format!("{CONFIG_MAP}x: &x {{a: x}}\ndata:\n  a: own\n  <<: *x\n");
    let expected = "f.yaml, document 1: data: the merge key << at line 7 column 3 repeats the key \"a\" written above it; \
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
    let error = SettingsFile::from_text(text, "s.yaml").unwrap_err().to_string();
    let expected = "s.yaml: the settings cannot be parsed: allowedHostPaths[0]: the merge key << at line 5 column 5 repeats \
                    the key \"readOnly\" written above it; kubectl takes";
    assert!(error.starts_with(expected), "{error}");

    let dir = Dir::new();
    dir.write("s.yaml", text);
    let outcome = finish(command(&dir.path(""), &["check", "-s", "s.yaml"]), b"");
    assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(2), ""));
    assert_eq!(outcome.stderr, format!("Error: {error}\n"));
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
        .filter(|line| line.contains("f.yaml"))
        .collect();
    let expected = [
        "ACCEPTED  f.yaml, document 1: VirtualMachineInstance tenant-a/a",
        "REJECTED  f.yaml, document 3: VirtualMachineInstance tenant-a/c (code 422)",
    ];
    assert_eq!(verdicts, expected);
    let error = "Error: f.yaml, document 2: metadata: the merge key << at line 8 column 3 repeats the key \"annotations\" ";
    assert!(outcome.stderr.starts_with(error), "{}", outcome.stderr);
    assert_eq!(outcome.stderr.lines().count(), 1);
}

/// Each document is read by itself; numbers of lines are those of the file.
#[rstest]
#[case::key_twice(&["a: 1\na: 1\n", "b"], &[(1, "the key \"a\" stands twice at line 5 column 1")], 1)]
#[case::syntax(&["a: [\n", "b"], &[(1, "did not find expected node content at line 5 column 1, while parsing a flow node")], 1)]
#[case::no_object(&["a: 1\n", "b", "c: [\n", "d"], &[
    (3, "did not find expected node content at line 13 column 1, while parsing a flow node"),
], 3)]
#[case::all(&["a: [\n", "%b"], &[
    (1, "did not find expected node content at line 5 column 1, while parsing a flow node"),
    (2, "found unknown directive name at line 8 column 3, while scanning a directive at line 8 column 1"),
], 0)]
fn every_document_is_read(#[case] rest: &[&str], #[case] faults: &[(usize, &str)], #[case] manifests: usize) {
    let documents: Vec<String> = rest
        .iter()
        .map(|rest| match rest.contains(':') || rest.starts_with('%') {
            true => format!("apiVersion: v1\nkind: K\n{rest}"),
            false => format!("apiVersion: v1\nkind: K\nname: {rest}\n"),
        })
        .collect();
    let found = read_all(&format!("# comment\n{}", documents.join("---\n")));
    let told: Vec<String> = found.faults.iter().map(ToString::to_string).collect();
    let expected: Vec<String> = faults
        .iter()
        .map(|(document, reason)| format!("f.yaml, document {document}: {reason}"))
        .collect();
    assert_eq!((told, found.manifests.len()), (expected, manifests));
}

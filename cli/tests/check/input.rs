//! How manifests are read.

use rstest::rstest;
use serde_json::{Value, json};
use sidecar_hostpath::check::manifest::{self, Found, Manifest};

use crate::harness::{check_text, example};

pub(crate) fn read_all(text: &str) -> Found {
    manifest::read(text, "f.yaml")
}

/// The objects, or the first fault.
pub(crate) fn read(text: &str) -> Result<Vec<Manifest>, String> {
    objects(read_all(text))
}

fn objects(found: Found) -> Result<Vec<Manifest>, String> {
    match found.faults.first() {
        None => Ok(found.manifests),
        Some(fault) => Err(fault.to_string()),
    }
}

/// The `spec` of the one object.
fn spec(yaml: &str) -> Result<Value, String> {
    let objects = read(&format!("apiVersion: v1\nkind: K\n{yaml}"))?;
    Ok(objects[0].object["spec"].clone())
}

#[rstest]
#[case::empty("", &[])]
#[case::comment("# nothing\n", &[])]
#[case::separators("---\n---\n# x\n---\n", &[])]
#[case::one("{apiVersion: v1, kind: A}", &[("A", 1)])]
#[case::between_empty_ones(
    "---\n---\napiVersion: v1\nkind: A\n---\n---\napiVersion: v1\nkind: B\n...\n",
    &[("A", 2), ("B", 4)]
)]
#[case::json(r#"{"apiVersion": "v1", "kind": "A"}"#, &[("A", 1)])]
#[case::json_stream(
    "{\"apiVersion\":\"v1\",\"kind\":\"A\"}\n{\"apiVersion\":\"v1\",\"kind\":\"B\"} null \n",
    &[("A", 1), ("B", 2)]
)]
#[case::json_as_yaml_documents(
    "{\"apiVersion\":\"v1\",\"kind\":\"A\"}\n---\n{\"apiVersion\":\"v1\",\"kind\":\"B\"}\n",
    &[("A", 1), ("B", 2)]
)]
#[case::tabs("{\t\"apiVersion\": \"v1\",\n\t\"kind\": \"A\"}", &[("A", 1)])]
fn documents_are_counted(#[case] text: &str, #[case] expected: &[(&str, usize)]) {
    let manifests = read(text).unwrap();
    let found: Vec<(&str, usize)> = manifests
        .iter()
        .map(|manifest| (manifest.kind.as_str(), manifest.place.document))
        .collect();
    assert_eq!(found, expected);
}

#[test]
fn a_byte_order_mark_is_no_text() {
    let outcome = check_text(&format!("\u{feff}{}", example("vmi-with-sidecar-hostpath.yaml")));
    assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), ""));
}

#[rstest]
#[case::numbers("spec: [1, -2, 1.5, 1e3, 0x10, 18446744073709551615]", json!([1, -2, 1.5, 1e3, 16, u64::MAX]))]
#[case::large_integers("spec: [18446744073709551616, -9223372036854775809]", json!([1.8446744073709552e19, -9.223372036854776e18]))]
#[case::booleans("spec: [true, False, yes]", json!([true, false, "yes"]))]
#[case::nulls("spec: [null, ~, ]", json!([null, null]))]
#[case::strings("spec: ['1', \"true\", 2001-01-01, !!str 1]", json!(["1", "true", "2001-01-01", "1"]))]
#[case::block("spec: |\n  a\n  b\n", json!("a\nb\n"))]
#[case::anchors("x: &x {a: 1}\nspec: [*x, *x]", json!([{"a": 1}, {"a": 1}]))]
fn yaml_means_what_json_means(#[case] yaml: &str, #[case] expected: Value) {
    assert_eq!(spec(yaml), Ok(expected));
}

#[rstest]
#[case::key_twice(
    "spec:\n  a: 1\n  a: 1\n",
    "spec: the key \"a\" stands twice at line 5 column 3"
)]
#[case::quoted_key_twice(
    "spec: {a: 1, 'a': 1}",
    "spec: the key \"a\" stands twice at line 3 column 14"
)]
#[case::number_as_key(
    "spec: {1: a}",
    "spec: invalid type: integer `1`, expected a string as the key at line 3 column 8"
)]
#[case::null_as_key(
    "spec: {~: a}",
    "spec: invalid type: unit value, expected a string as the key at line 3 column 8"
)]
#[case::list_as_key(
    "spec: {[a]: a}",
    "spec: invalid type: sequence, expected a string as the key at line 3 column 8"
)]
#[case::tag(
    "spec: !secret x",
    "spec: the tag !secret has no meaning here at line 3 column 7"
)]
#[case::tagged_key("spec: {!a b: c}", "spec: the tag !a has no meaning here at line 3 column 8")]
#[case::tagged_map("spec: !a {b: c}", "spec: the tag !a has no meaning here at line 3 column 7")]
#[case::infinity("spec: -.inf", "spec: -inf is no number in JSON at line 3 column 7")]
#[case::not_a_number("spec: .nan", "spec: NaN is no number in JSON at line 3 column 7")]
#[case::unknown_anchor("spec: *a", "unknown anchor at line 3 column 7")]
#[case::tab(
    "spec:\n\ta: 1",
    "found character that cannot start any token at line 4 column 1, while scanning for the next token"
)]
#[case::unclosed(
    "spec: [",
    "did not find expected node content at line 4 column 1, while parsing a flow node"
)]
fn what_is_not_clear_is_an_error(#[case] yaml: &str, #[case] reason: &str) {
    assert_eq!(spec(yaml), Err(format!("f.yaml, document 1: {reason}")));
}

#[rstest]
#[case::key_twice(r#"{"a": 1, "a": 1}"#, "the key \"a\" stands twice at line 1 column 12")]
#[case::cut_off("{\"apiVersion\": \"v1\",\n", "EOF while parsing a value at line 2 column 0")]
fn a_fault_in_json_is_told_as_such(#[case] text: &str, #[case] reason: &str) {
    let error = objects(manifest::read(text, "f.json"));
    assert_eq!(error, Err(format!("f.json, document 1: {reason}")));
}

#[rstest]
#[case::scalar("a", "document 1: not an object")]
#[case::list("[]", "document 1: not an object")]
#[case::no_kind(
    "apiVersion: v1",
    "document 1: no Kubernetes object: it needs apiVersion and kind"
)]
#[case::no_version(
    "---\n---\nkind: Pod",
    "document 2: no Kubernetes object: it needs apiVersion and kind"
)]
#[case::kind_of_another_type(
    "apiVersion: v1\nkind: 1",
    "document 1: no Kubernetes object: it needs apiVersion and kind"
)]
#[case::empty_kind(
    "apiVersion: v1\nkind: ''",
    "document 1: no Kubernetes object: it needs apiVersion and kind"
)]
#[case::two_slashes(
    "apiVersion: a/b/c\nkind: X",
    "document 1: apiVersion must be VERSION or GROUP/VERSION"
)]
#[case::no_group(
    "apiVersion: /v1\nkind: X",
    "document 1: apiVersion must be VERSION or GROUP/VERSION"
)]
#[case::no_version_after_the_group(
    "apiVersion: a/\nkind: X",
    "document 1: apiVersion must be VERSION or GROUP/VERSION"
)]
#[case::items("apiVersion: v1\nkind: List\nitems: {}", "document 1: items must be a list")]
#[case::item(
    "apiVersion: v1\nkind: List\nitems: [{apiVersion: v1, kind: A}, {}]",
    "document 1, item 2: no Kubernetes object: it needs apiVersion and kind"
)]
#[case::null_item(
    "apiVersion: v1\nkind: List\nitems: [null]",
    "document 1, item 1: not an object"
)]
fn what_is_no_object_is_an_error(#[case] text: &str, #[case] reason: &str) {
    assert_eq!(read(text), Err(format!("f.yaml, {reason}")));
}

#[rstest]
#[case::list(
    "{apiVersion: v1, kind: List, items: [{apiVersion: v1, kind: A}, {apiVersion: v1, kind: B}]}",
    &["v1 A 1", "v1 B 2"]
)]
#[case::empty("{apiVersion: v1, kind: List, items: []}", &[])]
#[case::without_items("{apiVersion: v1, kind: List, metadata: {}}", &[])]
#[case::null("{apiVersion: v1, kind: List, items: null}", &[])]
#[case::nested(
    "{apiVersion: v1, kind: List, items: [
       {apiVersion: v1, kind: A},
       {apiVersion: v1, kind: List, items: [{apiVersion: v1, kind: B}, {apiVersion: v1, kind: C}]},
       {apiVersion: v1, kind: D}]}",
    &["v1 A 1", "v1 B 2", "v1 C 3", "v1 D 4"]
)]
#[case::of_a_judged_kind(
    "{apiVersion: kubevirt.io/v1, kind: VirtualMachineList, items: [{}, {apiVersion: kubevirt.io/v1, kind: VirtualMachine}]}",
    &["kubevirt.io/v1 VirtualMachine 1", "kubevirt.io/v1 VirtualMachine 2"]
)]
#[case::of_pods("{apiVersion: v1, kind: PodList, items: [{}]}", &["v1 Pod 1"])]
#[case::of_another_kind("{apiVersion: v1, kind: SecretList, items: [{}]}", &["v1 SecretList -"])]
#[case::list_of_another_group("{apiVersion: a/v1, kind: List, items: [{}]}", &["a/v1 List -"])]
fn lists_are_unpacked(#[case] text: &str, #[case] expected: &[&str]) {
    let found: Vec<String> = read(text)
        .unwrap()
        .iter()
        .map(|manifest| {
            let item = manifest
                .place
                .item
                .map_or("-".to_owned(), |item| item.to_string());
            format!("{} {} {item}", manifest.api_version, manifest.kind)
        })
        .collect();
    assert_eq!(found, expected);
}

#[test]
fn an_object_becomes_the_request_that_creates_it() {
    let manifests = read(&example("vm-with-writable-hostpath.yaml")).unwrap();
    let request = serde_json::to_value(manifests[0].request(7)).unwrap();
    let expected = json!({
        "uid": "check-7",
        "kind": {"group": "kubevirt.io", "version": "v1", "kind": "VirtualMachine"},
        "resource": {"group": "kubevirt.io", "version": "v1", "resource": "virtualmachines"},
        "name": "debian-scratch",
        "namespace": "tenant-a",
        "operation": "CREATE",
        "userInfo": {},
        "object": manifests[0].object,
    });
    assert_eq!(request, expected);
}

#[test]
fn an_annotation_that_is_a_list_is_for_the_policy_to_reject() {
    let manifest = example("vmi-with-sidecar-hostpath.yaml")
        .replace(": '[", ":\n      [")
        .replace("]'", "]");
    let outcome = check_text(&manifest);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(1), ""));
    let message = "metadata.annotations[hooks.kubevirt.io/hookSidecars]: Invalid value: ";
    assert!(outcome.stdout.contains(message), "{}", outcome.stdout);
}

#[rstest]
#[case::flow_lists("[", "]", 129, "recursion limit exceeded at line 3 column 134")]
#[case::flow_maps("{a: ", "}", 129, "recursion limit exceeded at line 3 column 515")]
#[case::far_too_deep("[", "]", 1_000_000, "nested too deeply at line 3")]
#[case::never_closed("[", "", 1_000_000, "nested too deeply at line 3")]
fn deep_nesting_is_an_error(
    #[case] open: &str,
    #[case] close: &str,
    #[case] depth: usize,
    #[case] reason: &str,
) {
    let text = format!("spec: {}{}", open.repeat(depth), close.repeat(depth));
    assert_eq!(spec(&text), Err(format!("f.yaml, document 1: {reason}")));
}

#[test]
fn deep_nesting_of_blocks_is_an_error() {
    let error = read(&"- ".repeat(100_000));
    let expected = "f.yaml, document 1: recursion limit exceeded at line 1 column 257";
    assert_eq!(error, Err(expected.to_owned()));
}

#[test]
fn brackets_in_texts_are_not_nested() {
    let script = "  printf '\\033[1m'\n".repeat(9_000);
    let document = format!("apiVersion: v1\nkind: K\nspec: |\n{script}---\n");
    assert_eq!(read(&document.repeat(2)).map(|manifests| manifests.len()), Ok(2));
}

#[test]
fn deep_nesting_in_json_is_an_error() {
    let text = format!("{}{}", "[".repeat(1_000_000), "]".repeat(1_000_000));
    let error = objects(manifest::read(&text, "f.json"));
    let expected = "f.json, document 1: recursion limit exceeded at line 1 column 128";
    assert_eq!(error, Err(expected.to_owned()));
}

#[test]
fn aliases_cannot_fill_the_memory() {
    let mut yaml = "a0: &a0 [x]\n".to_owned();
    for level in 1..20 {
        let below = format!("*a{}, ", level - 1).repeat(10);
        yaml.push_str(&format!("a{level}: &a{level} [{below}]\n"));
    }
    let error = spec(&yaml).unwrap_err();
    assert!(
        error.contains("too many values, most of them through aliases") || error.contains("repetition limit"),
        "{error}"
    );
}

#[test]
fn a_manifest_that_is_cut_off_never_panics() {
    let text = example("vm-with-writable-hostpath.yaml");
    for end in 0..=text.len() {
        if let Some(start) = text.get(..end) {
            let _ = read(start);
        }
    }
}

#[test]
fn a_file_that_is_no_text_is_an_error() {
    let args = ["check", "-s", "examples/settings.yaml", "-"];
    let command = crate::harness::command(&crate::harness::root(), &args);
    let outcome = crate::harness::finish(command, b"a: \xff\n");
    let expected = crate::harness::Outcome::error("standard input: not UTF-8 text, at byte 3");
    assert_eq!(outcome, expected);
}

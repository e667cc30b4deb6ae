//! Values in YAML and JSON, as kubectl reads them.

use rstest::rstest;
use serde_json::{Value, json};
use sidecar_hostpath::check::reader;

use crate::harness::{Outcome, check_text, example};
use crate::objects::{objects, read};

/// The `spec` of the one object.
pub(crate) fn spec(yaml: &str) -> Result<Value, String> {
    let objects = read(&format!("apiVersion: v1\nkind: Pod\n{yaml}"))?;
    Ok(objects[0].object.as_ref().unwrap()["spec"].clone())
}

#[rstest]
#[case::numbers("spec: [1, -2, 1.5, 1e3, 0x10, 18446744073709551615]", json!([1, -2, 1.5, 1e3, 16, u64::MAX]))]
#[case::booleans("spec: [true, False, yes, off, y]", json!([true, false, true, false, true]))]
#[case::octal("spec: [0777, 0o7, 08]", json!([511, 7, 8.0]))]
#[case::nulls("spec: [null, ~, ]", json!([null, null]))]
#[case::strings("spec: ['1', \"true\", 2001-01-01, !!str 1, 'yes']", json!(["1", "true", "2001-01-01", "1", "yes"]))]
#[case::block("spec: |\n  a\n  b\n", json!("a\nb\n"))]
#[case::crlf("spec: |\r\n  a\r\n  b\r\n", json!("a\nb\n"))]
#[case::crlf_in_quotes("spec: 'a\r\n\r\n  b'\r\n", json!("a\nb"))]
#[case::quotes_that_end_on_the_margin("spec: '[\n  1,\n]'\n", json!("[ 1, ]"))]
#[case::list_that_ends_on_the_margin("spec: [\n  1,\n]\n", json!([1]))]
#[case::no_last_line_break("spec: |\n  a", json!("a\n"))]
#[case::kept_line_breaks("spec: |+\n  a\n\n", json!("a\n\n"))]
#[case::end_in_quotes("spec: 'a'", json!("a"))]
#[case::anchors("x: &x {a: 1}\nspec: [*x, *x]", json!([{"a": 1}, {"a": 1}]))]
#[case::keys("spec: {1: a, true: b, 1.5: c}", json!({"1": "a", "true": "b", "1.5": "c"}))]
fn yaml_means_what_it_means_to_kubectl(#[case] yaml: &str, #[case] expected: Value) {
    assert_eq!(spec(yaml), Ok(expected));
}

#[rstest]
#[case::key_twice("spec:\n  a: 1\n  a: 1\n", "5:3: duplicate key \"a\"")]
#[case::quoted_key_twice("spec: {a: 1, 'a': 1}", "3:14: duplicate key \"a\"")]
#[case::number_and_text("spec: {1: a, '1': b}", "3:14: duplicate key \"1\"")]
#[case::null_as_key("spec: {~: a}", "3:8: null cannot be a key")]
#[case::list_as_key("spec: {[a]: a}", "3:8: a list cannot be a key")]
#[case::tag(
    "spec: !secret x",
    "3:7: kubectl does not know the tag !secret: the file is for another program, which replaces it first"
)]
#[case::ansible(
    "spec: !vault x",
    "3:7: kubectl does not know the tag !vault: a value that Ansible has encrypted must be decrypted first"
)]
#[case::infinity("spec: -.inf", "3:7: -.inf is not a number in JSON")]
#[case::not_a_number("spec: .nan", "3:7: .nan is not a number in JSON")]
#[case::unknown_anchor("spec: *a", "3:7: unknown anchor")]
#[case::tab("spec:\n\ta: 1", "4:1: found character that cannot start any token")]
#[case::unclosed("spec: [", "4:1: did not find expected node content")]
#[case::template(
    "metadata: {name: {{ .Values.name }}}\n",
    "3:18: metadata.name must be a text, and this is a mapping; the file is a template: {{ at line 3 must be rendered first"
)]
#[case::template_elsewhere(
    "spec: {{ .Values.spec }}\n",
    "3:8: a mapping cannot be a key; the file is a template: {{ at line 3 must be rendered first"
)]
fn what_is_not_clear_is_an_error(#[case] yaml: &str, #[case] reason: &str) {
    let error = spec(yaml).unwrap_err();
    assert!(error.starts_with("f.yaml:") && error.contains(reason), "{error}");
}

#[rstest]
#[case::key_twice(
    r#"{"apiVersion": "v1", "kind": "Pod", "a": 1, "a": 1}"#,
    "1:45: duplicate key \"a\""
)]
#[case::cut_off("{\"apiVersion\": \"v1\",\n", "2:1: EOF while parsing an object")]
fn a_fault_in_json_is_reported_as_such(#[case] text: &str, #[case] reason: &str) {
    let error = objects(reader::read(text, "f.json"));
    assert_eq!(error, Err(format!("f.json:{reason}")));
}

/// kubectl takes a duplicate key and an unknown tag; where nothing is judged, so do we.
#[test]
fn what_is_not_judged_may_be_unclear() {
    let text = "apiVersion: v1\nkind: Secret\ndata: {a: 1, a: 2}\nx: !vault y\n";
    assert_eq!(read(text).map(|manifests| manifests.len()), Ok(1));
}

#[test]
fn a_byte_order_mark_is_not_text() {
    let vmi = example("vmi-with-sidecar-hostpath.yaml");
    let outcome = check_text(&format!("\u{feff}{vmi}\n---\n\u{feff}{vmi}"));
    assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), ""));
    assert!(
        outcome.stdout.ends_with("2 accepted, 0 rejected, 0 skipped\n"),
        "{}",
        outcome.stdout
    );
}

fn check_bytes(bytes: &[u8]) -> Outcome {
    let args = ["check", "-s", "examples/settings.yaml", "-"];
    let command = crate::harness::command(&crate::harness::root(), &args);
    crate::harness::finish(command, bytes)
}

#[rstest]
#[case::little(u16::to_le_bytes)]
#[case::big(u16::to_be_bytes)]
fn utf_16_is_decoded(#[case] order: fn(u16) -> [u8; 2]) {
    let text = format!("\u{feff}{}", example("vmi-with-sidecar-hostpath.yaml"));
    let bytes: Vec<u8> = text.encode_utf16().flat_map(order).collect();
    let outcome = check_bytes(&bytes);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), ""));
    let odd = check_bytes(bytes.split_last().unwrap().1);
    assert!(
        odd.stderr
            .starts_with("error: standard input: not UTF-8 text, at byte "),
        "{}",
        odd.stderr
    );
}

#[test]
fn a_file_that_is_not_text_is_an_error() {
    let expected = Outcome::error("standard input: not UTF-8 text, at byte 3");
    assert_eq!(check_bytes(b"a: \xff\n"), expected);
}

#[rstest]
#[case::flow_lists("[", "]", 300)]
#[case::flow_maps("{a: ", "}", 300)]
#[case::far_too_deep("[", "]", 1_000_000)]
#[case::never_closed("[", "", 1_000_000)]
fn deep_nesting_is_an_error(#[case] open: &str, #[case] close: &str, #[case] depth: usize) {
    let text = format!("spec: {}{}", open.repeat(depth), close.repeat(depth));
    let error = spec(&text).unwrap_err();
    assert!(
        error.starts_with("f.yaml:3:") && error.contains("nested"),
        "{error}"
    );
}

#[test]
fn deep_nesting_of_blocks_is_an_error() {
    let error = read(&"- ".repeat(100_000)).unwrap_err();
    assert!(error.contains("nested"), "{error}");
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
    let error = objects(reader::read(&text, "f.json")).unwrap_err();
    assert!(error.contains("nested too deeply"), "{error}");
}

/// There is an answer for any text.
#[test]
fn broken_text_has_an_answer() {
    let texts = [
        example("vm-with-writable-hostpath.yaml"),
        example("vmi-with-sidecar-hostpath.yaml"),
        "a: &x !!str 'b'\n? |+\n  c\n\n: >-\n  d\n  e\nf: [*x, {g: \"\\x41\\u263a\\n\"}]\n<<: *x\n...\n%YAML 1.1\n--- !t\n- - 1\n  -\n".to_owned(),
    ];
    for text in &texts {
        for end in 0..=text.len() {
            let _ = text.get(..end).map(read);
        }
        // Each character in turn gives way to what means something.
        for (index, c) in text.char_indices() {
            for other in [
                "", "\n", "\t", "'", "\"", "&", "*", "!", "|", ">", "%", "@", "\\", "{", "]", ",", "?", ":",
                "-", "#", "\u{feff}", "\0", "\u{85}",
            ] {
                let (before, rest) = text.split_at(index);
                let after = rest.strip_prefix(c).unwrap();
                let _ = read(&format!("{before}{other}{after}"));
            }
        }
    }
}

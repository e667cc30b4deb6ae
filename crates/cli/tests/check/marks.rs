//! Byte order marks and separators: what kubectl takes for the beginning and the end of a document.

use rstest::rstest;
use serde_json::{Value, json};

use crate::objects::read_all;
use crate::yaml::spec;

const MARK: &str =
    "a byte order mark (U+FEFF) within a document: remove it, tools differ on what it means there";

/// In block style.
fn pod(name: &str) -> String {
    format!("apiVersion: v1\nkind: Pod\nmetadata: {{name: {name}}}\n")
}

#[rstest]
#[case::before_a_key("apiVersion: v1\n\u{feff}kind: Pod\n", "2:1")]
#[case::after_a_comment("---\n# c\n\u{feff}apiVersion: v1\nkind: Pod\n", "3:1")]
#[case::after_the_first_separator("---\n\u{feff}apiVersion: v1\nkind: Pod\n", "2:1")]
#[case::twice("a: 1\n---\n\u{feff}\u{feff}apiVersion: v1\nkind: Pod\n", "3:1")]
#[case::in_a_plain_text("apiVersion: v1\nkind: P\u{feff}od\n", "2:8")]
#[case::in_a_block("apiVersion: v1\nkind: Pod\nspec: |\n  a\n  \u{feff}b\n", "5:3")]
#[case::in_a_comment("apiVersion: v1 # \u{feff}\nkind: Pod\n", "1:18")]
#[case::at_the_end("apiVersion: v1\nkind: Pod\n\u{feff}", "3:1")]
#[case::beside_a_quoted_text("apiVersion: v1\nkind: 'Pod'\u{feff}\n", "2:12")]
#[case::after_wide_characters("metadata: {name: 'éééééééééééééééé'}\nkind\u{feff}: Pod\n", "2:5")]
#[case::with_another_fault("kind: List\n\u{feff}items: []\n\u{feff}? 'a: b\nitems: []\n'", "2:1")]
fn a_byte_order_mark_within_a_document_is_an_error(#[case] text: &str, #[case] place: &str) {
    let found = read_all(text);
    let faults: Vec<String> = found.faults.iter().map(ToString::to_string).collect();
    assert_eq!(faults, [format!("f.yaml:{place}: {MARK}")]);
}

#[rstest]
#[case::quoted("'x\u{feff}y'", json!("x\u{feff}y"))]
#[case::quoted_twice("\"\u{feff}\"", json!("\u{feff}"))]
#[case::on_the_next_line("'x\n  \u{feff}y'", json!("x \u{feff}y"))]
#[case::escaped("\"\\uFEFF\"", json!("\u{feff}"))]
fn a_byte_order_mark_in_a_quoted_text_is_text(#[case] value: &str, #[case] expected: Value) {
    assert_eq!(spec(&format!("spec: {value}\n")), Ok(expected));
}

/// What kubectl drops without a word.
#[rstest]
#[case::end_mark("...\n", "5:1", 1)]
#[case::end_mark_and_comment("... # c\n\n", "6:1", 1)]
// Carriage returns end lines too.
#[case::carriage_returns("\r---\r", "6:1", 2)]
fn a_document_that_kubectl_does_not_read_is_an_error(
    #[case] between: &str,
    #[case] place: &str,
    #[case] count: usize,
) {
    let found = read_all(&format!("{}{between}{}", pod("a"), pod("b")));
    let faults: Vec<String> = found.faults.iter().map(ToString::to_string).collect();
    let reason = "kubectl reads only the first document, up to a line with ---: write --- above the next one";
    assert_eq!(faults, [format!("f.yaml:{place}: {reason}")]);
    assert_eq!(found.manifests.len(), count);
}

#[rstest]
#[case::text("---x\n", 1)]
#[case::value("--- {a: 1}\n", 1)]
#[case::block("--- |\n", 1)]
#[case::in_a_block_of_text("z: |\n----- BEGIN\n", 1)]
fn text_after_a_separator_is_an_error(#[case] separator: &str, #[case] count: usize) {
    let found = read_all(&format!("{}{separator}{}", pod("a"), pod("b")));
    let reason = "kubectl refuses text after --- on the same line: move it to the next line";
    let faults = found.faults.iter().filter(|fault| fault.reason == reason);
    assert_eq!(faults.count(), count);
}

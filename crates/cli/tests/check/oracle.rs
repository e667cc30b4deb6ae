//! Random YAML, read by us and by kubectl, which needs no cluster for that.

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRunner};
use serde_json::Value;

use crate::harness::read_by_kubectl;
use crate::objects::read;

/// How many mappings kubectl reads at once.
const AT_ONCE: usize = 400;

/// What may be a number, a truth value, nothing, or none of these.
fn scalar() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "0", "1", "7", "8", "9", "12", "_", ".", "-", "+", "e", "E", "0x", "0o", "0b", "f", "F", ":", "T",
    ]);
    let word = prop::sample::select(vec![
        "y",
        "Y",
        "yes",
        "Yes",
        "YES",
        "n",
        "no",
        "on",
        "On",
        "off",
        "OFF",
        "true",
        "True",
        "TRUE",
        "tRUE",
        "false",
        "null",
        "Null",
        "NULL",
        "~",
        "a",
        "0777",
        "08",
        "1_000",
        "0b11",
        "-0b1",
        "0o17",
        "1e3",
        "1e999",
        ".5",
        "5.",
        "-.5",
        "1.0",
        "1e21",
        "1e20",
        "123456789012345678901",
        "0xFF",
        "-0x1",
        "+1",
        "2001-01-01",
        "2001-01-01T01:01:01Z",
        "1:20",
        "=",
        ".e1",
        "-0",
        "0.1e-7",
        "16777217.5",
        "1e5",
        "1e6",
        "123456.7",
    ]);
    prop_oneof![
        word.prop_map(str::to_owned),
        prop::collection::vec(piece, 1..5).prop_map(|pieces| pieces.concat()),
    ]
}

/// How a scalar is written.
fn written() -> impl Strategy<Value = String> {
    (scalar(), 0_u8..6).prop_map(|(text, how)| match how {
        0 => format!("'{text}'"),
        1 => format!("!!str {text}"),
        _ => text,
    })
}

/// A mapping in a line.
fn mapping() -> impl Strategy<Value = String> {
    let entry = (written(), written()).prop_map(|(key, value)| format!("? {key}\n    : {value}"));
    prop::collection::vec(entry, 1..4)
        .prop_map(|entries| format!("  data:\n    {}\n", entries.join("\n    ")))
}

fn document(data: &str) -> String {
    format!("apiVersion: kubevirt.io/v1\nkind: VirtualMachine\nmetadata: {{name: m}}\nspec:\n{data}")
}

/// What kubectl makes of each document; `None` where it stops.
fn by_kubectl(text: &str) -> Vec<Value> {
    let (objects, _) = read_by_kubectl(text);
    objects
        .iter()
        .map(|object| object["spec"]["data"].clone())
        .collect()
}

/// kubectl writes its numbers as Go does: 1e+21 is 1e21, and 1.0 is 1.
pub(crate) fn is_same(ours: &Value, theirs: &Value) -> bool {
    match (ours, theirs) {
        (Value::Number(a), Value::Number(b)) => a.as_f64() == b.as_f64(),
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| is_same(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| is_same(a, b)))
        }
        _ => ours == theirs,
    }
}

fn assert_same(ours: &Value, theirs: &Value, text: &str) {
    assert!(is_same(ours, theirs), "{ours}\n{theirs}\n{text}");
}

#[test]
fn scalars_and_keys_are_what_kubectl_makes_of_them() {
    let mut runner = TestRunner::new_with_rng(
        Config::default(),
        proptest::test_runner::TestRng::deterministic_rng(proptest::test_runner::RngAlgorithm::ChaCha),
    );
    let texts: Vec<String> = (0..AT_ONCE * 5)
        .map(|_| mapping().new_tree(&mut runner).unwrap().current())
        .map(|data| document(&data))
        .collect();
    // Duplicates, which kubectl takes, and values that it refuses, aside.
    let (mut read_texts, mut values) = (Vec::new(), Vec::new());
    for text in &texts {
        if let Ok(manifests) = read(text) {
            values.push(manifests[0].object.clone().unwrap()["spec"]["data"].clone());
            read_texts.push(text.clone());
        }
    }
    assert!(values.len() > AT_ONCE * 4, "{} are read", values.len());
    for (texts, values) in read_texts.chunks(AT_ONCE).zip(values.chunks(AT_ONCE)) {
        let theirs = by_kubectl(&texts.join("---\n"));
        for ((ours, theirs), text) in values.iter().zip(&theirs).zip(texts) {
            assert_same(ours, theirs, text);
        }
        assert_eq!(
            theirs.len(),
            values.len(),
            "kubectl refuses {}",
            texts[theirs.len()]
        );
    }
}

/// Texts that people break by hand: a line less, another indentation, a character more.
#[test]
fn broken_documents_are_never_read_as_something_else() {
    let text = "\
apiVersion: kubevirt.io/v1
kind: VirtualMachine
metadata: {name: m}
spec:
  data:
    a: &x
      - 'one
        two'
      - \"three\\
         four\"
    b: *x
    ? c
    : |-
      five
       six

    d: >+
      seven
      eight

    e: {f: [1, 'g', ], h: !!str 2} # i
    hooks.kubevirt.io/hookSidecars: '[
      {\"a\": 1}
    ]'
";
    let mut runner = TestRunner::new_with_rng(
        Config::default(),
        proptest::test_runner::TestRng::deterministic_rng(proptest::test_runner::RngAlgorithm::ChaCha),
    );
    let lines: Vec<&str> = text.lines().collect();
    let change = (
        4..lines.len(),
        0_u8..5,
        0_usize..12,
        prop::sample::select(vec![
            " ", "  ", "'", "\"", "#", "- ", ": ", "&", "|", "[", "}", "\t", "\\",
        ]),
    );
    let mut both = 0;
    for _ in 0..CHANGED {
        let (line, how, at, what) = change.new_tree(&mut runner).unwrap().current();
        let mut lines: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
        match how {
            0 => drop(lines.remove(line)),
            1 => lines[line] = format!("{what}{}", lines[line]),
            2 => lines[line] = lines[line].trim_start().to_owned(),
            _ => {
                let at = lines[line]
                    .char_indices()
                    .map(|(index, _)| index)
                    .nth(at)
                    .unwrap_or(0);
                lines[line].insert_str(at, what);
            }
        }
        let text = lines.join("\n");
        let Ok(manifests) = read(&text) else { continue };
        let theirs = by_kubectl(&text);
        // Another kind of object, or none that kubectl knows.
        let Some(object) = manifests.first().and_then(|manifest| manifest.object.as_ref()) else {
            continue;
        };
        let Some(theirs) = theirs.first() else { continue };
        assert_same(&object["spec"]["data"], theirs, &text);
        both += 1;
    }
    assert!(both > CHANGED / 4, "{both}");
}

/// How many documents are changed; kubectl reads each by itself.
const CHANGED: usize = 120;

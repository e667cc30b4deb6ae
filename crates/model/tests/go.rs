//! The model of Go's `encoding/json` against Go.
//!
//! `go/answers.json` holds what Go 1.26.6, with which KubeVirt 1.9 is built, answered, each answer beside the text that
//! it was asked about: a generator that draws other texts asks for no new answers. `make go-answers` asks again, about
//! these texts and many more, and rewrites the file.

#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests: a panic is the test's failure"
)]

use std::{
    env, fs,
    io::Write,
    path::PathBuf,
    process::{Command, Stdio},
};

use model::{cases, choices::Choices, generate, go_json};
use serde_json::{Value, json};

/// Texts at the edges of the grammar.
const EDGES: [&str; 64] = [
    "",
    " ",
    "null",
    "[]",
    " [] \n",
    "{}",
    "\"[]\"",
    "0",
    "true",
    "[null]",
    "[{}]",
    "[[]]",
    "[42]",
    "[\"a\"]",
    "[null,]",
    "[,]",
    "[1 2]",
    "[] []",
    "[]x",
    "\u{feff}[]",
    "\u{a0}[]",
    "[\u{b}]",
    "[\u{c}]",
    "['a']",
    "[NaN]",
    "[Infinity]",
    "[01]",
    "[-]",
    "[-0]",
    "[1.]",
    "[.5]",
    "[1e5]",
    "[1E+]",
    "[1e-05]",
    "[1e999]",
    "[+1]",
    "[0x1]",
    "[nul]",
    "[nullx]",
    "[tRue]",
    "[\"\u{1}\"]",
    "[\"\u{7f}\"]",
    "[\"\\u00e\"]",
    "[\"\\x\"]",
    "[\"\\ud800\"]",
    "[\"\\ud83d\\ude00\"]",
    "[\"\\'\"]",
    "[{\"a\"}]",
    "[{\"a\":}]",
    "[{\"a\":1,}]",
    "[{a:1}]",
    "[{\"a\":1 \"b\":2}]",
    "[{\"hostPath\":1,\"hostPath\":\"2\"}]",
    "[{\"HOSTPATH\":\"\\ud800x\"}]",
    "[{\"ho\u{17f}tPath\":\"\\udc00\\ud800\\udc00\"}]",
    "[{\"host\\u0050ath\":\"\\u0000\"}]",
    "[{\"host_path\":1}]",
    "[{\"host-path\":1}]",
    "[{\"hostPath \":1}]",
    "[{\"hostPath\":null}]",
    "[{\"hostPath\":1,\"HostPath\":null}]",
    "[{\"ho\u{df}tPath\":1}]",
    "[{\"hostPat\u{127}\":1}]",
    "[{\"hostPath\\ud800\":1}]",
];

/// How many texts are kept with their answers: the edges, and some of what is generated.
const KEPT: usize = 460;

fn nested(depth: usize) -> String {
    format!("{}{}", "[".repeat(depth), "]".repeat(depth))
}

fn texts(generated: u32) -> Vec<String> {
    let mut texts: Vec<String> = EDGES.iter().map(|text| (*text).to_owned()).collect();
    texts.extend([nested(10_000), nested(10_001)]);
    // A linear congruential generator: the same texts on every machine.
    let mut state = 6u64;
    let mut byte = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        state.to_be_bytes()[0]
    };
    for _ in 0..generated {
        let bytes: Vec<u8> = (0..256).map(|_| byte()).collect();
        texts.push(generate::annotation_text(&mut Choices::new(&bytes)));
    }
    texts
}

/// The model's answer in the form of Go's.
fn answer(text: &str) -> Value {
    let Some(json) = go_json::parse(text) else {
        return Value::Null;
    };
    let entries = if json.is_null() {
        Some(Vec::new())
    } else {
        json.as_list()
    };
    entries.map_or(Value::Null, |entries| entries.into_iter().map(entry).collect())
}

fn entry(json: go_json::Json<'_>) -> Value {
    let members = json.as_object().unwrap_or_default();
    let ours = members
        .iter()
        .rev()
        .find(|(key, _)| go_json::same_field(&key.as_string().unwrap(), "hostPath"));
    json!({
        "text": json.text(),
        "hostPath": ours.map(|(_, value)| value.text()),
        "read": ours.and_then(|(_, value)| value.as_string()),
    })
}

fn file() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("go/answers.json")
}

#[test]
fn the_model_answers_as_go_did() {
    let kept: Vec<(String, Value)> = serde_json::from_str(&fs::read_to_string(file()).unwrap()).unwrap();
    for edge in EDGES {
        assert!(
            kept.iter().any(|(text, _)| text == edge),
            "{edge:?}: `make go-answers`"
        );
    }
    for (text, expected) in &kept {
        assert_eq!(&answer(text), expected, "{text:?}");
    }
    assert!(go_json::parse(&nested(10_000)).is_some());
    assert!(go_json::parse(&nested(10_001)).is_none());
}

#[test]
#[ignore = "needs Go: `make go-answers`"]
fn the_model_answers_as_go_does() {
    let texts = texts(cases(20_000));
    let mut go = Command::new(env::var("GO").expect("GO: the command of Go"))
        .args(["run", concat!(env!("CARGO_MANIFEST_DIR"), "/go/main.go")])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    go.stdin
        .take()
        .unwrap()
        .write_all(json!(texts).to_string().as_bytes())
        .unwrap();
    let output = go.wait_with_output().unwrap();
    assert!(output.status.success());
    let answers: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(answers.len(), texts.len());
    for (text, expected) in texts.iter().zip(&answers) {
        assert_eq!(&answer(text), expected, "{text:?}");
    }
    // The deep texts are long, and said in one line each above.
    let kept = texts.iter().zip(answers).filter(|(text, _)| text.len() < 1000);
    let lines: Vec<String> = kept.take(KEPT).map(|pair| json!(pair).to_string()).collect();
    fs::write(file(), format!("[\n{}\n]\n", lines.join(",\n"))).unwrap();
}

//! Prints what `policy.wasm` answers to cases of the corpus in the native host, for the tests of the playground: for each a line
//! of JSON with its name, the payload and the answer, both in base64. The first argument is the module, the second how many.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a program for tests fails by panicking"
)]

use std::path::Path;
use std::sync::Arc;
use std::{env, fs};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use host::Engine;
use serde_json::json;

fn main() {
    let mut args = env::args().skip(1);
    let wasm = fs::read(args.next().unwrap()).unwrap();
    let count: usize = args.next().unwrap().parse().unwrap();
    let engine = Engine::with_log(&wasm, Arc::new(|_| {})).unwrap();
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/cases");
    let cases = testkit::load(&directory).unwrap_or_else(|error| panic!("{error}"));
    let with_payload: Vec<_> = cases
        .iter()
        .filter_map(|case| Some((case.name(), case.payload()?)))
        .collect();
    // From all over the corpus, which is sorted by rows.
    let step = with_payload.len().div_euclid(count).max(1);
    for (name, payload) in with_payload.into_iter().step_by(step).take(count) {
        let answer = engine.call("validate", payload).unwrap();
        let line =
            json!({"name": name, "payload": STANDARD.encode(payload), "answer": STANDARD.encode(answer)});
        println!("{line}");
    }
}

//! The worst payloads once more, with the instructions counted exactly, which only wasmtime does: see `crates/host/tests/limits`, whose bound
//! is in wasmi's fuel.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "helpers of tests: a panic is the test's failure"
)]

#[path = "../../host/tests/limits/dense.rs"]
mod dense;
#[path = "../../host/tests/limits/payloads.rs"]
mod payloads;
#[path = "../../host/tests/limits/pods.rs"]
mod pods;
#[path = "../../host/tests/limits/quadratic.rs"]
mod quadratic;
#[path = "../../host/tests/limits/settings.rs"]
mod settings;

use std::fs;
use std::sync::Arc;

use policy_bench::instructions::Counter;

/// The most are 3 214 million, which took 0.3 to 0.6 s, by the machine: policy-server allows two seconds.
const MAX_INSTRUCTIONS: u64 = 3_500_000_000;

#[test]
fn the_worst_payloads_take_few_instructions() {
    let wasm = fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/../../policy.wasm")).unwrap();
    let wasmi = host::Engine::with_log(&wasm, Arc::new(|_| {})).unwrap();
    let counter = Counter::new(&wasm).unwrap();
    let mut faults = Vec::new();
    println!(
        "| payload | verdict | million instructions | million units of wasmi's fuel |\n|---|---|---|---|"
    );
    for worst in payloads::all().into_iter().chain(quadratic::all()) {
        let instructions = counter.count(&worst.payload).unwrap().all();
        let fuel = wasmi.measure("validate", &worst.payload).1.unwrap().fuel;
        let [millions, fuel] = [instructions, fuel].map(|count| count.div_ceil(1_000_000));
        println!(
            "| {} | {} | {millions} | {fuel} |",
            worst.name,
            worst.expected.join(" or ")
        );
        if instructions > MAX_INSTRUCTIONS {
            faults.push(format!("{}: {instructions} instructions", worst.name));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

//! The worst that can be sent: `policy.wasm` has a verdict within policy-server's deadline, without a trap, in bounded
//! memory. `cargo test -p sidecar-hostpath --test limits -- --nocapture` prints the table of `docs/assurance.md`.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "helpers of tests: a panic is the test's failure"
)]

mod dense;
mod guest;
mod payloads;
mod pods;
mod quadratic;

use std::{
    env, fs,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

use serde_json::Value;
use sidecar_hostpath::engine::Engine;

use payloads::Worst;

/// What a guest may need for the largest payloads, which have 3 MiB: the payload in the guest and its document, several
/// times over.
const MAX_MEMORY_MIB: usize = 64;

/// The time of a whole call. The machine may be busy: of a few calls the fastest counts.
const MAX_TIME: Duration = Duration::from_millis(300);
const CALLS: usize = 3;

/// The module under test; `POLICY` names another.
fn wasm() -> Vec<u8> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let file = env::var_os("POLICY").map_or_else(|| root.join("policy.wasm"), PathBuf::from);
    fs::read(&file).unwrap_or_else(|e| panic!("{}: {e}: run `make policy.wasm`", file.display()))
}

/// One line of the table.
struct Line {
    name: &'static str,
    kib: usize,
    verdict: String,
    time: Duration,
    /// None where there was no answer.
    memory_mib: Option<usize>,
}

#[test]
fn the_worst_payloads_get_a_verdict_in_time() {
    let wasm = wasm();
    let engine = Engine::with_log(&wasm, Arc::new(|_| {})).unwrap();
    let guest = guest::Guest::new(&wasm);
    let mut faults = Vec::new();
    println!("| payload | KiB | verdict | ms | MiB |\n|---|---|---|---|---|");
    for worst in payloads::all().into_iter().chain(quadratic::all()) {
        let line = measure(&engine, &guest, &worst);
        println!(
            "| {} | {} | {} | {} | {} |",
            line.name,
            line.kib,
            line.verdict,
            line.time.as_millis(),
            line.memory_mib
                .map_or_else(|| "-".to_owned(), |mib| mib.to_string())
        );
        if !worst.expected.contains(&line.verdict.as_str()) {
            faults.push(format!(
                "{}: {}, not {:?}",
                line.name, line.verdict, worst.expected
            ));
        }
        if line.time > MAX_TIME {
            faults.push(format!("{}: {} ms", line.name, line.time.as_millis()));
        }
        if let Some(mib) = line.memory_mib.filter(|mib| *mib > MAX_MEMORY_MIB) {
            faults.push(format!("{}: {mib} MiB of memory", line.name));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

fn measure(engine: &Engine, guest: &guest::Guest, worst: &Worst) -> Line {
    let call = || {
        let start = Instant::now();
        let answer = engine.call("validate", &worst.payload);
        (answer, start.elapsed())
    };
    let (answer, mut time) = call();
    for _ in 1..CALLS {
        if time > MAX_TIME {
            time = time.min(call().1);
        }
    }
    let verdict = match &answer {
        // A trap, or the deadline.
        Err(error) => error.to_string(),
        Ok(answer) => {
            let answer: Value = serde_json::from_slice(answer).unwrap();
            match (
                answer["accepted"].as_bool().unwrap(),
                answer["mutated_object"].is_object(),
            ) {
                (true, false) => "accepted".to_owned(),
                (true, true) => "mutated".to_owned(),
                (false, _) => format!("rejected {}", answer["code"]),
            }
        }
    };
    Line {
        name: worst.name,
        kib: worst.payload.len() / 1024,
        memory_mib: answer.is_ok().then(|| guest.memory_mib(&worst.payload)),
        verdict,
        time,
    }
}

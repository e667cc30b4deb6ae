//! The worst that can be sent: `policy.wasm` has a verdict within policy-server's deadline, without a trap, in bounded
//! memory. `cargo test -p host --test limits -- --nocapture` prints the table of `docs/development/assurance.md`.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "helpers of tests: a panic is the test's failure"
)]

mod dense;
mod payloads;
mod pods;
mod quadratic;
mod settings;

use std::{
    env, fmt, fs,
    path::{Path, PathBuf},
    sync::Arc,
    thread,
};

use host::{Cost, Engine};
use serde_json::Value;

use payloads::Worst;

/// What a guest may need for the largest payloads, which have 3 MiB: the payload in the guest and its document, several
/// times over.
const MAX_MEMORY: usize = 64 << 20;

/// [`Cost::fuel`] for a whole call. The most is 6 844 million. The bound was 3 500 million instructions, as wasmtime counts them, for
/// 3 214 million at most, which took 0.3 to 0.6 s of policy-server's two: `make engines` still
/// holds the same payloads to 3 500 million.
const MAX_FUEL: u64 = 6_900_000_000;

/// The module under test; `POLICY` names another.
fn wasm() -> Vec<u8> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap();
    let file = env::var_os("POLICY").map_or_else(|| root.join("policy.wasm"), PathBuf::from);
    fs::read(&file).unwrap_or_else(|e| panic!("{}: {e}: run `make policy.wasm`", file.display()))
}

/// How many payloads are tried at once: the runner of CI has as many processors.
const THREADS: usize = 2;

#[test]
fn the_worst_payloads_get_a_verdict_in_time() {
    let engine = Engine::with_log(&wasm(), Arc::new(|_| {})).unwrap();
    let payloads: Vec<Worst> = payloads::all().into_iter().chain(quadratic::all()).collect();
    let mut lines: Vec<(usize, Line<'_>)> = thread::scope(|scope| {
        let share = |first: usize| {
            let (engine, share) = (&engine, payloads.iter().enumerate().skip(first).step_by(THREADS));
            scope.spawn(move || {
                let line = |(number, worst)| (number, Line::of(engine, worst));
                share.map(line).collect::<Vec<_>>()
            })
        };
        let threads = (0..THREADS).map(share).collect::<Vec<_>>();
        threads
            .into_iter()
            .flat_map(|thread| thread.join().unwrap())
            .collect()
    });
    lines.sort_by_key(|(number, _)| *number);
    println!("| payload | KiB | verdict | MiB | million units of fuel |\n|---|---|---|---|---|");
    for (_, line) in &lines {
        println!("{line}");
    }
    let faults: Vec<String> = lines.iter().flat_map(|(_, line)| line.faults()).collect();
    let documented = documented();
    let lines: Vec<String> = lines.iter().map(|(_, line)| known(&line.to_string())).collect();
    assert_eq!(
        documented, lines,
        "docs/development/assurance.md has another table"
    );
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// The table in the document, but for what it costs: that changes a little with every change of the policy.
fn documented() -> Vec<String> {
    let document = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/development/assurance.md");
    let document = fs::read_to_string(document).unwrap();
    let rows = document
        .lines()
        .skip_while(|line| !line.starts_with("| payload |"))
        .take_while(|line| line.starts_with('|'))
        .skip(2);
    rows.map(known).collect()
}

/// The payload, its length and the verdict.
fn known(row: &str) -> String {
    row.split_inclusive('|').take(4).collect()
}

/// One line of the table.
struct Line<'a> {
    worst: &'a Worst,
    verdict: String,
    cost: Cost,
}

impl<'a> Line<'a> {
    fn of(engine: &Engine, worst: &'a Worst) -> Self {
        let (answer, cost) = engine.measure("validate", &worst.payload);
        let verdict = match answer {
            // A trap, or a limit.
            Err(error) => error.to_string(),
            Ok(answer) => verdict(&serde_json::from_slice(&answer).unwrap()),
        };
        Self {
            worst,
            verdict,
            cost: cost.unwrap(),
        }
    }

    fn faults(&self) -> Vec<String> {
        let Worst { name, expected, .. } = self.worst;
        let mut faults = Vec::new();
        if !expected.contains(&self.verdict.as_str()) {
            faults.push(format!("{name}: {}, not {expected:?}", self.verdict));
        }
        if self.cost.memory > MAX_MEMORY {
            faults.push(format!("{name}: {} bytes of memory", self.cost.memory));
        }
        if self.cost.fuel > MAX_FUEL {
            faults.push(format!("{name}: {} units of fuel", self.cost.fuel));
        }
        faults
    }
}

impl fmt::Display for Line<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Worst { name, payload, .. } = self.worst;
        let (kib, verdict) = (payload.len() / 1024, &self.verdict);
        let mib = self.cost.memory.div_ceil(1 << 20);
        let millions = self.cost.fuel.div_ceil(1_000_000);
        write!(f, "| {name} | {kib} | {verdict} | {mib} | {millions} |")
    }
}

fn verdict(answer: &Value) -> String {
    match (
        answer["accepted"].as_bool().unwrap(),
        answer["mutated_object"].is_object(),
    ) {
        (true, false) => "accepted".to_owned(),
        (true, true) => "mutated".to_owned(),
        (false, _) => format!("rejected {}", answer["code"]),
    }
}

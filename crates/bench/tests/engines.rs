//! The corpus in every engine: linked natively, in our own host, which is wasmi, and in policy-server's, which is wasmtime.
//! `make engines` runs it.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use kubevirt_sidecar_hostpath_policy as linked;
use policy_bench::policy_server;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The policy, in the same process.
fn native(operation: &str, payload: &[u8]) -> Result<Vec<u8>, String> {
    match operation {
        "validate" => Ok(linked::validate(payload)),
        "validate_settings" => Ok(linked::validate_settings(payload)),
        other => Err(format!("unknown operation {other}")),
    }
}

#[test]
fn every_engine_gives_the_same_bytes() {
    let wasm = fs::read(root().join("policy.wasm")).unwrap();
    let wasmi = host::Engine::with_log(&wasm, Arc::new(|_| {})).unwrap();
    let wasmtime = policy_server::Engine::new(&wasm, Arc::new(|_| {})).unwrap();
    let all = |operation: &str, payload: &[u8]| {
        let answer = native(operation, payload)?;
        let of_wasmi = wasmi
            .call(operation, payload)
            .map_err(|error| error.to_string())?;
        let of_wasmtime = wasmtime
            .call(operation, payload)
            .map_err(|error| error.to_string())?;
        match [("wasmi", of_wasmi), ("wasmtime", of_wasmtime)]
            .iter()
            .find(|(_, other)| *other != answer)
        {
            None => Ok(answer),
            Some((engine, other)) => Err(format!("{engine} answers {}", String::from_utf8_lossy(other))),
        }
    };
    let cases = testkit::load(&root().join("tests/cases")).unwrap_or_else(|error| panic!("{error}"));
    let failures: Vec<String> = cases.iter().filter_map(|case| case.run(&all).err()).collect();
    println!("{} cases", cases.len());
    assert!(
        failures.is_empty(),
        "{} cases fail; if src/ is newer than policy.wasm, run `make policy.wasm`\n\n{}\n",
        failures.len(),
        failures.join("\n\n")
    );
    assert!(!cases.is_empty());
}

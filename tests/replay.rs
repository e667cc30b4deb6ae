//! What fuzzing starts from, on stable, and every input that was ever a finding.

use std::{fs, io, panic, path::Path};

use fuzz_targets::seeds;
use rstest::rstest;

#[rstest]
#[case::payload("payload", fuzz_targets::payload)]
#[case::settings("settings", fuzz_targets::settings)]
#[case::pods("pods", fuzz_targets::pods)]
#[case::annotation("annotation", fuzz_targets::annotation)]
#[case::paths("paths", fuzz_targets::paths)]
fn seeds_and_findings_hold(#[case] target: &str, #[case] run: fn(&[u8])) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let seeds = seeds::all(&root.join("tests/cases")).expect("the cases");
    let seeds = seeds.into_iter().filter(|seed| seed.target == target);
    let mut inputs: Vec<(String, Vec<u8>)> = seeds
        .enumerate()
        .map(|(number, seed)| (format!("seed {number}"), seed.bytes))
        .collect();
    assert!(inputs.len() >= 200, "only {} seeds for {target}", inputs.len());
    let findings = match fs::read_dir(root.join("crates/fuzz/findings").join(target)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
        entries => entries.expect("the findings").collect(),
    };
    for entry in findings {
        let file = entry.expect("an entry").path();
        let bytes = fs::read(&file).expect("a file");
        inputs.push((file.display().to_string(), bytes));
    }
    for (name, bytes) in inputs {
        if let Err(failure) = panic::catch_unwind(|| run(&bytes)) {
            eprintln!("fails on {name}: {:?}", String::from_utf8_lossy(&bytes));
            panic::resume_unwind(failure);
        }
    }
}

//! What fuzzing has kept, on stable: every input of the corpus, and every one that was ever a finding.

use std::{fs, io, panic, path::Path};

use rstest::rstest;

#[rstest]
#[case::payload("payload", fuzz_targets::payload)]
#[case::settings("settings", fuzz_targets::settings)]
#[case::pods("pods", fuzz_targets::pods)]
#[case::annotation("annotation", fuzz_targets::annotation)]
#[case::paths("paths", fuzz_targets::paths)]
fn what_fuzzing_has_kept_holds(#[case] target: &str, #[case] run: fn(&[u8])) {
    let mut count = 0usize;
    for kept in ["corpus", "findings"] {
        let directory = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("assurance/fuzz")
            .join(kept)
            .join(target);
        let entries = match fs::read_dir(&directory) {
            Err(error) if error.kind() == io::ErrorKind::NotFound && kept == "findings" => continue,
            entries => entries.expect("the corpus"),
        };
        for entry in entries {
            let file = entry.expect("an entry").path();
            let bytes = fs::read(&file).expect("a file");
            if let Err(failure) = panic::catch_unwind(|| run(&bytes)) {
                eprintln!("fails on {}", file.display());
                panic::resume_unwind(failure);
            }
            count = count.saturating_add(1);
        }
    }
    assert!(count >= 10, "only {count} inputs are kept for {target}");
}

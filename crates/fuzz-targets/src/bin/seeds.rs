//! Writes what fuzzing starts from, for each target a directory of small files: `seeds DIRECTORY`.

use std::{env, error::Error, fs, path::Path};

use fuzz_targets::seeds;

fn main() -> Result<(), Box<dyn Error>> {
    let directory = env::args().nth(1).ok_or("usage: seeds DIRECTORY")?;
    for (number, seed) in seeds::all(Path::new("tests/cases"))?.iter().enumerate() {
        let directory = Path::new(&directory).join(seed.target);
        fs::create_dir_all(&directory)?;
        fs::write(directory.join(format!("seed-{number:05}")), &seed.bytes)?;
    }
    Ok(())
}

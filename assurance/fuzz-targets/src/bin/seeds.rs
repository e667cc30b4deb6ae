//! Writes what fuzzing starts from, for each target a directory of small files: `seeds DIRECTORY`.

use std::{env, error::Error, fs, path::Path};

use model::{choices::Choices, generate, generate::Scenario, rewrite};
use serde_json::Value;

/// How many seeds are made of the generators, for each target.
const GENERATED: u64 = 200;

fn main() -> Result<(), Box<dyn Error>> {
    let directory = env::args().nth(1).ok_or("usage: seeds DIRECTORY")?;
    let directory = Path::new(&directory);
    let mut count = 0u32;
    let mut write = |target: &str, seed: &[u8]| {
        count = count.saturating_add(1);
        let directory = directory.join(target);
        fs::create_dir_all(&directory)?;
        fs::write(directory.join(format!("seed-{count:05}")), seed)
    };

    for number in 0..GENERATED {
        let bytes = bytes(number);
        write("pods", &bytes)?;
        let mut choices = Choices::new(&bytes);
        let settings = generate::settings(&mut choices);
        write("settings", rewrite::rewritten(&mut choices, &settings).as_bytes())?;
        write(
            "annotation",
            generate::annotation(&mut choices, &settings).as_bytes(),
        )?;
        let payload = Scenario::pod(&mut Choices::new(&bytes)).payload();
        write("payload", payload.to_string().as_bytes())?;
        let mut path = || generate::path_text(&mut choices);
        write("paths", format!("{}\n{}", path(), path()).as_bytes())?;
    }
    for file in fs::read_dir("tests/cases")? {
        let path = file?.path();
        if path.is_dir() {
            continue;
        }
        let case: Value = serde_json::from_slice(&fs::read(path)?)?;
        match case.get("annotation") {
            Some(Value::String(text)) if text.len() < 1024 => write("annotation", text.as_bytes())?,
            Some(annotation) if annotation.is_array() => {
                write("annotation", annotation.to_string().as_bytes())?
            }
            _ => {}
        }
        match case.get("payload") {
            Some(Value::String(text)) if text.len() < 4096 => write("payload", text.as_bytes())?,
            _ => {}
        }
        if let Some(settings) = case.get("settings") {
            write("settings", settings.to_string().as_bytes())?;
        }
    }
    Ok(())
}

/// Bytes that look random and are the same on every machine.
fn bytes(number: u64) -> Vec<u8> {
    let mut state = number;
    let mut byte = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        state.to_be_bytes()[0]
    };
    (0..320).map(|_| byte()).collect()
}

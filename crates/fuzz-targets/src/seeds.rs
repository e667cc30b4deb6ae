//! What fuzzing starts from, for each target: made of the generators, and of the corpus of cases.

use std::{error::Error, fs, path::Path};

use model::{choices::Choices, generate, generate::Scenario, rewrite};
use serde_json::{Map, Value};

/// How many seeds are made of the generators, for each target.
const GENERATED: u64 = 200;

/// An input for one target.
#[derive(Debug)]
pub struct Seed {
    /// The target's name.
    pub target: &'static str,
    /// The input.
    pub bytes: Vec<u8>,
}

impl Seed {
    fn new(target: &'static str, bytes: impl Into<Vec<u8>>) -> Self {
        Self {
            target,
            bytes: bytes.into(),
        }
    }
}

/// All of them, the same on every machine, the generated ones first.
///
/// # Errors
///
/// A file in the directory `cases` that cannot be read, or is not JSON of cases by name.
pub fn all(cases: &Path) -> Result<Vec<Seed>, Box<dyn Error>> {
    let mut seeds: Vec<Seed> = (0..GENERATED).flat_map(generated).collect();
    let mut files = fs::read_dir(cases)?
        .map(|file| file.map(|file| file.path()))
        .collect::<Result<Vec<_>, _>>()?;
    files.sort();
    for path in files {
        if !path.is_dir() {
            let cases: Map<String, Value> = serde_json::from_slice(&fs::read(path)?)?;
            seeds.extend(cases.values().flat_map(of_case));
        }
    }
    Ok(seeds)
}

fn generated(number: u64) -> [Seed; 5] {
    let bytes = bytes(number);
    let mut choices = Choices::new(&bytes);
    let settings = generate::settings(&mut choices);
    let rewritten = rewrite::rewritten(&mut choices, &settings);
    let annotation = generate::annotation(&mut choices, &settings);
    let payload = Scenario::pod(&mut Choices::new(&bytes)).payload();
    let mut path = || generate::path_text(&mut choices);
    let paths = format!("{}\n{}", path(), path());
    [
        Seed::new("settings", rewritten),
        Seed::new("annotation", annotation),
        Seed::new("payload", payload.to_string()),
        Seed::new("paths", paths),
        Seed::new("pods", bytes),
    ]
}

fn of_case(case: &Value) -> Vec<Seed> {
    let mut seeds = Vec::new();
    match case.get("annotation") {
        Some(Value::String(text)) if text.len() < 1024 => seeds.push(Seed::new("annotation", text.as_str())),
        Some(list @ Value::Array(_)) => seeds.push(Seed::new("annotation", list.to_string())),
        _ => {}
    }
    match case.get("payload") {
        Some(Value::String(text)) if text.len() < 4096 => seeds.push(Seed::new("payload", text.as_str())),
        _ => {}
    }
    if let Some(settings) = case.get("settings") {
        seeds.push(Seed::new("settings", settings.to_string()));
    }
    seeds
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

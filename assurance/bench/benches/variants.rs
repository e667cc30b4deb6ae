//! The table behind `make variants`: size, compile time and latency of `policy.wasm` built in other ways.
//!
//! All variants evaluate the same request in turns, each in fresh instances; what is shown is the ratio of medians to the
//! module as it is built.

use std::env;
use std::fmt::Write as _;
use std::fs;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::Path;
use std::time::{Duration, Instant};

use policy_bench::Error;
use policy_bench::evaluation::{Guest, Mode, payload};
use policy_bench::figures::median;
use policy_bench::report;
use policy_bench::requests::{self, Request};

const DIRECTORY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/bench/variants");

/// How often each module is compiled.
const COMPILATIONS: u64 = 7;

/// How long the variants take turns with one request.
const TIME: Duration = Duration::from_secs(20);

struct Variant {
    name: String,
    bytes: usize,
    guest: Guest,
    compile: Duration,
    /// For each request.
    evaluate: Vec<Duration>,
}

fn main() -> Result<(), Error> {
    let directory = Path::new(DIRECTORY);
    let mut variants = read(directory)?;
    let requests = requests::of_variants()?;
    for request in &requests {
        evaluate(&mut variants, request)?;
    }
    let table = table(&variants, &requests)?;
    println!("{table}");
    fs::write(directory.join("variants.md"), &table)?;
    if let Some(document) = env::var_os("BENCH_DOCS") {
        report::paste(&[("variants", table)], Path::new(&document))?;
    }
    Ok(())
}

/// Reads what assurance/bench/variants.sh has built, and compiles it.
fn read(directory: &Path) -> Result<Vec<Variant>, Error> {
    let mut built = Vec::new();
    for line in fs::read_to_string(directory.join("list"))?.lines() {
        let (file, name) = line.split_once('\t').ok_or("a line of the list has no tab")?;
        built.push((name.to_owned(), fs::read(directory.join(file))?));
    }
    let compile = in_turns(
        &mut built,
        |round| round < COMPILATIONS,
        |(_, module)| {
            let begin = Instant::now();
            Guest::new(module)?;
            Ok(begin.elapsed())
        },
    )?;
    let variant = |((name, module), compile): ((String, Vec<u8>), Duration)| {
        Ok(Variant {
            name,
            bytes: module.len(),
            guest: Guest::new(&module)?,
            compile,
            evaluate: Vec::new(),
        })
    };
    built.into_iter().zip(compile).map(variant).collect()
}

/// Times something for all items, in rounds for as long as `more` wants, and gives the median for each. Every round has
/// an order of its own: an item's time depends on what the one before it has left in the caches.
fn in_turns<T>(
    items: &mut [T],
    more: impl Fn(u64) -> bool,
    time: impl Fn(&mut T) -> Result<Duration, Error>,
) -> Result<Vec<Duration>, Error> {
    let mut times = vec![Vec::new(); items.len()];
    for round in (0..).take_while(|round| more(*round)) {
        let mut turns: Vec<_> = items.iter_mut().zip(&mut times).enumerate().collect();
        turns.sort_by_cached_key(|(number, _)| {
            let mut hasher = DefaultHasher::new();
            (round, number).hash(&mut hasher);
            hasher.finish()
        });
        for (_, (item, times)) in turns {
            times.push(time(item)?);
        }
    }
    times
        .into_iter()
        .map(|times| Ok(median(times).ok_or("never timed")?))
        .collect()
}

/// Adds the median of one request to each variant. All of them must give the same answer.
fn evaluate(variants: &mut [Variant], request: &Request) -> Result<(), Error> {
    let settings = requests::settings()?;
    let payload = payload(&request.request, &settings)?;
    let mut expected = None;
    for variant in &*variants {
        let answer = variant.guest.answer(&payload)?;
        if *expected.get_or_insert_with(|| answer.clone()) != answer {
            return Err(format!("{}: another answer to {}", variant.name, request.name).into());
        }
    }
    let begin = Instant::now();
    let times = in_turns(
        variants,
        |_| begin.elapsed() < TIME,
        |variant| {
            Ok(variant
                .guest
                .evaluate(Mode::Fresh, &request.request, &settings)?
                .total)
        },
    )?;
    for (variant, time) in variants.iter_mut().zip(times) {
        variant.evaluate.push(time);
    }
    Ok(())
}

fn table(variants: &[Variant], requests: &[Request]) -> Result<String, Error> {
    let names: Vec<&str> = requests.iter().map(|request| request.name.as_str()).collect();
    let mut table = String::new();
    writeln!(table, "| variant | bytes | compile | {} |", names.join(" | "))?;
    writeln!(table, "|---|--:|--:|{}", "--:|".repeat(names.len()))?;
    let first = variants.first().ok_or("no variants")?;
    for variant in variants {
        let times = variant.evaluate.iter().zip(&first.evaluate);
        let ratios: Vec<String> = times.map(|(time, of)| ratio(*time, *of)).collect();
        let compile = ratio(variant.compile, first.compile);
        writeln!(
            table,
            "| {} | {} | {compile} | {} |",
            variant.name,
            variant.bytes,
            ratios.join(" | ")
        )?;
    }
    Ok(table)
}

fn ratio(time: Duration, of: Duration) -> String {
    format!("{:.2}", time.div_duration_f64(of))
}

//! The benchmark behind `make bench`.
//!
//! criterion decides how many rounds there are; the ratios come from the rounds themselves, in which policy and floor
//! take turns. Environment: `BENCH_RUN` is the number of this run, `BENCH_DOCS` a document that takes the tables of all
//! runs so far.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, BenchmarkId, Criterion, SamplingMode};
use policy_bench::comparison::{Bench, Comparison};
use policy_bench::evaluation::Mode;
use policy_bench::figures::{Pair, Point, Row, Run, Series, Side};
use policy_bench::modules::Modules;
use policy_bench::requests::{self, Request};
use policy_bench::{Error, report};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

fn main() -> Result<(), Error> {
    let root = Path::new(ROOT);
    let modules = Modules::read(&root.join("policy.wasm"), &root.join("target/bench/guests"))?;
    let module_bytes = modules.policy.len();
    let mut bench = Bench::new(modules, requests::settings()?)?;
    let mut criterion = Criterion::default()
        .without_plots()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1))
        .nresamples(10_000)
        .configure_from_args();
    let run = Run {
        module_bytes,
        rows: rows(&mut criterion, &mut bench)?,
        growth: vec![
            series(
                &mut criterion,
                &mut bench,
                "pod size, without the annotation",
                "KiB",
                &requests::growing_bare()?,
            )?,
            series(
                &mut criterion,
                &mut bench,
                "pod size, with the example",
                "KiB",
                &requests::growing_example()?,
            )?,
            series(
                &mut criterion,
                &mut bench,
                "sidecars",
                "",
                &requests::growing_sidecars()?,
            )?,
        ],
    };
    criterion.final_summary();
    publish(run, &root.join("target/bench"))
}

/// Adds the run to those before it, and shows the medians of all of them.
fn publish(run: Run, directory: &Path) -> Result<(), Error> {
    let runs = directory.join("runs");
    fs::create_dir_all(&runs)?;
    let number = env::var("BENCH_RUN").unwrap_or_else(|_| "1".to_owned());
    run.write(&runs.join(format!("{number}.json")))?;
    let mut all = Vec::new();
    for file in fs::read_dir(&runs)? {
        all.push(Run::read(&file?.path())?);
    }
    let median = Run::median(&all)?;
    median.write(&directory.join("results.json"))?;
    let tables = report::tables(&median)?;
    println!(
        "policy.wasm: {} bytes; medians of {} runs\n",
        median.module_bytes,
        all.len()
    );
    for (_, table) in &tables {
        println!("{table}");
    }
    if let Some(document) = env::var_os("BENCH_DOCS").map(PathBuf::from) {
        report::paste(&tables, &document)?;
    }
    Ok(())
}

fn rows(criterion: &mut Criterion, bench: &mut Bench) -> Result<Vec<Row>, Error> {
    let mut rows = Vec::new();
    for request in requests::named()? {
        let mut comparison = bench.comparison(&request)?;
        let mut pair = |mode, name| {
            let mut group = criterion.benchmark_group(format!("{name} instance: {}", request.name));
            measure(&mut group, &mut comparison, mode, None)
        };
        let fresh = pair(Mode::Fresh, "fresh");
        let reused = pair(Mode::Reused, "reused");
        if let (Some(fresh), Some(reused)) = (fresh, reused) {
            let subject = comparison.subject().clone();
            rows.push(Row {
                subject,
                fresh,
                reused,
            });
        }
    }
    Ok(rows)
}

fn series(
    criterion: &mut Criterion,
    bench: &mut Bench,
    name: &str,
    unit: &str,
    requests: &[(usize, Request)],
) -> Result<Series, Error> {
    let mut group = criterion.benchmark_group(name);
    let mut points = Vec::new();
    for (number, request) in requests {
        let mut comparison = bench.comparison(request)?;
        if let Some(fresh) = measure(&mut group, &mut comparison, Mode::Fresh, Some(*number)) {
            let subject = comparison.subject().clone();
            points.push(Point {
                number: *number,
                subject,
                fresh,
            });
        }
    }
    group.finish();
    let (name, unit) = (name.to_owned(), unit.to_owned());
    Ok(Series { name, unit, points })
}

/// `None`: the filter of the command line leaves this one out.
#[expect(clippy::expect_used, reason = "criterion takes no errors")]
fn measure(
    group: &mut BenchmarkGroup<'_, WallTime>,
    comparison: &mut Comparison<'_>,
    mode: Mode,
    parameter: Option<usize>,
) -> Option<Pair> {
    group.sampling_mode(SamplingMode::Flat);
    for (name, side) in [("policy", Side::Policy), ("floor", Side::Floor)] {
        let id = match parameter {
            Some(number) => BenchmarkId::new(name, number),
            None => BenchmarkId::from_parameter(name),
        };
        group.bench_function(id, |bencher| {
            bencher.iter_custom(|rounds| {
                comparison
                    .measure(rounds, mode, side)
                    .expect("both sides have answered this request before")
            });
        });
    }
    comparison.medians()
}

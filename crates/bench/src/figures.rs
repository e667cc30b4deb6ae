//! What is measured, as it is written to a file, and the median of several runs.

use std::fs;
use std::path::Path;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::Error;
use crate::evaluation::{Evaluation, STAGES};
use crate::instructions::Instructions;

/// One of the two that are measured in turns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The policy.
    Policy,
    /// The guest that does nothing.
    Floor,
}

/// What one run of the benchmark found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// The size of the module.
    pub module_bytes: usize,
    /// The requests of the main table.
    pub rows: Vec<Row>,
    /// How the cost grows.
    pub growth: Vec<Series>,
}

/// A request, and what both sides took for it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// The request.
    pub subject: Subject,
    /// In fresh instances.
    pub fresh: Pair,
    /// In a reused instance.
    pub reused: Pair,
}

/// Requests that differ in one number only.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Series {
    /// What grows.
    pub name: String,
    /// What the number counts.
    pub unit: String,
    /// In ascending order, in fresh instances.
    pub points: Vec<Point>,
}

/// One request of a series.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// The number.
    pub number: usize,
    /// The request.
    pub subject: Subject,
    /// In fresh instances.
    pub fresh: Pair,
}

/// What does not depend on the run: a request, and what it takes to evaluate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Subject {
    /// The request, in words.
    pub name: String,
    /// How many times the floor the policy may take.
    pub limit: Option<f64>,
    /// The size of the payload.
    pub payload_bytes: usize,
    /// Whether the answer holds a changed object.
    pub mutates: bool,
    /// The policy's instructions.
    pub policy: Instructions,
    /// The floor's.
    pub floor: Instructions,
}

/// Medians of both sides, from rounds in which they took turns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Pair {
    /// How many rounds there were.
    pub rounds: usize,
    /// The policy.
    pub policy: Times,
    /// The floor.
    pub floor: Times,
}

/// Medians in microseconds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Times {
    /// Of the whole evaluation, in time of the processor.
    pub total: f64,
    /// Of each stage, in time of the wall.
    pub stages: [f64; STAGES.len()],
}

impl Pair {
    /// `None`: no rounds.
    pub fn of(rounds: &[(Evaluation, Evaluation)]) -> Option<Self> {
        let (policy, floor): (Vec<Evaluation>, Vec<Evaluation>) = rounds.iter().copied().unzip();
        Some(Self {
            rounds: rounds.len(),
            policy: Times::of(&policy)?,
            floor: Times::of(&floor)?,
        })
    }

    /// How many times the floor the policy takes.
    #[must_use]
    pub fn ratio(&self) -> f64 {
        self.policy.total / self.floor.total
    }

    fn median(of: &[&Self]) -> Option<Self> {
        // The run with the middle ratio: ratio and times in the tables shall belong together.
        let mut sorted = of.to_vec();
        sorted.sort_by(|a, b| a.ratio().total_cmp(&b.ratio()));
        sorted.get(sorted.len() / 2).copied().cloned()
    }
}

impl Times {
    fn of(evaluations: &[Evaluation]) -> Option<Self> {
        let microseconds = |time: Duration| time.as_secs_f64() * 1e6;
        let mut medians = [0.0; STAGES.len()];
        for (stage, slot) in medians.iter_mut().enumerate() {
            let times = evaluations
                .iter()
                .filter_map(|evaluation| evaluation.stages.get(stage))
                .copied();
            *slot = microseconds(median(times.collect())?);
        }
        Some(Self {
            total: microseconds(median(
                evaluations.iter().map(|evaluation| evaluation.total).collect(),
            )?),
            stages: medians,
        })
    }
}

/// The middle one. `None`: there is none.
fn median(mut times: Vec<Duration>) -> Option<Duration> {
    times.sort_unstable();
    times.get(times.len() / 2).copied()
}

impl Run {
    /// The medians of several runs of the same module: the runs with the middle ratio, for each request.
    pub fn median(runs: &[Self]) -> Result<Self, Error> {
        let mut result = runs.first().ok_or("no runs")?.clone();
        if runs.iter().any(|run| run.shape() != result.shape()) {
            return Err("the runs are of different modules or requests".into());
        }
        let pairs: Vec<Vec<&Pair>> = runs.iter().map(Self::pairs).collect();
        for (number, pair) in result.pairs_mut().enumerate() {
            let of_all: Vec<&Pair> = pairs
                .iter()
                .filter_map(|pairs| pairs.get(number).copied())
                .collect();
            *pair = Pair::median(&of_all).ok_or("no runs")?;
        }
        Ok(result)
    }

    /// What all runs must have in common.
    fn shape(&self) -> Vec<&Subject> {
        let points = self.growth.iter().flat_map(|series| &series.points);
        let rows = self.rows.iter().map(|row| &row.subject);
        rows.chain(points.map(|point| &point.subject)).collect()
    }

    fn pairs(&self) -> Vec<&Pair> {
        let rows = self.rows.iter().flat_map(|row| [&row.fresh, &row.reused]);
        let points = self.growth.iter().flat_map(|series| &series.points);
        rows.chain(points.map(|point| &point.fresh)).collect()
    }

    /// The same, in the same order.
    fn pairs_mut(&mut self) -> impl Iterator<Item = &mut Pair> {
        let rows = self
            .rows
            .iter_mut()
            .flat_map(|row| [&mut row.fresh, &mut row.reused]);
        let points = self.growth.iter_mut().flat_map(|series| &mut series.points);
        rows.chain(points.map(|point| &mut point.fresh))
    }

    /// Reads one run.
    pub fn read(file: &Path) -> Result<Self, Error> {
        let text = fs::read(file).map_err(|error| format!("{}: {error}", file.display()))?;
        serde_json::from_slice(&text).map_err(|error| format!("{}: {error}", file.display()).into())
    }

    /// Writes the run.
    pub fn write(&self, file: &Path) -> Result<(), Error> {
        let text = serde_json::to_string_pretty(self)?;
        fs::write(file, text).map_err(|error| format!("{}: {error}", file.display()).into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn evaluation(microseconds: u64) -> Evaluation {
        let mut stages = [Duration::ZERO; STAGES.len()];
        stages[2] = Duration::from_micros(microseconds / 2);
        let total = Duration::from_micros(microseconds);
        Evaluation { total, stages }
    }

    fn pair(policy: &[u64], floor: u64) -> Pair {
        let rounds: Vec<_> = policy
            .iter()
            .map(|time| (evaluation(*time), evaluation(floor)))
            .collect();
        Pair::of(&rounds).unwrap()
    }

    #[test]
    fn a_pair_holds_medians() {
        let pair = pair(&[900, 30, 20, 10, 40], 20);
        assert_eq!(pair.rounds, 5);
        assert_eq!(pair.policy.total, 30.0);
        assert_eq!(pair.policy.stages, [0.0, 0.0, 15.0, 0.0, 0.0, 0.0]);
        assert_eq!(pair.ratio(), 1.5);
        assert_eq!(Pair::of(&[]), None);
    }

    #[test]
    fn of_several_runs_the_one_with_the_middle_ratio_counts() {
        // Ratios 2, 4 and 3.
        let runs = [pair(&[20], 10), pair(&[400], 100), pair(&[9], 3)];
        assert_eq!(
            Pair::median(&runs.iter().collect::<Vec<_>>()),
            Some(pair(&[9], 3))
        );
    }
}

//! What the policy must guarantee, said again without the policy.
//!
//! The *model* computes, from the settings and the pod that the API server keeps, what every container can read and write of
//! the node. It is written from the rules in words, on lists of path elements, and knows nothing of the policy: neither its
//! types nor, but for a word or two, its messages. The *laws* hold the policy's answers against it. Property tests and
//! fuzzing share both:
//!
//! ```text
//! bytes ── choices ─ generate ── scenario              any bytes are a pod, settings and a user
//!                                   │ payload
//! path ─ aliases ─ rule ─ settings ─ judge
//! go_json ─ annotation ─ wanted ─ pod ─ guard ─ verdict ─ laws ── engine  what the policy answers, held against the model
//! ```
//!
//! A law panics where it is broken: in a property test and under libFuzzer alike, that is the finding.

#![expect(
    clippy::panic,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::arithmetic_side_effects,
    reason = "linked by tests only, where a panic is the test's failure"
)]

pub mod choices;
pub mod generate;
pub mod rewrite;

pub mod aliases;
pub mod annotation;
mod conflicts;
pub mod go_json;
pub mod guard;
pub mod judge;
mod members;
pub mod namespaces;
mod node_labels;
pub mod path;
pub mod places;
pub mod pod;
pub mod rule;
pub mod settings;
pub mod verdict;
pub mod wanted;

pub mod laws;

/// How many cases a property is tried on: its own number, or the environment's `PROPTEST_CASES`, for long runs and for
/// many short ones.
#[must_use]
pub fn cases(own: u32) -> u32 {
    let wanted = std::env::var("PROPTEST_CASES").ok();
    wanted.map_or(own, |text| text.parse().unwrap())
}

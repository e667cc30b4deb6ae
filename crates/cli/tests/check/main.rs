//! `sidecar-hostpath check`, and that the linked policy and `policy.wasm` say the same.

#![expect(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a helper fails its test by panicking"
)]

#[path = "../support/dir.rs"]
mod dir;
#[expect(dead_code, reason = "the tests of `run` need more kinds of guests")]
#[path = "../support/guest.rs"]
mod guest;
mod harness;
#[path = "../support/tools.rs"]
mod tools;

mod bounds;
mod compare;
mod completions;
mod corpus;
mod directories;
mod examples;
mod explain;
mod files;
mod forms;
mod help;
mod json;
mod marks;
mod merge;
mod not_looked_at;
mod objects;
mod oracle;
mod output;
mod random;
mod safety;
mod settings;
mod streams;
mod suggest;
mod suite_failures;
mod suite_files;
mod suite_output;
mod suites;
mod text;
mod unjudged;
mod yaml;

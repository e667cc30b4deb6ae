//! `sidecar-hostpath run` with small policies written in WebAssembly text.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a helper fails its test by panicking"
)]

#[path = "../support/dir.rs"]
mod dir;
#[path = "../support/guest.rs"]
mod guest;
mod harness;

mod input;
mod process;
mod report;
mod verdict;

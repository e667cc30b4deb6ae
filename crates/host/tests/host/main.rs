//! The host with small guests written in WebAssembly text.

#![expect(clippy::unwrap_used, reason = "a helper fails its test by panicking")]

mod engine;
#[path = "../../../cli/tests/support/guest.rs"]
mod guest;
mod limits;
mod loading;
mod wasi;

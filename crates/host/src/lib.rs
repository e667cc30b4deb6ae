//! A waPC host for policy modules: what `sidecar-hostpath run` and the tests of `policy.wasm` have in place of policy-server.
//!
//! An [`Engine`] is a module, read once. Each call has a fresh instance, as on policy-server, and [`Limits`]. The module may call
//! the functions of waPC and of WASI preview 1; of the latter those that Rust's standard library needs do something. The engine
//! is wasmi, an interpreter: it starts in milliseconds, where policy-server compiles. `make engines` says whether both give the
//! same answers.

mod call;
mod engine;
mod error;
mod limits;
mod log;
mod wapc;
mod wasi;

pub use engine::Engine;
pub use error::LoadError;
pub use limits::{Cost, Limits};
pub use log::{LogSink, answer, log_to_stderr};

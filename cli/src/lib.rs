//! Evaluates a Kubewarden policy without a cluster: the library behind the command `sidecar-hostpath`.
//!
//! In the order of an evaluation: an [`AdmissionRequest`](admission::AdmissionRequest) and the [`settings`] are read,
//! the [`Evaluator`](evaluator::Evaluator) asks a [`Policy`](policy::Policy) about them, the one that is linked into
//! this crate or a module in the [`Engine`](engine::Engine). Its
//! [`AdmissionResponse`](admission::AdmissionResponse) is printed.
//!
//! Two commands do all of it: [`run`] takes one request and prints the response as `kwctl run` does, or as a [`report`];
//! [`check`] takes manifests and makes the requests itself.

pub mod cli;

pub mod check;
pub mod run;

pub mod admission;
mod document;
mod input;
pub mod settings;
mod strict;

pub mod engine;
pub mod evaluator;
pub mod module;
pub mod policy;

pub mod escape;
pub mod report;

mod error;

pub use error::Error;

//! Evaluates a Kubewarden policy without a cluster: the library behind the command `sidecar-hostpath`.
//!
//! In the order of an evaluation: an [`AdmissionRequest`](admission::AdmissionRequest) and the [`settings`] are read,
//! the [`Evaluator`](evaluator::Evaluator) asks the policy about them through the [`Engine`](engine::Engine), and its
//! [`AdmissionResponse`](admission::AdmissionResponse) is printed, either as `kwctl run` prints it or as a [`report`].
//! [`run`] is the command that does all of it.

pub mod run;

pub mod admission;
pub mod settings;

pub mod engine;
pub mod evaluator;

pub mod report;

mod error;

pub use error::Error;

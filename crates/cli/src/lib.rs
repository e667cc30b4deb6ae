//! Evaluates a Kubewarden policy without a cluster, and examines one that has it: the library behind the command
//! `sidecar-hostpath`.
//!
//! In the order of an evaluation: an [`AdmissionRequest`](admission::AdmissionRequest) and the [`settings`] are read,
//! the [`Evaluator`](evaluator::Evaluator) asks a [`Policy`](policy::Policy) about them, the one that is linked into
//! the crate `checker` or a module in the [`Engine`](host::Engine). Its
//! [`AdmissionResponse`](admission::AdmissionResponse) is printed.
//!
//! [`run`] takes one request and prints the response as `kwctl run` does, or as a [`report`]. [`check`] takes manifests and makes
//! the requests itself; [`settings`] has a command of its own, which shows what they mean, and [`explain`] tells what they say of one path;
//! [`suggest`] writes settings for manifests, [`compare`] says whom a change of them would hit, and [`mod@test`] holds expected verdicts
//! against the policy's.
//! `doctor` asks a live cluster whether it is protected.

pub mod cli;

pub mod check;
pub mod compare;
#[cfg(feature = "doctor")]
pub mod doctor;
pub mod explain;
pub mod run;
pub mod settings;
pub mod suggest;
pub mod test;

pub mod outcome;
pub mod printing;
pub mod report;

mod input;

pub mod module;

pub use checker::{admission, evaluator, policy, reading};

mod error;

pub use error::Error;

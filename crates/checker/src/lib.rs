//! What the policy decides for manifests and requests: the library behind the command `sidecar-hostpath` and the playground.
//! It has no host for modules, reads no files, and knows no terminal.
//!
//! In the order of an evaluation: [`reading`] makes text into values with their places. [`settings`] are read, and become an
//! [`Evaluator`](evaluator::Evaluator) with a [`Policy`](policy::Policy): the one that is linked into this crate, or a module in
//! somebody's host. [`manifests`] are the objects in files; each becomes the [`AdmissionRequest`](admission::AdmissionRequest)
//! that would create it, and the answer a finding. [`explain`] asks for one host path, [`classes`] for all possible ones, [`suggest`]
//! for the settings that objects need.

pub mod classes;
pub mod explain;
pub mod manifests;
pub mod preview;

pub mod evaluator;
pub mod policy;

pub mod admission;
pub mod settings;
pub mod suggest;

pub mod printing;
pub mod reading;

mod error;

pub use error::Error;

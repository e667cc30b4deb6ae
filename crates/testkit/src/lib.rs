//! The case corpus: its format, its loader and what every engine must get right.
//!
//! A *case* is a request, settings and the verdict that is expected. The files below `tests/cases/` are JSON objects of
//! cases by name, one file for each row of the decision table. An *engine* is anything that answers the two waPC
//! operations: the policy crate linked natively, or `policy.wasm` in a host. The same cases run on all of them:
//!
//! ```text
//! load(dir) -> Vec<Case>      files -> group -> format -> request (fixture + annotation + patch) -> payload
//! Case::run(engine)           payload -> response -> expect (what the case says)
//!                                                 -> check  (what holds for every case)
//! check(request, …)           the same, for a request that is in no file
//! coverage(readme, &cases)    every row of the decision table has an accepting and a rejecting case
//! ```
//!
//! This crate knows nothing of the policy: neither its types nor its messages.

mod case;
mod change;
mod check;
mod coverage;
mod expect;
mod fixture;
mod format;
mod group;
mod load;
mod mounts;
mod request;
mod response;
mod settings_case;
#[cfg(test)]
mod tests;

pub use case::{Case, Texts};
pub use check::check;
pub use coverage::coverage;
pub use load::{LoadError, load};
pub use response::Response;

/// What answers: operation (`validate` or `validate_settings`) and payload in, response out.
///
/// `Err` stands for a guest error or a trap. No case expects one.
pub type Engine<'a> = dyn Fn(&str, &[u8]) -> Result<Vec<u8>, String> + 'a;

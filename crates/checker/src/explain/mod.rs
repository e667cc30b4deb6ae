//! Why one host path is accepted or rejected, and what would permit it.
//!
//! The [`verdict`] is the policy's, on an object that asks for the path; the steps are those of its judgement; the
//! [`change`] is tried with both.

pub mod change;
pub mod document;
pub mod verdict;

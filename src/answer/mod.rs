//! What host, user and admin learn of a verdict.

pub(crate) mod log;
pub mod response;
pub mod verdict;

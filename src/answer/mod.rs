//! What host, user and admin learn of a verdict.

#[cfg(feature = "guest")]
pub(crate) mod log;
pub mod response;
pub mod verdict;

//! The fake cluster, for the tests of this crate and of the command.

pub(crate) mod admission;
pub(crate) mod rendered;
pub(crate) mod server;

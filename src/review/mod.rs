//! The objects that are reviewed, and whose business an admission request is.

pub(crate) mod decision;
mod ephemeral;
pub(crate) mod kubevirt_object;
mod label;
mod launcher;
pub(crate) mod verdict;

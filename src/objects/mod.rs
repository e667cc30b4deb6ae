//! The objects in which requests are judged, and whose business an admission request is.

pub mod decision;
pub mod ephemeral;
pub mod kubevirt_object;
pub(crate) mod label;
mod launcher;
pub mod preview;

//! What people and programs read.

pub mod escape;
pub mod json;

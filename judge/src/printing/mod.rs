//! What people and programs read.

pub mod escape;
pub mod field_error;
pub mod json;

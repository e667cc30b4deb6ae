//! What people and programs read: text for a terminal, documents for programs.

pub mod escape;
pub(crate) mod field_error;
pub(crate) mod json;
pub(crate) mod style;
pub(crate) mod table;
pub(crate) mod violation;
pub(crate) mod wrap;

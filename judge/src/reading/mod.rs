//! Files as kubectl reads them: text, documents in it, and the values of each with their places.

pub mod document;
mod json;
mod marks;
mod merge;
pub mod node;
pub mod place;
mod scalar;
pub mod text;
mod yaml;

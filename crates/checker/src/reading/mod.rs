//! Files as kubectl reads them: text, documents in it, and the values of each with their places.

mod budget;
pub mod document;
pub mod folds;
pub(crate) mod json;
mod marks;
mod merge;
pub mod node;
pub mod place;
mod scalar;
mod tagged;
pub mod text;
mod yaml;

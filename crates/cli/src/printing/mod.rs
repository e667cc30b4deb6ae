//! Text for a terminal.

pub use checker::printing::{escape, json};

pub(crate) mod row;
pub(crate) mod style;
pub(crate) mod table;
pub(crate) mod title;
pub(crate) mod violation;
pub(crate) mod wrap;
pub(crate) mod yaml;

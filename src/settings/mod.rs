//! What the admin allows: rules and sensitive paths, read whole or refused.

mod checked;
pub mod pattern;
mod reader;
pub mod rule;
pub mod sensitive;
mod taken;

pub use checked::{GuardScope, MOST_ITEMS, RecursiveReadOnly, Settings, TrustedCreators};
